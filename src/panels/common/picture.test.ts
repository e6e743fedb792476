import { describe, expect, test } from 'vitest';
import type { Grid } from './picture.ts';
import { cellAt, cellBox, moveCell } from './picture.ts';

const grid = (id: string, y: number, columns: number, rows: number): Grid => ({
  id,
  label: id,
  x: 10,
  y,
  width: 100,
  height: 40,
  columns,
  rows,
  describe: (column, row) => `${id} ${column} ${row}`,
});
const upper = grid('upper', 0, 4, 2);
const lower = grid('lower', 50, 10, 1);
const grids = [upper, lower];

describe('the cell under a point', () => {
  test('is the one whose box holds the point', () => {
    for (const [column, row] of [
      [0, 0],
      [3, 1],
    ] as const) {
      const box = cellBox(upper, column, row);
      const at = cellAt(grids, box.x + box.width / 2, box.y + box.height / 2);
      expect(at).toEqual({ grid: 'upper', column, row });
    }
  });

  test('is none between the grids, beside them and at their far edges', () => {
    for (const [x, y] of [
      [50, 45],
      [5, 10],
      [110, 10],
      [50, 90],
    ] as const)
      expect(cellAt(grids, x, y)).toBeNull();
  });
});

describe('the arrow keys', () => {
  const press = (...keys: string[]) =>
    keys.reduce((cell, key) => moveCell(grids, cell, key) ?? cell, { grid: 'upper', column: 1, row: 0 });

  test('move by one cell and stop at the edges', () => {
    expect(press('ArrowRight', 'ArrowDown')).toEqual({ grid: 'upper', column: 2, row: 1 });
    expect(press('ArrowLeft', 'ArrowLeft', 'ArrowLeft')).toEqual({ grid: 'upper', column: 0, row: 0 });
    expect(press('ArrowUp')).toEqual({ grid: 'upper', column: 1, row: 0 });
    expect(press('End')).toEqual({ grid: 'upper', column: 3, row: 0 });
  });

  test('go on to the grid below, at the same place along x, and back', () => {
    const below = press('ArrowDown', 'ArrowDown');
    expect(below).toEqual({ grid: 'lower', column: 3, row: 0 });
    expect(moveCell(grids, below, 'ArrowUp')).toEqual({ grid: 'upper', column: 1, row: 1 });
  });

  test('with Page up and down go to the ends of the column, then to the next grid', () => {
    expect(press('PageDown')).toEqual({ grid: 'upper', column: 1, row: 1 });
    expect(press('PageDown', 'PageDown')).toEqual({ grid: 'lower', column: 3, row: 0 });
    expect(press('PageDown', 'PageDown', 'PageDown')).toEqual({ grid: 'lower', column: 3, row: 0 });
    expect(press('PageDown', 'PageUp')).toEqual({ grid: 'upper', column: 1, row: 0 });
    expect(press('PageDown', 'PageDown', 'PageUp')).toEqual({ grid: 'upper', column: 1, row: 1 });
  });

  test('start in the first grid, and stay inside one that has shrunk', () => {
    expect(moveCell(grids, null, 'ArrowRight')).toEqual({ grid: 'upper', column: 0, row: 0 });
    expect(moveCell(grids, { grid: 'lower', column: 99, row: 9 }, 'ArrowRight')).toEqual({
      grid: 'lower',
      column: 9,
      row: 0,
    });
  });

  test('leave other keys to the page', () => {
    expect(moveCell(grids, { grid: 'upper', column: 0, row: 0 }, 'r')).toBeNull();
    expect(moveCell(grids, null, 'r')).toBeNull();
    expect(moveCell([], null, 'ArrowRight')).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import { movedLinks, outlinesOf, overPositions, pathOf, subjectsAt } from './outlines.ts';
import type { Grid } from './picture.ts';
import { headSubject, positionSubject, segmentSubject, slotSubject } from './subjects.ts';

const describeNothing = (): string => '';
const tokens: Grid = {
  ...{ id: 'tokens', label: 'tokens', x: 10, y: 0, width: 80, height: 30, columns: 8, rows: 3 },
  describe: describeNothing,
  links: overPositions,
};
const weights: Grid = {
  ...{ id: 'weights', label: 'weights', x: 10, y: 40, width: 80, height: 40, columns: 8, rows: 4 },
  describe: describeNothing,
  links: { ...overPositions, rows: (row) => [slotSubject('slots', row)] },
};
const bars: Grid = {
  ...{ id: 'bars', label: 'bars', x: 100, y: 40, width: 30, height: 40, columns: 1, rows: 4 },
  describe: describeNothing,
  links: { rows: (row) => [slotSubject('slots', row)], whole: [headSubject('layer', 0)] },
};
const points: Grid = {
  ...{ id: 'points', label: 'points', x: 0, y: 100, width: 40, height: 40, columns: 4, rows: 1 },
  describe: describeNothing,
  links: {
    cells: {
      at: (column) => [slotSubject('slots', column)],
      shapes: (subject) =>
        subject.kind === 'slot' && subject.bank === 'slots' && subject.index !== null
          ? [{ kind: 'circle', x: 10 * subject.index, y: 120, r: 4 }]
          : [],
    },
  },
};
const plain: Grid = { ...tokens, id: 'plain', links: undefined! };
const grids = [tokens, weights, bars, points];

describe('a cell', () => {
  test('shows what its column and its row stand for, and the whole of its grid', () => {
    expect(subjectsAt(grids, { grid: 'weights', column: 5, row: 2 })).toEqual([
      positionSubject(5),
      slotSubject('slots', 2),
    ]);
    expect(subjectsAt(grids, { grid: 'bars', column: 0, row: 1 })).toEqual([
      headSubject('layer', 0),
      slotSubject('slots', 1),
    ]);
    expect(subjectsAt(grids, { grid: 'points', column: 3, row: 0 })).toEqual([slotSubject('slots', 3)]);
  });

  test('that a smaller picture no longer has is its last one; without links there is nothing', () => {
    expect(subjectsAt(grids, { grid: 'tokens', column: 99, row: 0 })).toEqual([positionSubject(7)]);
    expect(subjectsAt([plain], { grid: 'plain', column: 0, row: 0 })).toEqual([]);
    expect(subjectsAt(grids, { grid: 'gone', column: 0, row: 0 })).toEqual([]);
    expect(subjectsAt(grids, null)).toEqual([]);
  });
});

describe('an outline', () => {
  test('of a slot goes through all grids beside each other, and round its point', () => {
    expect(outlinesOf(grids, [slotSubject('slots', 2)])).toEqual([
      { kind: 'box', x: 10, y: 60, width: 120, height: 10 },
      { kind: 'circle', x: 20, y: 120, r: 4 },
    ]);
  });

  test('of a position is one column of grids that stand close to each other', () => {
    expect(outlinesOf(grids, [positionSubject(5)])).toEqual([
      { kind: 'box', x: 60, y: 0, width: 10, height: 80 },
    ]);
    const apart = { ...weights, y: 60 };
    expect(outlinesOf([tokens, apart], [positionSubject(5)])).toHaveLength(2);
  });

  test('of a segment encloses all its columns at once', () => {
    expect(outlinesOf([tokens], [segmentSubject({ start: 2, end: 6 })])).toEqual([
      { kind: 'box', x: 30, y: 0, width: 40, height: 30 },
    ]);
  });

  test('of a head is the whole grid', () => {
    expect(outlinesOf(grids, [headSubject('layer', 0)])).toEqual([
      { kind: 'box', x: 100, y: 40, width: 30, height: 40 },
    ]);
    expect(outlinesOf(grids, [headSubject('layer', 1)])).toEqual([]);
  });

  test('spares the grid that is pointed at, but not its points', () => {
    expect(outlinesOf(grids, [slotSubject('slots', 1)], 'weights')).toEqual([
      { kind: 'box', x: 100, y: 50, width: 30, height: 10 },
      { kind: 'circle', x: 10, y: 120, r: 4 },
    ]);
    expect(outlinesOf([points], [slotSubject('slots', 1)], 'points')).toHaveLength(1);
  });

  test('of another memory is nowhere', () => {
    expect(outlinesOf(grids, [slotSubject('cache', 1)])).toEqual([]);
  });
});

test('a grid moved into another picture keeps its subjects, and names those of another run', () => {
  const moved: Grid = { ...points, x: 200, y: 300, links: movedLinks(points.links!, 200, 200, null) };
  expect(outlinesOf([moved], [slotSubject('slots', 1)])).toEqual([{ kind: 'circle', x: 210, y: 320, r: 4 }]);
  const other: Grid = { ...points, links: movedLinks(points.links!, 0, 0, 'A') };
  expect(outlinesOf([other], [slotSubject('slots', 1)])).toEqual([]);
  const own = subjectsAt([other], { grid: 'points', column: 1, row: 0 });
  expect(outlinesOf([other], own)).toHaveLength(1);
});

test('outlines are drawn round what they enclose, enlarged with the picture', () => {
  const box = { kind: 'box', x: 10, y: 20, width: 30, height: 40 } as const;
  expect(pathOf([box], 1)).toBe('M8.5 18.5h33v43h-33z');
  expect(pathOf([box], 2)).toBe('M18.5 38.5h63v83h-63z');
  expect(
    pathOf(
      [
        {
          kind: 'line',
          points: [
            [1, 2],
            [3, 4],
          ],
        },
      ],
      2,
    ),
  ).toBe('M2 4L6 8');
  expect(pathOf([], 1)).toBe('');
});

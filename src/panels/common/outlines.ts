/** Which subjects a cell shows, and where in a picture a subject is: the two ways through what grids declare. */
import type { Box, Cell, Grid, Links, Shape } from './picture.ts';
import type { Subject } from './subjects.ts';
import { isSame, ofRun, positionSubject, withinRun } from './subjects.ts';

/** Of a grid with one column a position. */
export const overPositions: Links = { columns: (t) => [positionSubject(t)] };

export function subjectsAt(grids: readonly Grid[], cell: Cell | null): readonly Subject[] {
  if (!cell) return [];
  const grid = grids.find(({ id }) => id === cell.grid);
  if (!grid?.links) return [];
  const { whole = [], columns, rows, cells } = grid.links;
  const column = Math.min(cell.column, grid.columns - 1);
  const row = Math.min(cell.row, grid.rows - 1);
  return [...whole, ...(columns?.(column) ?? []), ...(rows?.(row) ?? []), ...(cells?.at(column, row) ?? [])];
}

/**
 * Where the subjects are in a picture.
 * @param except the grid that is pointed at: its own rows and columns need no outline
 */
export function outlinesOf(
  grids: readonly Grid[],
  subjects: readonly Subject[],
  except: string | null = null,
): Shape[] {
  return subjects.flatMap((subject) => {
    const boxes = grids.flatMap((grid) => (grid.id === except ? [] : boxesOf(grid, subject)));
    const others = grids.flatMap((grid) => grid.links?.cells?.shapes(subject) ?? []);
    return [...merged(boxes).map((box): Shape => ({ kind: 'box', ...box })), ...others];
  });
}

function boxesOf(grid: Grid, subject: Subject): Box[] {
  const { x, y, width, height, columns, rows, links } = grid;
  if (!links) return [];
  const cell = { width: width / columns, height: height / rows };
  const shows = (subjects: readonly Subject[] = []): boolean =>
    subjects.some((other) => isSame(subject, other));
  return [
    ...(shows(links.whole) ? [{ x, y, width, height }] : []),
    ...runs(columns, (i) => shows(links.columns?.(i))).map(([from, to]) => {
      return { x: x + from * cell.width, y, width: (to - from) * cell.width, height };
    }),
    ...runs(rows, (i) => shows(links.rows?.(i))).map(([from, to]) => {
      return { x, y: y + from * cell.height, width, height: (to - from) * cell.height };
    }),
  ];
}

/** Stretches [from, to) of indices that hold. */
function runs(count: number, holds: (index: number) => boolean): [number, number][] {
  const found: [number, number][] = [];
  for (let i = 0; i < count; i++) {
    if (!holds(i)) continue;
    const last = found.at(-1);
    if (last?.[1] === i) last[1] = i + 1;
    else found.push([i, i + 1]);
  }
  return found;
}

/**
 * Of a grid that stands elsewhere in another picture.
 * @param run what the run is called that the grid shows; null for the run of all other instruments
 */
export function movedLinks(links: Links, x: number, y: number, run: string | null): Links {
  const { whole, columns, rows, cells } = links;
  const named = (subjects: readonly Subject[]): readonly Subject[] =>
    run === null ? subjects : subjects.map((subject) => ofRun(subject, run));
  return {
    ...(whole && { whole: named(whole) }),
    ...(columns && { columns: (column) => named(columns(column)) }),
    ...(rows && { rows: (row) => named(rows(row)) }),
    ...(cells && {
      cells: {
        at: (column, row) => named(cells.at(column, row)),
        shapes: (subject) => {
          const own = run === null ? subject : withinRun(subject, run);
          return own === null ? [] : cells.shapes(own).map((shape) => movedShape(shape, x, y));
        },
      },
    }),
  };
}

function movedShape(shape: Shape, x: number, y: number): Shape {
  return shape.kind === 'line'
    ? { ...shape, points: shape.points.map(([px, py]) => [px + x, py + y] as const) }
    : { ...shape, x: shape.x + x, y: shape.y + y };
}

/** Grids at most so far apart belong together: a row that goes through them gets one outline. */
const nearby = 24;

/** Boxes in one line, one beside or one below the other, become one. */
function merged(boxes: readonly Box[]): Box[] {
  const kept: Box[] = [];
  for (const box of boxes) {
    const at = kept.findIndex((other) => inLine(other, box) || inLine(turned(other), turned(box)));
    if (at < 0) kept.push(box);
    else kept[at] = union(kept[at]!, box);
  }
  return kept.length < boxes.length ? merged(kept) : kept;
}

const close = (a: number, b: number): boolean => Math.abs(a - b) < 0.5;

/** Alike along y, and not far apart along x. */
function inLine(a: Box, b: Box): boolean {
  const gap = Math.max(a.x, b.x) - Math.min(a.x + a.width, b.x + b.width);
  return close(a.y, b.y) && close(a.height, b.height) && gap <= nearby;
}

const turned = ({ x, y, width, height }: Box): Box => ({ x: y, y: x, width: height, height: width });

function union(a: Box, b: Box): Box {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const right = Math.max(a.x + a.width, b.x + b.width);
  const bottom = Math.max(a.y + a.height, b.y + b.height);
  return { x, y, width: right - x, height: bottom - y };
}

/** Outlines stand this far outside of what they enclose, in CSS pixels, so that frames inside stay visible. */
const distance = 1.5;

/** Shapes as SVG path data, enlarged. */
export function pathOf(shapes: readonly Shape[], zoom: number): string {
  return shapes.map((shape) => shapePath(shape, zoom)).join('');
}

const n = (value: number): string => String(Math.round(value * 100) / 100);

function shapePath(shape: Shape, zoom: number): string {
  switch (shape.kind) {
    case 'box': {
      // At the very edge of the picture the line moves in, so that all of it is seen.
      const [x, y] = [shape.x, shape.y].map((start) => Math.max(1, start * zoom - distance)) as [
        number,
        number,
      ];
      const width = (shape.x + shape.width) * zoom + distance - x;
      const height = (shape.y + shape.height) * zoom + distance - y;
      return `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}z`;
    }
    case 'circle': {
      const r = n(shape.r * zoom);
      const across = n(2 * shape.r * zoom);
      return `M${n((shape.x - shape.r) * zoom)} ${n(shape.y * zoom)}a${r} ${r} 0 1 0 ${across} 0a${r} ${r} 0 1 0 -${across} 0z`;
    }
    case 'line':
      return shape.points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${n(x * zoom)} ${n(y * zoom)}`).join('');
  }
}

/**
 * A picture: what an instrument shows, before anything is drawn. It is plain data made by a pure function of the numbers, and
 * three renderers read it: `canvas.ts` (the page), `svg.ts` (export and stored references); the table beside it becomes CSV.
 * Lengths are CSS pixels, the origin is the top left corner, marks are painted in order.
 */
import type { ColourScale } from './colour.ts';
import type { Subject } from './subjects.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

interface Stroke {
  readonly stroke?: string;
  /** Default 1. */
  readonly strokeWidth?: number;
  readonly dash?: readonly number[];
}

interface Paint extends Stroke {
  readonly fill?: string;
  /** Of fill and stroke, default 1. */
  readonly opacity?: number;
}

export interface RectMark extends Box, Paint {
  readonly kind: 'rect';
  readonly radius?: number;
}

export interface LineMark extends Stroke {
  readonly kind: 'line';
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly stroke: string;
  readonly opacity?: number;
}

export interface PathMark extends Paint {
  readonly kind: 'path';
  /** SVG path data, as d3-shape writes it. */
  readonly d: string;
}

export interface TextMark {
  readonly kind: 'text';
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly fill: string;
  /** CSS pixels. */
  readonly size: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** 'middle' centres on the height of lower-case letters. */
  readonly baseline?: 'alphabetic' | 'middle';
  readonly weight?: 400 | 600;
  readonly family?: 'sans' | 'mono';
  /** Degrees, clockwise, about (x, y). */
  readonly rotate?: number;
  /** Colour of an edge round the letters, so that they can be read on lines. */
  readonly halo?: string;
  readonly opacity?: number;
}

/** A heatmap: one colour level a cell, row-major, row 0 on top. Level 0 means "nothing here" and stays unpainted. */
export interface RasterMark extends Box {
  readonly kind: 'raster';
  readonly columns: number;
  readonly rows: number;
  readonly levels: Uint8Array;
  readonly scale: ColourScale;
}

/** Marks that are moved together, or cut off at the edge of a box (in the coordinates of the marks). */
export interface GroupMark {
  readonly kind: 'group';
  readonly x?: number;
  readonly y?: number;
  readonly clip?: Box;
  readonly marks: readonly Mark[];
}

export type Mark = RectMark | LineMark | PathMark | TextMark | RasterMark | GroupMark;

/** The outline of a region. */
export type Shape =
  | ({ readonly kind: 'box' } & Box)
  | { readonly kind: 'circle'; readonly x: number; readonly y: number; readonly r: number }
  | { readonly kind: 'line'; readonly points: readonly (readonly [x: number, y: number])[] };

/**
 * What the parts of a grid stand for, so that instruments can outline for each other what is pointed at. Asked only while
 * somebody points.
 */
export interface Links {
  readonly whole?: readonly Subject[];
  readonly columns?: (column: number) => readonly Subject[];
  readonly rows?: (row: number) => readonly Subject[];
  /** For what lies across the cells: points, curves. */
  readonly cells?: {
    readonly at: (column: number, row: number) => readonly Subject[];
    /** Where a subject is; nothing where it is not shown. */
    readonly shapes: (subject: Subject) => readonly Shape[];
  };
}

/** A field of cells that the pointer and the arrow keys can visit. */
export interface Grid extends Box {
  readonly id: string;
  /** What it is called when the cursor enters, e.g. "read weights". */
  readonly label: string;
  readonly columns: number;
  readonly rows: number;
  /** The cell in words with its exact value: read out, and shown under the pointer. */
  readonly describe: (column: number, row: number) => string;
  readonly links?: Links;
}

/** A part of a picture. */
export interface Drawing {
  readonly marks: readonly Mark[];
  readonly grids: readonly Grid[];
}

export interface Picture extends Size, Drawing {
  readonly kind: 'picture';
  /** What is to be seen, in one sentence, for those who do not see it. */
  readonly summary: string;
}

/** Shown in place of a picture when there is nothing to draw: what would fill the instrument. */
export interface Notice {
  readonly kind: 'notice';
  readonly text: string;
}

export type Drawn = Picture | Notice;

export const notice = (text: string): Notice => ({ kind: 'notice', text });

/** The numbers behind a picture, one row a record. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export const emptyTable: Table = { columns: [], rows: [] };

/** The box of one cell of a grid. */
export function cellBox(grid: Grid, column: number, row: number): Box {
  const width = grid.width / grid.columns;
  const height = grid.height / grid.rows;
  return { x: grid.x + column * width, y: grid.y + row * height, width, height };
}

export interface Cell {
  readonly grid: string;
  readonly column: number;
  readonly row: number;
}

/** The cell at a point, or null. Where grids overlap, the later one wins. */
export function cellAt(grids: readonly Grid[], x: number, y: number): Cell | null {
  const grid = grids.findLast(
    (g) => x >= g.x && x < g.x + g.width && y >= g.y && y < g.y + g.height && g.columns > 0 && g.rows > 0,
  );
  if (!grid) return null;
  return {
    grid: grid.id,
    column: Math.min(grid.columns - 1, Math.floor(((x - grid.x) / grid.width) * grid.columns)),
    row: Math.min(grid.rows - 1, Math.floor(((y - grid.y) / grid.height) * grid.rows)),
  };
}

/**
 * Where a key takes the cell cursor. Up and down at the edge of a grid go on to the grid above or below, keeping the place
 * along x; Home and End go to the ends of the row, Page up and down to the ends of the column and from there to the next grid.
 * Null when the key does not move a cursor.
 */
export function moveCell(grids: readonly Grid[], from: Cell | null, key: string): Cell | null {
  const start = from && grids.find((grid) => grid.id === from.grid);
  if (!from || !start) {
    const first = grids[0];
    return first && key.startsWith('Arrow') ? { grid: first.id, column: 0, row: 0 } : null;
  }
  const column = Math.min(from.column, start.columns - 1);
  const row = Math.min(from.row, start.rows - 1);
  switch (key) {
    case 'ArrowLeft':
      return { ...from, row, column: Math.max(0, column - 1) };
    case 'ArrowRight':
      return { ...from, row, column: Math.min(start.columns - 1, column + 1) };
    case 'Home':
      return { ...from, row, column: 0 };
    case 'End':
      return { ...from, row, column: start.columns - 1 };
    case 'ArrowUp':
      return row > 0 ? { ...from, column, row: row - 1 } : neighbour(grids, start, column, -1);
    case 'ArrowDown':
      return row < start.rows - 1 ? { ...from, column, row: row + 1 } : neighbour(grids, start, column, 1);
    case 'PageUp':
      return row > 0 ? { ...from, column, row: 0 } : neighbour(grids, start, column, -1);
    case 'PageDown':
      return row < start.rows - 1
        ? { ...from, column, row: start.rows - 1 }
        : neighbour(grids, start, column, 1);
    default:
      return null;
  }
}

function neighbour(grids: readonly Grid[], from: Grid, column: number, direction: 1 | -1): Cell {
  const next = grids[grids.indexOf(from) + direction];
  if (!next) return { grid: from.id, column, row: direction < 0 ? 0 : from.rows - 1 };
  const centre = cellBox(from, column, 0).x + from.width / from.columns / 2;
  const along = Math.floor(((centre - next.x) / next.width) * next.columns);
  return {
    grid: next.id,
    column: Math.max(0, Math.min(next.columns - 1, along)),
    row: direction < 0 ? next.rows - 1 : 0,
  };
}

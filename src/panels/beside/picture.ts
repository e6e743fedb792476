/**
 * One instrument of two runs: the same picture twice, side by side where there is room, else one above the other. Each has
 * a heading that says which run, which step and which sample it is.
 */
import { fontSize } from '../common/axes.ts';
import type { Palette } from '../common/palette.ts';
import { movedLinks } from '../common/outlines.ts';
import type { Drawn, Grid, Mark, Size, Table } from '../common/picture.ts';
import { notice } from '../common/picture.ts';
import { countText, cutText } from '../common/text.ts';
import type { Shown, View } from './views.ts';

export interface Side {
  /** e.g. "this run" or "B, LSTM instead of MemNet" */
  readonly title: string;
  readonly colour: string | null;
  /** null until it has a snapshot. */
  readonly moment: Shown | null;
}

export interface BesideOptions {
  readonly size: Size;
  readonly palette: Palette;
  readonly view: View;
}

const headingHeight = 24;
const gap = 20;
/** From this width on both fit side by side. */
const twoColumns = 1000;
const emptyHeight = 60;

const columnsOf = (width: number): number => (width >= twoColumns ? 2 : 1);
const columnWidth = (width: number): number => (width >= twoColumns ? (width - gap) / 2 : width);

function heightOf({ moment }: Side, view: View, width: number): number {
  return moment && view.offeredFor(moment.run) ? view.height(moment, width) : emptyHeight;
}

export function naturalHeight(sides: readonly Side[], view: View, width: number): number {
  const heights = sides.map((side) => heightOf(side, view, columnWidth(width)) + headingHeight);
  return columnsOf(width) === 2
    ? Math.max(...heights)
    : heights.reduce((sum, height) => sum + height, gap * (sides.length - 1));
}

export function besidePicture(sides: readonly Side[], { size, palette, view }: BesideOptions): Drawn {
  if (sides.length < 2) return notice('Choose “Side by side” at one of the compared runs.');
  const width = columnWidth(size.width);
  const natural = sides.map((side) => heightOf(side, view, width));
  const across = columnsOf(size.width) === 2;
  // The page may give more room than is needed, or less: both sides share it.
  const free = across
    ? size.height - headingHeight
    : size.height - sides.length * headingHeight - (sides.length - 1) * gap;
  const total = natural.reduce((sum, height) => sum + height, 0);
  const marks: Mark[] = [];
  const grids: Grid[] = [];
  const summaries: string[] = [];
  let [x, y] = [0, 0];
  for (const [i, side] of sides.entries()) {
    const height = across ? free : (free * natural[i]!) / total;
    const drawn = drawSide(side, view, { width, height }, palette);
    marks.push(headingMark(side, x, y + headingHeight / 2, width, palette));
    marks.push({ kind: 'group', x, y: y + headingHeight, marks: drawn.marks });
    grids.push(...drawn.grids.map((grid) => moved(grid, i, side.title, x, y + headingHeight)));
    summaries.push(`${side.title}: ${drawn.summary}`);
    if (across) x += width + gap;
    else y += headingHeight + height + gap;
  }
  return { kind: 'picture', ...size, summary: summaries.join(' '), marks, grids };
}

interface DrawnSide {
  readonly marks: readonly Mark[];
  readonly grids: readonly Grid[];
  readonly summary: string;
}

function drawSide({ moment }: Side, view: View, size: Size, palette: Palette): DrawnSide {
  const drawn: Drawn = !moment
    ? notice('This run has no picture yet.')
    : view.offeredFor(moment.run)
      ? view.draw(moment, size, palette)
      : notice(`This model has no such instrument: ${view.label.toLowerCase()}.`);
  if (drawn.kind === 'picture') return drawn;
  const text: Mark = {
    ...({ kind: 'text', x: 0, y: 20, fill: palette.inkMuted, size: fontSize.label } as const),
    text: cutText(drawn.text, size.width, fontSize.label),
  };
  return { marks: [text], grids: [], summary: drawn.text };
}

function headingMark(side: Side, x: number, y: number, width: number, palette: Palette): Mark {
  const { moment } = side;
  const where = moment
    ? `, step ${countText(moment.snapshot.step)}, sample ${moment.snapshot.sampleIndex}`
    : '';
  return {
    ...({ kind: 'text', x, y, weight: 600, baseline: 'middle', size: fontSize.title } as const),
    text: cutText(`${side.title}${where}`, width, fontSize.title),
    fill: side.colour ?? palette.ink,
  };
}

/** Grids keep their names behind the number of their side, so that a cell says whose it is. */
function moved(grid: Grid, side: number, title: string, x: number, y: number): Grid {
  return {
    ...grid,
    id: `${side} ${grid.id}`,
    x: grid.x + x,
    y: grid.y + y,
    // The slots of the other run are others; positions are shared, as the cursor is.
    ...(grid.links ? { links: movedLinks(grid.links, x, y, side === 0 ? null : title) } : {}),
    describe: (column, row) => `${title}: ${grid.describe(column, row)}`,
  };
}

/** The tables of both, with the run in front. */
export function besideTable(sides: readonly Side[], view: View): Table {
  const tables = sides.map(({ title, moment }) => ({
    title,
    table: moment && view.offeredFor(moment.run) ? view.table(moment) : null,
  }));
  const columns = [...new Set(tables.flatMap(({ table }) => table?.columns ?? []))];
  return {
    columns: ['run', ...columns],
    rows: tables.flatMap(({ title, table }) =>
      (table?.rows ?? []).map((row) => [
        title,
        ...columns.map((column) => row[table!.columns.indexOf(column)] ?? ''),
      ]),
    ),
  };
}

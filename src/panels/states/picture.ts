/** States: what a network carries along, unit by unit, over the positions of the sequence. */
import { bottomAxis, fontSize, indexTicks, leftAxis } from '../common/axes.ts';
import type { ColourScale } from '../common/colour.ts';
import { diverging, levelOf, sequential } from '../common/colour.ts';
import type { Moment } from '../common/data.ts';
import { cursorFrame, gridLines } from '../common/heat-marks.ts';
import type { ScaleMode } from '../common/legend.ts';
import { colourBar } from '../common/legend.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawn, Grid, Links, Mark, Size, Table } from '../common/picture.ts';
import { emptyTable, notice } from '../common/picture.ts';
import { headingWidth, numberText } from '../common/text.ts';
import { narrowestToken } from '../common/token-rows.ts';
import type { StateChoice, StateData } from './data.ts';
import { linksOf, stateData } from './data.ts';

export interface StatesOptions {
  readonly size: Size;
  readonly palette: Palette;
  readonly choice: StateChoice;
  /** Largest magnitude of the colour scale; null finds it in the picture. */
  readonly extent: number | null;
}

const roomOfLegend = 130;
const margin = { left: 92, right: 12, top: 30, tokens: 22, bottom: 38 } as const;

export function naturalHeight(data: StateData): number {
  const tokens = data.columnLabels ? margin.tokens : 0;
  return margin.top + tokens + Math.max(90, Math.min(360, data.rows * 8)) + margin.bottom;
}

export function statesPicture(moment: Moment | null, options: StatesOptions): Drawn {
  if (!moment) return notice('Train the network, or step once: its states are then shown over the sequence.');
  const data = stateData(moment, options.choice);
  if (!data) return notice('This snapshot holds no such state. It comes with the next training step.');
  const { size, palette, extent, choice } = options;
  const tokens = data.columnLabels ? margin.tokens : 0;
  const box: Box = {
    x: margin.left,
    y: margin.top + tokens,
    width: Math.max(20, size.width - margin.left - margin.right),
    height: Math.max(8, size.height - margin.top - tokens - margin.bottom),
  };
  const scale = scaleOf(data, extent ?? extentOf(data), palette);
  const mode: ScaleMode = extent === null ? 'automatic' : 'fixed';
  const cell = { width: box.width / data.columns, height: box.height / data.rows };
  const current = {
    x: box.x + data.currentColumn * cell.width,
    y: box.y,
    width: cell.width,
    height: box.height,
  };
  const right = box.x + box.width;
  // A long name begins at the edge, so that the legend has room beside it.
  const name = headingWidth(choice.label, fontSize.title);
  const start = box.width - name - 16 < roomOfLegend ? 8 : box.x;
  const room = right - start - name - 16;
  return {
    kind: 'picture',
    ...size,
    summary: `${choice.label}: ${data.rows} rows by ${data.columns} columns at training step ${moment.snapshot.step}.`,
    marks: [
      heading(choice.label, start, palette),
      ...colourBar({ right, y: 11, scale, title: 'value', mode, palette, room }),
      ...tokenLine(data, box, palette),
      ...heat(data, box, scale, palette),
      ...rowAxis(data, box, palette),
      ...bottomAxis(box, indexTicks(data.columns, box.x, cell.width, 26), data.columnTitle, palette),
      ...(data.currentColumn < 0 ? [] : cursorFrame(current, palette)),
    ],
    grids: [gridOf(data, box, linksOf(moment, data))],
  };
}

/** Largest magnitude of all that is shown. */
export function extentOf({ value, rows, columns }: StateData): number {
  let largest = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const magnitude = Math.abs(value(row, column));
      if (magnitude > largest && magnitude < Infinity) largest = magnitude;
    }
  }
  return largest;
}

/** What cannot be negative has a scale from 0, at least up to 1. */
function scaleOf({ signed }: StateData, extent: number, palette: Palette): ColourScale {
  return signed ? diverging(extent, palette.theme) : sequential(0, Math.max(1, extent));
}

function heading(text: string, x: number, palette: Palette): Mark {
  return {
    kind: 'text',
    x,
    y: 11,
    text,
    fill: palette.ink,
    size: fontSize.title,
    weight: 600,
    baseline: 'middle',
  };
}

/** The token of each column, where letters fit. */
function tokenLine({ columnLabels, columns }: StateData, box: Box, palette: Palette): Mark[] {
  const cell = box.width / columns;
  if (!columnLabels || cell < narrowestToken) return [];
  const y = box.y - 10;
  return columnLabels.map((text, t): Mark => {
    const size = Math.min(fontSize.label, (cell - 1) / (0.602 * Math.max(1, Array.from(text).length)));
    const place = { x: box.x + (t + 0.5) * cell, y, anchor: 'middle', baseline: 'middle' } as const;
    return { kind: 'text', ...place, text, fill: palette.ink, size, family: 'mono' };
  });
}

function heat({ value, rows, columns }: StateData, box: Box, scale: ColourScale, palette: Palette): Mark[] {
  const levels = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      levels[row * columns + column] = levelOf(value(row, column), scale);
    }
  }
  return [
    { kind: 'rect', ...box, fill: palette.well },
    { kind: 'raster', ...box, columns, rows, levels, scale },
    ...gridLines(box, columns, rows, palette),
  ];
}

function rowAxis({ rows, rowTitle, groups }: StateData, box: Box, palette: Palette): Mark[] {
  const turned: Mark = {
    kind: 'text',
    x: 14,
    y: box.y + box.height / 2,
    text: rowTitle,
    fill: palette.ink,
    size: fontSize.title,
    anchor: 'middle',
    rotate: -90,
  };
  if (groups.length === 0)
    return [...leftAxis(box, indexTicks(rows, box.y, box.height / rows, 13), palette), turned];
  const height = box.height / groups.length;
  return groups.flatMap((text, i): Mark[] => {
    const y = box.y + i * height;
    const style = { fill: palette.ink, size: fontSize.label, anchor: 'end', baseline: 'middle' } as const;
    const edge: Mark = {
      kind: 'line',
      x1: box.x - 60,
      y1: y,
      x2: box.x + box.width,
      y2: y,
      stroke: palette.ink,
    };
    return [...(i === 0 ? [] : [edge]), { kind: 'text', x: box.x - 8, y: y + height / 2, text, ...style }];
  });
}

/** "forget gate, unit 3" or "unit 3" */
function rowName({ rows, rowTitle, groups }: StateData, row: number): string {
  if (groups.length === 0) return `${rowTitle} ${row}`;
  const size = rows / groups.length;
  return `${groups[Math.floor(row / size)]!} gate, unit ${row % size}`;
}

function gridOf(data: StateData, box: Box, links: Links): Grid {
  const unit = data.columnTitle.split(' ')[0]!;
  return {
    ...box,
    id: 'states',
    label: data.choice.label,
    columns: data.columns,
    rows: data.rows,
    links,
    describe: (column, row) => {
      const token = data.columnLabels ? ` (‘${data.columnLabels[column]!}’)` : '';
      return `${data.choice.label}, ${rowName(data, row)}, ${unit} ${column}${token}: ${numberText(data.value(row, column))}`;
    },
  };
}

/** One record a row, one field a column. */
export function statesTable(moment: Moment, choice: StateChoice): Table {
  const data = stateData(moment, choice);
  if (!data) return emptyTable;
  const columns = Array.from({ length: data.columns }, (_, column) => column);
  const unit = data.columnTitle.split(' ')[0]!;
  return {
    columns: [data.rowTitle, ...columns.map((column) => `${unit} ${column}`)],
    rows: Array.from({ length: data.rows }, (_, row) => [
      data.groups.length > 0 ? rowName(data, row) : row,
      ...columns.map((column) => data.value(row, column)),
    ]),
  };
}

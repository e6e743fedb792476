/**
 * Attention: one map a head, rows look at columns. The writer of a memory also shows which slots keep themselves and which are
 * written anew, segment by segment.
 */
import { fontSize, indexTicks, leftAxis } from '../common/axes.ts';
import type { ColourScale } from '../common/colour.ts';
import { levelOf, sequential } from '../common/colour.ts';
import type { Moment } from '../common/data.ts';
import { cursorFrame, gridLines } from '../common/heat-marks.ts';
import type { ScaleMode } from '../common/legend.ts';
import { colourBar } from '../common/legend.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Drawn, Grid, Mark, Size, Table } from '../common/picture.ts';
import { emptyTable, notice } from '../common/picture.ts';
import { numberText, textWidth } from '../common/text.ts';
import type { AttentionChoice, AttentionData } from './data.ts';
import { attentionData, headOf, subjectsOf } from './data.ts';
import { slotTypeStrip, stripHeight } from './slot-type-strip.ts';

export interface AttentionOptions {
  readonly size: Size;
  readonly palette: Palette;
  readonly choice: AttentionChoice;
  readonly scaleMode: ScaleMode;
}

const margin = { left: 72, right: 8, top: 44, between: 40, bottom: 38, gap: 14 } as const;
/** A map narrower than this moves to the next line. */
const narrowestMap = 150;

interface Layout {
  readonly maps: readonly Box[];
  /** Lines of maps. */
  readonly lines: number;
  /** Maps in a line. */
  readonly across: number;
}

/** Room for the title of the rows and the longest of their names. */
function leftOf({ rows, rowPositions }: AttentionData): number {
  const names = rows.map((_, i) => textWidth(rowName(rows, rowPositions, i), fontSize.tick));
  return Math.max(margin.left, 36 + Math.max(0, ...names));
}

function layoutOf(data: AttentionData, size: Size, strip: number): Layout {
  const { heads } = data;
  const left = leftOf(data);
  const room = size.width - left - margin.right;
  const across = Math.max(1, Math.min(heads, Math.floor((room + margin.gap) / (narrowestMap + margin.gap))));
  const lines = Math.ceil(heads / across);
  const width = (room - (across - 1) * margin.gap) / across;
  const free = size.height - margin.top - margin.bottom - strip - (lines - 1) * margin.between;
  const height = Math.max(8, free / lines);
  const maps = Array.from({ length: heads }, (_, head) => ({
    x: left + (head % across) * (width + margin.gap),
    y: margin.top + Math.floor(head / across) * (height + margin.between),
    width,
    height,
  }));
  return { maps, lines, across };
}

export function naturalHeight(moment: Moment, choice: AttentionChoice, width: number): number | null {
  const data = attentionData(moment, choice);
  if (!data) return null;
  const strip = choice.family === 'writer' ? stripHeight : 0;
  const { lines } = layoutOf(data, { width, height: 0 }, strip);
  const map = Math.max(72, Math.min(220, data.rows.length * 14));
  return margin.top + margin.bottom + strip + lines * map + (lines - 1) * margin.between;
}

export function attentionPicture(moment: Moment | null, options: AttentionOptions): Drawn {
  if (!moment)
    return notice('Train the network, or step once: who looks at what is then shown for the cursor.');
  const data = attentionData(moment, options.choice);
  if (!data) return notice('This snapshot holds no such attention. It comes with the next training step.');
  const { palette, choice, size } = options;
  const writer = choice.family === 'writer';
  const layout = layoutOf(data, size, writer ? stripHeight : 0);
  const scale = sequential(0, options.scaleMode === 'fixed' ? 1 : largestWeight(data));
  const drawings = layout.maps.map((box, head) => headMap(data, head, box, scale, layout, palette));
  const stripBox = {
    x: margin.left,
    y: size.height - stripHeight + 26,
    width: size.width - margin.left - margin.right,
    height: stripHeight - 64,
  };
  const strip: Drawing = writer ? slotTypeStrip(moment, data, stripBox, palette) : { marks: [], grids: [] };
  return {
    kind: 'picture',
    ...size,
    summary: summaryOf(data),
    marks: [
      ...heading(data, options, scale),
      ...drawings.flatMap((drawing) => drawing.marks),
      ...axisTitles(data, layout, palette),
      ...strip.marks,
    ],
    grids: [...drawings.flatMap((drawing) => drawing.grids), ...strip.grids],
  };
}

function largestWeight({ heads, rows, columns, weight }: AttentionData): number {
  let largest = 0;
  for (let head = 0; head < heads; head++) {
    rows.forEach((_, row) =>
      columns.forEach((__, column) => {
        const value = weight(head, row, column);
        if (value > largest) largest = value;
      }),
    );
  }
  return largest;
}

function heading(
  { segment, choice }: AttentionData,
  { size, palette, scaleMode }: AttentionOptions,
  scale: ColourScale,
): Mark[] {
  const { start, end } = segment;
  const where = end - start === 1 ? `position ${start}` : `positions ${start}–${end - 1}`;
  const text = choice.tap.includes('{s}') ? `segment ${segment.index}: ${where}` : 'whole sequence';
  const room = size.width - margin.left - textWidth(text, fontSize.label) - 30;
  return [
    {
      kind: 'text',
      x: margin.left,
      y: 11,
      text,
      fill: palette.inkMuted,
      size: fontSize.label,
      baseline: 'middle',
    },
    ...colourBar({
      right: size.width - margin.right,
      y: 11,
      scale,
      title: 'weight',
      mode: scaleMode,
      palette,
      room,
    }),
  ];
}

function headMap(
  data: AttentionData,
  head: number,
  box: Box,
  scale: ColourScale,
  layout: Layout,
  palette: Palette,
): Drawing {
  const { rows, columns, weight, currentRow } = data;
  const levels = new Uint8Array(rows.length * columns.length);
  rows.forEach((_, row) =>
    columns.forEach((__, column) => {
      levels[row * columns.length + column] = levelOf(weight(head, row, column), scale);
    }),
  );
  const firstInLine = head % layout.across === 0;
  const cell = box.height / rows.length;
  const rowTicks = indexTicks(rows.length, box.y, cell, 13).map((tick) => ({
    at: tick.at,
    text: rowName(data.rows, data.rowPositions, Number(tick.text)),
  }));
  return {
    marks: [
      {
        kind: 'text',
        x: box.x,
        y: box.y - 10,
        text: `head ${head}`,
        fill: palette.ink,
        size: fontSize.tick,
        weight: 600,
        baseline: 'middle',
      },
      { kind: 'rect', ...box, fill: palette.well },
      { kind: 'raster', ...box, columns: columns.length, rows: rows.length, levels, scale },
      ...gridLines(box, columns.length, rows.length, palette),
      ...(firstInLine ? leftAxis(box, rowTicks, palette) : []),
      ...columnLabels(data, box, palette),
      ...(currentRow < 0
        ? []
        : cursorFrame({ x: box.x, y: box.y + currentRow * cell, width: box.width, height: cell }, palette)),
    ],
    grids: [mapGrid(data, head, box)],
  };
}

function rowName(labels: readonly string[], positions: readonly number[], i: number): string {
  const position = positions[i] ?? -1;
  return position < 0 ? labels[i]! : `${labels[i]!}  ${position}`;
}

/** Names under the columns, from the left, each where it does not touch the one before. */
function columnLabels({ columns }: AttentionData, box: Box, palette: Palette): Mark[] {
  const cell = box.width / columns.length;
  let free = box.x - cell;
  return columns.flatMap((text, i): Mark[] => {
    const x = box.x + (i + 0.5) * cell;
    const half = textWidth(text, fontSize.tick) / 2;
    if (x - half < free || x + half > box.x + box.width + margin.gap / 2) return [];
    free = x + half + 4;
    const style = { fill: palette.inkMuted, size: fontSize.tick, anchor: 'middle' } as const;
    return [{ kind: 'text', x, y: box.y + box.height + 13, text, ...style }];
  });
}

function axisTitles({ rowTitle, columnTitle }: AttentionData, { maps }: Layout, palette: Palette): Mark[] {
  const [first] = maps;
  const last = maps.at(-1);
  if (!first || !last) return [];
  const style = { fill: palette.ink, size: fontSize.title } as const;
  return [
    {
      ...style,
      kind: 'text',
      x: 12,
      y: first.y + first.height / 2,
      text:
        textWidth(rowTitle, fontSize.title) < first.height + 20 ? rowTitle : rowTitle.split(/ of |, /)[0]!,
      anchor: 'middle',
      rotate: -90,
    },
    {
      ...style,
      kind: 'text',
      x: last.x + last.width,
      y: last.y + last.height + 30,
      text: `${columnTitle} →`,
      anchor: 'end',
    },
  ];
}

/** "slot 3", "token ‘c’ of position 7" */
function nameOf(kind: 'row' | 'column', i: number, data: AttentionData): string {
  const labels = kind === 'row' ? data.rows : data.columns;
  const positions = kind === 'row' ? data.rowPositions : data.columnPositions;
  const title = kind === 'row' ? data.rowTitle : data.columnTitle;
  const position = positions[i] ?? -1;
  if (position >= 0) return `position ${position} (‘${labels[i]!}’)`;
  if (labels[i] === 'self') return 'itself';
  return title === 'slot' ? `slot ${labels[i]!}` : labels[i]!;
}

function mapGrid(data: AttentionData, head: number, box: Box): Grid {
  return {
    ...box,
    id: `head-${head}`,
    label: `head ${head}`,
    columns: data.columns.length,
    rows: data.rows.length,
    links: {
      whole: [headOf(data.choice, head)],
      rows: (row) => subjectsOf(data, 'row', row),
      columns: (column) => subjectsOf(data, 'column', column),
    },
    describe: (column, row) => {
      const weight = data.weight(head, row, column);
      const pair = `Head ${head}: ${nameOf('row', row, data)} looks at ${nameOf('column', column, data)}`;
      return Number.isNaN(weight) ? `${pair}: out of sight` : `${pair}: weight ${numberText(weight)}`;
    },
  };
}

function summaryOf(data: AttentionData): string {
  const { choice, heads, rows, columns, segment } = data;
  const size = `${heads} ${heads === 1 ? 'head' : 'heads'}, ${rows.length} rows by ${columns.length} columns`;
  return `Attention (${choice.label}), ${size}, segment ${segment.index}.`;
}

/** One record for each weight. */
export function attentionTable(moment: Moment, choice: AttentionChoice): Table {
  const data = attentionData(moment, choice);
  if (!data) return emptyTable;
  const records: (string | number)[][] = [];
  for (let head = 0; head < data.heads; head++) {
    data.rows.forEach((row, i) =>
      data.columns.forEach((column, j) => {
        const weight = data.weight(head, i, j);
        if (!Number.isNaN(weight)) records.push([data.segment.index, head, i, row, j, column, weight]);
      }),
    );
  }
  return {
    columns: ['segment', 'head', 'row', data.rowTitle, 'column', data.columnTitle, 'weight'],
    rows: records,
  };
}

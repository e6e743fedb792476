/** One of the two heatmaps of the slots, with the row of the present step above it, its heading, colour bar and axis. */
import { bottomAxis, fontSize, indexTicks } from '../common/axes.ts';
import type { ColourScale } from '../common/colour.ts';
import { levelOf } from '../common/colour.ts';
import type { Tensor } from '../common/data.ts';
import { gridLines } from '../common/heat-marks.ts';
import type { ScaleMode } from '../common/legend.ts';
import { colourBar, signedBar } from '../common/legend.ts';
import type { Stored } from '../common/memory-trace.ts';
import { storedRows } from '../common/memory-trace.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Grid, Mark } from '../common/picture.ts';
import { numberText } from '../common/text.ts';
import type { SlotsData } from './data.ts';
import { overSlots, slotName } from './data.ts';
import type { SlotsLayout } from './layout.ts';

export interface SlotHeatOptions {
  readonly data: SlotsData;
  readonly layout: SlotsLayout;
  readonly palette: Palette;
  readonly scale: ColourScale;
  readonly mode: ScaleMode;
  readonly name: 'keys' | 'values';
}

export interface SlotHeat {
  readonly marks: readonly Mark[];
  readonly grids: readonly Grid[];
}

/** Words of the two halves: what is stored, and what the present step holds against it. */
const words = {
  keys: { one: 'key', now: 'query' },
  values: { one: 'value', now: 'content' },
} as const;

/** A heatmap narrower than this says everything in short. */
const narrowest = 130;

/** Both ends with their signs, or in little room one number: the scale reaches as far on either side of zero. */
function legend({ layout, scale, mode, palette }: SlotHeatOptions, box: Box): Mark[] {
  const bar = { right: box.x + box.width, y: layout.legend, scale, mode, palette };
  return box.width < narrowest
    ? signedBar({ ...bar, left: box.x })
    : colourBar({ ...bar, room: box.width + 8 });
}

export function slotHeat(options: SlotHeatOptions): SlotHeat {
  const { data, layout, palette, scale, name } = options;
  const { moment, trace } = data;
  const tap = name === 'keys' ? data.keys : data.values;
  const now = name === 'keys' ? data.queries : data.contents;
  const box = name === 'keys' ? layout.keys : layout.values;
  const nowBox = name === 'keys' ? layout.query : layout.content;
  const stored = storedRows(trace, tap, moment.position, data.afterWrite);
  return {
    marks: [
      title(box.width < narrowest ? name : `${name} stored`, box, layout.heading, palette),
      ...legend(options, box),
      ...(now ? raster(nowRow(now, moment.position), now.shape[1]!, 1, nowBox, scale, palette) : []),
      ...raster((slot, i) => stored.row(slot, i), stored.width, data.slots.length, box, scale, palette),
      ...emptyLabel(data, box, palette),
      ...bottomAxis(
        box,
        indexTicks(stored.width, box.x, box.width / stored.width, 22),
        box.width < narrowest ? words[name].one : `${words[name].one} dimension`,
        palette,
      ),
    ],
    grids: [...(now ? [nowGrid(options, now, nowBox)] : []), storedGrid(options, stored, box)],
  };
}

function nowRow(now: Tensor, position: number): (row: number, column: number) => number {
  const width = now.shape[1]!;
  return (_, column) => now.data[position * width + column]!;
}

function raster(
  value: (row: number, column: number) => number | null,
  columns: number,
  rows: number,
  box: Box,
  scale: ColourScale,
  palette: Palette,
): Mark[] {
  const levels = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      levels[row * columns + column] = levelOf(value(row, column) ?? NaN, scale);
    }
  }
  return [
    { kind: 'rect', ...box, fill: palette.well },
    { kind: 'raster', ...box, columns, rows, levels, scale },
    ...gridLines(box, columns, rows, palette),
  ];
}

function title(text: string, box: Box, y: number, palette: Palette): Mark {
  const { ink: fill } = palette;
  return { kind: 'text', x: box.x, y, text, fill, size: fontSize.title, weight: 600, baseline: 'middle' };
}

function emptyLabel({ slots }: SlotsData, box: Box, palette: Palette): Mark[] {
  const written = slots.filter((slot) => slot.event >= 0).length;
  const height = (box.height / slots.length) * (slots.length - written);
  if (height < 18 || box.width < 90) return [];
  return [
    {
      kind: 'text',
      x: box.x + box.width / 2,
      y: box.y + box.height - height / 2,
      text: 'never written',
      fill: palette.inkMuted,
      size: fontSize.label,
      anchor: 'middle',
      baseline: 'middle',
    },
  ];
}

function nowGrid({ data, name }: SlotHeatOptions, now: Tensor, box: Box): Grid {
  const { position } = data.moment;
  const value = nowRow(now, position);
  return {
    ...box,
    id: words[name].now,
    label: name === 'keys' ? 'query' : 'content read',
    columns: now.shape[1]!,
    rows: 1,
    describe: (column) =>
      `${name === 'keys' ? 'Query' : 'Content read'} of position ${position}, dimension ${column}: ${numberText(value(0, column))}`,
  };
}

function storedGrid({ data, name }: SlotHeatOptions, stored: Stored, box: Box): Grid {
  return {
    ...box,
    id: name,
    label: name,
    columns: stored.width,
    rows: data.slots.length,
    links: overSlots(data),
    describe: (column, row) => {
      const value = stored.row(row, column);
      const slot = slotName(data.slots[row]!);
      return value === null
        ? `${slot}: holds nothing`
        : `${slot}, ${words[name].one} dimension ${column}: ${numberText(value)}`;
    },
  };
}

/** One bar a slot for the norm of its bias, and one for the half-life that follows from it. */
import { fontSize } from '../common/axes.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Mark } from '../common/picture.ts';
import { niceMaximum } from '../common/strip.ts';
import { countText, numberText, textWidth } from '../common/text.ts';
import type { ForgettingData } from './data.ts';
import { overSlots } from './data.ts';
import { mostSegments } from './half-life.ts';

interface BarColumn {
  readonly id: string;
  /** The longest that fits is written. */
  readonly titles: readonly string[];
  readonly values: ArrayLike<number>;
  readonly text: (value: number) => string;
  readonly describe: (slot: number) => string;
  readonly fill: string;
}

export const halfLifeText = (segments: number): string =>
  segments === Infinity
    ? `more than ${countText(mostSegments)} segments`
    : `${segments} ${segments === 1 ? 'segment' : 'segments'}`;

export function slotBars(
  data: ForgettingData,
  boxes: { readonly norms: Box; readonly halfLives: Box },
  palette: Palette,
): Drawing {
  const { norms, halfLives } = data;
  const [blue, orange] = palette.series;
  const parts = [
    barColumn(boxes.norms, palette, {
      id: 'norms',
      titles: ['norm of the bias ‖b‖', 'norm ‖b‖'],
      values: norms,
      text: numberText,
      describe: (slot) => `Slot ${slot}: norm of the bias ${numberText(norms[slot]!)}`,
      fill: blue!,
    }),
    barColumn(boxes.halfLives, palette, {
      id: 'half-lives',
      titles: ['half-life (segments)', 'half-life'],
      values: halfLives,
      text: (value) => (value === Infinity ? `> ${countText(mostSegments)}` : String(value)),
      describe: (slot) =>
        `Slot ${slot}: from 90° to 60° by copying itself alone in ${halfLifeText(halfLives[slot]!)}`,
      fill: orange!,
    }),
  ];
  return {
    marks: parts.flatMap((part) => part.marks),
    grids: parts.flatMap((part) => part.grids.map((grid) => ({ ...grid, links: overSlots(data) }))),
  };
}

/** Bold letters are wider than the estimate for plain ones. */
const boldness = 1.15;

/** The first title that fits, or the last. */
export function fittingTitle(titles: readonly string[], room: number): string {
  const fits = (title: string): boolean => textWidth(title, fontSize.title) * boldness <= room;
  return titles.find(fits) ?? titles.at(-1)!;
}

function barColumn(box: Box, palette: Palette, column: BarColumn): Drawing {
  const { values, text, fill, titles } = column;
  const count = values.length;
  const finite = Array.from(values).filter(Number.isFinite);
  const maximum = niceMaximum(finite);
  const row = box.height / count;
  const texts = Array.from(values, text);
  const room = Math.max(...texts.map((entry) => textWidth(entry, fontSize.tick))) + 8;
  const longest = Math.max(4, box.width - room);
  const marks = texts.flatMap((entry, slot): Mark[] => {
    const width = Math.min(1, values[slot]! / maximum) * longest;
    const y = box.y + slot * row;
    const gap = row >= 8 ? 2 : 0.5;
    const label: Mark = {
      kind: 'text',
      x: box.x + width + 5,
      y: y + row / 2,
      text: entry,
      fill: palette.ink,
      size: Math.min(fontSize.tick, row),
      baseline: 'middle',
    };
    const bar: Mark = { kind: 'rect', x: box.x, y: y + gap, width, height: row - 2 * gap, fill };
    return row >= 9 ? [bar, label] : [bar];
  });
  const axis: Mark = {
    kind: 'line',
    x1: box.x,
    y1: box.y,
    x2: box.x,
    y2: box.y + box.height,
    stroke: palette.inkMuted,
  };
  const title = fittingTitle(titles, box.width);
  const heading: Mark = {
    kind: 'text',
    x: box.x,
    y: box.y - 14,
    text: title,
    fill: palette.ink,
    size: fontSize.title,
    weight: 600,
    baseline: 'middle',
  };
  const grid = { ...box, id: column.id, label: titles[0]!, columns: 1, rows: count };
  return {
    marks: [heading, ...marks, axis],
    grids: [{ ...grid, describe: (_, slot) => column.describe(slot) }],
  };
}

/** The columns beside the heatmaps: who wrote a slot, and with which weight it is read. */
import { fontSize, indexTicks } from '../common/axes.ts';
import { argMax } from '../common/data.ts';
import type { Palette } from '../common/palette.ts';
import type { Grid, Mark, TextMark } from '../common/picture.ts';
import { numberText } from '../common/text.ts';
import type { Slot, SlotsData } from './data.ts';
import { overSlots, slotName } from './data.ts';
import type { SlotsLayout } from './layout.ts';

interface Column {
  readonly marks: readonly Mark[];
  readonly grid: Grid;
}

/** Weights below this are not pointed out: their number would read 0.00. */
const leastRead = 0.005;

/** Row of the largest weight among the slots that the read sees, or −1. */
function mostRead(slots: readonly Slot[]): number {
  const weights = slots.map((slot) => (Number.isFinite(slot.weight) ? slot.weight : -Infinity));
  const best = argMax(weights, 0, weights.length);
  return (weights[best] ?? -Infinity) >= leastRead ? best : -1;
}

/** Rows that get a label: evenly spaced ones, and those pinned; what would touch a pinned row gives way. */
function labelledRows(count: number, height: number, pinned: readonly number[]): Set<number> {
  const even = indexTicks(count, 0, height, 13).map((tick) => Number(tick.text));
  const free = even.filter((row) => pinned.every((pin) => Math.abs(row - pin) * height >= 13));
  return new Set([...pinned, ...free]);
}

/** Age, writing position and its token, with the labels of the rows above. */
export function whoColumn(
  data: SlotsData,
  layout: SlotsLayout,
  palette: Palette,
  traced: number | null,
): Column {
  const { slots } = data;
  const { who: box, query } = layout;
  const height = box.height / slots.length;
  const best = mostRead(slots);
  const tracedRow =
    traced === null ? -1 : slots.findIndex((slot) => slot.event >= 0 && slot.event === traced);
  const labelled = labelledRows(
    slots.length,
    height,
    [best, tracedRow].filter((row) => row >= 0),
  );
  const columns = { age: box.x + 30, event: box.x + box.width - 30, token: box.x + box.width - 4 };
  const heading = { y: layout.heading, fill: palette.inkMuted };
  const marks: Mark[] = [
    label('age', { ...heading, x: columns.age }),
    label('written by', { ...heading, x: columns.token }),
  ];
  if (data.queries) {
    marks.push(label('query →', { x: columns.token, y: query.y + query.height / 2, fill: palette.ink }));
  }
  for (const slot of slots.filter(({ index }) => labelled.has(index))) {
    const y = box.y + (slot.index + 0.5) * height;
    const weight = slot.index === best ? 600 : 400;
    const fill = slot.index === best ? palette.ink : palette.inkMuted;
    marks.push(label(String(slot.index), { x: columns.age, y, fill, weight }));
    if (slot.event < 0) continue;
    const x = slot.token ? columns.event : columns.token;
    marks.push(label(String(slot.event), { x, y, fill, weight }));
    const token = { x: columns.token, y, fill: palette.ink, weight } as const;
    marks.push(label(slot.token, { ...token, family: 'mono', size: fontSize.label }));
  }
  return {
    marks,
    grid: {
      ...box,
      id: 'who',
      label: 'who wrote each slot',
      columns: 1,
      rows: slots.length,
      describe: (_, row) => slotName(slots[row]!),
      links: overSlots(data),
    },
  };
}

function label(text: string, place: Pick<TextMark, 'x' | 'y' | 'fill'> & Partial<TextMark>): TextMark {
  return { kind: 'text', text, size: fontSize.tick, anchor: 'end', baseline: 'middle', ...place };
}

/** A bar from 0 to 1 beside every slot; the longest, and those above 0.05 where there is room, carry their number. */
export function weightBars(data: SlotsData, layout: SlotsLayout, palette: Palette): Column {
  const { slots, moment } = data;
  const { weights: box, content } = layout;
  const height = box.height / slots.length;
  const best = mostRead(slots);
  const gap = height >= 8 ? 1 : 0;
  const bottom = box.y + box.height;
  const muted = { fill: palette.inkMuted, size: fontSize.tick, baseline: 'middle' } as const;
  const marks: Mark[] = [
    {
      kind: 'text',
      x: box.x,
      y: layout.heading,
      text: box.width < 80 ? 'read' : 'read weight',
      fill: palette.ink,
      size: fontSize.title,
      weight: 600,
      baseline: 'middle',
    },
    {
      kind: 'text',
      x: box.x,
      y: content.y + content.height / 2,
      text: box.width < 100 ? '← read' : '← read: Σ w · value',
      ...muted,
    },
    ...[0, 0.5, 1].flatMap((value): Mark[] => {
      const x = box.x + value * box.width;
      return [
        {
          kind: 'line',
          x1: x,
          y1: box.y,
          x2: x,
          y2: bottom,
          stroke: value === 0 ? palette.inkMuted : palette.line,
        },
        { ...muted, kind: 'text', x, y: bottom + 11, text: String(value), anchor: 'middle' },
      ];
    }),
  ];
  for (const { index, weight } of slots) {
    if (!(weight > 0)) continue;
    const y = box.y + index * height;
    const width = Math.min(1, weight) * box.width;
    const fill = index === best ? palette.right : palette.inkMuted;
    marks.push({ kind: 'rect', x: box.x, y: y + gap, width, height: height - 2 * gap, fill });
    if (index !== best && (weight < 0.05 || height < 11)) continue;
    marks.push({
      kind: 'text',
      x: box.x + width + 4,
      y: y + height / 2,
      text: weight.toFixed(2),
      fill: index === best ? palette.ink : palette.inkMuted,
      size: fontSize.tick,
      weight: index === best ? 600 : 400,
      baseline: 'middle',
    });
  }
  return {
    marks,
    grid: {
      ...box,
      id: 'weight',
      label: 'read weight',
      columns: 1,
      rows: slots.length,
      links: overSlots(data),
      describe: (_, row) => {
        const slot = slots[row]!;
        return Number.isFinite(slot.weight)
          ? `${slotName(slot)}: position ${moment.position} reads it with weight ${numberText(slot.weight)}`
          : `${slotName(slot)}: position ${moment.position} does not see it`;
      },
    },
  };
}

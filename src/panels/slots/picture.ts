/**
 * The slots: what the memory holds at the cursor. Keys and values of every slot stand side by side, newest on top, with the
 * token that wrote them; above the keys the query that looks for them, above the values what the read brought back.
 */
import { fontSize } from '../common/axes.ts';
import { diverging } from '../common/colour.ts';
import type { ColourScale } from '../common/colour.ts';
import type { Moment } from '../common/data.ts';
import { traceFrame } from '../common/heat-marks.ts';
import type { ScaleMode } from '../common/legend.ts';
import type { MemoryTrace } from '../common/memory-trace.ts';
import { weightAt } from '../common/memory-trace.ts';
import type { Palette } from '../common/palette.ts';
import type { Drawn, Mark, Size } from '../common/picture.ts';
import { notice } from '../common/picture.ts';
import { numberText, textWidth, tokenWords } from '../common/text.ts';
import { weightBars, whoColumn } from './columns.ts';
import type { Extents, SlotsData } from './data.ts';
import { extentsOf, slotName, slotsData, usedSlots } from './data.ts';
import type { SlotHeat } from './heat.ts';
import { slotHeat } from './heat.ts';
import type { SlotsLayout } from './layout.ts';
import { slotsLayout } from './layout.ts';

export interface SlotsOptions {
  readonly size: Size;
  readonly palette: Palette;
  /** Ends of the two colour scales; null finds them in the snapshot. */
  readonly extents: Extents | null;
  /** Show the memory after the write of the cursor's position rather than as that position reads it. */
  readonly afterWrite: boolean;
  /** The traced event, or null. */
  readonly event: number | null;
}

export function slotsPicture(moment: Moment | null, options: SlotsOptions): Drawn {
  if (!moment) {
    return notice(
      'Train the network, or step once: the slots then show what the memory holds at the cursor.',
    );
  }
  const data = slotsData(moment, options.afterWrite);
  if (!data) {
    return notice(
      'This model keeps no key–value slots. A model with such a memory, like MemNet, fills this instrument.',
    );
  }
  const layout = slotsLayout(options.size, data.keys.shape[1]!, data.values.shape[1]!);
  const { palette } = options;
  const extents = options.extents ?? extentsOf(data);
  const mode: ScaleMode = options.extents ? 'fixed' : 'automatic';
  const part = (name: 'keys' | 'values', scale: ColourScale): SlotHeat =>
    slotHeat({ data, layout, palette, scale, mode, name });
  const keys = part('keys', diverging(extents.keys, palette.theme));
  const values = part('values', diverging(extents.values, palette.theme));
  const weights = weightBars(data, layout, palette);
  const who = whoColumn(data, layout, palette, options.event);
  return {
    kind: 'picture',
    ...options.size,
    summary: summaryOf(data),
    marks: [
      ...caption(data, layout, options),
      ...who.marks,
      ...keys.marks,
      ...values.marks,
      ...weights.marks,
      ...tracedRow(data, layout, options),
    ],
    grids: [...keys.grids, ...values.grids, weights.grid, who.grid],
  };
}

/** One sentence on one line; in little room its two halves under each other. */
function caption(
  { moment, trace, afterWrite }: SlotsData,
  { caption: y, who }: SlotsLayout,
  { palette, size }: SlotsOptions,
): Mark[] {
  const { run, snapshot, position } = moment;
  const token = snapshot.tokens ? ` (${tokenWords(run.vocabulary[snapshot.tokens[position]!])})` : '';
  const when = afterWrite || trace.offset === 0 ? 'after its own write' : 'before its own write';
  const now = `memory at position ${position}${token}, ${when}`;
  const unused = unusedText(trace, position);
  const line = (text: string, at: number): Mark => {
    const style = { fill: palette.inkMuted, size: fontSize.label, baseline: 'middle' } as const;
    return { kind: 'text', x: who.x + 4, y: at, text, ...style };
  };
  if (unused === null) return [line(now, y)];
  const whole = `${now} · ${unused.whole}`;
  return textWidth(whole, fontSize.label) <= size.width - who.x - 8
    ? [line(whole, y)]
    : [line(now, y - 5), line(unused.short, y + 11)];
}

/** What is left out below: slots that no event of this sequence reaches, all with the same empty key. */
function unusedText(
  trace: MemoryTrace,
  position: number,
): { readonly whole: string; readonly short: string } | null {
  const used = usedSlots(trace);
  if (used === trace.slots) return null;
  const weight = numberText(weightAt(trace, position, trace.slots - 1));
  const slots = `${trace.slots - used} more slots stay empty`;
  return {
    whole: `${slots} in this sequence, each read with weight ${weight}`,
    short: `${slots}, each read with weight ${weight}`,
  };
}

function tracedRow({ slots }: SlotsData, { who, weights }: SlotsLayout, options: SlotsOptions): Mark[] {
  const slot =
    options.event === null ? undefined : slots.find((s) => s.event >= 0 && s.event === options.event);
  if (!slot) return [];
  const height = who.height / slots.length;
  const width = weights.x + weights.width - who.x + 30;
  return traceFrame({ x: who.x + 1, y: who.y + slot.index * height, width, height }, options.palette);
}

function summaryOf({ moment, trace, slots }: SlotsData): string {
  const written = slots.filter((slot) => slot.event >= 0);
  const head = `${written.length} of ${trace.slots} slots hold an event at position ${moment.position}, training step ${moment.snapshot.step}.`;
  const [first, ...rest] = written.filter((slot) => Number.isFinite(slot.weight));
  if (!first) return head;
  const most = rest.reduce((best, slot) => (slot.weight > best.weight ? slot : best), first);
  return `${head} ${slotName(most)}, is read most: weight ${numberText(most.weight)}.`;
}

/** The heatmap of the timeline: read weights by age or by event, the stairs of what is not written yet, the way of one event. */
import { fontSize, indexTicks, leftAxis } from '../common/axes.ts';
import type { Tick } from '../common/axes.ts';
import type { ColourScale } from '../common/colour.ts';
import { levelOf } from '../common/colour.ts';
import { queueBank } from '../common/banks.ts';
import { gridLines, traceFrame } from '../common/heat-marks.ts';
import type { Moment } from '../common/data.ts';
import { colourBar } from '../common/legend.ts';
import type { ScaleMode } from '../common/legend.ts';
import { eventOf, slotOf, weightAt, weightOfEvent, writtenSlots } from '../common/memory-trace.ts';
import type { MemoryTrace } from '../common/memory-trace.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Grid, Mark, Size } from '../common/picture.ts';
import { positionSubject, slotSubject } from '../common/subjects.ts';
import type { Subject } from '../common/subjects.ts';
import { numberText, textWidth, tokenText, tokenWords } from '../common/text.ts';
import type { Arrangement, TimelineLayout } from './layout.ts';
import { heatRows } from './layout.ts';

export interface TimelineOptions {
  readonly size: Size;
  readonly palette: Palette;
  readonly by: Arrangement;
  readonly scaleMode: ScaleMode;
  /** The traced event: where it was written, and by whom it is read. Null when none is traced. */
  readonly event: number | null;
}

export interface Parts {
  readonly moment: Moment;
  readonly options: TimelineOptions;
  readonly layout: TimelineLayout;
}

export function heading({ options: { palette, by, scaleMode }, layout }: Parts, scale: ColourScale): Mark[] {
  const { heat, heading: y } = layout;
  const whole = by === 'age' ? 'read, by age of the slot' : 'read, by event';
  const title = heat.width < 360 ? 'read' : whole;
  const room = heat.width - textWidth(title, fontSize.title) - 16;
  return [
    {
      kind: 'text',
      x: heat.x,
      y,
      text: title,
      fill: palette.ink,
      size: fontSize.title,
      weight: 600,
      baseline: 'middle',
    },
    ...colourBar({ right: heat.x + heat.width, y, scale, title: 'weight', mode: scaleMode, palette, room }),
  ];
}

export function heatmap({ moment, options, layout }: Parts, trace: MemoryTrace, scale: ColourScale): Mark[] {
  const { by, palette } = options;
  const { heat } = layout;
  const columns = trace.positions;
  const rows = heatRows(trace, by);
  const levels = new Uint8Array(columns * rows);
  for (let t = 0; t < columns; t++) {
    for (let row = 0; row < rows; row++) {
      const weight = by === 'age' ? weightAt(trace, t, row) : weightOfEvent(trace, t, row);
      levels[row * columns + t] = levelOf(weight, scale);
    }
  }
  const cell = { width: heat.width / columns, height: heat.height / rows };
  const [title, short] =
    by === 'age' ? ['age (events), 0 = newest', 'age (events)'] : ['event (position that wrote it)', 'event'];
  return [
    { kind: 'rect', ...heat, fill: palette.well },
    { kind: 'raster', ...heat, columns, rows, levels, scale },
    ...gridLines(heat, columns, rows, palette),
    ...(by === 'age' ? [neverWritten(trace, heat, cell)] : []),
    ...leftAxis(
      heat,
      by === 'age' ? indexTicks(rows, heat.y, cell.height, 13) : eventTicks(moment, heat),
      palette,
    ),
    {
      kind: 'text',
      x: 14,
      y: heat.y + heat.height / 2,
      text: textWidth(title, fontSize.title) < heat.height ? title : short,
      fill: palette.ink,
      size: fontSize.title,
      anchor: 'middle',
      rotate: -90,
    },
  ];
}

/** The stairs below which slots hold nothing yet. */
function neverWritten(trace: MemoryTrace, heat: Box, cell: Size): Mark {
  let d = '';
  for (let t = 0; t < trace.positions; t++) {
    const y = heat.y + writtenSlots(trace, t) * cell.height;
    const x = heat.x + t * cell.width;
    d += `${t === 0 ? 'M' : 'L'}${x} ${y}H${x + cell.width}`;
    if (writtenSlots(trace, t) >= trace.slots) break;
  }
  return { kind: 'path', d, stroke: '#ffffff', strokeWidth: 1.25, dash: [3, 3], opacity: 0.85 };
}

function eventTicks({ run, snapshot }: Moment, heat: Box): Tick[] {
  const columns = snapshot.mask.length;
  const ticks = indexTicks(columns, heat.y, heat.height / columns, 13);
  if (!snapshot.tokens) return ticks;
  return ticks.map((tick) => ({
    at: tick.at,
    text: `${tokenText(run.vocabulary[snapshot.tokens![Number(tick.text)]!], 3)}  ${tick.text}`,
  }));
}

export function heatGrid({ moment, options: { by }, layout }: Parts, trace: MemoryTrace): Grid {
  return {
    ...layout.heat,
    id: 'weights',
    label: by === 'age' ? 'read weight by age' : 'read weight by event',
    columns: trace.positions,
    rows: heatRows(trace, by),
    describe: (position, row) =>
      by === 'age' ? describeSlot(moment, trace, position, row) : describeEvent(moment, trace, position, row),
    links: {
      columns: (position) => [positionSubject(position)],
      rows: (row) => [
        by === 'age' ? slotSubject(queueBank(moment.run), row) : eventSubject(moment, trace, row),
      ],
    },
  };
}

/** An event, in the slot where the position at the cursor finds it. */
function eventSubject({ run, position }: Moment, trace: MemoryTrace, event: number): Subject {
  const index = slotOf(trace, position, event);
  return slotSubject(queueBank(run), index < 0 ? null : index, event);
}

/** ‘c’ for the token of a position, or nothing for vectors. */
function tokenAt({ run, snapshot }: Moment, position: number): string {
  return snapshot.tokens ? ` (${tokenWords(run.vocabulary[snapshot.tokens[position]!])})` : '';
}

export function describeSlot(moment: Moment, trace: MemoryTrace, position: number, slot: number): string {
  const event = eventOf(trace, position, slot);
  const holds = event < 0 ? 'never written' : `event of position ${event}${tokenAt(moment, event)}`;
  return `Position ${position} reads slot ${slot}, ${holds}: weight ${numberText(weightAt(trace, position, slot))}`;
}

function describeEvent(moment: Moment, trace: MemoryTrace, position: number, event: number): string {
  const name = `the event of position ${event}${tokenAt(moment, event)}`;
  const slot = slotOf(trace, position, event);
  if (slot >= 0) {
    return `Position ${position} reads ${name}, slot ${slot}: weight ${numberText(weightAt(trace, position, slot))}`;
  }
  const state = position - trace.offset < event ? 'is not written yet' : 'has left the memory';
  return `At position ${position}, ${name} ${state}`;
}

/** The way of one event: its column where it is written, its cells for as long as it stays. */
export function traceMarks({ options, layout }: Parts, trace: MemoryTrace, event: number): Mark[] {
  const { palette, by } = options;
  const { heat, tokens } = layout;
  if (event < 0 || event >= trace.positions) return [];
  const cell = { width: heat.width / trace.positions, height: heat.height / heatRows(trace, by) };
  const first = event + trace.offset;
  const last = Math.min(trace.positions - 1, first + trace.slots - 1);
  const x = heat.x + (event + 0.5) * cell.width;
  const arrow: Mark = {
    kind: 'path',
    d: `M${x - 5} ${tokens.y - 9}h10l-5 7z`,
    fill: palette.trace,
  };
  if (first > last) return [arrow];
  if (by === 'event') {
    const box = { x: heat.x + first * cell.width, y: heat.y + event * cell.height };
    const width = (last - first + 1) * cell.width;
    return [arrow, ...traceFrame({ ...box, width, height: cell.height }, palette)];
  }
  let d = '';
  for (let t = first; t <= last; t++) {
    const y = heat.y + slotOf(trace, t, event) * cell.height;
    d += `M${heat.x + t * cell.width} ${y}h${cell.width}v${cell.height}h${-cell.width}z`;
  }
  return [
    arrow,
    { kind: 'path', d, stroke: palette.surface, strokeWidth: 3.5, opacity: 0.75 },
    { kind: 'path', d, stroke: palette.trace, strokeWidth: 1.5 },
  ];
}

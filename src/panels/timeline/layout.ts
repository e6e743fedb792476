/** Where the parts of the timeline stand. Heights of the rows are fixed; the heatmap takes what is left. */
import type { Moment } from '../common/data.ts';
import type { MemoryTrace } from '../common/memory-trace.ts';
import type { Box, Size } from '../common/picture.ts';
import { rowHeight } from '../common/token-rows.ts';

export type Arrangement = 'age' | 'event';

export interface TimelineLayout {
  readonly score: number;
  readonly tokens: Box;
  readonly confidence: Box;
  /** Middle line of the heading above the heatmap. */
  readonly heading: number;
  readonly heat: Box;
  readonly mass: Box;
  readonly written: Box;
  /** Everything that belongs to a position: what the cursor frames. */
  readonly plot: Box;
}

const margin = { left: 92, right: 40 } as const;
const narrowMargin = { left: 84, right: 28 } as const;
/** The ends of an axis of vectors have signs and decimals. */
const vectorRight = 46;
const stripHeight = 30;
const stripGap = 14;
const axisHeight = 38;

/** Rows of the heatmap in an arrangement. */
export function heatRows(trace: MemoryTrace, by: Arrangement): number {
  return by === 'age' ? trace.slots : trace.positions;
}

/** The height at which cells are comfortable to read. */
export function naturalHeight(moment: Moment, trace: MemoryTrace | null, by: Arrangement): number {
  const layout = timelineLayout(moment, { width: 600, height: 0 }, trace);
  const rest = layout.plot.y + layout.plot.height + axisHeight;
  return trace ? rest + Math.max(176, Math.min(308, heatRows(trace, by) * 12)) : rest;
}

export function timelineLayout(moment: Moment, size: Size, trace: MemoryTrace | null): TimelineLayout {
  const { left, right } = size.width < 480 ? narrowMargin : margin;
  const rightRoom = moment.run.kind === 'tokens' ? right : Math.max(right, vectorRight);
  const width = Math.max(40, size.width - left - rightRoom);
  const box = (y: number, height: number): Box => ({ x: left, y, width, height });
  const top = 34;
  const tokens = box(top, moment.run.kind === 'tokens' ? 3 * rowHeight : 112);
  const confidence = box(tokens.y + tokens.height + 8, moment.run.kind === 'tokens' ? stripHeight : 0);
  const heading = confidence.y + confidence.height + 22;
  const below = trace ? 2 * (stripGap + stripHeight) : 0;
  const heatTop = trace ? heading + 14 : confidence.y + confidence.height;
  const heat = box(heatTop, trace ? Math.max(0, size.height - heatTop - below - axisHeight) : 0);
  const mass = box(heat.y + heat.height + stripGap, stripHeight);
  const written = box(mass.y + mass.height + stripGap, stripHeight);
  const bottom = heat.y + heat.height + below;
  return {
    score: 11,
    tokens,
    confidence,
    heading,
    heat,
    mass,
    written,
    plot: box(top, bottom - top),
  };
}

/** Segments: models of whole pieces take `segmentLength` tokens a step, so their taps belong to a segment, not to a position. */
import type { Run, Snapshot } from './data.ts';

export interface Segment {
  readonly index: number;
  /** First position, and the one after the last. */
  readonly start: number;
  readonly end: number;
}

/** Tokens in a full segment; the whole sequence where a model does not cut. */
function segmentLength(run: Run, snapshot: Snapshot): number {
  const { segmentLength: length } = run.config.model.fields;
  return typeof length === 'number' && length > 0 ? length : snapshot.mask.length;
}

export function segmentAt(run: Run, snapshot: Snapshot, index: number): Segment {
  const length = segmentLength(run, snapshot);
  return { index, start: index * length, end: Math.min(snapshot.mask.length, (index + 1) * length) };
}

/** The segment of a position. */
export function segmentOf(run: Run, snapshot: Snapshot, position: number): Segment {
  return segmentAt(run, snapshot, Math.floor(position / segmentLength(run, snapshot)));
}

export function segmentCount(run: Run, snapshot: Snapshot): number {
  return Math.ceil(snapshot.mask.length / segmentLength(run, snapshot));
}

/** The tap of a segment: `{s}` in the name stands for its index. */
export const tapName = (pattern: string, segment: number): string => pattern.replace('{s}', String(segment));

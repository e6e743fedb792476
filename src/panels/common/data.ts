/**
 * The data that instruments draw, by the names of the worker protocol. Panels see the protocol only through the stores, so
 * the types are taken from what the stores hold.
 */
import type { MetricsStore } from '../../state/metrics-store.ts';
import type { RunState } from '../../state/run-store.ts';
import type { SnapshotStore } from '../../state/snapshot-store.ts';

export type Run = NonNullable<RunState['run']>;
export type Snapshot = NonNullable<SnapshotStore['latest']>;
export type Tensor = Snapshot['taps'][string];
export type MetricPoint = MetricsStore['points'][number];
export type Evaluation = MetricsStore['evaluations'][number];

/** What an instrument of the memory draws. */
export interface Moment {
  readonly run: Run;
  readonly snapshot: Snapshot;
  /** Position of the shared cursor, inside the sequence. */
  readonly position: number;
}

/** A tap of the given rank, or null when the snapshot has none by that name. */
export function tapOf(snapshot: Snapshot, name: string, rank: number): Tensor | null {
  const tap = snapshot.taps[name];
  return tap?.shape.length === rank ? tap : null;
}

/** Euclidean norm of each row of a tap [T, n]. */
export function rowNorms(tap: Tensor): Float64Array {
  const [rows = 0, width = 0] = tap.shape;
  const norms = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += tap.data[row * width + i]! ** 2;
    norms[row] = Math.sqrt(sum);
  }
  return norms;
}

/** Index of the largest of `count` entries from `start`; the first of equals. */
export function argMax(data: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (data[start + i]! > data[start + best]!) best = i;
  return best;
}

/** The largest magnitude among the finite values. */
export function largestMagnitude(data: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const magnitude = Math.abs(data[i]!);
    if (magnitude > largest && magnitude < Infinity) largest = magnitude;
  }
  return largest;
}

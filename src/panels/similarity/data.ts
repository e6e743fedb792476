/** The read at the cursor: how close the query is to every key, and with which weight it reads it. */
import type { Moment } from '../common/data.ts';
import { tapOf } from '../common/data.ts';
import type { MemoryTrace } from '../common/memory-trace.ts';
import { eventOf, memoryTrace, storedRows, weightAt, writtenSlots } from '../common/memory-trace.ts';
import type { Table } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import { tokenText } from '../common/text.ts';
import type { Kernel } from './kernel.ts';
import { closeness, entropyBits, kernelOf, normalizer, rawWeight } from './kernel.ts';

export interface Comparison {
  readonly slot: number;
  /** Position that wrote the slot; −1 when it was never written: its key is zero. */
  readonly event: number;
  readonly token: string;
  /** Distance or dot product of the query and the key. */
  readonly at: number;
  /** As the network computed it. */
  readonly weight: number;
}

export interface Read {
  readonly moment: Moment;
  readonly trace: MemoryTrace;
  readonly kernel: Kernel;
  /** All slots that take part: masked empty ones do not. */
  readonly comparisons: readonly Comparison[];
}

/** Null where the model does not read by a kernel. */
export function readAt(moment: Moment): Read | null {
  const { run, snapshot, position } = moment;
  const kernel = kernelOf(run);
  const trace = memoryTrace(run, snapshot);
  const queries = tapOf(snapshot, 'queries', 2);
  const keys = tapOf(snapshot, 'keys', 2);
  if (!kernel || !trace || !queries || !keys) return null;
  const size = keys.shape[1]!;
  const stored = storedRows(trace, keys, position);
  const count = kernel.maskEmpty ? writtenSlots(trace, position) : trace.slots;
  const comparisons = Array.from({ length: count }, (_, slot): Comparison => {
    const event = eventOf(trace, position, slot);
    return {
      slot,
      event,
      token: event < 0 || !snapshot.tokens ? '' : tokenText(run.vocabulary[snapshot.tokens[event]!], 3),
      at: closeness(
        kernel,
        size,
        (i) => queries.data[position * size + i]!,
        (i) => stored.row(slot, i) ?? 0,
      ),
      weight: weightAt(trace, position, slot),
    };
  });
  return { moment, trace, kernel, comparisons };
}

/** Weights that the same query would give the same keys with another σ. */
export function weightsWith({ kernel, comparisons }: Read, sigma: number): number[] {
  const other = { ...kernel, sigma };
  const places = comparisons.map(({ at }) => at);
  const divisor = normalizer(other, places);
  return places.map((at) => rawWeight(other, at) / divisor);
}

/** Entropy in bits of the read at every position [T]; NaN where nothing is read. */
export function entropies(trace: MemoryTrace): number[] {
  return Array.from({ length: trace.positions }, (_, t) =>
    entropyBits(Array.from({ length: trace.slots }, (_, slot) => weightAt(trace, t, slot))),
  );
}

/** One record a slot of the read at the cursor, then one a position with the entropy of its read. */
export function similarityTable(moment: Moment): Table {
  const read = readAt(moment);
  if (!read) return emptyTable;
  return {
    columns: ['position', 'slot', 'event', 'token', 'closeness', 'weight', 'entropy (bits)'],
    rows: [
      ...read.comparisons.map(({ slot, event, token, at, weight }) => [
        ...[moment.position, slot, event < 0 ? '' : event, token, at, weight, ''],
      ]),
      ...entropies(read.trace).map((bits, t) => [t, '', '', '', '', '', Number.isFinite(bits) ? bits : '']),
    ],
  };
}

/**
 * Who reads what, and when it was written. The taps of a first-in first-out memory give weights by slot, newest first; a slot
 * holds another event at every position, so the trace translates: slot i, as position t reads it, holds the event of
 * position t − 1 − i (or t − i where a step writes before it reads).
 */
import type { Run, Snapshot, Tensor } from './data.ts';
import { tapOf } from './data.ts';

export interface MemoryTrace {
  /** T */
  readonly positions: number;
  /** N */
  readonly slots: number;
  /** Distance from the reading position to the event in slot 0: 1 when a step reads before it writes, else 0. */
  readonly offset: 0 | 1;
  /** [T, N] */
  readonly weights: Float32Array | Int32Array;
}

/** The read of MemNet, or null where the snapshot has none. */
export function memoryTrace(run: Run, snapshot: Snapshot): MemoryTrace | null {
  const similarity = tapOf(snapshot, 'similarity', 2);
  if (!similarity) return null;
  const [positions = 0, slots = 0] = similarity.shape;
  const offset = run.config.model.fields['writeOrder'] === 'writeFirst' ? 0 : 1;
  return { positions, slots, offset, weights: similarity.data };
}

/** The event in a slot as position t reads it: the position that wrote it, or −1 where nothing was written yet. */
export function eventOf(trace: MemoryTrace, position: number, slot: number): number {
  return Math.max(-1, position - trace.offset - slot);
}

/** Where position t finds an event: its slot, or −1 when it is not (or no longer) in memory. */
export function slotOf(trace: MemoryTrace, position: number, event: number): number {
  const slot = position - trace.offset - event;
  return event >= 0 && slot >= 0 && slot < trace.slots ? slot : -1;
}

export function weightAt(trace: MemoryTrace, position: number, slot: number): number {
  return trace.weights[position * trace.slots + slot]!;
}

/** Weight with which position t reads an event; NaN when the event is not in memory. */
export function weightOfEvent(trace: MemoryTrace, position: number, event: number): number {
  const slot = slotOf(trace, position, event);
  return slot < 0 ? NaN : weightAt(trace, position, slot);
}

/** Slots that hold an event as position t reads. */
export function writtenSlots(trace: MemoryTrace, position: number): number {
  return Math.min(trace.slots, position + 1 - trace.offset);
}

export interface ReadMass {
  /** Sum of all weights at each position [T]. */
  readonly total: Float64Array;
  /** The part of it that falls on slots that hold an event. */
  readonly onEvents: Float64Array;
}

export function readMass(trace: MemoryTrace): ReadMass {
  const total = new Float64Array(trace.positions);
  const onEvents = new Float64Array(trace.positions);
  for (let t = 0; t < trace.positions; t++) {
    const written = writtenSlots(trace, t);
    for (let slot = 0; slot < trace.slots; slot++) {
      const weight = weightAt(trace, t, slot);
      total[t]! += weight;
      if (slot < written) onEvents[t]! += weight;
    }
  }
  return { total, onEvents };
}

export interface Stored {
  /** Rows of the tap [T, n] by slot, newest first, as position t finds them; null where never written. */
  row(slot: number, column: number): number | null;
  readonly width: number;
}

/** The rows of a tap that the memory holds as position t reads (or `after` its write). */
export function storedRows(trace: MemoryTrace, tap: Tensor, position: number, after = false): Stored {
  const [, width = 0] = tap.shape;
  const offset = after ? 0 : trace.offset;
  return {
    width,
    row(slot, column) {
      const event = position - offset - slot;
      return event < 0 ? null : tap.data[event * width + column]!;
    },
  };
}

/**
 * The snapshots of the current run, outside React: the newest, and those kept of the steps before. Panels draw the one at the
 * training-step cursor in an animation frame.
 */
import type { Snapshot } from '../worker/protocol.ts';
import { cursorStore } from './cursor-store.ts';
import { SnapshotRing } from './snapshot-ring.ts';

export class SnapshotStore {
  readonly #listeners = new Set<() => void>();
  readonly #ring = new SnapshotRing();
  #latest: Snapshot | null = null;
  #held: Snapshot | null = null;
  #version = 0;

  /** The newest of the run; null until the run has produced one. */
  get latest(): Snapshot | null {
    return this.#latest;
  }

  /** What instruments draw: the one held, else that at the training-step cursor, or the newest while the cursor follows. */
  get shown(): Snapshot | null {
    if (this.#held) return this.#held;
    const { step } = cursorStore.getState();
    return step === null ? this.#latest : this.#ring.nearest(step);
  }

  /** The snapshots that the training-step cursor can move to. */
  get kept(): Pick<SnapshotRing, 'steps' | 'nearest' | 'neighbour' | 'bytes' | 'budgetBytes' | 'size'> {
    return this.#ring;
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  /** @param snapshot null forgets everything: there is another run */
  set(snapshot: Snapshot | null): void {
    if (snapshot === null) this.#ring.clear();
    const begins = snapshot === null || this.#ring.add(snapshot, cursorStore.getState().step);
    this.#latest = snapshot;
    this.#version++;
    // What was looked at is gone with the old history.
    if (begins) cursorStore.setState({ step: null, playing: null });
    for (const listener of this.#listeners) listener();
  }

  /** Shows a snapshot that is none of the run's history until another or none (null) is held. */
  hold(snapshot: Snapshot | null): void {
    if (snapshot === this.#held) return;
    this.#held = snapshot;
    this.#version++;
    for (const listener of this.#listeners) listener();
  }

  /** Returns the function that unsubscribes. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

export type { Snapshot };

export const snapshotStore = new SnapshotStore();

/** Positions in a snapshot's sequence (T). */
export function lengthOf(snapshot: Snapshot): number {
  return snapshot.mask.length;
}

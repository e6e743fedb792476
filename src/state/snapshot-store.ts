/**
 * The snapshots of the current run, outside React: the newest, and those kept of the steps before. Panels draw the one at the
 * training-step cursor in an animation frame.
 */
import type { Snapshot } from '../worker/protocol.ts';
import { cursorStore } from './cursor-store.ts';
import type { Probe } from './run-store.ts';
import { fits, SnapshotRing } from './snapshot-ring.ts';

/** What was looked at when a run was left, or shared, and the pictures of its steps that were kept. */
export interface Past {
  readonly probe: Probe;
  readonly snapshots: readonly Snapshot[];
  readonly step: number | null;
}

export class SnapshotStore {
  readonly #listeners = new Set<() => void>();
  readonly #ring = new SnapshotRing();
  #latest: Snapshot | null = null;
  #held: Snapshot | null = null;
  /** To be put before the next history that begins. */
  #past: Past | null = null;
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

  /** False while snapshots from before are still to come back. */
  get complete(): boolean {
    return this.#past === null;
  }

  /** The snapshots that the training-step cursor can move to. */
  get kept(): Pick<
    SnapshotRing,
    'all' | 'steps' | 'nearest' | 'neighbour' | 'bytes' | 'budgetBytes' | 'size'
  > {
    return this.#ring;
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  /** @param snapshot null forgets everything: there is another run */
  set(snapshot: Snapshot | null): void {
    if (snapshot === null) {
      this.#ring.clear();
      this.#past = null;
    }
    const begins = snapshot === null || this.#ring.add(snapshot, cursorStore.getState().step);
    this.#latest = snapshot;
    // What was looked at is gone with the old history.
    if (begins) cursorStore.setState({ step: null, playing: null });
    if (begins && !this.#putPastBefore()) this.#past = null; // another sequence was chosen meanwhile
    this.#changed();
  }

  /** The run has gone back to this step: what came after it is forgotten. */
  rewind(step: number): void {
    this.#ring.rewind(step);
    const { step: looked } = cursorStore.getState();
    if (looked !== null && looked >= step) cursorStore.setState({ step: null, playing: null });
    this.#changed();
  }

  /** All that would be needed to look at this history again. @param probe the sequence that the present run shows */
  past(probe: Probe): Past {
    return { probe, snapshots: this.#ring.all, step: cursorStore.getState().step };
  }

  /**
   * Snapshots of the present run from before the page was left, and the step that was looked at. They are taken with the
   * picture of their sequence, now or when it comes; those that do not fit to it are left out.
   */
  adopt(past: Past): void {
    this.#past = past;
    if (this.#putPastBefore()) this.#changed();
  }

  #putPastBefore(): boolean {
    const [past, latest] = [this.#past, this.#latest];
    if (!past || latest?.split !== past.probe.split || latest.sampleIndex !== past.probe.sampleIndex)
      return false;
    this.#past = null;
    const earlier = past.snapshots.filter((one) => one.step < latest.step && fits(one, latest));
    this.#ring.clear();
    for (const one of [...earlier.sort((a, b) => a.step - b.step), latest]) this.#ring.add(one, past.step);
    if (past.step !== null && past.step !== latest.step) cursorStore.setState({ step: past.step });
    return true;
  }

  #changed(): void {
    this.#version++;
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

/** The sequence that a snapshot shows. */
export function probeOf({ split, sampleIndex, typed }: Snapshot): Probe {
  return { split, sampleIndex, ...(typed !== undefined && { typed }) };
}

/**
 * The snapshots of one run and one probe sequence in training-step order, under a byte budget. When the budget is exceeded,
 * the history is thinned so that the ratio of neighbouring steps stays about the same everywhere: what happened early, where
 * a network changes with every update, stays as visible as what happened late.
 */
import type { Snapshot } from '../worker/protocol.ts';

const defaultBudgetBytes = 48 * 2 ** 20;

/** What V8 keeps beside the numbers of a typed array: the view, the buffer object, the tap's own object and shape. */
const bytesPerArray = 256;

/**
 * Bytes held alive by a snapshot: every distinct buffer counts whole and once, however small the view of it, and so do the
 * objects around them, which for a small memory are half of it.
 */
export function bytesOf(snapshot: Snapshot): number {
  const { tokens, targets, inputs, mask, predictions, taps } = snapshot;
  const arrays = [tokens, targets, inputs, mask, predictions, ...Object.values(taps).map(({ data }) => data)];
  const kept = arrays.filter((array) => array !== null);
  const buffers = new Set(kept.map(({ buffer }) => buffer));
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, kept.length * bytesPerArray);
}

interface Entry {
  readonly snapshot: Snapshot;
  readonly bytes: number;
}

export class SnapshotRing {
  readonly budgetBytes: number;
  #entries: Entry[] = [];
  #bytes = 0;

  constructor(budgetBytes: number = defaultBudgetBytes) {
    this.budgetBytes = budgetBytes;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Sum over the kept snapshots; above the budget only when a single one is. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Training steps of the kept snapshots, ascending. */
  get steps(): readonly number[] {
    return this.#entries.map(({ snapshot }) => snapshot.step);
  }

  /** The kept snapshots, ascending by step. */
  get all(): Snapshot[] {
    return this.#entries.map(({ snapshot }) => snapshot);
  }

  /**
   * Adds the newest snapshot. Another probe, or a step before the newest kept one (a restart), begins a new history; the same
   * step again replaces the newest.
   *
   * @param inUse a step that is thinned out last, because somebody is looking at it
   * @returns whether a new history has begun
   */
  add(snapshot: Snapshot, inUse: number | null = null): boolean {
    const newest = this.#entries.at(-1)?.snapshot;
    const begins = !newest || !sameProbe(newest, snapshot) || snapshot.step < newest.step;
    if (begins) this.clear();
    else if (snapshot.step === newest.step) this.#remove(this.#entries.length - 1);
    const bytes = bytesOf(snapshot);
    this.#entries.push({ snapshot, bytes });
    this.#bytes += bytes;
    while (this.#bytes > this.budgetBytes && this.#entries.length > 1) this.#remove(this.#leastMissed(inUse));
    return begins;
  }

  /** The kept snapshot whose step is closest; the earlier one of two. null while nothing is kept. */
  nearest(step: number): Snapshot | null {
    const next = this.#indexFrom(step);
    const [before, after] = [this.#entries[next - 1]?.snapshot, this.#entries[next]?.snapshot];
    if (!before || !after) return before ?? after ?? null;
    return step - before.step <= after.step - step ? before : after;
  }

  /** The kept step `count` snapshots away from the one nearest to `step`, stopping at either end; null while nothing is kept. */
  neighbour(step: number, count: number): number | null {
    const from = this.nearest(step);
    if (!from) return null;
    const index = this.#indexFrom(from.step) + count;
    return this.#entries[Math.max(0, Math.min(index, this.#entries.length - 1))]!.snapshot.step;
  }

  /** Forgets what came after a step: the run has gone back to it. */
  rewind(step: number): void {
    while ((this.#entries.at(-1)?.snapshot.step ?? step) > step) this.#remove(this.#entries.length - 1);
  }

  clear(): void {
    this.#entries = [];
    this.#bytes = 0;
  }

  /** Index of the first entry at `step` or later. */
  #indexFrom(step: number): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle]!.snapshot.step < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #remove(index: number): void {
    const [removed] = this.#entries.splice(index, 1);
    this.#bytes -= removed?.bytes ?? 0;
  }

  /** The inner entry whose removal leaves the smallest ratio of steps; the oldest when there is no inner one. */
  #leastMissed(inUse: number | null): number {
    let best = 0;
    let smallest = Infinity;
    for (let i = 1; i < this.#entries.length - 1; i++) {
      // Steps count from 0: one more makes every ratio finite.
      const ratio = (this.#stepAt(i + 1) + 1) / (this.#stepAt(i - 1) + 1);
      if (ratio >= smallest || this.#stepAt(i) === inUse) continue;
      best = i;
      smallest = ratio;
    }
    return best === 0 && this.#entries.length > 2 ? 1 : best;
  }

  #stepAt(index: number): number {
    return this.#entries[index]!.snapshot.step;
  }
}

/** Both show the same sequence, with the same taps: two steps of one film. */
export function fits(a: Snapshot, b: Snapshot): boolean {
  const names = Object.keys(a.taps);
  return (
    sameProbe(a, b) &&
    a.mask.length === b.mask.length &&
    a.targets.length === b.targets.length &&
    a.predictions.length === b.predictions.length &&
    a.tokens?.length === b.tokens?.length &&
    a.inputs?.length === b.inputs?.length &&
    names.length === Object.keys(b.taps).length &&
    names.every((name) => {
      const [one, other] = [a.taps[name], b.taps[name]];
      return one?.dtype === other?.dtype && one?.shape.join() === other?.shape.join();
    })
  );
}

function sameProbe(a: Snapshot, b: Snapshot): boolean {
  return a.split === b.split && a.sampleIndex === b.sampleIndex;
}

/**
 * What one small tap was at the training steps seen so far, for pictures of a path through training. Full, it lets go of every
 * second entry: the recent past stays dense, the distant past becomes sparse, the bytes stay bounded.
 */
import type { Snapshot, SnapshotStore } from './snapshot-store.ts';
import { snapshotStore } from './snapshot-store.ts';

export interface TapEntry {
  readonly step: number;
  readonly tensor: Snapshot['taps'][string];
}

const budgetBytes = 2 ** 21;
const mostEntries = 96;
const fewestEntries = 8;

export class TapHistory {
  readonly #tap: string;
  #entries: TapEntry[] = [];
  #version = 0;

  /** @param tap must be the same for every probe sequence, such as a parameter or a function of parameters */
  constructor(tap: string, source: Pick<SnapshotStore, 'latest' | 'subscribe'>) {
    this.#tap = tap;
    source.subscribe(() => this.#take(source.latest));
  }

  /** Ascending by step. */
  get entries(): readonly TapEntry[] {
    return this.#entries;
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  #take(snapshot: Snapshot | null): void {
    if (snapshot === null) {
      if (this.#entries.length > 0) this.#change([]);
      return;
    }
    const tensor = snapshot.taps[this.#tap];
    const last = this.#entries.at(-1)?.step ?? -1;
    if (!tensor || snapshot.step === last) return;
    // A smaller step means that the run was reset: what came later has not happened any more.
    const before =
      snapshot.step > last ? this.#entries : this.#entries.filter(({ step }) => step < snapshot.step);
    const kept = before.length < capacityFor(tensor) ? before : before.filter((_, i) => i % 2 === 0);
    this.#change([...kept, { step: snapshot.step, tensor }]);
  }

  #change(entries: TapEntry[]): void {
    this.#entries = entries;
    this.#version++;
  }
}

function capacityFor({ data }: TapEntry['tensor']): number {
  return Math.max(fewestEntries, Math.min(mostEntries, Math.floor(budgetBytes / data.byteLength)));
}

/** The forgetting bias of Memformer through training. */
export const biasHistory = new TapHistory('bias', snapshotStore);

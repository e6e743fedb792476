/** When the snapshots of the current run are stored, how many of them, and what gives way when space runs out. */
import { toFailure } from '../foundation/errors.ts';
import { runStore, tell } from './run-store.ts';
import { SnapshotRing } from './snapshot-ring.ts';
import { snapshotStore } from './snapshot-store.ts';
import type { SnapshotVault } from './snapshot-vault.ts';

/** Of one run, thinned as the page thins its own: some dozens of snapshots of the default preset. */
const budgetBytes = 8 * 2 ** 20;
/** Writing them all takes a moment, and they are the least of what may be lost. */
const trainingInterval = 20_000;

export class SnapshotKeeper {
  readonly #vault: SnapshotVault;
  #savedAt = 0;
  #savedVersion = -1;
  /** Told once, until one succeeds. */
  #failed = false;

  constructor(vault: SnapshotVault) {
    this.#vault = vault;
  }

  get vault(): SnapshotVault {
    return this.#vault;
  }

  /** Stores the snapshots of the current run, at most every 20 seconds while it trains. Losing them is told, and no more. */
  async save(key: string, training: boolean): Promise<void> {
    const { version, kept, complete } = snapshotStore;
    const early = training && performance.now() - this.#savedAt < trainingInterval;
    if (early || !complete || version === this.#savedVersion || kept.size === 0) return;
    const thinned = new SnapshotRing(budgetBytes);
    for (const snapshot of kept.all) thinned.add(snapshot);
    this.#savedAt = performance.now();
    try {
      await this.makingRoom(() => this.#vault.save(key, thinned.all), key);
      this.#savedVersion = version;
      this.#failed = false;
    } catch (error) {
      if (this.#failed) return;
      this.#failed = true;
      tell('notice', {
        code: 'snapshots-not-saved',
        message: isFull(error)
          ? 'There is no space in this browser to store the pictures of earlier steps.'
          : `The pictures of earlier steps could not be stored: ${toFailure(error).message}`,
        kept: 'The run itself is saved.',
        remedy: '',
      });
    }
  }

  /** Puts the stored snapshots of a run, and the step that was looked at, back before its newest one. */
  async restore(key: string, step: number | null): Promise<void> {
    try {
      const snapshots = await this.#vault.load(key);
      snapshotStore.adopt({ probe: runStore.getState().probe, snapshots, step });
    } catch (error) {
      await this.#vault.remove(key);
      tell('notice', { ...toFailure(error), kept: 'The run itself is whole.', remedy: '' });
    }
  }

  /**
   * Tries again after dropping the oldest stored snapshots, one run's after the other, as long as there are any.
   * @param spared the run whose snapshots stay
   * @throws what `write` throws when there is nothing left to drop, or when it fails for another reason
   */
  async makingRoom(write: () => Promise<void>, spared: string | null = null): Promise<void> {
    for (let dropped = 0; ; dropped++) {
      try {
        await write();
        if (dropped > 0) tellDropped(dropped);
        return;
      } catch (error) {
        if (!isFull(error) || !(await this.#vault.dropOldest(spared))) throw error;
      }
    }
  }
}

function isFull(error: unknown): boolean {
  if (error instanceof DOMException) return error.name === 'QuotaExceededError';
  return toFailure(error).code === 'storage-full';
}

function tellDropped(runs: number): void {
  tell('notice', {
    code: 'snapshots-dropped',
    message: `Space in this browser ran out: the pictures of earlier steps of ${runs === 1 ? 'a stored run were' : `${runs} stored runs were`} dropped, the oldest first.`,
    kept: 'All weights and curves are kept.',
    remedy: 'Delete runs that you do not need from the library.',
  });
}

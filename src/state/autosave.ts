/**
 * Saves the current run every few seconds while it trains, when it pauses and when the page is hidden. Training is not
 * paused: the worker copies its state between two steps. Saves never overlap; a failure is told once until one succeeds.
 */
import { toFailure } from '../foundation/errors.ts';
import { cursorStore } from './cursor-store.ts';
import { gridStore } from './grid-store.ts';
import type { RunLibrary } from './persistence.ts';
import type { RunKeys } from './run-key.ts';
import { runStore, tell } from './run-store.ts';
import type { Session } from './session.ts';
import type { SnapshotKeeper } from './snapshot-keeper.ts';
import { settingsStore } from './settings-store.ts';

const interval = 3000;
const viewDelay = 400;

export class Autosave {
  readonly #session: Session;
  readonly #library: RunLibrary;
  readonly #keys: RunKeys;
  /** null where the browser has no room for snapshots. */
  readonly #snapshots: SnapshotKeeper | null;
  readonly #stops: (() => void)[] = [];
  /** Which run is saved under which key; another run than this is not saved. */
  #bound: { readonly runId: string; readonly key: string } | null = null;
  #saving = false;
  /** Run, step and grids of the last complete save. */
  #saved = '';
  #failed = false;

  constructor(session: Session, library: RunLibrary, keys: RunKeys, snapshots: SnapshotKeeper | null) {
    this.#session = session;
    this.#library = library;
    this.#keys = keys;
    this.#snapshots = snapshots;
  }

  start(): void {
    const timer = setInterval(() => void this.save(), interval);
    const onHidden = (): void => {
      if (document.visibilityState === 'hidden') void this.save();
    };
    document.addEventListener('visibilitychange', onHidden);
    let delayed: ReturnType<typeof setTimeout> | undefined;
    const saveViewSoon = (): void => {
      clearTimeout(delayed);
      delayed = setTimeout(() => void this.#saveView(), viewDelay);
    };
    this.#stops.push(
      () => clearInterval(timer),
      () => document.removeEventListener('visibilitychange', onHidden),
      () => clearTimeout(delayed),
      runStore.subscribe((state, before) => {
        if (state.status.state !== 'training' && before.status.state === 'training') void this.save();
      }),
      cursorStore.subscribe(saveViewSoon),
      runStore.subscribe((state, before) => {
        if (state.probe !== before.probe) saveViewSoon();
      }),
    );
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Saves the current run under the tab's key from now on. */
  bind(options: { readonly alreadySaved: boolean }): void {
    const { run, status } = runStore.getState();
    const key = this.#keys.current;
    if (!run || key === null) return;
    this.#bound = { runId: run.runId, key };
    this.#saved = options.alreadySaved ? this.#version(status.step) : '';
  }

  /** Saves if anything has changed since the last save. */
  async save(): Promise<void> {
    const bound = this.#bound;
    const { run, status, configuring } = runStore.getState();
    if (this.#saving || configuring || !bound || run?.runId !== bound.runId) return;
    const measured = gridStore.getState().grids.length > 0;
    const untouched = status.step === 0 && this.#saved === '' && !this.#session.data && !measured;
    if (untouched || this.#version(status.step) === this.#saved) return;
    this.#saving = true;
    try {
      const checkpoint = await this.#session.checkpoint();
      // The tab may have moved on to another run meanwhile.
      if (!checkpoint || !this.#isCurrent(bound)) return;
      // What comes in while it is written is saved the next time.
      const version = this.#version(checkpoint.step);
      const savedAt = Date.now();
      const { presetId } = settingsStore.getState();
      const write = (): Promise<void> =>
        this.#library.save({ key: bound.key, presetId, checkpoint, savedAt }, this.#session.data);
      await (this.#snapshots ? this.#snapshots.makingRoom(write) : write());
      this.#saved = version;
      this.#failed = false;
      runStore.setState({ savedAt });
      // The tab may have moved on while the run was written.
      if (this.#isCurrent(bound)) await this.#snapshots?.save(bound.key, status.state === 'training');
    } catch (error) {
      const failure = toFailure(error);
      if (!this.#failed) tell('failure', failure, failure.code === 'storage-full' ? 'library' : undefined);
      this.#failed = true;
    } finally {
      this.#saving = false;
    }
  }

  async #saveView(): Promise<void> {
    if (!this.#bound) return;
    const { position, step } = cursorStore.getState();
    // Losing it is no loss worth a message; the next save of the run tells if storage is gone.
    await this.#library
      .saveView(this.#bound.key, { position, step, probe: runStore.getState().probe })
      .catch(() => undefined);
  }

  #isCurrent(bound: { readonly runId: string }): boolean {
    return this.#bound === bound && runStore.getState().run?.runId === bound.runId;
  }

  #version(step: number): string {
    return `${runStore.getState().run?.runId ?? ''} ${step} ${gridStore.getState().gridRevision}`;
  }
}

/**
 * The page's life: opens the right run (this tab's own, a shared one, the last one, or the default preset), applies settings,
 * keeps address and storage up to date. One object, made once in main.tsx.
 */
import { PlaygroundError, toFailure } from '../foundation/errors.ts';
import type { UserData } from '../tasks/task.ts';
import type { Checkpoint, RunConfig } from '../worker/protocol.ts';
import { Autosave } from './autosave.ts';
import type { TrainingClient } from '../worker/client.ts';
import { cursorStore } from './cursor-store.ts';
import { differences, formatNumber } from './differences.ts';
import type { Difference } from './differences.ts';
import { frames } from './drawing.ts';
import { layoutStore } from './layout-store.ts';
import type { SharedView } from './link.ts';
import { measureGridsWith } from './grid-store.ts';
import { followGradient } from './gradient-follower.ts';
import { InterventionRunner } from './intervention-runner.ts';
import { tellImported, tellUndo } from './notices.ts';
import { RunLibrary } from './persistence.ts';
import type { RestoredRun } from './persistence.ts';
import { checkConfig, presetById } from './presets.ts';
import { browserSurroundings, RunKeys } from './run-key.ts';
import type { Surroundings } from './run-key.ts';
import { runStore, tell, withdraw } from './run-store.ts';
import type { Probe } from './run-store.ts';
import { previewTask, settingsProblem, tellingProbe } from './samples.ts';
import { Session } from './session.ts';
import { settingsStore } from './settings-store.ts';
import { SlowMotionPlayer } from './slow-motion.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';
import { probeOf, snapshotStore } from './snapshot-store.ts';
import { SnapshotVault } from './snapshot-vault.ts';
import { decodeConfig, encodeConfig } from './url.ts';
import type { Shared } from './url.ts';

/** How long settings rest before a run that was never trained follows them, ms. */
const applyDelay = 250;
/** How long a reloaded tab waits for its former self to let go of the run, ms. */
const reloadPatience = 1000;

export class Playground {
  readonly session: Session;
  readonly interventions: InterventionRunner;
  readonly slowMotion: SlowMotionPlayer;
  readonly #keys: RunKeys;
  #library: RunLibrary | null = null;
  #autosave: Autosave | null = null;
  #snapshots: SnapshotKeeper | null = null;
  #applyTimer: ReturnType<typeof setTimeout> | undefined;
  /** What the link that is being opened wants to be looked at. */
  #linkView: SharedView | null = null;
  /** Settings that the worker refused: not tried again by themselves. */
  #refused: RunConfig | null = null;

  constructor(client: TrainingClient, surroundings: Surroundings = browserSurroundings()) {
    this.#keys = new RunKeys(surroundings);
    this.session = new Session({ client, afterDraw: (callback) => frames.afterDraw(callback) });
    this.slowMotion = new SlowMotionPlayer(this.session);
    followGradient(this.session);
    measureGridsWith(this.session);
    this.interventions = new InterventionRunner((request) => this.session.intervene(request));
  }

  /** Opens a run and starts following the settings. */
  async open(): Promise<void> {
    runStore.setState({ configuring: true });
    const shared = decodeConfig(location.hash);
    if (shared) this.#adoptLink(shared);
    await this.#openLibrary();
    await this.#findFile();
    const restored = await this.#findRun(shared);
    const resumed = restored !== null && (await this.#resume(restored.run, restored.copied));
    const { config, data } = settingsStore.getState();
    const possible = settingsProblem(config, data) === null;
    if (!resumed && possible) await this.#startFromSettings();
    if (resumed) await this.#showLinkView();
    runStore.setState({ configuring: false });
    settingsStore.subscribe(() => this.#applyIfUntouched());
    window.addEventListener('hashchange', () => {
      const link = decodeConfig(location.hash);
      if (!link) return;
      this.#adoptLink(link);
      if (this.pending().length === 0) void this.#showLinkView();
    });
    this.#applyIfUntouched();
  }

  /** What a new run from the present settings would change. */
  pending(): Difference[] {
    const { run } = runStore.getState();
    return run ? differences(run.config, settingsStore.getState().config) : [];
  }

  /** Why no new run can be started from the settings, or null. */
  settingsProblem(): string | null {
    const { config, data } = settingsStore.getState();
    return this.pending().length === 0 ? 'No setting was changed.' : settingsProblem(config, data);
  }

  /** Starts a new run from the settings; the run before can be brought back. */
  async apply(): Promise<void> {
    clearTimeout(this.#applyTimer);
    const { step } = runStore.getState().status;
    if ((await this.#startFromSettings()) && step > 0 && this.session.left) {
      tellUndo(
        'new-run',
        'A new run has started.',
        `The one before is kept as it was at step ${formatNumber(step)}.`,
      );
    }
  }

  /** Puts the settings back to those of the current run. */
  discardSettings(): void {
    const { run } = runStore.getState();
    if (run) settingsStore.setState({ config: run.config, data: this.session.data });
  }

  /** @returns whether the run is at its initial weights */
  async reset(): Promise<boolean> {
    const { step } = runStore.getState().status;
    const reset = await this.session.reset();
    if (reset && step > 0) {
      tellUndo(
        'reset',
        'Back at the initial weights.',
        `The trained run is kept as it was at step ${formatNumber(step)}.`,
      );
    }
    return reset;
  }

  async newSeed(): Promise<void> {
    settingsStore.setState(({ config }) => ({ config: { ...config, seed: config.seed + 1 } }));
    await this.apply();
  }

  async undo(): Promise<void> {
    if (!(await this.session.undo())) return;
    withdraw(({ offers }) => offers === 'undo');
    this.discardSettings();
    await this.#keys.claimNew();
    this.#settle({ alreadySaved: false });
  }

  async changeExecutor(executor: RunConfig['executor']): Promise<void> {
    if (!(await this.session.changeExecutor(executor))) return;
    settingsStore.setState(({ config }) => ({ config: { ...config, executor } }));
    this.#autosave?.bind({ alreadySaved: false });
  }

  /** null where this browser keeps nothing. */
  get library(): RunLibrary | null {
    return this.#library;
  }

  /** null where the browser has no room for large files, and before the library is open. */
  get vault(): SnapshotVault | null {
    return this.#snapshots?.vault ?? null;
  }

  get keys(): Pick<RunKeys, 'current' | 'inUse'> {
    return this.#keys;
  }

  /** Saves what has changed since the last save. */
  async saveNow(): Promise<void> {
    await this.#autosave?.save();
  }

  /** Puts a run from a file of ours in the place of the current one, which undo brings back. */
  async importRun(fileName: string, bytes: Uint8Array): Promise<boolean> {
    const read = await this.session.readRunFile(bytes);
    if (!read) return false;
    const config = checkConfig(read.checkpoint.config);
    const data = await this.#dataOf(config);
    const { step } = runStore.getState().status;
    const presetId = presetById(read.presetId) ? read.presetId : settingsStore.getState().presetId;
    const look = async (): Promise<void> => {
      const last = read.snapshots.at(-1);
      const probe = last && probeOf(last);
      if (!probe || !this.#canShow(probe)) return;
      await this.#show(probe, cursorStore.getState().position);
      snapshotStore.adopt({ probe, snapshots: read.snapshots, step: null });
    };
    if (!(await this.takeOver({ ...read.checkpoint, config }, data, { presetId, look }))) return false;
    tellImported(fileName, read, step > 0);
    return true;
  }

  /**
   * Puts a run in the place of the current one, paused where it was; undo brings the one before back.
   * @param look shows what was looked at in that run, before it is stored
   * @returns whether it is the current one now
   */
  async takeOver(
    checkpoint: Checkpoint,
    data: UserData | null,
    { presetId, look }: { readonly presetId?: string; readonly look?: () => Promise<void> } = {},
  ): Promise<boolean> {
    await this.saveNow();
    if (!(await this.session.replace(checkpoint, data))) return false;
    const { config } = checkpoint;
    settingsStore.setState({ config, data, ...(presetId !== undefined && { presetId }) });
    await this.#keys.claimNew();
    await look?.();
    this.#settle({ alreadySaved: false });
    return true;
  }

  /**
   * Opens a run of the library, paused where it was; the current one is saved first.
   * @returns whether it is the current one now
   */
  async openStored(key: string): Promise<boolean> {
    await this.saveNow();
    const run = await this.#library?.load(key);
    if (!run) return false;
    const before = this.#keys.current;
    const copied = !(await this.#keys.claim(key));
    if (await this.#resume(run, copied)) return true;
    this.discardSettings();
    if (before !== null) await this.#keys.claim(before);
    return false;
  }

  /** The file that a run was trained on, from the settings or the library. @throws PlaygroundError `file-not-here`. */
  async #dataOf({ task: { dataHash } }: RunConfig): Promise<UserData | null> {
    if (dataHash === undefined) return null;
    const { data } = settingsStore.getState();
    const found = data?.hash === dataHash ? data : await this.#library?.file(dataHash);
    if (found) return found;
    throw new PlaygroundError(
      'file-not-here',
      'The run was trained on a text that this browser does not have; a run’s file does not hold it.',
      'Your run is as it was.',
      'Open the same text first, then the run.',
    );
  }

  async #openLibrary(): Promise<void> {
    try {
      this.#library = await RunLibrary.open(undefined, (failure) => {
        this.#autosave?.stop();
        this.#autosave = null;
        this.#library = null;
        tell('failure', failure, 'exportBundle');
      });
      const vault = await SnapshotVault.open();
      this.#snapshots = vault && new SnapshotKeeper(vault);
      this.#autosave = new Autosave(this.session, this.#library, this.#keys, this.#snapshots);
      this.#autosave.start();
      await this.#library.sweep();
      await vault?.sweep(await this.#library.keys());
    } catch (error) {
      tell('failure', toFailure(error));
    }
  }

  /** A link names its file by hash; the bytes are here only if this browser has had them. */
  async #findFile(): Promise<void> {
    const { config } = settingsStore.getState();
    const { dataHash, ...task } = config.task;
    if (dataHash === undefined) return;
    const data = (await this.#library?.file(dataHash)) ?? null;
    settingsStore.setState(data ? { data } : { config: { ...config, task } });
    if (data) return;
    tell('notice', {
      code: 'file-not-here',
      message: 'The link belongs to a text file that this browser does not have.',
      kept: 'All other settings were taken.',
      remedy: 'Open the same file to train on it.',
    });
  }

  /** This tab's own run, or the newest one that no tab holds; a link to another run goes before both. */
  async #findRun(shared: Shared | null): Promise<{ run: RestoredRun; copied: boolean } | null> {
    if (!this.#library) return null;
    const matches = (run: RestoredRun): boolean =>
      !shared || differences(run.checkpoint.config, shared.config).length === 0;
    const own = this.#keys.remembered();
    if (own !== null) {
      const run = await this.#library.load(own);
      if (run && matches(run)) return { run, copied: !(await this.#keys.claim(own, reloadPatience)) };
      return null;
    }
    if (shared || !this.#keys.canAdopt) return null;
    for (const key of await this.#library.keys()) {
      if (!(await this.#keys.claim(key))) continue;
      const run = await this.#library.load(key);
      if (run) return { run, copied: false };
    }
    return null;
  }

  async #resume(run: RestoredRun, copied: boolean): Promise<boolean> {
    const { checkpoint, data, presetId, view, savedAt } = run;
    try {
      const config = checkConfig(checkpoint.config);
      if (config.task.dataHash !== undefined && !data) {
        throw new PlaygroundError(
          'file-gone',
          'The file that the last run was trained on is not stored any more.',
        );
      }
      settingsStore.setState({ presetId, config, data });
      if (!(await this.session.resume({ ...checkpoint, config }, data))) return false;
    } catch (error) {
      const failure = toFailure(error);
      tell('failure', {
        ...failure,
        message: `A stored run could not be opened: ${failure.message}`,
        kept: 'It stays in the library.',
        remedy: '',
      });
      return false;
    }
    if (view) await this.#show(view.probe, view.position);
    await this.#snapshots?.restore(run.key, view?.step ?? null);
    if (copied) await this.#keys.claimNew();
    this.#settle({ alreadySaved: !copied });
    runStore.setState({ savedAt });
    const time = new Date(savedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
    tell('notice', {
      code: 'resumed',
      message: copied
        ? `This tab goes on with a copy of the run at step ${formatNumber(checkpoint.step)}; the other tab keeps its own.`
        : `Your run is back, paused at step ${formatNumber(checkpoint.step)} (saved ${time}).`,
      kept: '',
      remedy: '',
    });
    return true;
  }

  async #startFromSettings(): Promise<boolean> {
    const { config, data } = settingsStore.getState();
    this.#refused = null;
    if (!(await this.session.start(config, data))) {
      this.#refused = config;
      return false;
    }
    await this.#keys.claimNew();
    this.#settle({ alreadySaved: false });
    const { instance } = previewTask(config, data);
    if (!(await this.#showLinkView()) && instance) {
      const { sampleIndex, position } = tellingProbe(instance, config.seed);
      await this.#show({ split: 'heldOut', sampleIndex }, position);
    }
    return true;
  }

  /** @returns whether a link wanted anything to be looked at */
  async #showLinkView(): Promise<boolean> {
    const view = this.#linkView;
    this.#linkView = null;
    if (!view || !this.#canShow(view.probe)) return false;
    layoutStore.setState({ maximised: view.open });
    await this.#show(view.probe, view.position);
    if (view.step !== null) snapshotStore.adopt({ probe: view.probe, snapshots: [], step: view.step });
    return true;
  }

  #canShow({ split, typed }: Probe): boolean {
    if (typed !== undefined) return true; // what cannot be read is said by the task
    return runStore.getState().run?.splits.some(({ name }) => name === split) ?? false;
  }

  async #show(probe: Probe, position: number): Promise<void> {
    cursorStore.setState({ position });
    const { probe: shown } = runStore.getState();
    if (probe.split !== shown.split || probe.sampleIndex !== shown.sampleIndex)
      await this.session.probe(probe);
  }

  /** The current run is another one than before: address and storage follow. */
  #settle(options: { readonly alreadySaved: boolean }): void {
    const { run } = runStore.getState();
    if (!run) return;
    const { presetId } = settingsStore.getState();
    const hash = encodeConfig(run.config, presetId);
    if (location.hash.slice(1) !== hash) {
      history.replaceState(null, '', hash === '' ? location.pathname + location.search : `#${hash}`);
    }
    this.#autosave?.bind(options);
  }

  #adoptLink(shared: Shared): void {
    settingsStore.setState({ presetId: shared.presetId, config: shared.config });
    this.#linkView = shared.view;
    if (shared.problems.length > 0) {
      tell('notice', {
        code: 'link-partly-read',
        message: `Parts of the link were left out: ${shared.problems.join(' ')}`,
        kept: 'Everything else in it was taken.',
        remedy: '',
      });
    }
  }

  /** While nothing has been trained there is nothing to lose: the run follows the settings by itself. */
  #applyIfUntouched(): void {
    clearTimeout(this.#applyTimer);
    this.#applyTimer = setTimeout(() => {
      const { run, status, configuring } = runStore.getState();
      const { config, data } = settingsStore.getState();
      const untouched = status.step === 0 && status.state === 'paused';
      if (!untouched || config === this.#refused || (run && this.pending().length === 0)) return;
      if (settingsProblem(config, data) !== null) return; // said beside the settings
      if (configuring) this.#applyIfUntouched();
      else void this.#startFromSettings();
    }, applyDelay);
  }
}

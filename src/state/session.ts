/**
 * The page's side of training: owns the client, routes what the worker says to the stores, builds new runs, resumes stored
 * ones and saves the current one. Components never talk to the worker; they call the actions, which call this.
 */
import { toFailure } from '../foundation/errors.ts';
import type { UserData } from '../tasks/task.ts';
import { typedName } from '../tasks/typed.ts';
import type {
  Checkpoint,
  Command,
  ExportedFile,
  FromWorker,
  InterventionRequest,
  InterventionResult,
  Proof,
  ReadRun,
  Rehearsal,
  RunConfig,
  RunEvent,
  UpdateReport,
} from '../worker/protocol.ts';
import type { TrainingClient } from '../worker/client.ts';
import { answerOf, nextMessage } from './answers.ts';
import { addGrids, replaceGrids, tellMeasuring } from './grid-store.ts';
import { gradientStore } from './gradient-store.ts';
import { metricsStore } from './metrics-store.ts';
import { firstProbe, runStore, tell } from './run-store.ts';
import type { Probe } from './run-store.ts';
import { snapshotStore } from './snapshot-store.ts';
import type { Past } from './snapshot-store.ts';

/** A run that was left behind by a reset or a new run, for undo. */
export interface LeftRun {
  readonly checkpoint: Checkpoint;
  readonly data: UserData | null;
  /** What was looked at in it. */
  readonly past: Past;
}

export interface SessionOptions {
  readonly client: TrainingClient;
  /** Calls back when everything dirty has been drawn. */
  readonly afterDraw: (callback: () => void) => void;
  /** Called when another run than before has become the current one, before anybody else hears of it. */
  readonly onRunChanged?: (config: RunConfig) => void;
}

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

export class Session {
  readonly #client: TrainingClient;
  readonly #options: SessionOptions;
  readonly #unsubscribe: () => void;
  #data: UserData | null = null;
  #left: LeftRun | null = null;
  /** The checkpoint that the worker is being configured from. */
  #resuming: Checkpoint | null = null;
  /** What is looked at in the run that is being configured; null begins with its first held-out sample. */
  #past: Past | null = null;
  #awaitingCheckpoint: ((checkpoint: Checkpoint) => void)[] = [];

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#unsubscribe = options.client.subscribe((message) => this.#receive(message));
  }

  /** The file of the current run's task. */
  get data(): UserData | null {
    return this.#data;
  }

  /** The run that undo would bring back. */
  get left(): LeftRun | null {
    return this.#left;
  }

  play(): Promise<boolean> {
    return this.#send({ type: 'play' });
  }

  pause(): Promise<boolean> {
    return this.#send({ type: 'pause' });
  }

  step(count: number): Promise<boolean> {
    return this.#send({ type: 'step', count });
  }

  /** Back to the initial weights of the same seed. The trained run can be brought back by undo. */
  async reset(): Promise<boolean> {
    await this.#leave();
    return this.#send({ type: 'reset' });
  }

  async probe(probe: Probe): Promise<boolean> {
    const shown = await this.#send({ type: 'probe', probe });
    if (shown) runStore.setState({ probe });
    return shown;
  }

  /**
   * Shows what a person has typed.
   * @returns the sentence that says why it cannot be shown, or null
   */
  async probeTyped(text: string): Promise<string | null> {
    const probe = typedName(text);
    try {
      await this.#client.send({ type: 'probe', probe });
    } catch (error) {
      const { message, remedy } = toFailure(error);
      return `${message} ${remedy}`.trim();
    }
    runStore.setState({ probe });
    return null;
  }

  /** Follows the gradient through time of the probe and of one position's loss; null: no longer. */
  watchGradient(watch: { readonly position: number | null } | null): Promise<boolean> {
    return this.#send({ type: 'watchGradient', watch });
  }

  /** Measures the generalisation grid of the present weights; progress and result go to the grid store. */
  measureGrid(): Promise<boolean> {
    return this.#send({ type: 'measureGrid' });
  }

  cancelGrid(): Promise<boolean> {
    return this.#send({ type: 'cancelGrid' });
  }

  /** Measures it again with evaluations while training goes on, or no longer. */
  followGrid(follow: boolean): Promise<boolean> {
    return this.#send({ type: 'followGrid', follow });
  }

  /** The next training step taken apart; nothing changes. null (and a message) if that cannot be done now. */
  async rehearse(): Promise<Rehearsal | null> {
    return (await this.#ask({ type: 'rehearse' }, 'rehearsal'))?.rehearsal ?? null;
  }

  /** Makes one training step and gives what it changed; null (and a message) if it could not be made. */
  async update(): Promise<UpdateReport | null> {
    const report = nextMessage(this.#client, (message) =>
      message.type === 'update' ? message.update : message.type === 'stopped' ? null : undefined,
    );
    if (await this.#send({ type: 'update' })) return report.value;
    report.stop();
    return null;
  }

  /**
   * Starts a new run; the one before stays as it is if that fails.
   * @returns whether the new run is the current one
   */
  async start(config: RunConfig, data: UserData | null): Promise<boolean> {
    await this.#leave();
    return this.#configure(config, data, null);
  }

  /** Goes on with a saved run, paused where it was. */
  async resume(checkpoint: Checkpoint, data: UserData | null): Promise<boolean> {
    return this.#configure(checkpoint.config, data, checkpoint);
  }

  /** Puts a run from a file in the place of the current one, which undo brings back. */
  async replace(checkpoint: Checkpoint, data: UserData | null): Promise<boolean> {
    await this.#leave();
    return this.#configure(checkpoint.config, data, checkpoint);
  }

  /** The current run as a file; null (and a message) if it could not be written. */
  async exportRun(
    options: Omit<Extract<Command, { type: 'exportModel' }>, 'type'>,
  ): Promise<ExportedFile | null> {
    return (await this.#ask({ type: 'exportModel', ...options }, 'exported'))?.file ?? null;
  }

  /** Runs the last exported ONNX file beside the executor. */
  async verifyExport(): Promise<Proof | null> {
    return (await this.#ask({ type: 'verifyModel' }, 'verified'))?.proof ?? null;
  }

  /** Reads a file of ours; the current run stays as it is. */
  async readRunFile(bytes: Uint8Array): Promise<ReadRun | null> {
    return (await this.#ask({ type: 'readRunFile', bytes }, 'runRead'))?.read ?? null;
  }

  /**
   * Operates on the memory of the shown sequence; weights and training stay as they are.
   * @throws PlaygroundError when the memory does not have what is asked for
   */
  async intervene(request: InterventionRequest): Promise<InterventionResult> {
    return (await answerOf(this.#client, { type: 'intervene', request }, 'intervened')).result;
  }

  /** Moves the current run to another executor; weights, optimizer, metrics and pictures stay. */
  async changeExecutor(executor: RunConfig['executor']): Promise<boolean> {
    const checkpoint = await this.checkpoint();
    if (!checkpoint) return false;
    const config = { ...checkpoint.config, executor };
    const past = snapshotStore.past(runStore.getState().probe);
    return this.#configure(config, this.#data, { ...checkpoint, config }, past);
  }

  /** Times the run's program on every executor that works here; training waits meanwhile. */
  measureExecutors(): Promise<boolean> {
    return this.#send({ type: 'measureExecutors' });
  }

  /** Brings back the run that was left by the last reset or new run, with what was looked at in it. */
  async undo(): Promise<boolean> {
    const left = this.#left;
    if (!left) return false;
    const undone = await this.#configure(left.checkpoint.config, left.data, left.checkpoint, left.past);
    if (undone && this.#left === left) this.#left = null;
    runStore.setState({ undoable: this.#left !== null });
    return undone;
  }

  /** The state of the current run, taken between two steps; null (and a message) if there is none. */
  async checkpoint(): Promise<Checkpoint | null> {
    if (!runStore.getState().run) return null;
    let resolve: (checkpoint: Checkpoint | null) => void = () => undefined;
    const arrival = new Promise<Checkpoint | null>((settle) => (resolve = settle));
    this.#awaitingCheckpoint.push(resolve);
    if (!(await this.#send({ type: 'saveCheckpoint' }))) {
      this.#awaitingCheckpoint = this.#awaitingCheckpoint.filter((waiting) => waiting !== resolve);
      resolve(null);
    }
    return arrival;
  }

  dispose(): void {
    this.#unsubscribe();
    this.#client.dispose();
  }

  async #leave(): Promise<void> {
    if (runStore.getState().status.step === 0) return;
    const checkpoint = await this.checkpoint();
    if (!checkpoint) return;
    this.#left = { checkpoint, data: this.#data, past: snapshotStore.past(runStore.getState().probe) };
    runStore.setState({ undoable: true });
  }

  async #configure(
    config: RunConfig,
    data: UserData | null,
    checkpoint: Checkpoint | null,
    past: Past | null = null,
  ): Promise<boolean> {
    const before = this.#data;
    this.#data = config.task.dataHash === undefined ? null : data;
    this.#resuming = checkpoint;
    this.#past = past;
    runStore.setState({ configuring: true });
    const configured = await this.#send({
      type: 'configure',
      config,
      ...(this.#data && { data: this.#data }),
      ...(checkpoint && { checkpoint }),
      ...(past && { probe: past.probe }),
    });
    runStore.setState({ configuring: false, progress: null });
    this.#resuming = null;
    this.#past = null;
    if (!configured) this.#data = before;
    return configured;
  }

  /** Sends a command; a failure becomes a message and `false`. */
  async #send(command: Command): Promise<boolean> {
    try {
      await this.#client.send(command);
      return true;
    } catch (error) {
      tell('failure', toFailure(error));
      return false;
    }
  }

  /** Sends a command and gives the event that comes before its answer; null (and a message) if it was refused. */
  async #ask<Type extends FromWorker['type']>(
    command: Command,
    type: Type,
  ): Promise<Extract<FromWorker, { type: Type }> | null> {
    try {
      return await answerOf(this.#client, command, type);
    } catch (error) {
      tell('failure', toFailure(error));
      return null;
    }
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'executors':
        runStore.setState({ executors: message.reports });
        return;
      case 'progress':
        runStore.setState({
          progress: { label: message.label, done: message.done, total: message.total },
        });
        return;
      case 'ready':
      case 'done':
      case 'failed':
      case 'exported':
      case 'verified':
      case 'runRead':
      case 'intervened':
        return; // answers, heard by whoever asked
      case 'configured':
        this.#begin(message);
        return;
      default:
        if (message.runId === runStore.getState().run?.runId) this.#follow(message);
        // A late picture of an old run is not drawn, but the worker waits for the word.
        else if (message.type === 'snapshot') this.#client.acknowledge(message.frame);
    }
  }

  #begin({ run, step }: EventOf<'configured'>): void {
    this.#options.onRunChanged?.(run.config);
    metricsStore.replace(this.#resuming?.metrics, this.#resuming?.evaluations);
    snapshotStore.hold(null);
    snapshotStore.set(null);
    if (this.#past) snapshotStore.adopt(this.#past);
    gradientStore.clear();
    replaceGrids(this.#resuming?.grids);
    runStore.setState({
      run,
      probe: this.#past?.probe ?? firstProbe,
      savedAt: null,
      progress: null,
      status: { state: 'paused', step, stepsPerSecond: 0, memory: { bytes: 0, objects: 0 } },
    });
  }

  #follow(event: Exclude<RunEvent, EventOf<'configured'>>): void {
    switch (event.type) {
      case 'status':
        runStore.setState({
          progress: null,
          status: {
            state: event.state,
            step: event.step,
            stepsPerSecond: event.stepsPerSecond,
            memory: event.memory,
          },
        });
        return;
      case 'metrics':
        metricsStore.append(event.points, event.evaluations);
        return;
      case 'snapshot':
        snapshotStore.set(event.snapshot);
        this.#options.afterDraw(() => this.#client.acknowledge(event.frame));
        return;
      case 'timeGradient':
        gradientStore.add(event.gradient);
        return;
      case 'grids':
        addGrids(event.grids);
        return;
      case 'gridProgress':
        tellMeasuring(event.progress);
        if (event.failure) tell('failure', event.failure);
        return;
      case 'rehearsal':
      case 'update':
        return; // heard by whoever asked
      case 'checkpoint': {
        const waiting = this.#awaitingCheckpoint;
        this.#awaitingCheckpoint = [];
        for (const resolve of waiting) resolve(event.checkpoint);
        return;
      }
      case 'restarted':
        metricsStore.replace();
        gradientStore.clear();
        replaceGrids();
        snapshotStore.rewind(event.step);
        return;
      case 'stopped':
        runStore.setState(({ status }) => ({
          progress: null,
          status: { ...status, state: 'paused', stepsPerSecond: 0 },
        }));
        tell('failure', event.failure);
        return;
      case 'notice':
        tell('notice', event.notice);
    }
  }
}

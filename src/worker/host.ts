/**
 * The worker's side of the protocol: takes commands, owns the run and its executor, and sends what the page should see. It
 * knows nothing of workers: whoever creates it hands over a port, so that tests drive it in Node.
 *
 * Commands are answered in the order in which they came. A new run replaces the old one only when it stands: settings
 * checked, data read, executor opened, programs compiled. Until then a failure leaves everything as it was.
 */
import type { ExecutorPool, Progress } from '../executors/choose.ts';
import type { Executor, ExecutorName } from '../executors/executor.ts';
import { PlaygroundError, toFailure } from '../foundation/errors.ts';
import type { Failure } from '../foundation/errors.ts';
import type { UserData } from '../tasks/task.ts';
import { prepareRun, workloadOf } from '../training/run-config.ts';
import type { PreparedRun } from '../training/run-config.ts';
import { ActiveRun } from './active-run.ts';
import type { Looking } from './active-run.ts';
import { Courier, isErrand } from './courier.ts';
import { describeRun } from './describe.ts';
import { operate } from './operate.ts';
import { Breather } from './pace.ts';
import type { Command, FromWorker, Request, ToWorker } from './protocol.ts';
import { transferablesOf } from './protocol.ts';

export interface Port {
  postMessage(message: FromWorker, transfer: Transferable[]): void;
}

/** Finds and keeps the executors; the host disposes of none. */
export type ExecutorSource = Pick<ExecutorPool, 'open' | 'measure' | 'dispose'>;

type Configure = Extract<Command, { type: 'configure' }>;

export class TrainingHost {
  readonly #port: Port;
  readonly #source: ExecutorSource;
  readonly #breather = new Breather();
  readonly #courier = new Courier();
  #work: Promise<void> = Promise.resolve();
  #active: ActiveRun | null = null;
  #runs = 0;
  #frames = 0;
  /** Executors whose device was lost in this run. */
  #lost: ExecutorName[] = [];
  /** Executors that have failed in this run. */
  #failed = new Set<ExecutorName>();
  /** The file of this run. */
  #data: UserData | undefined;

  constructor(port: Port, source: ExecutorSource) {
    this.#port = port;
    this.#source = source;
    this.#post({ type: 'ready' });
  }

  receive(message: ToWorker): void {
    if (message.type === 'frameDrawn') this.#active?.frameDrawn(message.frame);
    else this.#inTurn(() => this.#answer(message));
  }

  /** Ends the run and gives everything back. */
  async dispose(): Promise<void> {
    this.#active?.close();
    await this.#work;
    await this.#active?.ended();
    this.#active = null;
    this.#source.dispose();
    this.#breather.dispose();
  }

  /** Jobs follow each other; each must handle its own failures. */
  #inTurn(job: () => Promise<void>): void {
    this.#work = this.#work.then(job);
  }

  async #answer(request: Request): Promise<void> {
    const { requestId } = request;
    try {
      if (request.type === 'configure') await this.#configure(request);
      else if (request.type === 'giveWay') this.#breather.share = request.share;
      else if (request.type === 'measureExecutors') await this.#measure(this.#running());
      else if (request.type === 'intervene') this.#post(await operate(request.request, this.#running()));
      else if (isErrand(request)) this.#post(await this.#courier.run(request, () => this.#running()));
      else await this.#running().post(request);
      this.#post({ type: 'done', requestId });
    } catch (error) {
      this.#post({ type: 'failed', requestId, failure: toFailure(error) });
    }
  }

  #running(): ActiveRun {
    if (this.#active) return this.#active;
    throw new PlaygroundError('no-run', 'There is no run yet.', '', 'Choose a preset to begin.');
  }

  // ---- a new run

  async #configure({ config, data, checkpoint, probe }: Configure): Promise<void> {
    const file = this.#known(data);
    const run = prepareRun(config, file);
    const old = this.#active;
    const release = await old?.hold();
    let active: ActiveRun;
    try {
      active = await this.#open(`run-${++this.#runs}`, run, checkpoint ?? null, [], probe && { probe });
    } catch (error) {
      release?.();
      throw error;
    }
    this.#lost = [];
    this.#failed = new Set();
    this.#data = file;
    old?.close();
    release?.();
    await old?.ended();
    const description = describeRun(run, active.id, active.executor.name);
    this.#post({ type: 'configured', run: description, step: active.step, runId: active.id });
    this.#start(active);
  }

  /** The same file arrives as a new copy with every change of a setting; a task keeps what it has read of the first one. */
  #known(data: UserData | undefined): UserData | undefined {
    return data && this.#data?.hash === data.hash ? this.#data : data;
  }

  async #open(
    id: string,
    run: PreparedRun,
    checkpoint: ActiveRun['checkpoint'],
    lost: readonly ExecutorName[],
    looking: Looking = {},
  ): Promise<ActiveRun> {
    const { executor, reports } = await this.#source.open({
      choice: run.config.executor,
      lost,
      workload: workloadOf(run),
      onProgress: this.#progress,
    });
    this.#post({ type: 'executors', reports });
    return ActiveRun.open({
      ...{ id, run, executor, checkpoint, looking },
      breather: this.#breather,
      post: (message) => this.#post(message),
      nextFrame: () => ++this.#frames,
      onProgress: (done, total) => this.#progress('Compiling the training program', done, total),
    });
  }

  #start(active: ActiveRun): void {
    this.#active = active;
    active.start((error) => this.#inTurn(() => this.#recover(active, error)));
    void active.executor.lost.then(({ reason }) => {
      if (active !== this.#active) return;
      active.close();
      this.#inTurn(() => this.#recover(active, new DeviceLost(reason)));
    });
  }

  async #measure(active: ActiveRun): Promise<void> {
    const release = await active.hold();
    try {
      const { run, executor } = active;
      const reports = await this.#source.measure(workloadOf(run), executor.name, this.#progress);
      this.#post({ type: 'executors', reports });
    } finally {
      release();
    }
  }

  // ---- when the executor fails

  /** Goes on from the last checkpoint: by itself after a lost device, paused after any other failure. */
  async #recover(failed: ActiveRun, cause: unknown): Promise<void> {
    if (failed !== this.#active) return; // replaced, or already taken care of
    const reason = await lostReason(failed.executor, cause);
    const { name } = failed.executor;
    // Failing twice is taken for a lost device too: what fails at once would otherwise be opened again without end.
    if (reason !== null || this.#failed.has(name)) this.#lost = [...this.#lost, name];
    this.#failed.add(name);
    const { checkpoint, looking } = failed;
    try {
      const active = await this.#open(failed.id, failed.run, checkpoint, this.#lost, looking);
      this.#post({ type: 'restarted', step: active.step, runId: active.id });
      const { metrics = [], evaluations = [], grids = [] } = checkpoint ?? {};
      this.#post({ type: 'metrics', points: metrics, evaluations, runId: active.id });
      this.#post({ type: 'grids', grids, runId: active.id });
      this.#start(active);
      if (reason === null) {
        this.#post({ type: 'stopped', failure: executorFailed(failed, active, cause), runId: active.id });
      } else {
        this.#post({ type: 'notice', notice: deviceLost(failed, active, reason), runId: active.id });
        if (failed.training) await active.post({ type: 'play' });
      }
    } catch (error) {
      this.#active = null;
      const kept = `The run was saved at step ${checkpoint?.step ?? 0}.`;
      this.#post({ type: 'stopped', failure: { ...toFailure(error), kept }, runId: failed.id });
    }
  }

  readonly #progress: Progress = (label, done, total) => this.#post({ type: 'progress', label, done, total });

  #post(message: FromWorker): void {
    this.#port.postMessage(message, transferablesOf(message));
  }
}

class DeviceLost extends Error {}

/** A GPU that goes away fails the work under way first and says why a moment later. */
async function lostReason(executor: Executor, cause: unknown): Promise<string | null> {
  if (cause instanceof DeviceLost) return cause.message;
  const moment = new Promise<null>((resolve) => setTimeout(() => resolve(null), 100));
  return Promise.race([executor.lost.then(({ reason }) => reason), moment]);
}

function deviceLost(failed: ActiveRun, active: ActiveRun, reason: string): Failure {
  return {
    code: 'device-lost',
    message: `The graphics device went away (${reason || 'no reason given'}).`,
    kept: `${whereNow(failed, active)} and goes on from step ${active.step}.`,
    remedy: '',
  };
}

function executorFailed(failed: ActiveRun, active: ActiveRun, cause: unknown): Failure {
  return {
    code: cause instanceof PlaygroundError ? cause.code : 'executor-failed',
    message: `A step could not be computed: ${toFailure(cause).message}`,
    kept: `${whereNow(failed, active)} and is back at step ${active.step}, its last checkpoint.`,
    remedy: 'Try again, choose another executor, or make the model or the batch smaller.',
  };
}

function whereNow({ executor: before }: ActiveRun, { executor: now }: ActiveRun): string {
  return before.name === now.name
    ? `The run stays on ${now.name}`
    : `The run has moved from ${before.name} to ${now.name}`;
}

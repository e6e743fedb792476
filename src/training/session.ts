/**
 * One run, from its first step to its last, as an async generator. The worker, the tests and a script in Node consume the
 * same thing:
 *
 *     for await (const event of trainingSession({ run, executor, mailbox })) …
 *
 * Nothing runs while nobody asks for the next event. Between two units of work (a training step, one batch of an
 * evaluation, a snapshot) the session reads its mailbox. It starts paused and lives until the mailbox is closed or the
 * consumer leaves the loop; then it gives back everything it holds on the executor, which itself stays open.
 *
 * Training sample i of a run is sample i of the task, so where a run stands is one number, its step: a run that goes on
 * from a checkpoint does what it would have done without the break.
 */
import type { Execution, Executor, ParameterStore, TrainingState } from '../executors/executor.ts';
import { PlaygroundError, toFailure } from '../foundation/errors.ts';
import { assembleBatch, samplesOf } from './batches.ts';
import { checkCheckpoint, isFinite, untrained } from './checkpoint.ts';
import { optimizerSettings, strategyOf } from './config.ts';
import { PicturePace } from './picture-pace.ts';
import { EvaluationPass, InferencePool, takeSnapshot } from './inference.ts';
import type { Letter, Mailbox } from './mailbox.ts';
import { GridWatch } from './grid/watch.ts';
import type { GridView } from './grid/watch.ts';
import { GradientWatch } from './gradient-watch.ts';
import type { GradientView } from './gradient-watch.ts';
import { initialParameters } from './parameters.ts';
import { lengthOf, sampleOf } from './probe.ts';
import type { Probe } from './probe.ts';
import { RunRecord } from './record.ts';
import type { PreparedRun } from './run-config.ts';
import type { Checkpoint, Rehearsal } from './run.ts';
import { learningRateAt } from './schedule.ts';
import type { SessionEvent, SessionState } from './session-events.ts';
import { rehearse, updateReport } from './slow-step.ts';

export interface Clock {
  /** Milliseconds from any start; never runs backwards. */
  now(): number;
  /** Milliseconds since 1970. */
  date(): number;
}

export interface SessionSetup {
  readonly run: PreparedRun;
  readonly executor: Executor;
  readonly mailbox: Mailbox;
  /** Go on from here rather than from the initial weights. */
  readonly checkpoint?: Checkpoint;
  readonly probe?: Probe;
  /** Seconds between checkpoints while training (default 3). */
  readonly checkpointSeconds?: number;
  readonly clock?: Clock;
  /** Compiling the training program, which may take seconds on a GPU. */
  readonly onProgress?: (done: number, total: number) => void;
}

type Events = AsyncGenerator<SessionEvent, void, void>;

const realClock: Clock = { now: () => performance.now(), date: () => Date.now() };

/**
 * @throws PlaygroundError `invalid-checkpoint`, `unsupported-program`, or what `lengthOf` refuses in a probe, with the first event; later whatever the executor
 * throws when its device is gone.
 */
export async function* trainingSession(setup: SessionSetup): Events {
  if (setup.checkpoint) checkCheckpoint(setup.run.parameters, setup.checkpoint);
  if (setup.probe) lengthOf(setup.run, setup.probe);
  const { run, executor } = setup;
  const store = await executor.createStore(run.parameters);
  let execution: Execution | null = null;
  const pool = new InferencePool(run, executor, store);
  const grid = new GridWatch(run, executor, store, setup.clock ?? realClock);
  try {
    execution = await executor.compile(run.program, store, {
      batchSize: run.training.batchSize,
      strategy: strategyOf(run.training),
      ...(setup.onProgress && { onProgress: setup.onProgress }),
    });
    yield* new Session(setup, store, execution, pool, grid).live();
  } finally {
    grid.dispose();
    pool.dispose();
    execution?.dispose();
    store.dispose();
  }
}

class Session {
  readonly #run: PreparedRun;
  readonly #mailbox: Mailbox;
  readonly #clock: Clock;
  readonly #checkpointMilliseconds: number;
  readonly #store: ParameterStore;
  readonly #execution: Execution;
  readonly #pool: InferencePool;
  readonly #record: RunRecord;
  readonly #pace = new PicturePace();
  /** Training goes on while the step is below this. */
  #stopAt = 0;
  readonly #gradient: GradientWatch;
  readonly #grid: GridWatch;
  /** The weights before the next step, where its update is to be told. */
  #beforeUpdate: TrainingState | null = null;
  #evaluation: EvaluationPass | null = null;
  #probe: Probe;
  /** What the last snapshot showed: nothing new is worth no picture. */
  #shown = '';
  #restarts = 0;
  /** The last state whose weights are known to be finite. */
  #safe: Checkpoint;
  #savedAt = 0;

  constructor(
    setup: SessionSetup,
    store: ParameterStore,
    execution: Execution,
    pool: InferencePool,
    grid: GridWatch,
  ) {
    this.#run = setup.run;
    this.#mailbox = setup.mailbox;
    this.#clock = setup.clock ?? realClock;
    this.#checkpointMilliseconds = (setup.checkpointSeconds ?? 3) * 1000;
    this.#store = store;
    this.#execution = execution;
    this.#pool = pool;
    this.#grid = grid;
    this.#gradient = new GradientWatch(setup.run, store, () => this.#clock.now());
    this.#probe = setup.probe ?? { split: 'heldOut', sampleIndex: 0 };
    this.#record = new RunRecord();
    this.#safe = setup.checkpoint ?? this.#start();
  }

  async *live(): Events {
    await this.#goTo(this.#safe);
    yield { type: 'opened', step: this.#record.step };
    if (this.#safe.step === 0) yield { type: 'checkpoint', checkpoint: this.#safe };
    while (!this.#mailbox.closed) {
      const letter = this.#mailbox.read();
      if (letter) yield* this.#open(letter);
      else if (this.#snapshotDue()) yield* this.#takeSnapshot();
      else if (this.#gradient.due(this.#gradientView())) yield* this.#followGradient();
      else if (this.#evaluation) yield* this.#measure(this.#evaluation);
      else if (this.#grid.due(this.#gridView())) yield* this.#measureGrid();
      else if (this.#training) yield* this.#trainStep();
      else await this.#mailbox.arrival();
    }
  }

  get #training(): boolean {
    return this.#record.step < this.#stopAt;
  }

  get #state(): SessionState {
    if (this.#training) return 'training';
    return this.#record.step >= this.#run.training.steps ? 'finished' : 'paused';
  }

  // ---- commands

  async *#open({ command, done, refuse }: Letter): Events {
    const { step } = this.#record;
    try {
      switch (command.type) {
        case 'play':
          // A finished run may be trained on, until it is paused.
          this.#stopAt = step < this.#run.training.steps ? this.#run.training.steps : Infinity;
          if (step === 0 && this.#record.evaluatedAt < 0) this.#evaluate();
          yield this.#stateEvent();
          break;
        case 'step':
          this.#stopAt = step + command.count;
          yield this.#stateEvent();
          break;
        case 'pause':
          yield* this.#pause();
          break;
        case 'reset':
          yield* this.#goBack(this.#start());
          break;
        case 'probe':
          lengthOf(this.#run, command.probe); // refuses what cannot be shown
          this.#probe = command.probe;
          break;
        case 'watchGradient':
          if (command.watch) this.#gradient.watch(command.watch.position);
          else this.#gradient.stop();
          break;
        case 'measureGrid':
          yield await this.#grid.measure(this.#gridView());
          break;
        case 'cancelGrid':
          yield* this.#stopGrid();
          break;
        case 'followGrid':
          this.#grid.follow(command.follow);
          break;
        case 'rehearse':
          this.#checkPaused();
          yield { type: 'rehearsal', rehearsal: await this.#rehearse() };
          break;
        case 'update':
          this.#checkPaused();
          this.#beforeUpdate = await this.#store.read();
          this.#stopAt = step + 1;
          yield this.#stateEvent();
          break;
        case 'saveCheckpoint':
          yield* this.#save();
          break;
        case 'look':
          await command.at({
            ...{ run: this.#run, pool: this.#pool, probe: this.#probe, step },
            sample: sampleOf(this.#run, this.#probe),
            length: lengthOf(this.#run, this.#probe),
            parameters: async () => (await this.#store.read()).parameters,
          });
          break;
        case 'hold':
          done();
          await command.until;
          break;
      }
      done();
    } catch (error) {
      refuse(error);
      // What the person asked for wrongly is answered; what the executor cannot do any more ends the session.
      if (!(error instanceof PlaygroundError)) throw error;
    } finally {
      refuse(new Error('the session has ended')); // no answer yet: the consumer has left the loop
    }
  }

  #checkPaused(): void {
    if (!this.#training) return;
    const kept = 'Training goes on.';
    throw new PlaygroundError(
      'still-training',
      'A step can be taken apart only at rest.',
      kept,
      'Pause first.',
    );
  }

  async #rehearse(): Promise<Rehearsal> {
    const { parameters: weights } = await this.#store.read();
    return rehearse(this.#run, { pool: this.#pool, execution: this.#execution, weights }, this.#record.step);
  }

  #stateEvent(): SessionEvent {
    return { type: 'state', state: this.#state, step: this.#record.step };
  }

  async *#pause(): Events {
    this.#stopAt = 0;
    yield this.#stateEvent();
    if (this.#safe.step !== this.#record.step) yield* this.#save();
  }

  // ---- training

  async *#trainStep(): Events {
    const { task, config, training, program } = this.#run;
    const { step } = this.#record;
    const began = this.#clock.now();
    const first = step * training.batchSize;
    const samples = samplesOf(task, config.seed, 'train', first, training.batchSize);
    const learningRate = learningRateAt(training, step);
    const { loss, gradientNorm } = await this.#execution.train(
      assembleBatch(task, samples, program.length),
      optimizerSettings(training, learningRate),
    );
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      yield* this.#diverged(`The loss of step ${step + 1} is not a number any more`);
      return;
    }
    const tokens = samples.reduce((total, { mask }) => total + mask.length, 0);
    const ended = this.#clock.now();
    this.#pace.stepTook(began, ended, this.#mailbox.snapshotWanted);
    const seconds = (ended - began) / 1000;
    const point = this.#record.addStep({ loss, gradientNorm, learningRate, seconds, tokens });
    yield { type: 'step', step: step + 1, loss };
    if (point) yield { type: 'metrics', point };
    if (this.#evaluationDue()) this.#evaluate();
    if (!this.#training) {
      yield* this.#pause();
      yield* this.#tellUpdate({ step: step + 1, loss, gradientNorm, learningRate });
    } else if (this.#clock.now() - this.#savedAt >= this.#checkpointMilliseconds) yield* this.#save();
  }

  /** What the step that has just been saved did to the weights, if somebody asked. */
  async *#tellUpdate(figures: Parameters<typeof updateReport>[2]): Events {
    const before = this.#beforeUpdate;
    this.#beforeUpdate = null;
    if (!before || this.#safe.training.updates !== before.updates + 1) return;
    yield { type: 'update', update: updateReport(before, this.#safe.training, figures) };
  }

  /** Stops, and puts the last finite weights back. */
  async *#diverged(what: string): Events {
    const { learningRate } = this.#run.training;
    const back = this.#safe.step;
    yield* this.#goBack(this.#safe);
    const error = new PlaygroundError(
      'training-diverged',
      `${what}: the weights have grown out of bounds.`,
      back === 0 ? 'The run is back at its initial weights.' : `The run is back at step ${back}.`,
      `Lower the learning rate (now ${learningRate}) or the gradient clipping, then train again.`,
    );
    yield { type: 'stopped', failure: toFailure(error) };
  }

  // ---- looking

  #evaluationDue(): boolean {
    const { steps, evaluationInterval } = this.#run.training;
    return this.#record.step % evaluationInterval === 0 || this.#record.step === steps;
  }

  #evaluate(): void {
    this.#evaluation = new EvaluationPass(this.#run, this.#pool);
  }

  async *#measure(pass: EvaluationPass): Events {
    const result = await pass.advance();
    if (pass.finished) this.#evaluation = null;
    if (!result) yield { type: 'measuring' };
    else {
      const evaluation = this.#record.addEvaluation({ split: result.split, ...result.scores });
      yield { type: 'evaluation', evaluation };
    }
  }

  #snapshotDue(): boolean {
    if (!this.#mailbox.snapshotWanted || this.#shown === this.#view()) return false;
    return !this.#training || this.#pace.due(this.#clock.now());
  }

  #view(): string {
    return [this.#restarts, this.#record.step, this.#probe.split, this.#probe.sampleIndex].join(' ');
  }

  async *#takeSnapshot(): Events {
    await this.#pool.get(lengthOf(this.#run, this.#probe), 1); // compiling once is not what a snapshot costs
    const began = this.#clock.now();
    const snapshot = await takeSnapshot(this.#run, this.#pool, this.#probe, this.#record.step);
    this.#shown = this.#view();
    this.#mailbox.snapshotTaken();
    this.#pace.pictureTook(began, this.#clock.now());
    yield { type: 'snapshot', snapshot };
  }

  #gradientView(): GradientView {
    const training = this.#training;
    return { probe: this.#probe, step: this.#record.step, restarts: this.#restarts, training };
  }

  async *#followGradient(): Events {
    const gradient = await this.#gradient.advance(this.#gradientView());
    yield gradient ? { type: 'timeGradient', gradient } : { type: 'measuring' };
  }

  #gridView(): GridView {
    const { step, evaluatedAt } = this.#record;
    return { step, evaluatedAt, training: this.#training };
  }

  /** What was measured so far is kept. */
  *#stopGrid(): Generator<SessionEvent> {
    const grid = this.#grid.stop();
    if (grid && this.#record.addGrid(grid)) yield { type: 'grid', grid };
    yield { type: 'gridProgress', progress: null };
  }

  async *#measureGrid(): Events {
    const event = await this.#grid.advance(this.#gridView());
    if (event.type === 'grid') this.#record.addGrid(event.grid);
    yield event;
  }

  // ---- keeping

  /** The checkpoint before the first update. */
  #start(): Checkpoint {
    const { parameters, config } = this.#run;
    const training = untrained(initialParameters(parameters, config.seed));
    return {
      ...{ format: 1, config, training, step: 0, seconds: 0, tokens: 0 },
      ...{ metrics: [], evaluations: [], savedAt: this.#clock.date() },
    };
  }

  async *#save(): Events {
    const training = await this.#store.read();
    this.#savedAt = this.#clock.now();
    if (!isFinite(training)) {
      yield* this.#diverged(`After step ${this.#record.step} some weights are not numbers any more`);
      return;
    }
    this.#safe = {
      ...{ format: 1, config: this.#run.config, training },
      ...this.#record.history(),
      savedAt: this.#clock.date(),
    };
    yield { type: 'checkpoint', checkpoint: this.#safe };
  }

  /** Stops at an earlier point of the run. */
  async *#goBack(checkpoint: Checkpoint): Events {
    await this.#goTo(checkpoint);
    const { step, metrics, evaluations, grids = [] } = checkpoint;
    yield { type: 'restarted', step, metrics, evaluations, grids };
    yield this.#stateEvent();
    yield { type: 'checkpoint', checkpoint };
  }

  async #goTo(checkpoint: Checkpoint): Promise<void> {
    await this.#store.write(checkpoint.training);
    this.#record.restore(checkpoint);
    this.#safe = checkpoint;
    this.#stopAt = 0;
    this.#evaluation = null;
    this.#grid.restart();
    this.#beforeUpdate = null;
    this.#restarts++;
    this.#savedAt = this.#clock.now();
  }
}

/**
 * The generalisation grid, measured beside training: one batch at a time, between two training steps, on a copy of the weights,
 * so that the whole grid is of one step while training moves on. Asked for, it takes at most one part in five of the time;
 * measured by itself again and again, one part in thirty. At rest it takes all of it.
 */
import type { Executor, ParameterStore } from '../../executors/executor.ts';
import { PlaygroundError, toFailure } from '../../foundation/errors.ts';
import { InferencePool, evaluationBatchOf, infer } from '../inference.ts';
import type { PreparedRun } from '../run-config.ts';
import type { SessionEvent } from '../session-events.ts';
import type { Clock } from '../session.ts';
import type { GeneralisationGrid, GridCell, GridProgress } from './grid.ts';
import { plannedCells } from './plan.ts';
import type { PlannedCell } from './plan.ts';
import { CellTally } from './scores.ts';

/** While training: a batch is followed by this many times its time without one. */
const rest = { asked: 4, following: 29 };
/** Milliseconds between two reports of progress. */
const reporting = 100;

/** Where the run stands. */
export interface GridView {
  readonly step: number;
  /** Step of the newest evaluation. */
  readonly evaluatedAt: number;
  readonly training: boolean;
}

type GridEvent = Extract<SessionEvent, { type: 'grid' | 'gridProgress' | 'measuring' }>;

interface Pass {
  readonly step: number;
  readonly asked: boolean;
  readonly open: PlannedCell[];
  readonly cells: GridCell[];
  tally: CellTally;
}

export class GridWatch {
  readonly #run: PreparedRun;
  readonly #executor: Executor;
  /** The weights that training changes. */
  readonly #live: ParameterStore;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #planned: readonly PlannedCell[];
  /** The weights that are measured, and the programs on them. */
  #copy: { readonly store: ParameterStore; readonly pool: InferencePool } | null = null;
  #pass: Pass | null = null;
  #following = false;
  /** Step of the last grid that was begun. */
  #begunAt = -1;
  #dueAt = 0;
  #reportedAt = -Infinity;

  constructor(run: PreparedRun, executor: Executor, live: ParameterStore, clock: Pick<Clock, 'now'>) {
    this.#run = run;
    this.#executor = executor;
    this.#live = live;
    this.#clock = clock;
    this.#planned = plannedCells(run);
  }

  /**
   * Measures the present weights; a grid under way is given up.
   * @throws PlaygroundError `no-grid`
   */
  async measure({ step }: GridView): Promise<GridEvent> {
    if (this.#planned.length === 0) {
      throw new PlaygroundError(
        'no-grid',
        'This task has no measure of difficulty that a grid could be made of.',
        'Nothing was changed.',
        'Its splits are measured with every evaluation.',
      );
    }
    await this.#begin(step, true);
    this.#dueAt = 0;
    return { type: 'gridProgress', progress: this.#progressOf(this.#pass!) };
  }

  /** Measures again with evaluations while the run trains, or no longer. */
  follow(follow: boolean): void {
    this.#following = follow && this.#planned.length > 0;
    if (!this.#following && !this.#pass?.asked) this.cancel();
  }

  /** The run goes back: what was begun of these steps may be begun again. */
  restart(): void {
    this.cancel();
    this.#begunAt = -1;
  }

  /** Ends what is under way. @returns the grid of the cells measured so far, or null without any */
  stop(): GeneralisationGrid | null {
    const pass = this.#pass;
    this.cancel();
    return pass && pass.cells.length > 0 ? this.#gridOf(pass) : null;
  }

  /** Gives up what is under way. */
  cancel(): void {
    this.#pass = null;
    if (!this.#following) this.#release();
  }

  due({ step, evaluatedAt, training }: GridView): boolean {
    if (this.#pass) return !training || this.#clock.now() >= this.#dueAt;
    const evaluated = training && evaluatedAt === step && step !== this.#begunAt;
    return this.#following && evaluated && this.#clock.now() >= this.#dueAt;
  }

  /** Runs one batch; gives the grid when it was the last. */
  async advance({ step }: GridView): Promise<GridEvent> {
    const began = this.#clock.now();
    try {
      if (!this.#pass) await this.#begin(step, false);
      return await this.#measureBatch(this.#pass!);
    } catch (error) {
      // A length that cannot be run here is no reason to end the run.
      if (!(error instanceof PlaygroundError)) throw error;
      this.#following = false;
      this.cancel();
      return { type: 'gridProgress', progress: null, failure: toFailure(error) };
    } finally {
      const ended = this.#clock.now();
      this.#dueAt = ended + (this.#pass?.asked ? rest.asked : rest.following) * (ended - began);
    }
  }

  dispose(): void {
    this.#pass = null;
    this.#release();
  }

  async #begin(step: number, asked: boolean): Promise<void> {
    this.#pass = null;
    const { parameters } = await this.#live.read();
    if (!this.#copy) {
      const store = await this.#executor.createStore(this.#run.parameters);
      this.#copy = { store, pool: new InferencePool(this.#run, this.#executor, store) };
    }
    await this.#copy.store.write({ parameters });
    this.#begunAt = step;
    this.#pass = { step, asked, open: [...this.#planned], cells: [], tally: this.#tally() };
  }

  #tally(): CellTally {
    return new CellTally(this.#run.task.outputSize);
  }

  async #measureBatch(pass: Pass): Promise<GridEvent> {
    const { task, config, training } = this.#run;
    const { levels, length } = pass.open[0]!;
    const { size, total } = evaluationBatchOf(training.evaluationSamples);
    const first = pass.tally.samples;
    const samples = Array.from({ length: size }, (_, i) =>
      task.difficulty!.sample(config.seed, levels, first + i),
    );
    const inference = await this.#copy!.pool.get(length, size);
    const { output } = await infer(this.#run, inference, samples, length);
    // An execution has a fixed batch size; what it holds beyond the wanted number is not counted.
    pass.tally.add(samples.slice(0, total - first), output.data, length);
    if (pass.tally.samples < total) return { type: 'measuring' };
    pass.cells.push(pass.tally.cell(levels));
    pass.open.shift();
    pass.tally = this.#tally();
    if (pass.open.length > 0) return this.#report(pass);
    this.#pass = null;
    if (!this.#following) this.#release();
    return { type: 'grid', grid: this.#gridOf(pass) };
  }

  #report(pass: Pass): GridEvent {
    const now = this.#clock.now();
    if (now - this.#reportedAt < reporting) return { type: 'measuring' };
    this.#reportedAt = now;
    return { type: 'gridProgress', progress: this.#progressOf(pass) };
  }

  /** Of the cells as they are now; more come later. */
  #gridOf({ step, cells }: Pass): GeneralisationGrid {
    const { total } = evaluationBatchOf(this.#run.training.evaluationSamples);
    return { step, samples: total, cells: [...cells] };
  }

  #progressOf(pass: Pass): GridProgress {
    return { ...this.#gridOf(pass), total: this.#planned.length, asked: pass.asked };
  }

  #release(): void {
    this.#copy?.pool.dispose();
    this.#copy?.store.dispose();
    this.#copy = null;
  }
}

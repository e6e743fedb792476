/**
 * Looking at a run without disturbing it: evaluations on the task's splits and snapshots of one probe sequence. Both run
 * programs of their own, without a loss, on the weights that training is changing.
 */
import type { Execution, Executor, ParameterStore } from '../executors/executor.ts';
import type { Program, Tensor, TensorMap } from '../graph/types.ts';
import type { Sample, SplitName } from '../tasks/task.ts';
import { assembleInputs, samplesOf } from './batches.ts';
import { createTally, softmaxRows } from './metrics.ts';
import type { Scores, Tally } from './metrics.ts';
import { lengthOf, sampleOf } from './probe.ts';
import type { Probe } from './probe.ts';
import type { PreparedRun } from './run-config.ts';
import type { Snapshot } from './run.ts';

interface Inference {
  readonly execution: Execution;
  /** Names of the taps that have a batch axis. */
  readonly batchedTaps: ReadonlySet<string>;
}

/** Executions of other programs than the run's own are kept while they are in use, not more than this many. */
const mostOthers = 12;

/** Executions for inference by length and batch size, compiled when first needed. */
export class InferencePool {
  readonly #known = new Map<string, Inference>();
  /** The one that was used last is at the end. */
  readonly #others = new Map<string, Execution>();
  readonly #run: PreparedRun;
  readonly #executor: Executor;
  readonly #store: ParameterStore;

  constructor(run: PreparedRun, executor: Executor, store: ParameterStore) {
    this.#run = run;
    this.#executor = executor;
    this.#store = store;
  }

  async get(length: number, batchSize: number): Promise<Inference> {
    const key = `${length}×${batchSize}`;
    const known = this.#known.get(key);
    if (known) return known;
    const program = this.#run.inferenceProgram(length);
    const execution = await this.#executor.compile(program, this.#store, { batchSize, training: false });
    const inference = { execution, batchedTaps: batchedTaps(program) };
    this.#known.set(key, inference);
    return inference;
  }

  /**
   * An execution of any other program on the run's weights.
   * @param key names the program; the batch size is added to it
   */
  async other(key: string, batchSize: number, program: () => Program): Promise<Execution> {
    const name = `${key}×${batchSize}`;
    const execution =
      this.#others.get(name) ??
      (await this.#executor.compile(program(), this.#store, { batchSize, training: false }));
    this.#others.delete(name);
    this.#others.set(name, execution);
    for (const [oldest, unused] of this.#others) {
      if (this.#others.size <= mostOthers) break;
      this.#others.delete(oldest);
      unused.dispose();
    }
    return execution;
  }

  dispose(): void {
    for (const { execution } of this.#known.values()) execution.dispose();
    for (const execution of this.#others.values()) execution.dispose();
    this.#known.clear();
    this.#others.clear();
  }
}

/** Under the names that taps have in a result: `{s}` is the index of the step. */
function batchedTaps({ variants, schedule }: Program): ReadonlySet<string> {
  const names = schedule.flatMap((variant, step) => {
    const { taps, nodes } = variants[variant]!;
    return taps
      .filter(({ node }) => nodes[node]!.batched)
      .map(({ name }) => name.replace('{s}', String(step)));
  });
  return new Set(names);
}

/** Samples of one forward pass of an evaluation: large enough to be quick, small enough that commands are heard soon. */
const evaluationBatch = 64;

/** Batches of the same size that hold `total` samples, the last perhaps more than are wanted. */
export function evaluationBatchOf(total: number): { readonly size: number; readonly total: number } {
  return { size: Math.ceil(total / Math.ceil(total / evaluationBatch)), total };
}

/** One measurement of all splits, in pieces. */
export class EvaluationPass {
  readonly #run: PreparedRun;
  readonly #pool: InferencePool;
  readonly #splits: SplitName[];
  #tally: Tally;
  #measured = 0;

  constructor(run: PreparedRun, pool: InferencePool) {
    this.#run = run;
    this.#pool = pool;
    this.#splits = run.task.splits.map(({ name }) => name);
    this.#tally = createTally(run.task);
  }

  get finished(): boolean {
    return this.#splits.length === 0;
  }

  /** Runs one batch; gives a split's scores when it was the split's last. */
  async advance(): Promise<{ readonly split: SplitName; readonly scores: Scores } | null> {
    const split = this.#splits[0]!;
    const { task, config, training } = this.#run;
    const { size, total } = evaluationBatchOf(training.evaluationSamples);
    const length = this.#run.lengthOf(split);
    const samples = samplesOf(task, config.seed, split, this.#measured, size);
    const inference = await this.#pool.get(length, size);
    const { output } = await infer(this.#run, inference, samples, length);
    // An execution has a fixed batch size; what it holds beyond the wanted number is not counted.
    this.#tally.add(samples.slice(0, total - this.#measured), output.data, length);
    this.#measured += size;
    if (this.#measured < total) return null;
    const scores = this.#tally.scores();
    this.#tally = createTally(task);
    this.#measured = 0;
    this.#splits.shift();
    return { split, scores };
  }
}

/** What somebody who looks at a run between two steps is shown. Nothing of it may be changed. */
export interface RunView {
  readonly run: PreparedRun;
  readonly pool: InferencePool;
  readonly probe: Probe;
  /** The probe sequence. */
  readonly sample: Sample;
  /** Positions of the program that runs it. */
  readonly length: number;
  readonly step: number;
  /** A copy of the weights. */
  parameters(): Promise<TensorMap>;
}

/** Runs the probe sequence alone and looks at every tap. */
export async function takeSnapshot(
  run: PreparedRun,
  pool: InferencePool,
  probe: Probe,
  step: number,
): Promise<Snapshot> {
  const { task } = run;
  const sample = sampleOf(run, probe);
  const length = lengthOf(run, probe);
  const inference = await pool.get(length, 1);
  const { output, taps } = await infer(run, inference, [sample], length, true);
  const tally = createTally(task);
  tally.add([sample], output.data, length);
  const positions = sample.mask.length;
  const predictions = Float32Array.from(output.data.subarray(0, positions * task.outputSize));
  // Everything is copied, because the reader may move the arrays to another thread.
  return {
    step,
    ...probe,
    taps: Object.fromEntries(
      Object.entries(taps).map(([name, tap]) => [
        name,
        inference.batchedTaps.has(name)
          ? ofOneSample(tap, run.model.unit === 'token' ? positions : null)
          : { ...tap, data: tap.data.slice() },
      ]),
    ),
    tokens: sample.kind === 'tokens' ? sample.tokens.slice() : null,
    inputs: sample.kind === 'vectors' ? sample.inputs.slice() : null,
    targets: sample.targets.slice(),
    mask: sample.mask.slice(),
    predictions: task.kind === 'tokens' ? softmaxRows(predictions, task.outputSize) : predictions,
    loss: tally.scores().loss,
  };
}

/** One forward pass over padded samples: the output that the loss reads [B, T, …], and the taps if asked for. */
export async function infer(
  run: PreparedRun,
  { execution }: Inference,
  samples: readonly Sample[],
  length: number,
  taps = false,
): Promise<{ readonly output: Tensor; readonly taps: TensorMap }> {
  const batch = assembleInputs(run.task, samples, length);
  const result = await execution.run(batch, { taps });
  const output = result.outputs[run.model.output];
  if (!output) throw new Error(`${run.model.id} gave no output ${run.model.output}`);
  return { output, taps: result.taps };
}

/** [1, T, …] → [positions, …], which leaves the padding out; [1, …] → […] where `positions` is null. */
function ofOneSample(tap: Tensor, positions: number | null): Tensor {
  const shape = tap.shape.slice(1);
  if (positions === null) return { ...tap, shape, data: tap.data.slice() };
  const data = tap.data.slice(0, (tap.data.length / shape[0]!) * positions);
  return { ...tap, shape: [positions, ...shape.slice(1)], data };
}

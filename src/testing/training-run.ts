/** A golden vector ready to be trained on an executor, and what the tests of training share. */
import type {
  Batch,
  Execution,
  Executor,
  OptimizerSettings,
  ParameterStore,
  Strategy,
} from '../executors/executor.ts';
import type { TensorMap } from '../graph/types.ts';
import { prepared } from './replay.ts';
import { readVectors } from './vector-files.ts';
import type { VectorCase } from './vectors.ts';
import { executorBatch, toTensors, vectorProgram } from './vectors.ts';

export const settings: OptimizerSettings = {
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clipNorm: 0.5,
};

export const named = (file: Parameters<typeof readVectors>[0], name: string): VectorCase =>
  readVectors(file).find((vector) => vector.name === name)!;

export interface TrainingRun {
  readonly batch: Batch;
  readonly store: ParameterStore;
  readonly execution: Execution;
  dispose(): void;
}

export async function startRun(
  executor: Executor,
  vector: VectorCase,
  strategy: Strategy = { kind: 'full' },
): Promise<TrainingRun> {
  const batch = executorBatch(vector);
  const options = { batchSize: batch.size, strategy };
  const parameters = toTensors(vector.parameters);
  const { store, execution } = await prepared(executor, vectorProgram(vector), parameters, options);
  const dispose = (): void => {
    execution.dispose();
    store.dispose();
  };
  return { batch, store, execution, dispose };
}

/** @returns the loss of every step */
export async function trainSteps({ execution, batch }: TrainingRun, count: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < count; i++) losses.push((await execution.train(batch, settings)).loss);
  return losses;
}

/** To be compared bit for bit. */
export const bits = (tensors: TensorMap): unknown =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, [...data]]));

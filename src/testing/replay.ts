/** Golden vectors on an executor, the same in Node and in a browser. */
import type { CompileOptions, Executor, Strategy } from '../executors/executor.ts';
import type { Program, TensorMap } from '../graph/types.ts';
import type { Mismatch, VectorCase, VectorResults } from './vectors.ts';
import { executorBatch, toTensors, vectorProgram, vectorSize, withAllTaps, worstEntry } from './vectors.ts';

/** The strategies that must give the same gradients. */
export const exactStrategies: readonly Strategy[] = [
  { kind: 'full' },
  { kind: 'checkpointed' },
  { kind: 'memoryReplay' },
];

/** Everything a case expects, as the executor computes it. */
async function computeVector(
  executor: Executor,
  vector: VectorCase,
  strategy: Strategy,
): Promise<VectorResults> {
  const program = vectorProgram(vector);
  const batch = executorBatch(vector);
  const store = await executor.createStore(program.parameters);
  try {
    await store.write({ parameters: toTensors(vector.parameters) });
    const execution = await executor.compile(program, store, {
      batchSize: vectorSize(vector).batch,
      strategy,
    });
    try {
      const { outputs, state, taps } = await execution.run(batch, { taps: true });
      const { loss, gradients, stateGradients } = await execution.gradients(batch);
      return { loss, outputs, state, taps, gradients, stateGradients };
    } finally {
      execution.dispose();
    }
  } finally {
    store.dispose();
  }
}

/** The largest deviation of a case over the given strategies, in all that it expects and in all taps of its model. */
export async function replayVector(
  executor: Executor,
  vector: VectorCase,
  strategies: readonly Strategy[] = exactStrategies,
): Promise<Mismatch> {
  let worst: Mismatch | null = null;
  const expected = withAllTaps(vector);
  for (const strategy of strategies) {
    const found = worstEntry(expected, await computeVector(executor, vector, strategy));
    if (!worst || found.error > worst.error) worst = { ...found, where: `${strategy.kind}: ${found.where}` };
  }
  if (!worst) throw new Error('no strategy to replay with');
  return worst;
}

/** Parameters written into a new store, and the program compiled on it. */
export async function prepared(
  executor: Executor,
  program: Program,
  parameters: TensorMap,
  options: CompileOptions,
): Promise<{
  readonly store: Awaited<ReturnType<Executor['createStore']>>;
  readonly execution: Awaited<ReturnType<Executor['compile']>>;
}> {
  const store = await executor.createStore(program.parameters);
  await store.write({ parameters });
  return { store, execution: await executor.compile(program, store, options) };
}

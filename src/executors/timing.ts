/** Times training steps of a program on an executor, on a store of its own: the run's weights are left alone. */
import { hashKey } from '../foundation/random.ts';
import type { Program, TensorMap } from '../graph/types.ts';
import type { Batch, Executor, OptimizerSettings, Strategy } from './executor.ts';

/** What a run computes, to compile and time it. */
export interface Workload {
  readonly program: Program;
  readonly batch: Batch;
  readonly parameters: TensorMap;
  readonly strategy: Strategy;
}

/** A learning rate of 0: timed steps do the work of training and stay at the same weights. */
const settings: OptimizerSettings = {
  learningRate: 0,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: 1,
};

/**
 * Milliseconds per training step: one step to warm up, then steps for up to `limit` milliseconds (at least one, at most 20).
 * A limit of 0 compiles the program and times nothing.
 */
export async function timeSteps(
  executor: Executor,
  { program, batch, parameters, strategy }: Workload,
  limit: number,
): Promise<number | null> {
  const store = await executor.createStore(program.parameters);
  try {
    await store.write({ parameters });
    const execution = await executor.compile(program, store, { batchSize: batch.size, strategy });
    try {
      if (limit === 0) return null;
      await execution.train(batch, settings);
      const begin = performance.now();
      let steps = 0;
      let elapsed = 0;
      do {
        await execution.train(batch, settings);
        steps++;
        elapsed = performance.now() - begin;
      } while (elapsed < limit && steps < 20);
      return elapsed / steps;
    } finally {
      execution.dispose();
    }
  } finally {
    store.dispose();
  }
}

/** Equal for workloads that take equal time: same graphs, lengths, batch size and strategy. */
export function workloadKey({ program, batch, strategy }: Workload): string {
  const graphs = program.variants.map(({ nodes }) =>
    hashKey(...nodes.map(({ op, inputs, shape }) => `${op} ${inputs.join(' ')} ${shape.join(' ')}`)),
  );
  return JSON.stringify([graphs, program.schedule, batch.size, strategy]);
}

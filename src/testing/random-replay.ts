/** Random programs on an executor against the reference evaluator, the same in Node and in a browser. */
import type { Batch, Executor, Strategy } from '../executors/executor.ts';
import { evaluateGradients } from '../graph/evaluate-gradients.ts';
import { evaluate } from '../graph/evaluate.ts';
import type { NumericTensorMap } from '../graph/evaluate.ts';
import type { TensorMap } from '../graph/types.ts';
import type { ExampleRun } from './op-examples.ts';
import { randomProgram } from './random-graphs.ts';
import { exactStrategies, prepared } from './replay.ts';
import type { Mismatch } from './vectors.ts';
import { worstDifference } from './vectors.ts';

/**
 * The largest deviation of outputs, state, taps, loss and gradients from double precision, over the given strategies. The
 * programs' parameters and inputs are exact in single precision.
 */
export async function replayRandomProgram(
  executor: Executor,
  seed: number,
  strategies: readonly Strategy[] = exactStrategies,
): Promise<Mismatch> {
  const run = randomProgram(seed);
  const { program, parameters, batch } = run;
  const { gradients, stateGradients } = evaluateGradients(program, parameters, batch);
  const expected = { ...evaluate(program, parameters, batch), gradients, stateGradients };
  const typed = typedBatch(run);
  let worst: Mismatch | null = null;
  for (const strategy of strategies) {
    const options = { batchSize: batch.size, strategy };
    const { store, execution } = await prepared(executor, program, typedMap(parameters, new Set()), options);
    try {
      const forward = await execution.run(typed, { taps: true });
      const backward = await execution.gradients(typed);
      const found = worstDifference(expected, { ...forward, ...backward });
      if (!worst || found.error > worst.error)
        worst = { ...found, where: `${strategy.kind}: ${found.where}` };
    } finally {
      execution.dispose();
      store.dispose();
    }
  }
  if (!worst) throw new Error('no strategy to replay with');
  return worst;
}

/** The batch of a run as executors take it: each tensor with the type that the program gives it. */
export function typedBatch({ program, batch }: ExampleRun): Batch {
  const { inputs, states } = program.variants[program.schedule[0]!]!;
  const integers = new Set(
    [...inputs, ...states].filter(({ dtype }) => dtype === 'i32').map(({ name }) => name),
  );
  return {
    size: batch.size,
    inputs: typedMap(batch.inputs, integers),
    ...(batch.state ? { state: typedMap(batch.state, integers) } : {}),
  };
}

function typedMap(tensors: NumericTensorMap, integers: ReadonlySet<string>): TensorMap {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      integers.has(name)
        ? { shape, dtype: 'i32', data: Int32Array.from(data) }
        : { shape, dtype: 'f32', data: Float32Array.from(data) },
    ]),
  );
}

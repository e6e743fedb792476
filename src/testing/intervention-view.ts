/** A run as somebody who operates on it sees it, on any executor, with weights that are not zero anywhere. */
import type { Executor } from '../executors/executor.ts';
import { RandomStream } from '../foundation/random.ts';
import type { Tensor, TensorMap } from '../graph/types.ts';
import { InferencePool } from '../training/inference.ts';
import type { RunView } from '../training/inference.ts';
import { lengthOf, sampleOf } from '../training/probe.ts';
import { initialParameters } from '../training/parameters.ts';
import { prepareRun } from '../training/run-config.ts';
import type { RunConfig } from '../training/run.ts';

export interface OpenedView extends RunView {
  readonly weights: TensorMap;
  dispose(): void;
}

export async function openView(
  executor: Executor,
  config: Pick<RunConfig, 'task' | 'model'>,
  sampleIndex = 0,
): Promise<OpenedView> {
  const run = prepareRun({ version: 1, training: {}, seed: 3, executor: 'automatic', ...config });
  const store = await executor.createStore(run.parameters);
  const weights = shaken(initialParameters(run.parameters, 3));
  await store.write({ parameters: weights });
  const pool = new InferencePool(run, executor, store);
  const probe = { split: 'heldOut', sampleIndex };
  return {
    ...{ run, pool, probe, weights, step: 7 },
    sample: sampleOf(run, probe),
    length: lengthOf(run, probe),
    parameters: async () => (await store.read()).parameters,
    dispose: () => {
      pool.dispose();
      store.dispose();
    },
  };
}

/** Biases start at zero, where many mistakes would not show. */
function shaken(parameters: TensorMap): TensorMap {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]): [string, Tensor] => {
      const random = new RandomStream('shaken', name);
      return [name, { ...tensor, data: Float32Array.from(tensor.data, (x) => x + 0.1 * random.normal()) }];
    }),
  );
}

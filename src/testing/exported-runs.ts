/** Runs for tests of files: small, trained for real, their weights shaken so that no part of the model is silent. */
import { createRequire } from 'node:module';
import type { Executor } from '../executors/executor.ts';
import { RandomStream } from '../foundation/random.ts';
import type { TensorMap } from '../graph/types.ts';
import { Mailbox } from '../training/mailbox.ts';
import { prepareRun } from '../training/run-config.ts';
import type { Checkpoint, RunConfig } from '../training/run.ts';
import { trainingSession } from '../training/session.ts';

const copy = { id: 'copy', fields: { symbols: 4, minimumLength: 2, maximumLength: 3 } };

export function smallConfig(modelId: string, task: RunConfig['task'] = copy): RunConfig {
  return {
    ...{ version: 1, task, model: { id: modelId, fields: {} }, seed: 3, executor: 'automatic' },
    training: { batchSize: 2, evaluationSamples: 8, steps: 30, evaluationInterval: 5 },
  };
}

export function shaken(key: string, parameters: TensorMap, by: number): TensorMap {
  const random = new RandomStream('shaken', key);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]) => [
      name,
      { ...tensor, data: Float32Array.from(tensor.data, (value) => value + by * random.normal()) },
    ]),
  );
}

/** Trains `steps` steps from a checkpoint or the start; gives each loss and the last checkpoint. */
export async function trainFor(executor: Executor, given: RunConfig, steps: number, from?: Checkpoint) {
  const mailbox = new Mailbox();
  void mailbox.post({ type: 'step', count: steps });
  const losses: number[] = [];
  let checkpoint: Checkpoint | null = null;
  const session = { run: prepareRun(given), executor, mailbox, ...(from && { checkpoint: from }) };
  for await (const event of trainingSession(session)) {
    if (event.type === 'step') losses.push(event.loss);
    if (event.type === 'checkpoint') checkpoint = event.checkpoint;
    if (checkpoint?.step === (from?.step ?? 0) + steps) break;
  }
  return { losses, checkpoint: checkpoint! };
}

/**
 * onnxruntime as native code, none of it shared with the page's. Asked for by name: its interface is that of onnxruntime-web,
 * from which it takes its types here.
 */
export function nativeRuntime<Runtime>(): Runtime {
  return createRequire(import.meta.url)('onnxruntime-node') as Runtime;
}

/** Who is timed: our executors and their peers, under the names that the results carry. */
import type { Executor, ExecutorName, OptimizerSettings, Strategy } from '../src/executors/executor.ts';
import { executors } from '../src/executors/registry.ts';
import { timeSteps } from './timing.ts';
import type { Workload } from './workloads.ts';

export const systemNames = [
  'wasm',
  'wasm-threads',
  'webgpu',
  'tfjs-wasm',
  'tfjs-webgpu',
  'tfjs-cpu',
  'jax-js-wasm',
  'jax-js-webgpu',
  'pytorch-cpu',
] as const;
export type SystemName = (typeof systemNames)[number];

/** What one system did with one workload. */
export interface Measurement {
  readonly msPerStep: number;
  /** Kernel calls or dispatches of a step; null where the system does not say. */
  readonly calls: number | null;
  /** As planned; null where the system cannot know. */
  readonly activationBytes: number | null;
  /** Growth of the executor's memory when the program was compiled, parameters left out. */
  readonly measuredBytes: number | null;
  /** Of the first step: the same for all systems that compute the same thing. */
  readonly firstLoss: number;
}

const settings: OptimizerSettings = {
  learningRate: 1e-4,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
  clipNorm: 1,
};

/** @throws Error saying why this system does not run here. */
export async function measure(
  system: SystemName,
  workload: Workload,
  strategy: Strategy,
): Promise<Measurement> {
  if (system === 'jax-js-wasm' || system === 'jax-js-webgpu') {
    const { measureJax } = await import('./jax/measure.ts');
    return measureJax(system === 'jax-js-wasm' ? 'wasm' : 'webgpu', workload);
  }
  const executor = await openSystem(system);
  try {
    return await measureExecutor(executor, workload, strategy);
  } finally {
    executor.dispose();
  }
}

async function openSystem(system: SystemName): Promise<Executor> {
  if (system === 'wasm' || system === 'wasm-threads') {
    const { createWasmExecutor } = await import('../src/executors/wasm/executor.ts');
    return createWasmExecutor({ threads: system === 'wasm' ? 1 : 2 });
  }
  const entry = executors.find(({ name }) => name === (system as ExecutorName));
  if (!entry) throw new Error('not built');
  const { available, detail } = await entry.probe();
  if (!available) throw new Error(detail);
  return entry.open();
}

async function measureExecutor(
  executor: Executor,
  { program, batch, parameters }: Workload,
  strategy: Strategy,
): Promise<Measurement> {
  const store = await executor.createStore(program.parameters);
  await store.write({ parameters });
  const before = executor.memory().bytes;
  const execution = await executor.compile(program, store, { batchSize: batch.size, strategy });
  const planned = execution.cost.activationBytes;
  const measuredBytes = planned === null ? null : executor.memory().bytes - before;
  let firstLoss = Number.NaN;
  const msPerStep = await timeSteps(async () => {
    const { loss } = await execution.train(batch, settings);
    if (Number.isNaN(firstLoss)) firstLoss = loss;
  });
  execution.dispose();
  store.dispose();
  return { msPerStep, calls: execution.cost.calls, activationBytes: planned, measuredBytes, firstLoss };
}

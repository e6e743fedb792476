/** Several threads against one: the same results to rounding, and bit for bit the same from run to run. */
import { afterAll, describe, expect, it } from 'vitest';
import { defaultsOf } from '../../foundation/fields.ts';
import { RandomStream } from '../../foundation/random.ts';
import type { Program, TensorMap } from '../../graph/types.ts';
import { buildProgram } from '../../models/program.ts';
import { modelById } from '../../models/registry.ts';
import { kernelsFromDisk } from '../../testing/wasm-from-disk.ts';
import { nodeThreads } from '../../testing/wasm-threads.ts';
import { initialParameters } from '../../training/parameters.ts';
import type { Batch, Executor, OptimizerSettings } from '../executor.ts';
import { createWasmExecutor } from './executor.ts';
import type { ThreadSetup } from './pool-loop.js';

const settings: OptimizerSettings = {
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.01,
  clipNorm: 1,
};
const vocabulary = 9;
const length = 12;

const open = (threads: number): Promise<Executor> =>
  createWasmExecutor({ kernels: kernelsFromDisk, threads, threadSource: nodeThreads });
const one = await open(1);
const three = await open(3);
afterAll(() => {
  one.dispose();
  three.dispose();
});

function memnet(): Program {
  const model = modelById('memnet');
  const config = { ...defaultsOf(model.fields), inputSize: vocabulary, outputSize: vocabulary };
  return buildProgram(model, config, { length, loss: 'crossEntropy', oneHotTokens: true });
}

/** 32 samples do not divide into three equal shares. */
function batchOf(size: number): Batch {
  const random = new RandomStream('threads', size);
  const shape = [size, length];
  const tokens = (): Int32Array =>
    Int32Array.from({ length: size * length }, () => random.integer(vocabulary));
  return {
    size,
    inputs: {
      tokens: { shape, dtype: 'i32', data: tokens() },
      target: { shape, dtype: 'i32', data: tokens() },
      weight: { shape, dtype: 'f32', data: new Float32Array(size * length).fill(1 / (size * length)) },
    },
  };
}

async function train(
  executor: Executor,
  steps: number,
): Promise<{ losses: number[]; parameters: TensorMap }> {
  const program = memnet();
  const store = await executor.createStore(program.parameters);
  await store.write({ parameters: initialParameters(program.parameters, 3) });
  const execution = await executor.compile(program, store, { batchSize: 32 });
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push((await execution.train(batchOf(32), settings)).loss);
  const { parameters } = await store.read();
  execution.dispose();
  store.dispose();
  return { losses, parameters };
}

describe('three threads', () => {
  it('say that they are three', () => {
    expect([one.detail, three.detail].map((detail) => detail.split(', ')[1])).toEqual([
      '1 thread',
      '3 threads',
    ]);
  });

  it('compute outputs, taps and state gradients of every sample as one thread does', async () => {
    const program = memnet();
    const results = [];
    for (const executor of [one, three]) {
      const store = await executor.createStore(program.parameters);
      await store.write({ parameters: initialParameters(program.parameters, 3) });
      const execution = await executor.compile(program, store, { batchSize: 32 });
      const forward = await execution.run(batchOf(32), { taps: true });
      const again = { ...batchOf(32), state: forward.state };
      const { stateGradients, gradients } = await execution.gradients(again);
      results.push({
        ...forward.outputs,
        ...forward.taps,
        ...forward.state,
        ...stateGradients,
        ...gradients,
      });
      execution.dispose();
      store.dispose();
    }
    const [expected, actual] = results as [TensorMap, TensorMap];
    for (const [name, { shape, data }] of Object.entries(expected)) {
      expect(actual[name]!.shape, name).toEqual(shape);
      let error = 0;
      for (let i = 0; i < data.length; i++)
        error = Math.max(error, Math.abs(actual[name]!.data[i]! - data[i]!));
      expect(error, name).toBeLessThan(1e-5);
    }
  });

  it('train as one thread does, to rounding', async () => {
    const [expected, actual] = [await train(one, 20), await train(three, 20)];
    actual.losses.forEach((loss, i) => expect(loss).toBeCloseTo(expected.losses[i]!, 3));
    expect(actual.losses.at(-1)).toBeLessThan(actual.losses[0]!);
  });

  it('give the same weights bit for bit, run after run', async () => {
    const bits = ({ parameters }: { parameters: TensorMap }): unknown =>
      Object.entries(parameters).map(([name, { data }]) => [name, [...data]]);
    const first = bits(await train(three, 10));
    for (let i = 0; i < 3; i++) expect(bits(await train(three, 10))).toEqual(first);
  });

  it('sleep on when they are woken without a job, as by a call that comes late', async () => {
    const setups: ThreadSetup[] = [];
    const executor = await createWasmExecutor({
      kernels: kernelsFromDisk,
      threads: 2,
      threadSource: (setup) => {
        setups.push(setup);
        return nodeThreads(setup);
      },
    });
    const { memory, control } = setups[0]!;
    await train(executor, 2);
    const words = new Int32Array(memory.buffer, control, 2);
    for (let i = 0; i < 20; i++) {
      Atomics.notify(words, 0);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const [given, done] = words;
    executor.dispose();
    expect(given).toBeGreaterThan(0);
    expect(done).toBe(given);
  });

  it('hold no memory after their executions are gone', async () => {
    await train(three, 1);
    expect(three.memory()).toEqual({ bytes: 0, objects: 0 });
  });
});

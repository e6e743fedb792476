/** Training on the GPU executor: the update, truncation, dispatches, what is kept and freed, and how it fails. */
import { afterAll, describe, expect, it } from 'vitest';
import { defaultsOf } from '../../foundation/fields.ts';
import { memnet as memnetModel } from '../../models/memnet/index.ts';
import { buildProgram } from '../../models/program.ts';
import { prepared } from '../../testing/replay.ts';
import { scalarAdamW } from '../../testing/scalar-adamw.ts';
import { softwareDevice, softwareExecutor } from '../../testing/software-webgpu.ts';
import { readVectors } from '../../testing/vector-files.ts';
import { executorBatch, toTensors, vectorProgram } from '../../testing/vectors.ts';
import type { VectorCase } from '../../testing/vectors.ts';
import type { Batch, Execution, Executor, OptimizerSettings, ParameterStore, Strategy } from '../executor.ts';
import { createWebgpuExecutor } from './executor.ts';

const executor = await softwareExecutor();
afterAll(() => executor.dispose());

const settings: OptimizerSettings = {
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clipNorm: 0.5,
};

const named = (file: Parameters<typeof readVectors>[0], name: string): VectorCase =>
  readVectors(file).find((vector) => vector.name === name)!;
const memnet = named('memnet', 'content feedback');
const rmt = readVectors('rmt')[0]!;

interface Run {
  readonly batch: Batch;
  readonly store: ParameterStore;
  readonly execution: Execution;
  dispose(): void;
}

async function start(
  vector: VectorCase,
  strategy: Strategy = { kind: 'full' },
  on: Executor = executor,
): Promise<Run> {
  const batch = executorBatch(vector);
  const options = { batchSize: batch.size, strategy };
  const { store, execution } = await prepared(
    on,
    vectorProgram(vector),
    toTensors(vector.parameters),
    options,
  );
  const dispose = (): void => {
    execution.dispose();
    store.dispose();
  };
  return { batch, store, execution, dispose };
}

async function trainSteps({ execution, batch }: Run, count: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < count; i++) losses.push((await execution.train(batch, settings)).loss);
  return losses;
}

describe('a training step', () => {
  it.each([0.05, Infinity])('is an AdamW update on the gradients, clipped at %d', async (clipNorm) => {
    const run = await start(memnet);
    const first = (await run.store.read()).parameters;
    const names = Object.keys(first);
    const reference = scalarAdamW(
      names.map((name) => ({ shape: first[name]!.shape, parameter: first[name]!.data })),
      { ...settings, clipNorm },
    );
    for (let step = 0; step < 3; step++) {
      const { gradients } = await run.execution.gradients(run.batch);
      const { gradientNorm } = await run.execution.train(run.batch, { ...settings, clipNorm });
      const expected = reference.update(names.map((name) => [...gradients[name]!.data]));
      expect(gradientNorm).toBeCloseTo(expected.norm, 5);
      const { parameters, updates } = await run.store.read();
      expect(updates).toBe(step + 1);
      names.forEach((name, i) =>
        parameters[name]!.data.forEach((value, j) =>
          expect(value, name).toBeCloseTo(expected.parameters[i]![j]!, 5),
        ),
      );
    }
    run.dispose();
  });

  it('returns the loss before the update, lowers it, and repeats bit for bit', async () => {
    const [once, again] = [await start(memnet), await start(memnet)];
    const losses = await trainSteps(once, 30);
    expect(losses[0]).toBeCloseTo(memnet.expect.loss, 5);
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
    expect(await trainSteps(again, 30)).toEqual(losses);
    once.dispose();
    again.dispose();
  });

  it('goes on from what was read as if nothing had been read', async () => {
    const [one, other] = [await start(memnet), await start(memnet)];
    await trainSteps(one, 3);
    await other.store.write(await one.store.read());
    expect(await trainSteps(other, 3)).toEqual(await trainSteps(one, 3));
    one.dispose();
    other.dispose();
  });

  it('of the copy task on MemNet takes at most 12 dispatches, whatever the length', async () => {
    const config = { ...defaultsOf(memnetModel.fields), inputSize: 6, outputSize: 6, slots: 4 };
    for (const length of [4, 9]) {
      const options = { length, loss: 'crossEntropy', oneHotTokens: true } as const;
      const program = buildProgram(memnetModel, config, options);
      const store = await executor.createStore(program.parameters);
      const execution = await executor.compile(program, store, { batchSize: 2 });
      const ids = { shape: [2, length], dtype: 'i32' as const, data: new Int32Array(2 * length).fill(3) };
      const weight = {
        shape: [2, length],
        dtype: 'f32' as const,
        data: new Float32Array(2 * length).fill(0.1),
      };
      await execution.train({ size: 2, inputs: { tokens: ids, target: ids, weight } }, settings);
      expect(execution.cost.calls).toBeLessThanOrEqual(12);
      execution.dispose();
      store.dispose();
    }
  });
});

describe('truncation', () => {
  it('keeps the forward values, and the full gradient when the horizon covers the sequence', async () => {
    const wide = await start(memnet, { kind: 'truncated', horizon: 1000 });
    const { gradients } = await wide.execution.gradients(wide.batch);
    for (const [name, { data }] of Object.entries(memnet.expect.gradients)) {
      data.forEach((value, i) => expect(gradients[name]!.data[i], name).toBeCloseTo(value, 4));
    }
    const short = await start(memnet, { kind: 'truncated', horizon: 2 });
    const cut = await short.execution.gradients(short.batch);
    expect(cut.loss).toBeCloseTo(memnet.expect.loss, 5);
    const largest = Math.max(
      ...Object.entries(cut.gradients).flatMap(([name, { data }]) =>
        [...data].map((value, i) => Math.abs(value - gradients[name]!.data[i]!)),
      ),
    );
    expect(largest).toBeGreaterThan(1e-3);
    wide.dispose();
    short.dispose();
  });
});

describe('memory', () => {
  it('is taken when compiled, given back when disposed, and smaller with replay', async () => {
    const bytes: number[] = [];
    for (const kind of ['full', 'memoryReplay'] as const) {
      const atFirst = executor.memory();
      const run = await start(rmt, { kind });
      expect(executor.memory().bytes - atFirst.bytes).toBeGreaterThan(run.execution.cost.activationBytes!);
      bytes.push(run.execution.cost.activationBytes!);
      run.dispose();
      expect(executor.memory()).toEqual(atFirst);
    }
    expect(bytes[1]).toBeLessThan(0.6 * bytes[0]!);
  });

  it('does not grow while training', async () => {
    const run = await start(memnet);
    await trainSteps(run, 2);
    await run.execution.run(run.batch);
    const before = executor.memory();
    const losses = await trainSteps(run, 300);
    await run.execution.run(run.batch);
    expect(executor.memory()).toEqual(before);
    expect(losses.every(Number.isFinite)).toBe(true);
    run.dispose();
  });
});

describe('a device', () => {
  const on = async (): Promise<{ readonly device: GPUDevice; readonly own: Executor }> => {
    const device = await softwareDevice();
    return { device, own: await createWebgpuExecutor({ device, detail: 'SwiftShader', software: true }) };
  };

  it('that is lost ends the step and is told', async () => {
    const { device, own } = await on();
    const run = await start(memnet, { kind: 'full' }, own);
    device.destroy();
    await expect(run.execution.train(run.batch, settings)).rejects.toMatchObject({ code: 'device-lost' });
    expect((await own.lost).reason).not.toBe('');
  });

  it('that reports an error is not trusted any more', async () => {
    const { device, own } = await on();
    const run = await start(memnet, { kind: 'full' }, own);
    device.createBuffer({ size: 16, usage: 3 }); // readable and writable from both sides: not allowed
    const steps = trainSteps(run, 5);
    await expect(steps).rejects.toMatchObject({ code: 'executor-failed' });
    own.dispose();
  });

  it('that has no room for a model says how much it needs', async () => {
    const program = vectorProgram(memnet);
    const store = await executor.createStore(program.parameters);
    const before = executor.memory();
    const compiling = executor.compile(program, store, { batchSize: 4_000_000 });
    await expect(compiling).rejects.toMatchObject({ code: 'unsupported-program' });
    expect(executor.memory()).toEqual(before);
    store.dispose();
  });
});

it('refuses to train what was compiled for inference', async () => {
  const program = vectorProgram(memnet);
  const batch = executorBatch(memnet);
  const store = await executor.createStore(program.parameters);
  const execution = await executor.compile(program, store, { batchSize: batch.size, training: false });
  await expect(execution.train(batch, settings)).rejects.toMatchObject({ code: 'no-training' });
  execution.dispose();
  store.dispose();
});

/** Training on the wasm executor: the update, truncation, what is kept and freed, and what must repeat bit for bit. */
import { describe, expect, it } from 'vitest';
import type { Tensor, TensorMap } from '../../graph/types.ts';
import { exactStrategies, prepared } from '../../testing/replay.ts';
import { scalarAdamW } from '../../testing/scalar-adamw.ts';
import { readVectors } from '../../testing/vector-files.ts';
import type { VectorCase } from '../../testing/vectors.ts';
import { executorBatch, toTensors, vectorProgram } from '../../testing/vectors.ts';
import { kernelsFromDisk } from '../../testing/wasm-from-disk.ts';
import type { Batch, Execution, OptimizerSettings, ParameterStore, Strategy } from '../executor.ts';
import { createWasmExecutor } from './executor.ts';

const executor = await createWasmExecutor({ kernels: kernelsFromDisk });
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
const memformer = named('memformer', 'three segments');

interface Run {
  readonly batch: Batch;
  readonly store: ParameterStore;
  readonly execution: Execution;
  dispose(): void;
}

async function start(vector: VectorCase, strategy: Strategy = { kind: 'full' }): Promise<Run> {
  const batch = executorBatch(vector);
  const options = { batchSize: batch.size, strategy };
  const { store, execution } = await prepared(
    executor,
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

const bits = (tensors: TensorMap): unknown =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, [...data]]));

function expectClose(actual: TensorMap, expected: TensorMap): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { data }] of Object.entries(expected)) {
    data.forEach((value, i) => expect(actual[name]!.data[i], `${name}[${i}]`).toBeCloseTo(value, 5));
  }
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
    for (let step = 0; step < 5; step++) {
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

  it('returns the loss before the update, and lowers it', async () => {
    const run = await start(memnet);
    const losses = await trainSteps(run, 30);
    expect(losses[0]).toBeCloseTo(memnet.expect.loss, 5);
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
    run.dispose();
  });

  it.each(exactStrategies)('is the same to rounding with $kind', async (strategy) => {
    const [full, other] = [await start(memformer), await start(memformer, strategy)];
    const expected = await trainSteps(full, 3);
    (await trainSteps(other, 3)).forEach((loss, i) => expect(loss).toBeCloseTo(expected[i]!, 5));
    full.dispose();
    other.dispose();
  });
});

describe('truncation', () => {
  /** The stretches as programs of their own, each from the states that the one before left. */
  async function cutGradients(vector: VectorCase, horizon: number): Promise<TensorMap> {
    const whole = vectorProgram(vector);
    const batch = executorBatch(vector);
    const store = await executor.createStore(whole.parameters);
    await store.write({ parameters: toTensors(vector.parameters) });
    const total: Record<string, Tensor> = {};
    let state: TensorMap | undefined;
    for (let first = 0; first < whole.length; first += horizon) {
      const length = Math.min(horizon, whole.length - first);
      const program = { ...whole, schedule: whole.schedule.slice(first, first + length), length };
      const inputs = Object.fromEntries(
        Object.entries(batch.inputs).map(([name, input]) => [name, cutTime(input, first, length)]),
      );
      const part = { size: batch.size, inputs, ...(state ? { state } : {}) };
      const execution = await executor.compile(program, store, { batchSize: batch.size });
      for (const [name, { data, shape, dtype }] of Object.entries(
        (await execution.gradients(part)).gradients,
      )) {
        const before = total[name]?.data;
        total[name] = {
          shape,
          dtype,
          data: Float32Array.from(data, (value, i) => value + (before?.[i] ?? 0)),
        };
      }
      state = (await execution.run(part)).state;
      execution.dispose();
    }
    store.dispose();
    return total;
  }

  function cutTime({ shape, dtype, data }: Tensor, first: number, length: number): Tensor {
    const [batch, time, ...rest] = shape as [number, number, ...number[]];
    const width = rest.reduce((product, extent) => product * extent, 1);
    const kept = data.filter((_, i) => {
      const t = Math.floor(i / width) % time;
      return t >= first && t < first + length;
    });
    return { shape: [batch, length, ...rest], dtype, data: kept };
  }

  it.each([1, 2, 3])('stops gradients at a horizon of %d and keeps the forward values', async (horizon) => {
    const run = await start(memnet, { kind: 'truncated', horizon });
    const { loss, gradients } = await run.execution.gradients(run.batch);
    expect(loss).toBeCloseTo(memnet.expect.loss, 5);
    expectClose(gradients, await cutGradients(memnet, horizon));
    run.dispose();
  });

  it('is the full gradient when the horizon covers the sequence', async () => {
    const run = await start(memnet, { kind: 'truncated', horizon: 1000 });
    const { gradients } = await run.execution.gradients(run.batch);
    expectClose(gradients, toTensors(memnet.expect.gradients));
    run.dispose();
  });
});

describe('memory', () => {
  const strategies: Strategy[] = [...exactStrategies, { kind: 'truncated', horizon: 2 }];

  it.each(strategies)('is taken when compiled and given back when disposed with $kind', async (strategy) => {
    const atFirst = executor.memory();
    const run = await start(memformer, strategy);
    const { bytes } = executor.memory();
    expect(bytes - atFirst.bytes).toBeGreaterThan(run.execution.cost.activationBytes!);
    run.dispose();
    expect(executor.memory()).toEqual(atFirst);
  });

  it('does not grow in 10,000 steps', async () => {
    const run = await start(memnet);
    await trainSteps(run, 100);
    const before = executor.memory();
    const losses = await trainSteps(run, 10_000);
    expect(executor.memory()).toEqual(before);
    expect(losses.every(Number.isFinite)).toBe(true);
    run.dispose();
  });

  it('of a replayed rollout is a fraction of the full one', async () => {
    const bytes = async (strategy: Strategy): Promise<number> => {
      const run = await start(memformer, strategy);
      run.dispose();
      return run.execution.cost.activationBytes!;
    };
    expect(await bytes({ kind: 'memoryReplay' })).toBeLessThan(0.6 * (await bytes({ kind: 'full' })));
  });
});

describe('repeating', () => {
  it('gives the same weights bit for bit, looked at or not', async () => {
    const [one, two] = [await start(memnet), await start(memnet)];
    await trainSteps(one, 5);
    for (let i = 0; i < 5; i++) {
      await trainSteps(two, 1);
      await two.execution.run(two.batch, { taps: true });
    }
    expect(bits((await two.store.read()).parameters)).toEqual(bits((await one.store.read()).parameters));
    one.dispose();
    two.dispose();
  });

  it('goes on from what was read as if it had not been interrupted', async () => {
    const [one, two] = [await start(memnet), await start(memnet)];
    await trainSteps(one, 3);
    await two.store.write(await one.store.read());
    expect(await trainSteps(two, 3)).toEqual(await trainSteps(one, 3));
    expect(bits((await two.store.read()).secondMoments)).toEqual(
      bits((await one.store.read()).secondMoments),
    );
    one.dispose();
    two.dispose();
  });
});

describe('what cannot be done', () => {
  it('names the input that a batch lacks', async () => {
    const run = await start(memnet);
    const { x, ...rest } = run.batch.inputs;
    expect(x).toBeDefined();
    await expect(run.execution.train({ ...run.batch, inputs: rest }, settings)).rejects.toMatchObject({
      code: 'invalid-batch',
      message: expect.stringContaining('lacks its input x') as unknown,
    });
    run.dispose();
  });

  it('is training a program that was compiled for inference', async () => {
    const program = vectorProgram(memnet);
    const store = await executor.createStore(program.parameters);
    const execution = await executor.compile(program, store, { batchSize: 2, training: false });
    await expect(execution.train(executorBatch(memnet), settings)).rejects.toMatchObject({
      code: 'no-training',
    });
    execution.dispose();
    store.dispose();
  });
});

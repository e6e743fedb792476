/** Training on tfjs: the update, what is kept and freed, and what must repeat bit for bit. */
import { describe, expect, it } from 'vitest';
import { evaluateGradients } from '../../graph/evaluate-gradients.ts';
import { evaluate } from '../../graph/evaluate.ts';
import type { Program, TensorMap } from '../../graph/types.ts';
import { exactStrategies, prepared } from '../../testing/replay.ts';
import { scalarAdamW } from '../../testing/scalar-adamw.ts';
import { readVectors } from '../../testing/vector-files.ts';
import type { VectorCase, VectorTensorMap } from '../../testing/vectors.ts';
import {
  evaluationBatch,
  executorBatch,
  toTensors,
  vectorProgram,
  vectorSize,
} from '../../testing/vectors.ts';
import type { Batch, Execution, OptimizerSettings, ParameterStore, Strategy } from '../executor.ts';
import { openTfjs } from './index.ts';

const executor = await openTfjs('tfjs-cpu');

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

interface Trainer {
  readonly program: Program;
  readonly batch: Batch;
  readonly store: ParameterStore;
  readonly execution: Execution;
  dispose(): void;
}

async function trainer(vector: VectorCase, strategy: Strategy = { kind: 'full' }): Promise<Trainer> {
  const program = vectorProgram(vector);
  const { store, execution } = await prepared(executor, program, toTensors(vector.parameters), {
    batchSize: vectorSize(vector).batch,
    strategy,
  });
  const dispose = (): void => {
    execution.dispose();
    store.dispose();
  };
  return { program, batch: executorBatch(vector), store, execution, dispose };
}

async function trainSteps({ execution, batch }: Trainer, count: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < count; i++) losses.push((await execution.train(batch, settings)).loss);
  return losses;
}

describe('a training step', () => {
  it.each([0.05, Infinity])('is an AdamW update on the gradients, clipped at %d', async (clipNorm) => {
    const run = await trainer(memnet);
    const { parameters } = run.program;
    const start = (await run.store.read()).parameters;
    const reference = scalarAdamW(
      parameters.map(({ name, shape }) => ({ shape, parameter: start[name]!.data })),
      { ...settings, clipNorm },
    );
    for (let step = 0; step < 5; step++) {
      const { gradients } = await run.execution.gradients(run.batch);
      const { gradientNorm } = await run.execution.train(run.batch, { ...settings, clipNorm });
      const expected = reference.update(parameters.map(({ name }) => [...gradients[name]!.data]));
      expect(gradientNorm).toBeCloseTo(expected.norm, 5);
      const trained = (await run.store.read()).parameters;
      parameters.forEach(({ name }, i) =>
        trained[name]!.data.forEach((value, j) => {
          expect(value, name).toBeCloseTo(expected.parameters[i]![j]!, 5);
        }),
      );
    }
    expect((await run.store.read()).updates).toBe(5);
    run.dispose();
  });

  it('returns the loss before the update, and lowers it', async () => {
    const run = await trainer(memnet);
    const losses = await trainSteps(run, 30);
    expect(losses[0]).toBeCloseTo(memnet.expect.loss, 5);
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
    run.dispose();
  });

  it.each(exactStrategies)('is the same to rounding with $kind', async (strategy) => {
    const vector = named('memformer', 'three segments');
    const full = await trainer(vector);
    const other = await trainer(vector, strategy);
    const expected = await trainSteps(full, 3);
    (await trainSteps(other, 3)).forEach((loss, i) => expect(loss).toBeCloseTo(expected[i]!, 5));
    full.dispose();
    other.dispose();
  });
});

describe('truncation', () => {
  it('stops gradients at the horizon and keeps the forward values', async () => {
    for (const horizon of [1, 2, 3]) {
      const run = await trainer(memnet, { kind: 'truncated', horizon });
      const { loss, gradients } = await run.execution.gradients(run.batch);
      expect(loss).toBeCloseTo(memnet.expect.loss, 5);
      for (const [name, data] of Object.entries(truncatedGradients(run.program, memnet, horizon))) {
        data.forEach((value, i) => expect(gradients[name]!.data[i], name).toBeCloseTo(value, 5));
      }
      run.dispose();
    }
  });

  it('is the full gradient when the horizon covers the sequence', async () => {
    const run = await trainer(memnet, { kind: 'truncated', horizon: 1000 });
    const { gradients } = await run.execution.gradients(run.batch);
    for (const [name, { data }] of Object.entries(memnet.expect.gradients)) {
      data.forEach((value, i) => expect(gradients[name]!.data[i], name).toBeCloseTo(value, 5));
    }
    run.dispose();
  });
});

/** By the reference evaluator: every stretch a program of its own, from the states that the one before left. */
function truncatedGradients(whole: Program, vector: VectorCase, horizon: number): Record<string, number[]> {
  const total: Record<string, number[]> = {};
  let state: VectorTensorMap | undefined;
  for (let first = 0; first < whole.schedule.length; first += horizon) {
    const schedule = whole.schedule.slice(first, first + horizon);
    const program = { ...whole, schedule, length: schedule.length };
    const { size, inputs } = evaluationBatch(vector);
    const cut = Object.entries(inputs).map(([name, { shape, data }]) => {
      const [batch, time, ...rest] = shape as [number, number, ...number[]];
      const width = rest.reduce((product, extent) => product * extent, 1);
      const rows = Array.from({ length: batch }, (_, b) => {
        const begin = (b * time + first) * width;
        return Array.from(data).slice(begin, begin + schedule.length * width);
      });
      return [name, { shape: [batch, schedule.length, ...rest], data: rows.flat() }] as const;
    });
    const batch = { size, inputs: Object.fromEntries(cut), ...(state && { state }) };
    for (const [name, { data }] of Object.entries(
      evaluateGradients(program, vector.parameters, batch).gradients,
    )) {
      total[name] = Array.from(data, (value, i) => value + (total[name]?.[i] ?? 0));
    }
    const next = Object.entries(evaluate(program, vector.parameters, batch).state);
    state = Object.fromEntries(
      next.map(([name, { shape, data }]) => [name, { shape, dtype: 'f32' as const, data: [...data] }]),
    );
  }
  return total;
}

describe('memory', () => {
  const vectors = [memnet, named('hqlt', 'short convolution'), named('rmt', 'three segments')];
  const strategies: Strategy[] = [...exactStrategies, { kind: 'truncated', horizon: 2 }];

  it.each(strategies)('stays as it is while training, looking and reading with $kind', async (strategy) => {
    const atFirst = executor.memory();
    for (const vector of vectors) {
      const run = await trainer(vector, strategy);
      const round = async (): Promise<void> => {
        await run.execution.train(run.batch, settings);
        await run.execution.gradients(run.batch);
        await run.execution.run(run.batch, { taps: true });
        await run.store.write(await run.store.read());
      };
      await round();
      const before = executor.memory();
      for (let i = 0; i < 3; i++) await round();
      expect(executor.memory()).toEqual(before);
      run.dispose();
    }
    expect(executor.memory()).toEqual(atFirst);
  });

  it('is freed when a batch does not fit', async () => {
    const run = await trainer(memnet);
    const before = executor.memory();
    const { x, ...rest } = run.batch.inputs;
    expect(x).toBeDefined();
    await expect(run.execution.train({ ...run.batch, inputs: rest }, settings)).rejects.toMatchObject({
      code: 'invalid-batch',
      message: expect.stringMatching(/^The batch lacks its input x, f32 \[2, \d, 2\]\.$/) as unknown,
    });
    expect(executor.memory()).toEqual(before);
    await run.execution.train(run.batch, settings);
    run.dispose();
  });
});

describe('repeating', () => {
  const bits = (tensors: TensorMap): unknown =>
    Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, [...data]]));

  it('gives the same weights bit for bit, looked at or not', async () => {
    const [one, two] = [await trainer(memnet), await trainer(memnet)];
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
    const [one, two] = [await trainer(memnet), await trainer(memnet)];
    await trainSteps(one, 3);
    await two.store.write(await one.store.read());
    expect(await trainSteps(two, 3)).toEqual(await trainSteps(one, 3));
    const [a, b] = [await one.store.read(), await two.store.read()];
    expect(b.updates).toBe(6);
    expect(bits(b.secondMoments)).toEqual(bits(a.secondMoments));
    one.dispose();
    two.dispose();
  });

  it('hands out copies and takes copies', async () => {
    const run = await trainer(memnet);
    const own = toTensors(memnet.parameters);
    await run.store.write({ parameters: own });
    for (const { data } of Object.values(own)) data.fill(7);
    const first = await run.store.read();
    for (const { data } of Object.values(first.parameters)) data.fill(9);
    expect(bits((await run.store.read()).parameters)).toEqual(bits(toTensors(memnet.parameters)));
    run.dispose();
  });
});

it('refuses to train a program that was compiled for inference', async () => {
  const program = vectorProgram(memnet);
  const store = await executor.createStore(program.parameters);
  const execution = await executor.compile(program, store, { batchSize: 2, training: false });
  await expect(execution.train(executorBatch(memnet), settings)).rejects.toMatchObject({
    code: 'no-training',
  });
  execution.dispose();
  store.dispose();
});

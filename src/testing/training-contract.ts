/**
 * What training must do on every executor: the update, truncation, what is kept and freed, what repeats bit for bit, and what
 * it refuses. An executor's own tests add only what is its own.
 */
import { describe, expect, it } from 'vitest';
import type { Executor, Strategy } from '../executors/executor.ts';
import { exactStrategies } from './replay.ts';
import { scalarAdamW } from './scalar-adamw.ts';
import type { TrainingRun } from './training-run.ts';
import { bits, named, settings, startRun, trainSteps } from './training-run.ts';
import { truncatedGradients } from './truncated-gradients.ts';
import type { VectorCase } from './vectors.ts';
import { executorBatch, toTensors, vectorProgram } from './vectors.ts';

export interface TrainingContract {
  /** Training steps over which memory must not grow. */
  readonly steps: number;
}

const memnet = named('memnet', 'content feedback');
const memformer = named('memformer', 'three segments');

export function describeTraining(executor: Executor, { steps }: TrainingContract): void {
  const start = (vector: VectorCase, strategy?: Strategy): Promise<TrainingRun> =>
    startRun(executor, vector, strategy);
  describeUpdate(start);
  describeTruncation(start);
  describeMemory(executor, start, steps);
  describeRepeating(start);
  describeRefusals(executor, start);
}

type Start = (vector: VectorCase, strategy?: Strategy) => Promise<TrainingRun>;

function describeUpdate(start: Start): void {
  describe('a training step', () => {
    it.each([0.05, Infinity])('is an AdamW update on the gradients, clipped at %d', async (clipNorm) => {
      const run = await start(memnet);
      const first = (await run.store.read()).parameters;
      const names = Object.keys(first);
      const reference = scalarAdamW(
        names.map((name) => ({ shape: first[name]!.shape, parameter: first[name]!.data })),
        { ...settings, clipNorm },
      );
      for (let step = 0; step < 4; step++) {
        const { gradients } = await run.execution.gradients(run.batch);
        const { gradientNorm } = await run.execution.train(run.batch, { ...settings, clipNorm });
        const expected = reference.update(names.map((name) => [...gradients[name]!.data]));
        expect(gradientNorm).toBeCloseTo(expected.norm, 5);
        const { parameters, updates } = await run.store.read();
        expect(updates).toBe(step + 1);
        names.forEach((name, i) => expectClose(parameters[name]!.data, expected.parameters[i]!, name));
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
}

function describeTruncation(start: Start): void {
  describe('truncation', () => {
    it.each([1, 2, 3])('stops gradients at a horizon of %d and keeps the forward values', async (horizon) => {
      const run = await start(memnet, { kind: 'truncated', horizon });
      const { loss, gradients } = await run.execution.gradients(run.batch);
      expect(loss).toBeCloseTo(memnet.expect.loss, 5);
      const expected = truncatedGradients(memnet, horizon);
      expect(Object.keys(gradients).sort()).toEqual(Object.keys(expected).sort());
      for (const [name, data] of Object.entries(expected)) expectClose(gradients[name]!.data, data, name);
      run.dispose();
    });

    it('is the full gradient when the horizon covers the sequence', async () => {
      const run = await start(memnet, { kind: 'truncated', horizon: 1000 });
      const { gradients } = await run.execution.gradients(run.batch);
      for (const [name, { data }] of Object.entries(memnet.expect.gradients)) {
        expectClose(gradients[name]!.data, data, name);
      }
      run.dispose();
    });
  });
}

function describeMemory(executor: Executor, start: Start, steps: number): void {
  const vectors = [memnet, named('hqlt', 'short convolution'), named('rmt', 'three segments')];
  const strategies: Strategy[] = [...exactStrategies, { kind: 'truncated', horizon: 2 }];

  describe('memory', () => {
    it.each(strategies)('stays as it is while training, looking and reading with $kind', async (strategy) => {
      const atFirst = executor.memory();
      for (const vector of vectors) {
        const run = await start(vector, strategy);
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

    it(`does not grow in ${steps} steps`, async () => {
      const run = await start(memnet);
      await trainSteps(run, 2);
      const before = executor.memory();
      const losses = await trainSteps(run, steps);
      expect(executor.memory()).toEqual(before);
      expect(losses.every(Number.isFinite)).toBe(true);
      run.dispose();
    });

    it('is not kept for a batch that does not fit', async () => {
      const run = await start(memnet);
      await trainSteps(run, 1);
      const before = executor.memory();
      const { x, ...rest } = run.batch.inputs;
      expect(x).toBeDefined();
      await expect(run.execution.train({ ...run.batch, inputs: rest }, settings)).rejects.toMatchObject({
        code: 'invalid-batch',
        message: expect.stringMatching(/^The batch lacks its input x, f32 \[2, \d, 2\]\.$/) as unknown,
      });
      expect(executor.memory()).toEqual(before);
      await trainSteps(run, 1);
      run.dispose();
    });
  });
}

function describeRepeating(start: Start): void {
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
      const [a, b] = [await one.store.read(), await two.store.read()];
      expect(b.updates).toBe(6);
      expect(bits(b.secondMoments)).toEqual(bits(a.secondMoments));
      one.dispose();
      two.dispose();
    });

    it('hands out copies and takes copies', async () => {
      const run = await start(memnet);
      const own = toTensors(memnet.parameters);
      await run.store.write({ parameters: own });
      for (const { data } of Object.values(own)) data.fill(7);
      const first = await run.store.read();
      for (const { data } of Object.values(first.parameters)) data.fill(9);
      expect(bits((await run.store.read()).parameters)).toEqual(bits(toTensors(memnet.parameters)));
      run.dispose();
    });
  });
}

function describeRefusals(executor: Executor, start: Start): void {
  it('refuses to train a program that was compiled for inference', async () => {
    const program = vectorProgram(memnet);
    const batch = executorBatch(memnet);
    const store = await executor.createStore(program.parameters);
    const execution = await executor.compile(program, store, { batchSize: batch.size, training: false });
    await expect(execution.train(batch, settings)).rejects.toMatchObject({ code: 'no-training' });
    execution.dispose();
    store.dispose();
    // The executor itself is none the worse.
    const run = await start(memnet);
    expect(await trainSteps(run, 1)).toHaveLength(1);
    run.dispose();
  });
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, name: string): void {
  expect(actual, name).toHaveLength(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(actual[i], `${name}[${i}]`).toBeCloseTo(expected[i]!, 5);
  }
}

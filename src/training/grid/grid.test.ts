/** The generalisation grid in a session: right, of one step, without a trace in training, and within its share of the time. */
import { afterAll, describe, expect, it } from 'vitest';
import type { Executor } from '../../executors/executor.ts';
import { openTfjs } from '../../executors/tfjs/index.ts';
import { createWasmExecutor } from '../../executors/wasm/executor.ts';
import { PlaygroundError } from '../../foundation/errors.ts';
import type { FieldValues } from '../../foundation/fields.ts';
import { evaluate } from '../../graph/evaluate.ts';
import { listedModels } from '../../models/registry.ts';
import { smallConfig } from '../../testing/exported-runs.ts';
import { softwareExecutor } from '../../testing/software-webgpu.ts';
import { toyExecutor } from '../../testing/toy-executor.ts';
import type { ToyOptions } from '../../testing/toy-executor.ts';
import { kernelsFromDisk } from '../../testing/wasm-from-disk.ts';
import { assembleInputs } from '../batches.ts';
import { Mailbox } from '../mailbox.ts';
import type { SessionCommand } from '../mailbox.ts';
import { argMax } from '../metrics.ts';
import { initialParameters } from '../parameters.ts';
import { prepareRun } from '../run-config.ts';
import type { Checkpoint, RunConfig } from '../run.ts';
import { trainingSession } from '../session.ts';
import type { Clock } from '../session.ts';
import type { SessionEvent } from '../session-events.ts';
import { describeGrid, plannedCells } from './plan.ts';

function config(training: FieldValues = {}): RunConfig {
  return {
    version: 1,
    task: { id: 'copy', fields: { symbols: 3, minimumLength: 1, maximumLength: 2 } },
    model: { id: 'memnet', fields: { slots: 4, hiddenSize: 4, keySize: 4, valueSize: 4 } },
    training: { batchSize: 2, steps: 1000, evaluationInterval: 5, evaluationSamples: 8, ...training },
    seed: 5,
    executor: 'automatic',
  };
}

/** A session whose events are pulled one by one. */
class Driven {
  readonly mailbox = new Mailbox();
  readonly heard: SessionEvent[] = [];
  readonly #events: ReturnType<typeof trainingSession>;

  constructor(
    executor: Executor,
    training: FieldValues = {},
    setup: { clock?: Clock; checkpoint?: Checkpoint } = {},
  ) {
    const run = prepareRun(config(training));
    this.#events = trainingSession({
      run,
      executor,
      mailbox: this.mailbox,
      checkpointSeconds: Infinity,
      ...setup,
    });
  }

  async until<T extends SessionEvent['type']>(
    type: T,
    fits: (event: Extract<SessionEvent, { type: T }>) => boolean = () => true,
  ): Promise<Extract<SessionEvent, { type: T }>> {
    for (;;) {
      const { value, done } = await this.#events.next();
      if (done) throw new Error(`the session ended before ${type}`);
      this.heard.push(value);
      if (value.type === type && fits(value as Extract<SessionEvent, { type: T }>))
        return value as Extract<SessionEvent, { type: T }>;
    }
  }

  /** Some are answered only when the next event is pulled, which may never be. */
  post(command: SessionCommand): void {
    this.mailbox.post(command).catch(() => undefined);
  }

  async train(count: number): Promise<void> {
    this.post({ type: 'step', count });
    await this.until('state', ({ state }) => state !== 'training');
  }

  async checkpoint(): Promise<Checkpoint> {
    this.post({ type: 'saveCheckpoint' });
    return (await this.until('checkpoint')).checkpoint;
  }

  async end(): Promise<void> {
    this.mailbox.close();
    for (;;) if ((await this.#events.next()).done) return;
  }
}

const driven = (options: ToyOptions = {}, training: FieldValues = {}, setup = {}) => {
  const executor = toyExecutor(options);
  return { executor, session: new Driven(executor, training, setup) };
};

describe('a grid', () => {
  it('has for every cell the accuracy of its own samples at the present weights', async () => {
    const { session } = driven();
    await session.train(3);
    session.post({ type: 'measureGrid' });
    const { grid } = await session.until('grid');
    const run = prepareRun(config());
    const { difficulty, outputSize } = run.task;
    const { training } = await session.checkpoint();
    expect([grid.step, grid.samples]).toEqual([3, 8]);
    expect(grid.cells.length).toBe(describeGrid(run)!.cells.length);
    for (const { levels, tokenAccuracy, sequenceAccuracy, answers } of grid.cells) {
      const length = difficulty!.positions(levels);
      const counts = [0, 0, 0];
      for (let index = 0; index < 8; index++) {
        // Alone and without padding.
        const sample = difficulty!.sample(5, levels, index);
        const batch = assembleInputs(run.task, [sample], length);
        const { outputs } = evaluate(run.inferenceProgram(length), training.parameters, batch);
        const places = [...sample.mask.keys()].filter((t) => sample.mask[t] === 1);
        const output = outputs[run.model.output]!.data;
        const right = places.filter((t) => argMax(output, t * outputSize, outputSize) === sample.targets[t]);
        counts[0]! += right.length;
        counts[1]! += places.length;
        if (right.length === places.length) counts[2]!++;
      }
      expect([tokenAccuracy, answers, sequenceAccuracy]).toEqual([
        counts[0]! / counts[1]!,
        counts[1],
        counts[2]! / 8,
      ]);
    }
  });

  it('is of one step although training goes on, tells how far it is, and gives everything back', async () => {
    const { executor, session } = driven();
    await session.train(4);
    const held = executor.held.size;
    session.post({ type: 'measureGrid' });
    session.post({ type: 'play' });
    const { grid } = await session.until('grid');
    expect(grid.step).toBe(4);
    const steps = session.heard.filter((event) => event.type === 'step').length;
    expect(steps).toBeGreaterThan(6);
    const progress = session.heard.flatMap((event) =>
      event.type === 'gridProgress' ? [event.progress] : [],
    );
    const started = { step: 4, samples: 8, cells: [], total: grid.cells.length, asked: true };
    expect(progress[0]).toEqual(started);
    const counts = progress.map((one) => one?.cells.length ?? -1);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    for (const one of progress) expect(grid.cells.slice(0, one!.cells.length)).toEqual(one!.cells);
    session.post({ type: 'pause' });
    await session.until('state', ({ state }) => state === 'paused');
    // The programs of the evaluations are kept, those of the grid are not.
    expect(executor.held.size).toBe(held + 3);
    const still = driven();
    await still.session.train(4);
    still.session.post({ type: 'measureGrid' });
    expect((await still.session.until('grid')).grid).toEqual(grid);
    await session.end();
    expect(executor.held.size).toBe(0);
  });

  it('that is stopped keeps its cells, but not in place of a fuller one of the same step', async () => {
    const { executor, session } = driven();
    await session.train(1);
    const held = executor.held.size;
    const stopEarly = async (): Promise<void> => {
      session.post({ type: 'measureGrid' });
      await session.until('measuring');
      session.post({ type: 'cancelGrid' });
      const ended = await session.until('gridProgress', ({ progress }) => progress === null);
      expect(ended).not.toHaveProperty('failure');
      expect(executor.held.size).toBe(held);
    };
    await stopEarly();
    const [part] = (await session.checkpoint()).grids!;
    session.post({ type: 'measureGrid' });
    const { grid } = await session.until('grid');
    expect(part!.cells.length).toBeGreaterThan(0);
    expect(part!.cells.length).toBeLessThan(grid.cells.length);
    expect(part).toEqual({ ...grid, cells: grid.cells.slice(0, part!.cells.length) });
    await stopEarly();
    expect((await session.checkpoint()).grids).toEqual([grid]);
  });

  it('is kept with the run, once for each step, and goes back with it', async () => {
    const { session } = driven();
    for (const steps of [2, 3]) {
      await session.train(steps);
      for (let times = 0; times < 2; times++) {
        session.post({ type: 'measureGrid' });
        await session.until('grid');
      }
    }
    const checkpoint = await session.checkpoint();
    expect(checkpoint.grids!.map(({ step }) => step)).toEqual([2, 5]);
    const again = driven({}, {}, { checkpoint });
    expect((await again.session.checkpoint()).grids).toEqual(checkpoint.grids);
    again.session.post({ type: 'reset' });
    expect((await again.session.until('restarted')).grids).toEqual([]);
    const { grids: _, ...old } = checkpoint;
    expect((await driven({}, {}, { checkpoint: old }).session.checkpoint()).grids).toEqual([]);
  });

  it('is given up when the run goes back', async () => {
    const { session } = driven();
    await session.train(2);
    session.post({ type: 'measureGrid' });
    await session.until('measuring');
    session.post({ type: 'reset' });
    await session.until('restarted');
    await session.train(12);
    expect(session.heard.some(({ type }) => type === 'grid')).toBe(false);
  });

  it('that cannot be run here is told, and the run goes on', async () => {
    let broken = false;
    const onCompile = (): void => {
      if (broken) throw new PlaygroundError('unsupported-program', 'It is too large.');
    };
    const { session } = driven({ onCompile }, { evaluationInterval: 1000 });
    await session.train(5);
    broken = true;
    session.post({ type: 'followGrid', follow: true });
    session.post({ type: 'measureGrid' });
    const { failure } = await session.until('gridProgress', ({ progress }) => progress === null);
    expect(failure).toMatchObject({ message: 'It is too large.' });
    expect((await session.checkpoint()).grids).toEqual([]);
    await session.train(10);
  });

  it('is refused where the task has no measure of difficulty', async () => {
    const run = prepareRun({ ...config(), task: { id: 'language', fields: {} } });
    expect(describeGrid(run)).toBeNull();
    const mailbox = new Mailbox();
    const refused = mailbox.post({ type: 'measureGrid' });
    const events = trainingSession({ run, executor: toyExecutor(), mailbox });
    for (let i = 0; i < 2; i++) await events.next();
    const waiting = events.next();
    await expect(refused).rejects.toMatchObject({ code: 'no-grid' });
    mailbox.close();
    await waiting;
  });
});

describe('while training', () => {
  /** Every look at it is 3 ms later, so a batch takes as long as a step. */
  const slowClock = (): Clock => {
    let now = 0;
    return { now: () => (now += 3), date: () => 0 };
  };

  it('takes a fifth of the time when it was asked for', async () => {
    const { session } = driven({}, { evaluationInterval: 1000 }, { clock: slowClock() });
    session.post({ type: 'play' });
    session.post({ type: 'measureGrid' });
    await session.until('gridProgress');
    session.heard.length = 0;
    await session.until('grid');
    const steps = session.heard.filter(({ type }) => type === 'step').length;
    const batches = session.heard.filter(({ type }) =>
      ['measuring', 'gridProgress', 'grid'].includes(type),
    ).length;
    expect(steps / batches).toBeGreaterThan(1);
    expect(steps / batches).toBeLessThan(5);
  });

  it('follows the evaluations in a thirtieth of it, until nobody wants that any more', async () => {
    const { executor, session } = driven({}, { evaluationInterval: 40 }, { clock: slowClock() });
    session.post({ type: 'followGrid', follow: true });
    await session.train(1000);
    const grids = session.heard.flatMap((event) => (event.type === 'grid' ? [event.grid] : []));
    expect(grids.length).toBeGreaterThan(1);
    expect(new Set(grids.map(({ step }) => step % 40))).toEqual(new Set([0]));
    expect(grids.length * grids[0]!.cells.length).toBeLessThan(1000 / 6);
    session.post({ type: 'followGrid', follow: false });
    const heard = session.heard.length;
    await session.train(200);
    expect(session.heard.slice(heard).some(({ type }) => type === 'grid')).toBe(false);
    // The training program, its weights and three programs for evaluations.
    expect(executor.held.size).toBe(5);
  });
});

describe('the course of training', async () => {
  const executors: readonly Executor[] = [
    await createWasmExecutor({ kernels: kernelsFromDisk }),
    await openTfjs('tfjs-cpu'),
    await softwareExecutor(),
  ];
  afterAll(() => {
    for (const executor of executors) executor.dispose();
  });

  it.each(executors)('is the same to the bit with and without it on $name', async (executor) => {
    const course = async (measured: boolean): Promise<Checkpoint> => {
      const session = new Driven(executor, { evaluationInterval: 1000 });
      await session.train(2);
      if (measured) {
        session.post({ type: 'measureGrid' });
        await session.until('grid');
        session.post({ type: 'measureGrid' });
      }
      await session.train(4);
      const checkpoint = await session.checkpoint();
      await session.end();
      return checkpoint;
    };
    const plain = await course(false);
    const measured = await course(true);
    expect(measured.training).toEqual(plain.training);
    expect(measured.metrics.map(({ loss }) => loss)).toEqual(plain.metrics.map(({ loss }) => loss));
    expect(measured.grids![0]!.step).toBe(2);
  });
});

describe('padding', () => {
  it('brings every cell to one of a few lengths', () => {
    const cells = plannedCells(prepareRun(config()));
    const lengths = [...new Set(cells.map(({ length }) => length))];
    expect(lengths).toEqual([5, 9, 17]);
    const { difficulty } = prepareRun(config()).task;
    for (const { levels, length } of cells) expect(difficulty!.positions(levels)).toBeLessThanOrEqual(length);
  });

  it.each(listedModels.map(({ id }) => id))('behind a sample changes nothing before it (%s)', (id) => {
    const run = prepareRun(smallConfig(id));
    const parameters = initialParameters(run.parameters, 3);
    const sample = run.task.difficulty!.sample(3, [3, 4], 0);
    const positions = sample.mask.length;
    const outputAt = (length: number): number[] => {
      const batch = assembleInputs(run.task, [sample], length);
      const { outputs } = evaluate(run.inferenceProgram(length), parameters, batch);
      return [...outputs[run.model.output]!.data].slice(0, positions * run.task.outputSize);
    };
    const plain = outputAt(positions);
    for (const length of [positions + 1, 2 * positions + 3]) {
      const padded = outputAt(length);
      padded.forEach((value, i) => expect(value).toBeCloseTo(plain[i]!, 10));
    }
  });
});

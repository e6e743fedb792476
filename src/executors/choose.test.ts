import { describe, expect, it } from 'vitest';
import { PlaygroundError } from '../foundation/errors.ts';
import { prepared } from '../testing/replay.ts';
import { readVectors } from '../testing/vector-files.ts';
import { executorBatch, toTensors, vectorProgram } from '../testing/vectors.ts';
import { ExecutorPool, openExecutor } from './choose.ts';
import type { Workload } from './choose.ts';
import type { Executor, ExecutorName } from './executor.ts';
import type { ExecutorEntry, Probe } from './registry.ts';
import { openTfjs } from './tfjs/index.ts';

const vector = readVectors('memnet')[0]!;
const workload: Workload = {
  program: vectorProgram(vector),
  batch: executorBatch(vector),
  parameters: toTensors(vector.parameters),
  strategy: { kind: 'full' },
};

interface Pretence {
  readonly kind?: ExecutorEntry['kind'];
  readonly probe?: Partial<Probe>;
  /** Added to each training step. */
  readonly delay?: number;
  readonly wrong?: boolean;
  readonly unsupported?: boolean;
  readonly lost?: Promise<{ reason: string }>;
}

/** tfjs-cpu under another name, slowed down or broken as the test wants it. */
function pretend(name: ExecutorName, log: string[], pretence: Pretence = {}): ExecutorEntry {
  const { kind = 'compiled', probe } = pretence;
  return {
    name,
    kind,
    probe: async () => ({ available: true, detail: `a ${name}`, software: false, ...probe }),
    open: async () => {
      log.push(`open ${name}`);
      return disguised(name, await openTfjs('tfjs-cpu'), log, pretence);
    },
  };
}

function disguised(name: ExecutorName, real: Executor, log: string[], pretence: Pretence): Executor {
  return {
    name,
    detail: name,
    lost: pretence.lost ?? real.lost,
    createStore: (specs) => real.createStore(specs),
    memory: () => real.memory(),
    dispose: () => {
      log.push(`dispose ${name}`);
    },
    compile: async (program, store, options) => {
      if (pretence.unsupported && program === workload.program) {
        throw new PlaygroundError('unsupported-program', 'It is too large.');
      }
      const execution = await real.compile(program, store, options);
      return {
        cost: execution.cost,
        run: (batch, view) => execution.run(batch, view),
        dispose: () => execution.dispose(),
        train: async (batch, settings) => {
          await new Promise((resolve) => setTimeout(resolve, pretence.delay ?? 0));
          return execution.train(batch, settings);
        },
        gradients: async (batch) => {
          const result = await execution.gradients(batch);
          return pretence.wrong ? { ...result, gradients: {} } : result;
        },
      };
    },
  };
}

describe('the automatic choice', () => {
  it('is the fastest compiled executor on the actual program, and loads no interpreter', async () => {
    const log: string[] = [];
    const pool = new ExecutorPool([
      pretend('webgpu', log, { delay: 60 }),
      pretend('wasm', log),
      pretend('tfjs-wasm', log, { kind: 'interpreted' }),
    ]);
    const { executor, reports } = await pool.open({ choice: 'automatic', workload });
    expect(executor.name).toBe('wasm');
    expect(log).toEqual(['open webgpu', 'open wasm']);
    expect(reports.map(({ name, chosen }) => [name, chosen])).toEqual([
      ['webgpu', false],
      ['wasm', true],
      ['tfjs-wasm', false],
    ]);
    expect(reports[0]!.reason).toMatch(/times slower than wasm/);
    expect(reports[0]!.millisecondsPerStep).toBeGreaterThan(reports[1]!.millisecondsPerStep!);
    expect(reports[2]!.reason).toMatch(/not loaded/);
  });

  it('never falls on a software adapter, which the person may still choose', async () => {
    const log: string[] = [];
    const entries = [
      pretend('webgpu', log, { probe: { software: true, detail: 'google, swiftshader, software' } }),
      pretend('wasm', log),
    ];
    const { executor, reports } = await new ExecutorPool(entries).open({ choice: 'automatic', workload });
    expect(executor.name).toBe('wasm');
    expect(log).toEqual(['open wasm']);
    expect(reports[0]).toMatchObject({ available: true, chosen: false });
    expect(reports[0]!.reason).toMatch(/never taken automatically/);
    expect((await new ExecutorPool(entries).open({ choice: 'webgpu' })).executor.name).toBe('webgpu');
  });

  it('rejects an executor whose gradients are wrong, says so, and frees it', async () => {
    const log: string[] = [];
    const pool = new ExecutorPool([pretend('webgpu', log, { wrong: true }), pretend('wasm', log)]);
    const { executor, reports } = await pool.open({ choice: 'automatic' });
    expect(executor.name).toBe('wasm');
    expect(reports[0]!.reason).toMatch(/computed the gradient of .* as nothing where .* is right/);
    expect(log).toEqual(['open webgpu', 'dispose webgpu', 'open wasm']);
    await expect(pool.open({ choice: 'webgpu' })).rejects.toMatchObject({ code: 'executor-unavailable' });
  });

  it('goes on to an interpreter when no compiled executor takes the program', async () => {
    const log: string[] = [];
    const pool = new ExecutorPool([
      pretend('wasm', log, { unsupported: true }),
      pretend('tfjs-cpu', log, { kind: 'interpreted' }),
    ]);
    const { executor, reports } = await pool.open({ choice: 'automatic', workload });
    expect(executor.name).toBe('tfjs-cpu');
    expect(reports[0]!.reason).toBe('It is too large.');
  });

  it('leaves an executor alone whose device was lost, even where the person chose it', async () => {
    const log: string[] = [];
    const pool = new ExecutorPool([pretend('webgpu', log), pretend('wasm', log)]);
    const { executor, reports } = await pool.open({ choice: 'webgpu', lost: ['webgpu'] });
    expect(executor.name).toBe('wasm');
    expect(reports[0]!.reason).toBe('Its device was lost in this run.');
  });

  it('gives the same executor again while its device is there, and a new one after it was lost', async () => {
    const log: string[] = [];
    let lose = (_: { reason: string }): void => undefined;
    const lost = new Promise<{ reason: string }>((resolve) => (lose = resolve));
    const pool = new ExecutorPool([pretend('webgpu', log, { lost })]);
    const first = await pool.open({ choice: 'webgpu' });
    expect((await pool.open({ choice: 'automatic' })).executor).toBe(first.executor);
    lose({ reason: 'driver crash' });
    await lost;
    expect((await pool.open({ choice: 'webgpu' })).executor).not.toBe(first.executor);
  });
});

it('refuses an executor that is not there, with the reason', async () => {
  const gone = pretend('webgpu', [], { probe: { available: false, detail: 'No adapter.' } });
  const opening = new ExecutorPool([gone]).open({ choice: 'webgpu' });
  await expect(opening).rejects.toThrow('webgpu cannot be used: No adapter.');
});

it('measures every executor on demand, the software adapter too', async () => {
  const log: string[] = [];
  const entries = [
    pretend('webgpu', log, { probe: { software: true }, delay: 30 }),
    pretend('wasm', log),
    pretend('tfjs-webgpu', log, { probe: { available: false, detail: 'No adapter.' } }),
  ];
  const reports = await new ExecutorPool(entries).measure(workload, 'wasm');
  expect(reports.map(({ millisecondsPerStep }) => millisecondsPerStep !== null)).toEqual([true, true, false]);
  expect(reports[0]!.reason).not.toBe('');
  expect(reports[1]!.chosen).toBe(true);
});

it('finds what is there in Node: the processor alone', async () => {
  const { executor, reports } = await openExecutor('automatic', workload);
  expect(executor.name).toBe('tfjs-cpu');
  expect(reports.filter(({ available }) => available).map(({ name }) => name)).toEqual(['tfjs-cpu']);
  const { execution } = await prepared(executor, workload.program, workload.parameters, { batchSize: 2 });
  expect((await execution.gradients(workload.batch)).loss).toBeCloseTo(vector.expect.loss, 5);
});

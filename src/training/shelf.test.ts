import { describe, expect, it } from 'vitest';
import type { Executor } from '../executors/executor.ts';
import { openTfjs } from '../executors/tfjs/index.ts';
import { listedModels } from '../models/registry.ts';
import { tasks } from '../tasks/registry.ts';
import { toyExecutor } from '../testing/toy-executor.ts';
import { Mailbox } from './mailbox.ts';
import { prepareRun } from './run-config.ts';
import type { RunConfig, Snapshot } from './run.ts';
import { trainingSession } from './session.ts';

function config(task: RunConfig['task'], model: RunConfig['model']): RunConfig {
  return { version: 1, task, model, training: { batchSize: 2 }, seed: 1, executor: 'tfjs-cpu' };
}

/** Trains one step; gives its loss and a snapshot. */
async function oneStep(executor: Executor, given: RunConfig) {
  const run = prepareRun(given);
  const mailbox = new Mailbox(true);
  void mailbox.post({ type: 'step', count: 1 });
  let loss = NaN;
  let snapshot: Snapshot | null = null;
  for await (const event of trainingSession({ run, executor, mailbox })) {
    if (event.type === 'step') loss = event.loss;
    if (event.type === 'snapshot') snapshot = event.snapshot;
    if (event.type === 'state' && event.state === 'paused') break;
  }
  return { run, loss, snapshot: snapshot! };
}

describe('a session', () => {
  it.each(listedModels.map(({ id }) => id))('of %s trains on copy and shows its taps', async (id) => {
    const task = { id: 'copy', fields: { symbols: 4, minimumLength: 3, maximumLength: 4 } };
    const { run, loss, snapshot } = await oneStep(
      await openTfjs('tfjs-cpu'),
      config(task, { id, fields: {} }),
    );
    expect(loss).toBeGreaterThan(0);
    expect(snapshot.predictions).toHaveLength(snapshot.mask.length * run.task.outputSize);
    const declared = run.program.variants.flatMap(({ taps }) => taps);
    for (const { name } of declared) {
      const found = Object.keys(snapshot.taps).filter(
        (key) => key === name.replace('{s}', /\d+/.exec(key)?.[0] ?? ''),
      );
      expect(found.length, name).toBeGreaterThan(0);
    }
    if (run.model.unit === 'token') {
      for (const { shape } of Object.values(snapshot.taps)) expect(shape[0]).toBe(snapshot.mask.length);
    }
  });

  const generated = tasks.filter(({ userData }) => !userData).map(({ id }) => id);

  it.each(generated)('trains on %s', async (id) => {
    const model = { id: 'memnet', fields: { slots: 2, hiddenSize: 3, keySize: 2, valueSize: 2 } };
    const { run, loss, snapshot } = await oneStep(toyExecutor(), config({ id, fields: {} }, model));
    expect(loss).toBeGreaterThan(0);
    expect(snapshot.predictions).toHaveLength(snapshot.mask.length * run.task.outputSize);
    expect(snapshot.inputs === null).toBe(run.task.kind === 'tokens');
  });
});

describe('prepareRun', () => {
  const copy = { id: 'copy', fields: {} };

  it('fills in every setting that was left out', () => {
    const { config: full, task } = prepareRun(config(copy, { id: 'memnet', fields: { slots: 7 } }));
    expect(full.model.fields).toMatchObject({ slots: 7, hiddenSize: 32 });
    expect(full.training).toMatchObject({ batchSize: 2, learningRate: 3e-3 });
    expect(full.task.fields).toMatchObject({ symbols: 8 });
    expect(task.kind).toBe('tokens');
  });

  it.each([
    ['a value out of bounds', config(copy, { id: 'memnet', fields: { slots: 0 } }), 'Slots'],
    ['a seed that is not whole', { ...config(copy, { id: 'memnet', fields: {} }), seed: 0.5 }, 'seed'],
    [
      'numbers for a model that reads tokens',
      config({ id: 'chaos', fields: {} }, { id: 'rmt', fields: {} }),
      'tokens',
    ],
    ['a part of a model', config(copy, { id: 'deltanet', fields: {} }), 'part'],
  ])('refuses %s', (_, impossible, word) => {
    expect(() => prepareRun(impossible)).toThrow(
      expect.objectContaining({
        code: 'invalid-config',
        message: expect.stringContaining(word) as string,
      }) as Error,
    );
  });
});

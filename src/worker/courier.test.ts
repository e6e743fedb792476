import { describe, expect, it } from 'vitest';
import { createWasmExecutor } from '../executors/wasm/executor.ts';
import type { PlaygroundError } from '../foundation/errors.ts';
import { readSafetensors, writeSafetensors } from '../interchange/safetensors.ts';
import { listedModels } from '../models/registry.ts';
import { smallConfig as config, trainFor as train } from '../testing/exported-runs.ts';
import { kernelsFromDisk } from '../testing/wasm-from-disk.ts';
import { initialParameters } from '../training/parameters.ts';
import { prepareRun } from '../training/run-config.ts';
import type { Checkpoint } from '../training/run.ts';
import { exportRun, importRun } from './export-run.ts';
import type { ExportForm } from './protocol.ts';

const executor = await createWasmExecutor({ kernels: kernelsFromDisk });
const facts = { optimizer: true, presetId: 'a-preset', executor: 'wasm' } as const;

describe('a run that left as a file and came back', () => {
  const journeys = [
    ...listedModels.map(({ id }): [string, ExportForm] => [id, 'step']),
    ...(['sequence', 'weights', 'bundle'] as const).map((form): [string, ExportForm] => ['memnet', form]),
  ];

  it.each(journeys)('goes on for 20 steps as if it had stayed (%s as %s)', async (id, form) => {
    const given = config(id);
    const { checkpoint } = await train(executor, given, 6);
    const file = exportRun(prepareRun(given), checkpoint, { ...facts, form });
    const read = importRun(file.bytes);
    expect(read.presetId).toBe('a-preset');
    const full = prepareRun(given).config;
    expect(read.checkpoint.config).toEqual(full);
    expect(read.checkpoint.training).toEqual(checkpoint.training);
    if (form !== 'weights') {
      expect(read.checkpoint.metrics).toEqual(checkpoint.metrics);
      expect(read.checkpoint.evaluations).toEqual(checkpoint.evaluations);
    }
    const stayed = await train(executor, given, 20, checkpoint);
    const returned = await train(executor, read.checkpoint.config, 20, read.checkpoint);
    expect(returned.losses).toEqual(stayed.losses);
    expect(returned.checkpoint.training).toEqual(stayed.checkpoint.training);
  });

  it('starts with fresh moments where they were left out', async () => {
    const { checkpoint } = await train(executor, config('rnn'), 2);
    const options = { ...facts, form: 'step', optimizer: false } as const;
    const read = importRun(exportRun(prepareRun(config('rnn')), checkpoint, options).bytes);
    expect(read.optimizer).toBe(false);
    expect(read.checkpoint.training).toMatchObject({ updates: 0 });
    expect(read.checkpoint.training.parameters).toEqual(checkpoint.training.parameters);
  });
});

describe('the run that a file tells of', () => {
  const run = prepareRun(config('rnn'));
  const parameters = initialParameters(run.parameters, 3);
  const zeros = { parameters, firstMoments: parameters, secondMoments: parameters, updates: 0 };
  const checkpoint: Checkpoint = {
    ...{ format: 1, config: run.config, step: 4, seconds: 1, tokens: 9, training: zeros, savedAt: 1000 },
    metrics: [],
    evaluations: [
      {
        ...{ step: 4, seconds: 1, tokens: 9, split: 'heldOut', loss: 1 },
        ...{ perplexity: NaN, tokenAccuracy: NaN, sequenceAccuracy: NaN, normalizedError: 0.5 },
      },
    ],
  };
  const bytes = exportRun(run, checkpoint, { ...facts, form: 'bundle' }).bytes;

  it('keeps figures that do not exist', () => {
    expect(importRun(bytes).checkpoint.evaluations).toEqual(checkpoint.evaluations);
  });

  /** The file with another run in its metadata. */
  function telling(change: (run: Record<string, unknown>) => void): Uint8Array {
    const { tensors, metadata } = readSafetensors(bytes);
    const record = JSON.parse(metadata['memory_playground.run']!) as Record<string, unknown>;
    change(record);
    return writeSafetensors({
      tensors,
      metadata: { ...metadata, 'memory_playground.run': JSON.stringify(record) },
    });
  }

  it.each<[string, (run: Record<string, unknown>) => void]>([
    ['no config', (record) => delete record['config']],
    ['a task without a name', (record) => ((record['config'] as { task: unknown }).task = { fields: {} })],
    [
      'a setting that is a table',
      (record) => ((record['config'] as { training: unknown }).training = { a: {} }),
    ],
    ['a negative step', (record) => (record['step'] = -1)],
    ['a seed that is text', (record) => ((record['config'] as { seed: unknown }).seed = '1')],
    ['metrics that are no list', (record) => (record['metrics'] = {})],
    ['an evaluation of nothing', (record) => (record['evaluations'] = [null])],
  ])('is refused with %s', (_, change) => {
    expect(() => importRun(telling(change))).toThrow(
      expect.objectContaining({ code: 'invalid-run' }) as PlaygroundError,
    );
  });
});

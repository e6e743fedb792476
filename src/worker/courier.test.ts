import { describe, expect, it } from 'vitest';
import type { Executor } from '../executors/executor.ts';
import { createWasmExecutor } from '../executors/wasm/executor.ts';
import type { PlaygroundError } from '../foundation/errors.ts';
import { RandomStream } from '../foundation/random.ts';
import type { TensorMap } from '../graph/types.ts';
import { readSafetensors, writeSafetensors } from '../interchange/safetensors.ts';
import { listedModels } from '../models/registry.ts';
import { Mailbox } from '../training/mailbox.ts';
import { initialParameters } from '../training/parameters.ts';
import { prepareRun } from '../training/run-config.ts';
import type { Checkpoint, RunConfig } from '../training/run.ts';
import { trainingSession } from '../training/session.ts';
import { kernelsFromDisk } from '../testing/wasm-from-disk.ts';
import { exportRun, importRun } from './export-run.ts';
import type { ExportForm } from './protocol.ts';
import { verifyExport } from './verify-export.ts';

const copy = { id: 'copy', fields: { symbols: 4, minimumLength: 2, maximumLength: 3 } };
const executorName = 'wasm';
const executor = await createWasmExecutor({ kernels: kernelsFromDisk });

function config(modelId: string, task: RunConfig['task'] = copy): RunConfig {
  return {
    ...{ version: 1, task, model: { id: modelId, fields: {} }, seed: 3, executor: 'automatic' },
    training: { batchSize: 2, evaluationSamples: 8, steps: 30, evaluationInterval: 5 },
  };
}

const facts = { optimizer: true, presetId: 'a-preset', executor: executorName } as const;

/** Initial weights, shaken so that no part of the model is silent, and little enough that rounding does not grow over 50 segments. */
function shaken(modelId: string, parameters: TensorMap): TensorMap {
  const random = new RandomStream('shaken', modelId);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]) => [
      name,
      { ...tensor, data: Float32Array.from(tensor.data, (value) => value + 0.02 * random.normal()) },
    ]),
  );
}

/** Trains `steps` steps from a checkpoint or the start; gives each loss and the last checkpoint. */
async function train(executor: Executor, given: RunConfig, steps: number, from?: Checkpoint) {
  const mailbox = new Mailbox();
  void mailbox.post({ type: 'step', count: steps });
  const losses: number[] = [];
  let checkpoint: Checkpoint | null = null;
  const session = { run: prepareRun(given), executor, mailbox, ...(from && { checkpoint: from }) };
  for await (const event of trainingSession(session)) {
    if (event.type === 'step') losses.push(event.loss);
    if (event.type === 'checkpoint') checkpoint = event.checkpoint;
    if (checkpoint?.step === (from?.step ?? 0) + steps) break;
  }
  return { losses, checkpoint: checkpoint! };
}

describe('an exported ONNX file', () => {
  const forms = ['step', 'sequence'] as const;
  const exhibits = listedModels.flatMap(({ id }) => forms.map((form) => [id, form] as const));

  it.each(exhibits)('of %s, as %s, does in onnxruntime what the executor does', async (id, form) => {
    const run = prepareRun(config(id));
    const parameters = shaken(id, initialParameters(run.parameters, 3));
    const { checkpoint } = await train(executor, config(id), 1);
    const training = { ...checkpoint.training, parameters };
    const { bytes } = exportRun(run, { ...checkpoint, training }, { ...facts, form });
    const proof = await verifyExport({ run, parameters, form, bytes }, executor);
    expect(proof, JSON.stringify(proof)).toMatchObject({ form, passed: true });
    expect(proof.steps === 50 || run.model.segmentLength?.(run.modelConfig) === Infinity).toBe(true);

    // The proof can fail: the same file beside slightly other weights.
    const others = shaken(`another ${id}`, parameters);
    const refuted = await verifyExport({ run, parameters: others, form, bytes }, executor);
    expect(refuted.passed).toBe(false);
  });

  it('of a model that reads vectors is fed with the vectors of the task', async () => {
    const chaos = config('memnet', { id: 'chaos', fields: {} });
    const run = prepareRun(chaos);
    const { checkpoint } = await train(executor, chaos, 1);
    const { bytes } = exportRun(run, checkpoint, { ...facts, form: 'step' });
    const { parameters } = checkpoint.training;
    const exhibit = { run, parameters, form: 'step', bytes } as const;
    expect(await verifyExport(exhibit, executor)).toMatchObject({ passed: true });
  });
});

describe('a run that left as a file and came back', () => {
  it.each<ExportForm>(['step', 'sequence', 'weights', 'bundle'])(
    'goes on for 20 steps as if it had stayed (%s)',
    async (form) => {
      const given = config('memnet');
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
    },
  );

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

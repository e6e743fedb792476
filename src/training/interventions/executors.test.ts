/** Interventions on every executor, for every kind of memory, against the reference evaluator. */
import { afterAll, describe, expect, it } from 'vitest';
import { openTfjs } from '../../executors/tfjs/index.ts';
import { createWasmExecutor } from '../../executors/wasm/executor.ts';
import type { Executor } from '../../executors/executor.ts';
import type { FieldValues } from '../../foundation/fields.ts';
import { models } from '../../models/registry.ts';
import { openView } from '../../testing/intervention-view.ts';
import { softwareExecutor } from '../../testing/software-webgpu.ts';
import { toyExecutor } from '../../testing/toy-executor.ts';
import { kernelsFromDisk } from '../../testing/wasm-from-disk.ts';
import { describeMemory } from './banks.ts';
import { intervene } from './intervene.ts';
import type { Intervention, InterventionResult } from './intervention.ts';

const reference = toyExecutor();
const executors: readonly Executor[] = [
  await createWasmExecutor({ kernels: kernelsFromDisk }),
  await openTfjs('tfjs-cpu'),
];
/** Compiling shaders on a processor takes seconds a model, so only those with the two kinds of state and a gate. */
const webgpu = await softwareExecutor();
const onWebgpu = ['memnet', 'lstm'];
afterAll(() => {
  for (const executor of [...executors, webgpu]) executor.dispose();
});

const small = { modelDim: 8, heads: 2, layers: 1, feedForwardDim: 8, segmentLength: 3 };
/** What makes each model small, and its gates come out. */
const fields: Readonly<Record<string, readonly FieldValues[]>> = {
  memnet: [{ slots: 4, hiddenSize: 4, keySize: 4, valueSize: 4 }],
  rnn: [{ hiddenSize: 4 }],
  lstm: [{ hiddenSize: 4 }],
  gru: [{ hiddenSize: 4 }],
  memformer: [{ modelDim: 8, heads: 2, feedForwardDim: 8, segmentLength: 3, memorySlots: 4 }],
  hqlt: [
    { ...small, window: 3, mixer: 'dynamicScalar' },
    { ...small, window: 3, mixer: 'dynamicVector', fwKernel: 'linear' },
  ],
  'deltanet-lm': [small],
  rmt: [{ ...small, memoryTokens: 2 }],
  armt: [{ ...small, memoryTokens: 2, associativeDim: 2 }],
  'transformer-xl-bias': [{ ...small, cacheLength: 3 }],
};

const task = { id: 'copy', fields: { symbols: 3, minimumLength: 3, maximumLength: 3 } };

/** Every bank erased, held and disturbed in one place each, every gate clamped. */
async function operate(executor: Executor, id: string, model: FieldValues): Promise<InterventionResult> {
  const view = await openView(executor, { task, model: { id, fields: model } });
  const { banks, gates } = describeMemory(view.run.inferenceProgram(7));
  const interventions: Intervention[] = [
    ...banks.flatMap(({ name: bank }): Intervention[] => [
      { kind: 'noise', bank, slots: [0, 1], position: 4, amount: 0.5, seed: 2 },
      { kind: 'erase', bank, slots: [1], position: 5 },
      { kind: 'freeze', bank, slots: [0], position: 5 },
    ]),
    ...gates.map(({ name: gate }): Intervention => ({ kind: 'clamp', gate, value: 0.75, position: 3 })),
  ];
  try {
    return await intervene(view, { interventions, survey: { bank: banks[0]!.name, position: 4 } });
  } finally {
    view.dispose();
  }
}

const cases = Object.entries(fields).flatMap(([id, variants]) => variants.map((model) => ({ id, model })));

it('every model of the shelf that carries a state from step to step has a memory to operate on', () => {
  const without = models.filter(({ id, listed }) => listed !== false && !fields[id]).map(({ id }) => id);
  expect(without).toEqual(['transformer']);
});

describe.each(cases)('$id $model', ({ id, model }) => {
  it('comes to the same on every executor', async () => {
    const expected = await operate(reference, id, model);
    expect(expected.after.predictions).not.toEqual(expected.before.predictions);
    for (const executor of onWebgpu.includes(id) ? [...executors, webgpu] : executors) {
      const actual = await operate(executor, id, model);
      for (const course of ['before', 'after'] as const) {
        const off = actual[course].predictions.map((p, i) => Math.abs(p - expected[course].predictions[i]!));
        expect(Math.max(...off), `${executor.name}, ${course}`).toBeLessThan(1e-4);
      }
      const changes = actual.survey!.lossChanges;
      const off = changes.map((change, i) => Math.abs(change - expected.survey!.lossChanges[i]!));
      expect(Math.max(0, ...off), `${executor.name}, survey`).toBeLessThan(2e-4);
      expect(changes.length).toBe(expected.survey!.lossChanges.length);
    }
  });
});

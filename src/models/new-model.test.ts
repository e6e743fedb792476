/**
 * The contributor's page (docs/add-a-model.md), done: a small new memory is defined here, in under 100 lines, and gets training, taps,
 * an exact gradient and an ONNX file with no change anywhere else.
 */
import * as ort from 'onnxruntime-web/wasm';
import { expect, test } from 'vitest';
import { openTfjs } from '../executors/tfjs/index.ts';
import type { FieldValues, Fields, ValuesOf } from '../foundation/fields.ts';
import { checkFields, integer } from '../foundation/fields.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import { evaluateGradients } from '../graph/evaluate-gradients.ts';
import { evaluate } from '../graph/evaluate.ts';
import { exportSequence } from '../interchange/onnx/export.ts';
import { taskById } from '../tasks/registry.ts';
import { assembleBatch, samplesOf } from '../training/batches.ts';
import { initialParameters } from '../training/parameters.ts';
import { vectorSizes } from './common-fields.ts';
import type { ModelDefinition } from './model.ts';
import { buildProgram } from './program.ts';

// ---- the new model

const leakyFields = {
  slots: integer('Slots', [1, 24, 256], 'How many leaky sums the memory keeps.'),
} satisfies Fields;

type LeakyConfig = ValuesOf<typeof leakyFields> & { readonly inputSize: number; readonly outputSize: number };

/** m_t = σ(keep) ⊙ m_{t−1} + x_t W_write;  y_t = m_t W_read + b */
function leakyStep(g: GraphBuilder, { inputSize, slots, outputSize }: LeakyConfig): void {
  const x = g.input('x', [inputSize]);
  const memory = g.state('memory', [slots]);
  const keep = g.sigmoid(g.parameter('keep', [slots], { kind: 'normal', standardDeviation: 2 }));
  const write = g.matmul(x, g.parameter('write', [inputSize, slots], { kind: 'fanIn', scale: 1 }));
  const next = g.add(g.multiply(keep, memory), write);
  const read = g.matmul(next, g.parameter('read', [slots, outputSize], { kind: 'fanIn', scale: 1 }));
  g.next('memory', next);
  g.output('y', g.add(read, g.parameter('bias', [outputSize], { kind: 'zeros' })));
  g.tap('memory', next, ['slot']);
}

const leaky: ModelDefinition = {
  id: 'leaky',
  name: 'Leaky memory',
  fields: leakyFields,
  about: {
    title: 'Leaky memory',
    summary: 'Sums that fade.',
    authors: 'a contributor',
    year: 2026,
    source: 'this test',
    link: 'https://example.org',
    formulas: [{ tex: 'm_t = \\sigma(a) \\odot m_{t-1} + x_t W', caption: 'the memory' }],
    lookFor: ['Slots that keep.'],
    reconstruction: [],
  },
  presets: [],
  input: 'vector',
  unit: 'token',
  output: 'y',
  sizes: vectorSizes,
  step: (g, config) => leakyStep(g, config as LeakyConfig & FieldValues),
};

// ---- what it gets for nothing

ort.env.wasm.numThreads = 1;

const task = taskById('copy').instantiate({ symbols: 4, minimumLength: 1, maximumLength: 2 });
const ends = { kind: 'tokens', vocabularySize: task.vocabulary.length, outputSize: task.outputSize } as const;
const config = { ...checkFields(leaky.fields, {}), ...leaky.sizes(ends) };
const length = 5;
const program = buildProgram(leaky, config, { length, loss: 'crossEntropy', oneHotTokens: true });
const batchAt = (step: number) => assembleBatch(task, samplesOf(task, 1, 'train', step * 16, 16), length);
const settings = { learningRate: 0.02, beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 };

test('a new model trains: its loss falls by a third within 150 steps', async () => {
  const executor = await openTfjs('tfjs-cpu');
  const store = await executor.createStore(program.parameters);
  await store.write({ parameters: initialParameters(program.parameters, 1) });
  const execution = await executor.compile(program, store, { batchSize: 16 });
  const losses: number[] = [];
  for (let step = 0; step < 150; step++) losses.push((await execution.train(batchAt(step), settings)).loss);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(losses.slice(-20))).toBeLessThan(mean(losses.slice(0, 5)) * 0.67);
  execution.dispose();
  store.dispose();
  executor.dispose();
});

test('a new model has an exact gradient on the executor', async () => {
  const parameters = initialParameters(program.parameters, 2);
  const expected = evaluateGradients(program, parameters, batchAt(0)).gradients;
  const executor = await openTfjs('tfjs-cpu');
  const store = await executor.createStore(program.parameters);
  await store.write({ parameters });
  const execution = await executor.compile(program, store, { batchSize: 16 });
  const { gradients } = await execution.gradients(batchAt(0));
  for (const [name, { data }] of Object.entries(expected)) {
    data.forEach((value, i) => expect(gradients[name]!.data[i]).toBeCloseTo(value, 5));
  }
  execution.dispose();
  store.dispose();
  executor.dispose();
});

test('a new model shows its taps and leaves as ONNX', async () => {
  const inference = buildProgram(leaky, config, { length, loss: null });
  const parameters = initialParameters(inference.parameters, 3);
  const x = Float32Array.from({ length: 2 * length * ends.vocabularySize }, (_, i) => Math.sin(i));
  const shape = [2, length, ends.vocabularySize];
  const expected = evaluate(inference, parameters, { size: 2, inputs: { x: { shape, data: x } } });
  expect(expected.taps['memory']!.shape).toEqual([2, length, 24]);
  const session = await ort.InferenceSession.create(
    exportSequence(inference, parameters, { name: 'leaky', docString: '', properties: {} }),
  );
  const { y } = await session.run({ x: new ort.Tensor('float32', x, shape) });
  (y!.data as Float32Array).forEach((value, i) =>
    expect(value).toBeCloseTo(expected.outputs['y']!.data[i]!, 4),
  );
  await session.release();
});

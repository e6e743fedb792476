/** The ablation “keys are the values”, against the unchanged cell with both maps tied by hand. */
import { expect, test } from 'vitest';
import type { FieldValues } from '../../foundation/fields.ts';
import { checkFields } from '../../foundation/fields.ts';
import { evaluateGradients } from '../../graph/evaluate-gradients.ts';
import { evaluate } from '../../graph/evaluate.ts';
import { taskById } from '../../tasks/registry.ts';
import { assembleBatch, samplesOf } from '../../training/batches.ts';
import { initialParameters } from '../../training/parameters.ts';
import { buildProgram } from '../program.ts';
import { memnet } from './index.ts';

const task = taskById('copy').instantiate({ symbols: 4, minimumLength: 2, maximumLength: 4 });
const ends = { kind: 'tokens', vocabularySize: task.vocabulary.length, outputSize: task.outputSize } as const;
const length = 9;
const size = 4;
const batch = assembleBatch(task, samplesOf(task, 1, 'train', 0, size), length);

function programOf(fields: FieldValues) {
  const config = {
    ...checkFields(memnet.fields, { slots: 6, hiddenSize: 5, keySize: 3, sigma: 1, ...fields }),
    ...memnet.sizes(ends),
  };
  return buildProgram(memnet, config, { length, loss: 'crossEntropy', oneHotTokens: true });
}

test.each([
  ['read first', {}],
  ['write first, the read fed back', { writeOrder: 'writeFirst', contentFeedback: true }],
])('one map for keys and values computes what two equal maps do: %s', (_, choices) => {
  const shared = programOf({ ...choices, sharedKeys: true });
  const apart = programOf({ ...choices, valueSize: 3 });
  const own = initialParameters(shared.parameters, 1);
  const tied = Object.fromEntries(
    apart.parameters.map(({ name }) => [name, own[name.replace(/^value\./, 'key.')]!]),
  );

  const [found, expected] = [evaluate(shared, own, batch), evaluate(apart, tied, batch)];
  expect(found.loss).toBeCloseTo(expected.loss, 10);
  expect(found.taps['values']!.data).toEqual(found.taps['keys']!.data);
  found.outputs['y']!.data.forEach((value, i) =>
    expect(value).toBeCloseTo(expected.outputs['y']!.data[i]!, 10),
  );

  const { gradients } = evaluateGradients(shared, own, batch);
  const { gradients: untied } = evaluateGradients(apart, tied, batch);
  for (const [name, { data }] of Object.entries(gradients)) {
    const twin = untied[name.replace(/^key\./, 'value.')]!;
    data.forEach((value, i) => {
      const sum = untied[name]!.data[i]! + (name.startsWith('key.') ? twin.data[i]! : 0);
      expect(value).toBeCloseTo(sum, 10);
    });
  }
});

test('one map stores an event once, and values are as wide as keys', () => {
  const names = (fields: FieldValues) => {
    const { parameters, variants } = programOf(fields);
    return {
      parameters: parameters.map(({ name }) => name),
      states: variants[0]!.states.map(({ name }) => name),
    };
  };
  const [shared, apart] = [names({ sharedKeys: true, valueSize: 7 }), names({ valueSize: 7 })];
  expect(apart.states).toEqual(['hidden', 'keys', 'values', 'count']);
  expect(shared.states).toEqual(['hidden', 'keys', 'count']);
  expect(shared.parameters).toEqual(apart.parameters.filter((name) => !name.startsWith('value.')));
  const { parameters } = programOf({ sharedKeys: true, valueSize: 7 });
  expect(parameters.find(({ name }) => name === 'output.content')?.shape).toEqual([3, task.outputSize]);
});

/** The reader of vector files refuses what does not follow the format, and the comparer finds what is wrong. */
import { describe, expect, it } from 'vitest';
import { readVectors, vectorFiles } from './vector-files.ts';
import type { VectorCase, VectorResults } from './vectors.ts';
import { assertMatches, executorBatch, parseVectors, vectorProgram, worstEntry } from './vectors.ts';

const scalar = (value: number): object => ({ shape: [1, 1], data: [value] });
const minimal = {
  name: 'one',
  model: 'rnn',
  config: { inputSize: 1 },
  parameters: {},
  inputs: { x: { shape: [1, 2, 1], data: [1, 2] } },
  loss: { kind: 'mse', target: { shape: [1, 2, 1], data: [3, 4] } },
  expect: { outputs: {}, state: { h: scalar(2) }, taps: {}, loss: 0.5, gradients: {} },
};
const file = (...cases: readonly object[]): object => ({ format: 'memory-playground-vectors/1', cases });

describe('parseVectors', () => {
  it.each([
    ['another format', { format: 'other/1', cases: [minimal] }, 'unknown format other/1'],
    ['no cases', file(), 'no cases'],
    ['two cases of one name', file(minimal, minimal), 'the same name'],
    [
      'a tensor of the wrong size',
      file({ ...minimal, parameters: { w: { shape: [3], data: [1] } } }),
      'do not fill',
    ],
    [
      'an unknown type',
      file({ ...minimal, parameters: { w: { shape: [], data: [1], dtype: 'f16' } } }),
      'dtype',
    ],
    ['an unknown loss', file({ ...minimal, loss: { kind: 'hinge' } }), 'unknown loss hinge'],
    ['no expected loss', file({ ...minimal, expect: {} }), 'the expected loss is no number'],
    ['a list as config value', file({ ...minimal, config: { inputSize: [1] } }), 'config.inputSize'],
    ['no object', [], 'file: no object'],
  ])('refuses %s', (_name, json, message) => {
    expect(() => parseVectors(json)).toThrow(message);
  });

  it('turns the mean over elements into weights of positions', () => {
    const [vector] = parseVectors(file(minimal));
    expect(vector!.inputs['weight']).toEqual({ shape: [1, 2], dtype: 'f32', data: [0.5, 0.5] });
  });

  it('turns the mean over unmasked positions into weights', () => {
    const integers = (...data: number[]): object => ({ shape: [1, 4], data, dtype: 'int32' });
    const loss = { kind: 'crossEntropy', targets: integers(0, 1, 2, 0), mask: integers(1, 0, 1, 0) };
    const inputs = { tokens: integers(0, 1, 2, 0) };
    const [vector] = parseVectors(file({ ...minimal, inputs, loss }));
    expect(vector!.inputs['weight']!.data).toEqual([0.5, 0, 0.5, 0]);
    expect(vector!.inputs['target']!.dtype).toBe('i32');
  });

  it.each(vectorFiles)('reads every case of %s', (name) => {
    const cases = readVectors(name);
    expect(cases.length).toBeGreaterThan(0);
    for (const vector of cases) expect(vector.model).toBe(name);
  });
});

describe('vectorProgram', () => {
  const [vector] = readVectors('rnn') as [VectorCase];

  it('refuses a case whose parameters are not those of the model', () => {
    const { inputBias, ...rest } = vector.parameters;
    expect(inputBias).toBeDefined();
    expect(() => vectorProgram({ ...vector, parameters: rest })).toThrow('inputBias');
    const surplus = { ...vector.parameters, more: vector.parameters['inputBias']! };
    expect(() => vectorProgram({ ...vector, parameters: surplus })).toThrow('parameters differ');
  });
});

it('executorBatch keeps integers as integers', () => {
  const { inputs } = executorBatch(readVectors('transformer')[0]!);
  expect(inputs['tokens']!.data).toBeInstanceOf(Int32Array);
  expect(inputs['weight']!.data).toBeInstanceOf(Float32Array);
});

describe('worstEntry', () => {
  const [vector] = parseVectors(file(minimal)) as [VectorCase];
  const good: VectorResults = { loss: 0.5, state: { h: { shape: [1, 1], data: [2] } } };

  it('accepts what is equal', () => {
    expect(worstEntry(vector, good).error).toBe(0);
    expect(() => assertMatches(vector, good, 1e-7)).not.toThrow();
  });

  it('names the entry and measures |a − b| / (1 + |b|)', () => {
    const found = worstEntry(vector, { ...good, state: { h: { shape: [1, 1], data: [2.3] } } });
    expect(found.where).toBe('state h[0, 0]');
    expect(found.error).toBeCloseTo(0.1, 12);
    const wrong = { ...good, state: { h: { shape: [1, 1], data: [2.3] } } };
    expect(() => assertMatches(vector, wrong, 0.09)).toThrow('one: state h[0, 0] is 2.3, expected 2');
  });

  it.each([
    ['a missing tensor', { ...good, state: {} }],
    ['another shape', { ...good, state: { h: { shape: [1], data: [2] } } }],
    ['NaN', { ...good, state: { h: { shape: [1, 1], data: [Number.NaN] } } }],
    ['a loss that is NaN', { ...good, loss: Number.NaN }],
    [
      'a gradient for a parameter that the case does not have',
      { ...good, gradients: { w: { shape: [], data: [0] } } },
    ],
  ])('never accepts %s', (_name, results) => {
    expect(worstEntry(vector, results).error).toBe(Infinity);
    expect(() => assertMatches(vector, results, 1e6)).toThrow();
  });
});

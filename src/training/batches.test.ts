import { describe, expect, it } from 'vitest';
import type { Sample, TaskInstance } from '../tasks/task.ts';
import { assembleBatch, assembleInputs, samplesOf } from './batches.ts';

const tokenSample = (tokens: number[], targets: number[], mask: number[]): Sample => ({
  kind: 'tokens',
  tokens: Int32Array.from(tokens),
  targets: Int32Array.from(targets),
  mask: Uint8Array.from(mask),
});

function task(kind: 'tokens' | 'vectors', sample: TaskInstance['sample']): TaskInstance {
  const vocabulary = kind === 'tokens' ? ['a', 'b', 'c', '·'] : [];
  return { kind, vocabulary, paddingToken: 3, outputSize: 2, inputSize: 1, splits: [], sample };
}

describe('assembleBatch', () => {
  it('pads short token samples with the padding token and gives the padding no weight', () => {
    const samples = [tokenSample([0, 1], [1, 2], [0, 1]), tokenSample([2, 1, 0], [1, 1, 1], [1, 1, 1])];
    const { size, inputs } = assembleBatch(
      task('tokens', () => samples[0]!),
      samples,
      4,
    );
    expect(size).toBe(2);
    expect(inputs['tokens']).toEqual({
      shape: [2, 4],
      dtype: 'i32',
      data: Int32Array.from([0, 1, 3, 3, 2, 1, 0, 3]),
    });
    expect([...inputs['target']!.data]).toEqual([1, 2, 0, 0, 1, 1, 1, 0]);
    expect([...inputs['weight']!.data]).toEqual([0, 0.25, 0, 0, 0.25, 0.25, 0.25, 0]);
  });

  it('weighs squared errors so that they average over positions and components', () => {
    const sample: Sample = {
      kind: 'vectors',
      inputs: Float32Array.from([5, 6]),
      targets: Float32Array.from([1, 2, 3, 4]),
      mask: Uint8Array.from([1, 1]),
    };
    const { inputs } = assembleBatch(
      task('vectors', () => sample),
      [sample],
      3,
    );
    expect(inputs['x']).toEqual({ shape: [1, 3, 1], dtype: 'f32', data: Float32Array.from([5, 6, 0]) });
    expect(inputs['target']).toEqual({
      shape: [1, 3, 2],
      dtype: 'f32',
      data: Float32Array.from([1, 2, 3, 4, 0, 0]),
    });
    expect([...inputs['weight']!.data]).toEqual([0.25, 0.25, 0]);
  });

  it('refuses a sample that is longer than its split', () => {
    const sample = tokenSample([0, 1], [0, 1], [1, 1]);
    expect(() =>
      assembleBatch(
        task('tokens', () => sample),
        [sample],
        1,
      ),
    ).toThrow('does not fit');
  });

  it('leaves target and weight out for a program without a loss', () => {
    const sample = tokenSample([0], [0], [1]);
    const batch = assembleInputs(
      task('tokens', () => sample),
      [sample],
      1,
    );
    expect(Object.keys(batch.inputs)).toEqual(['tokens']);
  });
});

it('samplesOf asks for successive samples of one split', () => {
  const asked: [number, string, number][] = [];
  const recording = task('tokens', (seed, split, index) => {
    asked.push([seed, split, index]);
    return tokenSample([0], [0], [1]);
  });
  samplesOf(recording, 9, 'heldOut', 6, 3);
  expect(asked).toEqual([
    [9, 'heldOut', 6],
    [9, 'heldOut', 7],
    [9, 'heldOut', 8],
  ]);
});

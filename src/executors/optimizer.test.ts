import { describe, expect, it } from 'vitest';
import { RandomStream } from '../foundation/random.ts';
import { scalarAdamW } from '../testing/scalar-adamw.ts';
import type { OptimizerSettings } from './executor.ts';
import { clipScale, updateArrays } from './optimizer.ts';
import type { Trainee } from './optimizer.ts';

const settings: OptimizerSettings = {
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clipNorm: 1,
};

function trainee(name: string, shape: readonly number[]): Trainee {
  const random = new RandomStream('optimizer', name);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const draw = (): Float32Array => Float32Array.from({ length: count }, () => random.normal());
  return {
    shape,
    parameter: draw(),
    gradient: draw(),
    firstMoment: new Float32Array(count),
    secondMoment: new Float32Array(count),
  };
}

describe('an update of plain arrays', () => {
  it.each([0.5, 1000, Infinity])('follows AdamW number by number, clipped at %d', (clipNorm) => {
    const trainees = [trainee('weight', [3, 4]), trainee('bias', [4]), trainee('scale', [])];
    const reference = scalarAdamW(trainees, { ...settings, clipNorm });
    for (let update = 1; update <= 20; update++) {
      const random = new RandomStream('gradient', update);
      for (const { gradient } of trainees) gradient.forEach((_, i) => (gradient[i] = random.normal()));
      const norm = updateArrays(trainees, { ...settings, clipNorm }, update);
      const expected = reference.update(trainees.map(({ gradient }) => [...gradient]));
      expect(norm).toBeCloseTo(expected.norm, 5);
      trainees.forEach(({ parameter }, i) =>
        parameter.forEach((value, j) => expect(value).toBeCloseTo(expected.parameters[i]![j]!, 5)),
      );
    }
  });

  it('decays matrices and leaves biases and scalars alone', () => {
    const still = [trainee('weight', [2, 2]), trainee('bias', [2]), trainee('scale', [])];
    for (const { gradient } of still) gradient.fill(0);
    const before = still.map(({ parameter }) => [...parameter]);
    updateArrays(still, settings, 1);
    still[0]!.parameter.forEach((value, i) => expect(value).toBeCloseTo(before[0]![i]! * 0.999, 6));
    expect([...still[1]!.parameter]).toEqual(before[1]);
    expect([...still[2]!.parameter]).toEqual(before[2]);
  });
});

it('clips only norms above the limit, and survives a norm of zero', () => {
  expect(clipScale(4, 1)).toBe(0.25);
  expect(clipScale(0.5, 1)).toBe(1);
  expect(clipScale(0, 1)).toBe(1);
  expect(clipScale(1e9, Infinity)).toBe(1);
});

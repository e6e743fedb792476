import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../foundation/random.ts';
import { instance, keyOf, manySamples, tokenSample } from '../../testing/task-checks.ts';
import type { TaskInstance, TokenSample } from '../task.ts';
import { drawDigit } from './digits.ts';
import { pixels } from './index.ts';

const digitOf = (task: TaskInstance, sample: TokenSample): number =>
  Number(task.vocabulary[sample.targets.at(-1)!]!.replace('digit ', ''));

describe('digits drawn as pixel sequences', () => {
  it('ask for every next pixel, from the start sign on', () => {
    const task = instance(pixels);
    const sample = tokenSample(task, 1, 'train', 0);
    expect(task.vocabulary[sample.tokens[0]!]).toBe('▷');
    expect([...sample.tokens.subarray(1)]).toEqual([...sample.targets.subarray(0, -1)]);
    expect(sample.mask.every((weight) => weight === 1)).toBe(true);
    expect(sample.targets).toHaveLength(196);
    expect(sample.targets.every((level) => level < 4)).toBe(true);
  });

  it('ask for the digit once, after the last pixel of the same picture', () => {
    const [lines, digit] = ['pixels', 'digit'].map((ask) => instance(pixels, { ask, size: '28' }));
    for (let i = 0; i < 20; i++) {
      const picture = tokenSample(lines!, 1, 'train', i).targets;
      const asked = tokenSample(digit!, 1, 'train', i);
      expect([...asked.tokens.subarray(0, 784)]).toEqual([...picture]);
      expect(digit!.vocabulary[asked.tokens[784]!]).toBe('?');
      expect(asked.mask.indexOf(1)).toBe(784);
      expect(digitOf(digit!, asked)).toBeGreaterThanOrEqual(0);
    }
  });

  it('say where the picture is in a sample', () => {
    const inTargets = instance(pixels, { levels: 5 }).picture;
    expect(inTargets).toEqual({ width: 14, height: 14, levels: 5, pixelsIn: 'targets' });
    expect(instance(pixels, { ask: 'digit' }).picture?.pixelsIn).toBe('tokens');
  });

  it('look like digits: the nearest mean picture names most of those that were held out', () => {
    const task = instance(pixels, { ask: 'digit', levels: 16 });
    const means = Array.from({ length: 10 }, () => new Float64Array(196));
    for (const sample of manySamples(task, 1, 'train', 1000)) {
      const mean = means[digitOf(task, sample)]!;
      for (let i = 0; i < 196; i++) mean[i]! += sample.tokens[i]! / 100;
    }
    const distance = (mean: Float64Array, { tokens }: TokenSample) =>
      mean.reduce((sum, value, i) => sum + (value - tokens[i]!) ** 2, 0);
    const right = (split: string) =>
      manySamples(task, 1, split, 200).filter((sample) => {
        const distances = means.map((mean) => distance(mean, sample));
        return distances.indexOf(Math.min(...distances)) === digitOf(task, sample);
      }).length / 200;
    expect(right('heldOut')).toBeGreaterThan(0.7);
    expect(right('distorted')).toBeLessThan(right('heldOut'));
    expect(right('distorted')).toBeGreaterThan(0.2);
  });

  it('have background, ink, and shades between only where there are more than two levels', () => {
    const levelsIn = (levels: number) =>
      new Set(
        manySamples(instance(pixels, { levels }), 1, 'train', 30).flatMap(({ targets }) => [...targets]),
      );
    expect([...levelsIn(2)].sort()).toEqual([0, 1]);
    expect(levelsIn(16).size).toBe(16);
    expect(instance(pixels, { levels: 3 }).vocabulary).toEqual(['·', '▒', '█', '▷']);
  });

  it('never repeat a held-out picture in training', () => {
    const task = instance(pixels, { levels: 2 });
    const trained = new Set(manySamples(task, 1, 'train', 1500).map(keyOf));
    expect(manySamples(task, 2, 'heldOut', 150).filter((sample) => trained.has(keyOf(sample)))).toEqual([]);
  });

  it('are the same strokes in any size', () => {
    const small = drawDigit(new RandomStream('size'), 5, 14, 1);
    const large = drawDigit(new RandomStream('size'), 5, 56, 1);
    const ink = (picture: Float32Array) => picture.reduce((sum, value) => sum + value, 0) / picture.length;
    expect(Math.abs(ink(small) - ink(large))).toBeLessThan(0.02);
  });

  it('are far easier to guess with the pixel before than evenly', () => {
    const { baseline } = instance(pixels);
    expect(baseline!.metric).toBe('perplexity');
    expect(baseline!.value).toBeLessThan(2.5);
  });
});

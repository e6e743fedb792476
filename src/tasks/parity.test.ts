import { describe, expect, it } from 'vitest';
import { answers, instance, keyOf, manySamples, read } from '../testing/task-checks.ts';
import { parity } from './parity.ts';

describe('parity', () => {
  const countOnes = (labels: readonly string[]): number => labels.filter((label) => label === '1').length;

  it('asks after every bit for the parity of the ones so far, as counting finds it', () => {
    const task = instance(parity, { labels: 'dense' });
    for (const sample of manySamples(task, 1, 'train', 300)) {
      const bits = read(task, sample);
      const counted = bits.map((_, t) => String(countOnes(bits.slice(0, t + 1)) % 2));
      expect(answers(task, sample)).toEqual(counted);
    }
  });

  it.each(['double', 'quadruple', 'heldOut'])('asks in “%s” only at the last bit when set so', (split) => {
    const task = instance(parity, { labels: 'last' });
    for (const sample of manySamples(task, 1, split, 100)) {
      expect(sample.mask.indexOf(1)).toBe(sample.mask.length - 1);
      expect(answers(task, sample)).toEqual([String(countOnes(read(task, sample)) % 2)]);
    }
  });

  it('asks only at the last bit of longer data, however training asks', () => {
    const task = instance(parity, { labels: 'dense', maximumLength: 12 });
    for (const [split, length] of [
      ['double', 24],
      ['quadruple', 48],
    ] as const) {
      for (const sample of manySamples(task, 1, split, 20)) {
        expect(sample.mask).toHaveLength(length);
        expect(sample.mask.indexOf(1)).toBe(length - 1);
      }
    }
  });

  it('uses the token ids of the paper: bit + 1, answer + 1', () => {
    const task = instance(parity, { minimumLength: 5, maximumLength: 5 });
    for (const { tokens, targets } of manySamples(task, 1, 'train', 20)) {
      let sum = 0;
      tokens.forEach((token, t) => expect(targets[t]).toBe(((sum += token - 1) % 2) + 1));
    }
  });

  it('has both answers about equally often', () => {
    const task = instance(parity, { labels: 'last' });
    const odd = manySamples(task, 1, 'heldOut', 1000).filter((sample) => answers(task, sample)[0] === '1');
    expect(Math.abs(odd.length - 500)).toBeLessThan(80);
  });

  it('keeps held-out bit sequences out of training where there are 256 of that length', () => {
    const task = instance(parity, { minimumLength: 8, maximumLength: 9 });
    const trained = new Set([1, 2].flatMap((seed) => manySamples(task, seed, 'train', 4000).map(keyOf)));
    const heldOut = manySamples(task, 1, 'heldOut', 500).map(keyOf);
    expect(heldOut.filter((key) => trained.has(key))).toEqual([]);
    expect(new Set(heldOut).size).toBeGreaterThan(20);
  });
});

import { describe, expect, it } from 'vitest';
import type { tokenSample } from '../testing/task-checks.ts';
import { answers, instance, keyOf, manySamples, read } from '../testing/task-checks.ts';
import { copy } from './copy.ts';
import { reverse } from './reverse.ts';

const shownTo = (task: ReturnType<typeof instance>, sample: ReturnType<typeof tokenSample>): string[] => {
  const labels = read(task, sample);
  return labels.slice(0, labels.indexOf('⏎'));
};

describe('copy', () => {
  it('asks for the symbols again, on the blanks and nowhere else', () => {
    const task = instance(copy);
    for (const sample of manySamples(task, 1, 'train', 200)) {
      const shown = shownTo(task, sample);
      expect(answers(task, sample)).toEqual(shown);
      expect(read(task, sample)).toEqual([...shown, '⏎', ...shown.map(() => '·')]);
      expect([...sample.mask]).toEqual([...shown.map(() => 0), 0, ...shown.map(() => 1)]);
    }
  });

  it('draws every length between shortest and longest about equally often', () => {
    const task = instance(copy, { minimumLength: 3, maximumLength: 7 });
    const counts = new Map<number, number>();
    for (const sample of manySamples(task, 1, 'heldOut', 1000)) {
      const { length } = shownTo(task, sample);
      counts.set(length, (counts.get(length) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([3, 4, 5, 6, 7]);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(60);
  });

  it('has exactly two and four times the longest length in its further splits', () => {
    const task = instance(copy, { maximumLength: 6 });
    for (const [split, length] of [
      ['double', 12],
      ['quadruple', 24],
    ] as const) {
      for (const sample of manySamples(task, 1, split, 20))
        expect(shownTo(task, sample)).toHaveLength(length);
      expect(task.splits.find(({ name }) => name === split)?.length).toBe(2 * length + 1);
    }
  });

  it('never trains on a held-out sequence, whatever the seed, where there are sequences enough', () => {
    const task = instance(copy, { symbols: 8, maximumLength: 4 });
    const separable = (sample: ReturnType<typeof tokenSample>) => sample.tokens.length >= 2 * 3 + 1; // 8³ ≥ 256
    const trained = new Set([1, 2, 3].flatMap((seed) => manySamples(task, seed, 'train', 3000).map(keyOf)));
    const heldOut = [1, 4].flatMap((seed) => manySamples(task, seed, 'heldOut', 1000)).filter(separable);
    expect(heldOut.length).toBeGreaterThan(500);
    expect(heldOut.filter((sample) => trained.has(keyOf(sample)))).toEqual([]);
  });

  it('gives all sequences to both sides where they are few', () => {
    const task = instance(copy, { symbols: 2, minimumLength: 1, maximumLength: 1 });
    expect(new Set(manySamples(task, 1, 'heldOut', 100).map(keyOf)).size).toBe(2);
    expect(new Set(manySamples(task, 1, 'train', 100).map(keyOf)).size).toBe(2);
  });

  it('takes shortest and longest in either order', () => {
    const task = instance(copy, { minimumLength: 9, maximumLength: 2 });
    for (const sample of manySamples(task, 1, 'train', 50)) {
      const { length } = shownTo(task, sample);
      expect(length).toBeGreaterThanOrEqual(2);
      expect(length).toBeLessThanOrEqual(9);
    }
  });
});

describe('reverse', () => {
  it('asks for the symbols from the last to the first', () => {
    const task = instance(reverse);
    for (const sample of manySamples(task, 1, 'train', 200)) {
      const shown = shownTo(task, sample);
      const answered = answers(task, sample);
      expect(answered).toHaveLength(shown.length);
      answered.forEach((label, i) => expect(label).toBe(shown[shown.length - 1 - i]));
    }
  });

  it('shows other sequences than copy does', () => {
    const keys = (task: ReturnType<typeof instance>) => manySamples(task, 1, 'train', 5).map(keyOf);
    expect(keys(instance(reverse))).not.toEqual(keys(instance(copy)));
  });
});

/** What every task on the shelf promises, whatever its fields say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../foundation/fields.ts';
import { dataFor } from '../testing/task-files.ts';
import {
  anyValues,
  expectFailure,
  expectReferenceAgrees,
  expectSoundSample,
  instance,
  keyOf,
  manySamples,
} from '../testing/task-checks.ts';
import { taskById, tasks } from './registry.ts';
import type { TokenSample } from './task.ts';

describe('the shelf of tasks', () => {
  it('finds each task by its id, and no id twice', () => {
    for (const task of tasks) expect(taskById(task.id)).toBe(task);
    expect(new Set(tasks.map((task) => task.id)).size).toBe(tasks.length);
  });

  it('says which tasks there are when an unknown one is asked for', () => {
    expect(expectFailure(() => taskById('nonsense'), 'unknown-task').remedy).toContain('copy');
  });

  it('refuses a value out of bounds by name', () => {
    const failure = expectFailure(() => taskById('copy').instantiate({ symbols: 1000 }), 'invalid-config');
    expect(failure.message).toContain('Symbols must be between 2 and 26');
  });
});

/** Contents so few that training shows most of them, and the levels that these settings train. */
const fewContents = [
  ['copy', { symbols: 8, minimumLength: 3, maximumLength: 3 }, [3, 8]],
  ['repeat-copy', { symbols: 8, minimumLength: 3, maximumLength: 3, repeats: 1 }, [3, 1]],
  ['t-maze', { ways: 4, minimumLength: 3, maximumLength: 3 }, [3, 4]],
  ['parity', { minimumLength: 8, maximumLength: 8 }, [8]],
  ['modular-arithmetic', { minimumLength: 3, maximumLength: 3 }, [3]],
] as const;

it.each(fewContents)(
  '%s measures trained levels on contents that training never shows',
  (id, values, levels) => {
    const task = instance(taskById(id), values);
    const shown = new Set(manySamples(task, 1, 'train', 3000).map(keyOf));
    const drawn = Array.from({ length: 50 }, (_, i) => task.difficulty!.sample(1, levels, i) as TokenSample);
    expect(drawn.filter((sample) => shown.has(keyOf(sample)))).toEqual([]);
  },
);

describe.each(tasks.map((task) => [task.id, task] as const))('%s', (id, task) => {
  const data = dataFor(id);

  it('explains itself, its fields and its splits', () => {
    expect(task.summary).toMatch(/\.$/u);
    for (const field of Object.values(task.fields)) {
      expect(field.explanation).toMatch(/[.?]$/u);
      expect(field.label).not.toBe('');
    }
    const { splits, baseline } = task.instantiate(defaultsOf(task.fields), data);
    for (const split of splits) expect(split.explanation).toMatch(/[.?]$/u);
    expect(splits.slice(0, 2).map((split) => split.name)).toEqual(['train', 'heldOut']);
    expect(splits.length).toBeGreaterThan(2);
    expect(baseline?.value).toBeGreaterThan(0);
  });

  it('gives sound samples that agree with its reference, in every split, for any allowed setting', () => {
    const cases = fc.tuple(anyValues(task.fields), fc.integer({ min: 0, max: 2 ** 31 }), fc.nat(1e6));
    fc.assert(
      fc.property(cases, ([values, seed, index]) => {
        const instance = task.instantiate(values, data);
        expect(instance.paddingToken).toBeLessThan(Math.max(1, instance.vocabulary.length));
        for (const split of instance.splits) {
          const sample = instance.sample(seed, split.name, index);
          expectSoundSample(instance, sample, split.length);
          expectReferenceAgrees(instance, sample);
        }
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  const measured = task.instantiate(defaultsOf(task.fields), data).difficulty !== undefined;

  it.runIf(measured)('gives sound samples at every level of its difficulty, for any allowed setting', () => {
    const cases = fc.tuple(anyValues(task.fields), fc.integer({ min: 0, max: 2 ** 31 }), fc.nat(1e6));
    fc.assert(
      fc.property(cases, ([values, seed, index]) => {
        const instance = task.instantiate(values, data);
        const difficulty = instance.difficulty!;
        for (const { values: levels, trained } of difficulty.axes) {
          expect(levels).toEqual([...new Set(levels)].sort((a, b) => a - b));
          expect(levels).toContain(trained[0]);
          expect(levels).toContain(trained[1]);
        }
        const [first, second] = difficulty.axes;
        expect(first.values.length * (second?.values.length ?? 1)).toBeLessThanOrEqual(81);
        for (const column of first.values)
          for (const row of second?.values ?? [null]) {
            const levels = row === null ? [column] : [column, row];
            const positions = difficulty.positions(levels);
            if (positions > 1500) continue; // never measured
            const sample = difficulty.sample(seed, levels, index);
            expectSoundSample(instance, sample, positions);
            expectReferenceAgrees(instance, sample);
            expect(difficulty.sample(seed, levels, index)).toEqual(sample);
          }
      }),
      { numRuns: 8, seed: 1 },
    );
  });

  it('draws sample i from seed, split and i alone, in any order', () => {
    const values = defaultsOf(task.fields);
    const first = task.instantiate(values, data);
    const second = task.instantiate(values, data);
    const names = first.splits.map((split) => split.name);
    const forwards = names.flatMap((name) => [0, 1, 2, 3].map((i) => first.sample(7, name, i)));
    const backwards = names
      .toReversed()
      .flatMap((name) => [3, 2, 1, 0].map((i) => second.sample(7, name, i)));
    expect(backwards.toReversed()).toEqual(forwards);
  });

  it('draws other samples for another seed and for another index', () => {
    const instance = task.instantiate(defaultsOf(task.fields), data);
    const drawn = (seed: number, first: number) =>
      JSON.stringify(Array.from({ length: 8 }, (_, i) => instance.sample(seed, 'train', first + i)));
    expect(drawn(1, 0)).not.toBe(drawn(2, 0));
    expect(drawn(1, 0)).not.toBe(drawn(1, 8));
  });

  it('fits each split: some sample is as long as the split says, none longer', () => {
    const instance = task.instantiate(defaultsOf(task.fields), data);
    for (const split of instance.splits) {
      const lengths = Array.from({ length: 300 }, (_, i) => instance.sample(3, split.name, i).mask.length);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(split.length);
      expect(Math.max(...lengths)).toBeGreaterThan(0.6 * split.length);
    }
  });
});

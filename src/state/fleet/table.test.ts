import { expect, test } from 'vitest';
import { aConfig, anEvaluation, aPoint, aRun } from '../../testing/runs.ts';
import type { RunConfig } from '../../worker/protocol.ts';
import { armsOf } from './arms.ts';
import { memberOf } from './member.ts';
import type { Member } from './member.ts';
import type { CompareRow } from './table.ts';
import { compareTable } from './table.ts';

const slow: RunConfig = { ...aConfig, training: { ...aConfig.training, learningRate: 0.001, steps: 20 } };

function trained(id: string, config: RunConfig, accuracies: readonly number[]): Member {
  const member = memberOf(id, 'Seeds', { label: '', config });
  member.metrics.append(
    accuracies.map((_, i) => aPoint((i + 1) * 10)),
    accuracies.map((accuracy, i) => anEvaluation((i + 1) * 10, 'heldOut', accuracy)),
  );
  return { ...member, state: 'finished', run: aRun(id, config), step: accuracies.length * 10 };
}

const current = { config: aConfig, points: [aPoint(10)], evaluations: [anEvaluation(10, 'heldOut', 0.5)] };

const find = (rows: readonly CompareRow[], label: string): CompareRow => {
  const found = rows.find((row) => row.label === label);
  if (!found) throw new Error(`no row ${label} among ${rows.map((row) => row.label).join(', ')}`);
  return found;
};

test('the table has the settings that differ, with their labels and units, and no others', () => {
  const { columns, settings } = compareTable(armsOf([trained('a', slow, [0.5])], current), current, 7);
  expect(columns.map(({ letter }) => letter)).toEqual(['this', 'A']);
  expect(settings.map(({ label }) => label).sort()).toEqual(['Learning rate', 'Steps']);
  expect(find(settings, 'Learning rate').values).toEqual(['0.003', '0.001']);
  expect(find(settings, 'Steps')).toMatchObject({ unit: 'updates' });
  expect(find(settings, 'Steps').values[1]).toBe('20');
});

test('different models are told by name, not by the settings that only one of them has', () => {
  const lstm = { ...aConfig, model: { id: 'lstm', fields: {} } };
  const { settings } = compareTable(armsOf([trained('a', lstm, [])], current), current, 7);
  expect(settings.map(({ label }) => label)).toEqual(['Model']);
  expect(settings[0]!.values).toEqual(['MemNet', 'LSTM']);
});

test('several seeds are one column: medians, and how many have solved the task', () => {
  // The helper's sequence accuracy is half its token accuracy.
  const seeds = [
    [0.5, 1.99],
    [2, 2],
    [0.5, 0.7],
  ].map((accuracies, i) => trained(String(i), { ...slow, seed: i + 1 }, accuracies));
  const { settings, results, columns } = compareTable(armsOf(seeds, current), current, 7);
  expect(columns).toHaveLength(2);
  expect(find(settings, 'Seed').values).toEqual(['1', '1–3']);
  expect(find(results, 'Solved').values).toEqual(['0 of 1', '2 of 3']);
  expect(find(results, 'Steps to solve').values).toEqual(['–', '15']);
  expect(find(results, 'Token accuracy').values).toEqual(['50.0 %', '99.9 %']);
  expect(find(results, 'Parameters').values).toEqual(['7', '2']);
});

test('the best of different results is marked, and none of equal ones', () => {
  const { results } = compareTable(armsOf([trained('a', slow, [0.9])], current), current, 7);
  expect(find(results, 'Sequence accuracy').best).toEqual([1]);
  expect(find(results, 'Held-out loss').best).toEqual([]);
  expect(find(results, 'Parameters').best).toEqual([]);
});

test('measures without meaning are left out', () => {
  const { results } = compareTable(armsOf([trained('a', slow, [0.9])], current), current, 7);
  expect(results.map(({ label }) => label)).not.toContain('Normalised error');
});

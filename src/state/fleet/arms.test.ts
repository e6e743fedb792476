import { expect, test } from 'vitest';
import { aConfig, anEvaluation, aPoint } from '../../testing/runs.ts';
import type { RunConfig } from '../../worker/protocol.ts';
import { armsOf, bandOf, letterOf, median, successOf } from './arms.ts';
import { differenceLabel } from './label.ts';
import { memberOf, solvedAt } from './member.ts';
import type { Member } from './member.ts';

const other: RunConfig = { ...aConfig, training: { ...aConfig.training, learningRate: 0.001 } };

function trained(
  id: string,
  config: RunConfig,
  accuracies: readonly number[],
  state: Member['state'] = 'finished',
): Member {
  const member = memberOf(id, 'Seeds', { label: '', config });
  member.metrics.append(
    accuracies.map((_, i) => aPoint((i + 1) * 10)),
    accuracies.map((accuracy, i) => anEvaluation((i + 1) * 10, 'heldOut', accuracy)),
  );
  return { ...member, state };
}

const seeded = (seed: number): RunConfig => ({ ...other, seed });

test('seeds of one config are one arm, whatever else is between them', () => {
  const arms = armsOf(
    [trained('a', seeded(1), [0.5]), trained('x', aConfig, [0.1]), trained('b', seeded(2), [0.7])],
    null,
  );
  expect(arms.map(({ letter, members }) => [letter, members.map(({ id }) => id)])).toEqual([
    ['A', ['a', 'b']],
    ['B', ['x']],
  ]);
});

test('the current run joins the seeds of its own settings, and of equal seeds the further one counts', () => {
  const members = [trained('a', seeded(1), [0.5, 0.6]), trained('b', seeded(2), [0.7])];
  const current = {
    config: seeded(2),
    points: [],
    evaluations: [10, 20, 30].map((step) => anEvaluation(step, 'heldOut')),
  };
  const [arm] = armsOf(members, current);
  expect(arm!.runs.map(({ id, seed }) => [id, seed])).toEqual([
    ['a', 1],
    [null, 2],
  ]);
  expect(armsOf(members, { ...current, evaluations: [] })[0]!.runs[1]!.id).toBe('b');
});

test('a band has the median and the range of the seeds that were measured at a step', () => {
  const runs = [[0.2, 0.4], [0.6, 0.5], [0.3]].map((accuracies, i) => {
    const { points, evaluations } = trained(String(i), seeded(i), accuracies).metrics;
    return { points, evaluations };
  });
  const band = bandOf(runs, 'tokenAccuracy');
  expect(band.steps).toEqual([10, 20]);
  expect(band.median).toEqual([0.3, 0.45]);
  expect(band.low).toEqual([0.2, 0.4]);
  expect(band.high).toEqual([0.6, 0.5]);
  expect(band.counts).toEqual([3, 2]);
  expect(bandOf(runs, 'normalizedError').steps).toEqual([]);
});

test('the median of an even number is the mean of the two in the middle', () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('a label says what changes from the current run', () => {
  expect(differenceLabel(aConfig, other)).toBe('learning rate 0.003 → 0.001');
  expect(differenceLabel(aConfig, aConfig)).toBe('same settings');
  expect(differenceLabel(aConfig, { ...aConfig, model: { id: 'lstm', fields: {} } })).toBe(
    'LSTM instead of MemNet',
  );
  const many = { ...other, seed: 4, training: { ...other.training, batchSize: 8, steps: 7 } };
  expect(differenceLabel(aConfig, many)).toMatch(/, 2 more$/);
  expect(differenceLabel(null, aConfig)).toBe('MemNet on Copy');
});

test('a given name goes before an automatic label, and seeds are counted', () => {
  const labelOf = (...members: Member[]): string =>
    armsOf(members, { config: aConfig, points: [], evaluations: [] })[0]!.label;
  expect(labelOf(trained('a', seeded(1), []), trained('b', seeded(2), []))).toBe(
    'learning rate 0.003 → 0.001, 2 seeds',
  );
  expect(labelOf({ ...trained('a', seeded(1), []), label: 'slow' })).toBe('slow');
});

test('solved is more than 99 % of held-out sequences, and success counts the seeds that are over', () => {
  // The helper's sequence accuracy is half its token accuracy.
  expect(solvedAt([anEvaluation(1, 'train', 2), anEvaluation(2, 'heldOut', 1.98)])).toBeNull();
  expect(solvedAt([anEvaluation(2, 'heldOut', 1.99), anEvaluation(3, 'heldOut', 2)])?.step).toBe(2);
  const planned = Number(other.training['steps']);
  const members = [
    trained('solved early', seeded(1), [0.5, 2], 'training'),
    trained('under way', seeded(2), [0.5], 'training'),
    trained('failed', seeded(3), [0.5], 'failed'),
    trained('in vain', seeded(4), [0.5]),
  ];
  members[3]!.metrics.append([aPoint(planned)], []);
  expect(successOf(armsOf(members, null)[0]!)).toEqual({ solved: 1, of: 3 });
});

test('letters go on after Z', () => {
  expect([0, 25, 26].map(letterOf)).toEqual(['A', 'Z', 'A2']);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copyRun } from '../../testing/memnet-moment.ts';
import { trainingCurves } from '../../testing/training-curves.ts';
import { decimate, nearestIndex, seriesOf, smooth } from './series.ts';

const columnsOf = (points: readonly { x: number; y: number }[]): Map<number, number[]> => {
  const columns = new Map<number, number[]>();
  for (const { x, y } of points) {
    const column = Math.floor(x);
    columns.set(column, [...(columns.get(column) ?? []), y]);
  }
  return columns;
};

describe('decimation', () => {
  const ys = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 500 });

  test('keeps the first, lowest, highest and last value of every pixel column, and little else', () => {
    fc.assert(
      fc.property(ys, fc.integer({ min: 1, max: 60 }), (values, width) => {
        const points = values.map((y, i) => ({ x: (i * width) / values.length, y }));
        const before = columnsOf(points);
        const after = columnsOf(decimate(points));
        expect([...after.keys()]).toEqual([...before.keys()]);
        for (const [column, all] of before) {
          const kept = after.get(column)!;
          expect(kept.length).toBeLessThanOrEqual(4);
          expect(Math.min(...kept)).toBe(Math.min(...all));
          expect(Math.max(...kept)).toBe(Math.max(...all));
          expect([kept[0], kept.at(-1)]).toEqual([all[0], all.at(-1)]);
        }
      }),
    );
  });

  test('keeps a gap a gap', () => {
    const points = [1, NaN, 3].map((y, i) => ({ x: i / 10, y }));
    expect(decimate(points)).toEqual(points);
  });
});

describe('smoothing', () => {
  test('does not move a straight line', () => {
    const line = Array.from({ length: 60 }, (_, i) => 2 * i + 1);
    smooth(line)
      .slice(10, 50)
      .forEach((value, i) => expect(value).toBeCloseTo(line[i + 10]!, 9));
  });

  test('stays within its window, passes over what is not finite, and says nothing of nothing', () => {
    expect(smooth([1, NaN, 3], 3)).toEqual([1, 2, 3]);
    expect(smooth([NaN, NaN], 3)).toEqual([NaN, NaN]);
  });
});

test('the training loss comes raw and smoothed from the steps, all else from the evaluations', () => {
  const { points, evaluations } = trainingCurves();
  const loss = seriesOf('loss', copyRun(), points, evaluations, 'tokens');
  expect(loss.map((line) => [line.split, line.kind])).toEqual([
    ['train', 'raw'],
    ['train', 'smoothed'],
    ['heldOut', 'measured'],
    ['longer', 'measured'],
  ]);
  expect(loss[0]!.xs).toEqual(points.map((point) => point.tokens));
  const accuracy = seriesOf('sequenceAccuracy', copyRun(), points, evaluations, 'step');
  expect(accuracy.map((line) => line.kind)).toEqual(['measured', 'measured', 'measured']);
  expect(seriesOf('normalizedError', copyRun(), points, evaluations, 'step')).toEqual([]);
});

test('the nearest entry is found in any ascending list', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 }),
      fc.integer({ min: -50, max: 1050 }),
      (list, value) => {
        const sorted = [...list].sort((a, b) => a - b);
        const best = Math.min(...sorted.map((entry) => Math.abs(entry - value)));
        expect(Math.abs(sorted[nearestIndex(sorted, value)]! - value)).toBe(best);
      },
    ),
  );
  expect(nearestIndex([], 3)).toBe(-1);
});

import { describe, expect, it } from 'vitest';
import { MetricsStore } from '../../state/metrics-store.ts';
import { anEvaluation, aPoint } from '../../testing/runs.ts';
import { figuresOf } from './figures.ts';

const tokens = {
  kind: 'tokens',
  baseline: { label: 'chance', metric: 'tokenAccuracy', value: 0.125 },
} as const;

describe('the headline figures', () => {
  it('are dashes before anything was measured', () => {
    expect(figuresOf(new MetricsStore(), tokens).map(({ value }) => value)).toEqual(['–', '–', '–', '–']);
  });

  it('show the newest numbers, with the baseline beside its own measure', () => {
    const metrics = new MetricsStore();
    metrics.append([aPoint(1, 2), aPoint(2, 0.012345)], [anEvaluation(2, 'heldOut', 0.875)]);
    const figures = figuresOf(metrics, tokens);
    expect(figures.map(({ value }) => value)).toEqual(['0.0123', '2.72', '87.5 %', '43.8 %']);
    expect(figures[2]?.note).toBe('chance: 12.5 %');
  });

  it('say 100 % only when everything was right', () => {
    const metrics = new MetricsStore();
    metrics.append([], [anEvaluation(1, 'heldOut', 0.9999)]);
    expect(figuresOf(metrics, tokens)[2]?.value).toBe('99.9 %');
    metrics.append([], [anEvaluation(2, 'heldOut', 1)]);
    expect(figuresOf(metrics, tokens)[2]?.value).toBe('100 %');
  });
});

import { describe, expect, it } from 'vitest';
import { MetricsStore } from './metrics-store.ts';
import { anEvaluation, aPoint } from '../testing/runs.ts';

describe('the metrics store', () => {
  it('appends, tells listeners and counts versions', () => {
    const store = new MetricsStore();
    let told = 0;
    const stop = store.subscribe(() => told++);
    store.append([aPoint(1), aPoint(2)], [anEvaluation(2, 'heldOut')]);
    store.append([], []);
    stop();
    store.append([aPoint(3)], []);
    expect(store.points.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(told).toBe(1);
    expect(store.version).toBe(2);
  });

  it('passes over what a resumed run reports again', () => {
    const store = new MetricsStore();
    store.replace([aPoint(1), aPoint(2)], [anEvaluation(2, 'train'), anEvaluation(2, 'heldOut')]);
    store.append([aPoint(2), aPoint(3)], [anEvaluation(2, 'heldOut'), anEvaluation(4, 'heldOut')]);
    expect(store.points.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(store.evaluations.map(({ step, split }) => `${split} ${step}`)).toEqual([
      'train 2',
      'heldOut 2',
      'heldOut 4',
    ]);
  });

  it('finds the newest evaluation of a split', () => {
    const store = new MetricsStore();
    store.append([], [anEvaluation(5, 'heldOut'), anEvaluation(5, 'train'), anEvaluation(10, 'heldOut')]);
    expect(store.latest('heldOut')?.step).toBe(10);
    expect(store.latest('longer')).toBeNull();
  });
});

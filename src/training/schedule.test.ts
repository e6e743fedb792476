import { describe, expect, it } from 'vitest';
import { learningRateAt } from './schedule.ts';
import type { ScheduleValues } from './schedule.ts';

const values: ScheduleValues = {
  learningRate: 0.01,
  warmupSteps: 10,
  schedule: 'cosine',
  finalFraction: 0.05,
  steps: 111,
};

describe('learningRateAt', () => {
  it('rises in a straight line and reaches the full rate with the last warm-up step', () => {
    expect(learningRateAt(values, 0)).toBeCloseTo(0.001, 12);
    expect(learningRateAt(values, 4)).toBeCloseTo(0.005, 12);
    expect(learningRateAt(values, 9)).toBeCloseTo(0.01, 12);
  });

  it('follows half a cosine to the final fraction at the last planned step', () => {
    expect(learningRateAt(values, 10)).toBeCloseTo(0.01, 12);
    expect(learningRateAt(values, 60)).toBeCloseTo(0.01 * (0.05 + 0.95 * 0.5), 12);
    expect(learningRateAt(values, 110)).toBeCloseTo(0.0005, 12);
  });

  it('keeps its last value after the planned steps', () => {
    expect(learningRateAt(values, 5000)).toBeCloseTo(0.0005, 12);
  });

  it('stays at the full rate where the schedule is constant', () => {
    expect(learningRateAt({ ...values, schedule: 'constant' }, 5000)).toBe(0.01);
  });

  it('starts at the full rate without warm-up, also in a run of one step', () => {
    expect(learningRateAt({ ...values, warmupSteps: 0, steps: 1 }, 0)).toBe(0.01);
  });
});

import { describe, expect, it } from 'vitest';
import { differences, formatNumber } from './differences.ts';
import { configOf, defaultPreset } from './presets.ts';

const base = configOf(defaultPreset());

describe('the differences of two configs', () => {
  it('are none for equal ones, wherever the run computes', () => {
    expect(differences(base, { ...base, executor: 'tfjs-cpu' })).toEqual([]);
  });

  it('name settings and values as the page does', () => {
    const changed = { ...base, seed: 5, training: { ...base.training, learningRate: 0.01 } };
    expect(differences(base, changed)).toEqual([
      { path: 'training.learningRate', label: 'Learning rate', from: '0.003', to: '0.01' },
      { path: 'seed', label: 'Seed', from: '1', to: '5' },
    ]);
  });

  it('say one thing, not twenty, when the task is another one', () => {
    const other = { ...base, task: { id: 'reverse', fields: {} } };
    expect(differences(base, other)).toEqual([{ path: 'task', label: 'Task', from: 'Copy', to: 'Reverse' }]);
  });

  it('notice another file', () => {
    const withFile = { ...base, task: { ...base.task, dataHash: 'abc' } };
    expect(differences(base, withFile).map(({ path }) => path)).toEqual(['task.data']);
  });
});

it('numbers are short and exact enough', () => {
  expect([0.003, 1250, 3e-5, 0, -2.5, 1_000_000].map(formatNumber)).toEqual([
    '0.003',
    '1,250',
    '3e-5',
    '0',
    '-2.5',
    '1,000,000',
  ]);
});

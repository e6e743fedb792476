import { describe, expect, it } from 'vitest';
import type { Experiment, Measure } from './experiment.ts';
import type { RunResult } from './result.ts';
import { cell, markdownOf, measured, reportOf } from './report.ts';

const accuracy: Measure = { label: 'at 2×', split: 'double', metric: 'tokenAccuracy' };

function result(
  seed: number,
  tokenAccuracy: number | null,
  normalizedError: number | null = null,
): RunResult {
  const scores = { loss: 1, tokenAccuracy, sequenceAccuracy: null, perplexity: null, normalizedError };
  return {
    ...{ seed, parameters: 100, steps: 10, trainingSeconds: 1, wallSeconds: 2 },
    ...{ scores: { double: scores }, failure: null, baseline: null },
  };
}

const diverged: RunResult = {
  ...result(3, null),
  scores: {},
  failure: { code: 'training-diverged', message: 'Diverged.', kept: '', remedy: '' },
};

describe('a cell', () => {
  it('gives the mean, the lowest and the highest seed', () => {
    expect(cell(accuracy, [result(1, 0.5), result(2, 1)])).toBe('0.75 (0.50–1.00)');
    expect(cell(accuracy, [result(1, 0.5), result(2, 0.5)])).toBe('0.50');
  });

  it('counts the seeds that solved it among all that were started', () => {
    const measure = { ...accuracy, solvedFrom: 0.95 };
    expect(cell(measure, [result(1, 0.96), result(2, 0.9), diverged])).toBe(
      '0.93 (0.90–0.96), 1/3 solved, 1 diverged',
    );
    expect(cell(measure, [diverged])).toBe('1 diverged');
  });

  it('takes chance off', () => {
    const measure = { ...accuracy, chance: 0.5 };
    expect(measured(measure, result(1, 0.75))).toBe(0.5);
    expect(measured(measure, result(1, 0.5))).toBe(0);
    expect(measured(measure, diverged)).toBeNull();
  });

  it('shows the order of magnitude of an error', () => {
    const error: Measure = { label: 'error', split: 'double', metric: 'normalizedError' };
    expect(cell(error, [result(1, null, 0.00123), result(2, null, 0.00456)])).toBe('2.9e-3 (1.2e-3–4.6e-3)');
    expect(cell(error, [result(1, null, 0.5)])).toBe('5.0e-1');
  });
});

describe('a report', () => {
  const run = {
    task: { id: 'copy', fields: {} },
    model: { id: 'memnet', fields: {} },
    ...{ training: {}, steps: { small: 10, full: 20 } },
  };
  const experiment: Experiment = {
    id: 'example',
    name: 'Example',
    ...{ claim: 'It works.', source: 'Somebody 2020', reading: 'Higher is better.' },
    groups: [
      { label: 'First', measures: [accuracy], runs: [{ ...run, label: 'MemNet' }] },
      { label: 'Second', measures: [accuracy], runs: [{ ...run, label: 'LSTM' }] },
    ],
  };
  const circumstances = {
    budget: 'small',
    ...{ executor: 'wasm', browser: 'Chromium 1', commit: 'abc', date: '2026-01-02' },
  } as const;
  const report = reportOf(experiment, circumstances, [
    { group: 'First', label: 'MemNet', results: [result(1, 0.5), result(2, 1)] },
  ]);

  it('says where it comes from', () => {
    expect(report).toMatchObject({ experiment: 'example', seeds: [1, 2], wallSeconds: 4, executor: 'wasm' });
    const page = markdownOf(experiment, report);
    for (const part of [
      '# Example',
      'It works.',
      'Somebody 2020',
      'seeds 1, 2',
      'executor wasm',
      'commit abc',
    ])
      expect(page).toContain(part);
  });

  it('has a table of one row for each run that was trained, and leaves out groups without', () => {
    const page = markdownOf(experiment, report);
    expect(page).toContain('## First\n\n|  | parameters | steps | s per run | at 2× |');
    expect(page).toContain('| MemNet | 100 | 10 | 2.0 | 0.75 (0.50–1.00) |');
    expect(page).not.toContain('## Second');
  });

  it('says what comes of guessing, where the task knows', () => {
    const baseline = { label: 'guessing', metric: 'tokenAccuracy', value: 0.125 } as const;
    const rows = [{ group: 'First', label: 'MemNet', results: [{ ...result(1, 0.5), baseline }] }];
    expect(markdownOf(experiment, reportOf(experiment, circumstances, rows))).toContain(
      'For comparison, guessing: 0.13.',
    );
  });

  it('survives a file', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

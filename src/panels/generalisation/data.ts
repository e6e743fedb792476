/** Evaluations as a grid: one row a split of the task, one column a training step. */
import type { Evaluation, Run } from '../common/data.ts';
import type { Table } from '../common/picture.ts';

export type GridMetric = 'tokenAccuracy' | 'sequenceAccuracy' | 'normalizedError';

export interface GridMetricChoice {
  readonly name: GridMetric;
  readonly label: string;
  readonly kind: Run['kind'];
  /** A share of 1, more is better; otherwise less is better. */
  readonly share: boolean;
}

export const gridMetrics: readonly GridMetricChoice[] = [
  { name: 'tokenAccuracy', label: 'token accuracy', kind: 'tokens', share: true },
  { name: 'sequenceAccuracy', label: 'sequence accuracy', kind: 'tokens', share: true },
  { name: 'normalizedError', label: 'normalised error', kind: 'vectors', share: false },
];

/** The metric asked for where it has a meaning for the task, otherwise the first that has. */
export function metricFor(run: Run, asked: GridMetric): GridMetricChoice {
  const fitting = gridMetrics.filter(({ kind }) => kind === run.kind);
  return fitting.find(({ name }) => name === asked) ?? fitting[0]!;
}

/** By the contract of tasks these two have the trained lengths; all others were never trained. */
const trainedSplits: readonly string[] = ['train', 'heldOut'];

export interface GridRow {
  readonly label: string;
  /** Positions of the longest sample. */
  readonly length: number;
  readonly trained: boolean;
}

export interface GridData {
  readonly metric: GridMetricChoice;
  readonly rows: readonly GridRow[];
  /** Training steps with an evaluation, ascending. */
  readonly steps: readonly number[];
  /** NaN where this split was not measured at this step. */
  readonly value: (row: number, column: number) => number;
}

/** @param most newest columns that are shown */
export function gridData(
  run: Run,
  evaluations: readonly Evaluation[],
  asked: GridMetric,
  most = Infinity,
): GridData {
  const metric = metricFor(run, asked);
  const all = [...new Set(evaluations.map(({ step }) => step))].sort((a, b) => a - b);
  const steps = all.slice(Math.max(0, all.length - most));
  // Rows with the trained lengths first, so that one frame holds them.
  const splits = [...run.splits].sort(
    (a, b) => Number(trainedSplits.includes(b.name)) - Number(trainedSplits.includes(a.name)),
  );
  const keyOf = (split: string, step: number): string => `${step} ${split}`;
  const known = new Map(evaluations.map((found) => [keyOf(found.split, found.step), found[metric.name]]));
  return {
    metric,
    rows: splits.map(({ name, label, length }) => ({ label, length, trained: trainedSplits.includes(name) })),
    steps,
    value: (row, column) => known.get(keyOf(splits[row]!.name, steps[column]!)) ?? NaN,
  };
}

/** One record for each split and step. */
export function gridTable(run: Run, evaluations: readonly Evaluation[], asked: GridMetric): Table {
  const { metric, rows, steps, value } = gridData(run, evaluations, asked);
  return {
    columns: ['training step', 'split', 'length', 'trained', metric.label],
    rows: steps.flatMap((step, column) =>
      rows.flatMap(({ label, length, trained }, row) => {
        const measured = value(row, column);
        return Number.isNaN(measured) ? [] : [[step, label, length, trained ? 1 : 0, measured]];
      }),
    ),
  };
}

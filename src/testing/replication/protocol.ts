/** What the replication page offers to the script that drives it. */
import type { Budget, Experiment } from '../../training/experiments/experiment.ts';
import type { RunResult } from '../../training/experiments/result.ts';
import type { Circumstances, ExperimentReport, RowResult } from '../../training/experiments/report.ts';
import type { RunConfig } from '../../training/run.ts';

export interface RunRequest {
  readonly experiment: string;
  readonly group: number;
  readonly run: number;
  readonly budget: Budget;
  readonly seed: number;
  readonly executor: RunConfig['executor'];
}

export interface TrainedRun {
  readonly result: RunResult;
  /** The executor that was chosen. */
  readonly executor: string;
}

export interface ReplicationPage {
  readonly experiments: readonly Experiment[];
  train(request: RunRequest): Promise<TrainedRun>;
  /** Both forms of the result. */
  report(
    experiment: string,
    circumstances: Circumstances,
    rows: readonly RowResult[],
  ): { readonly data: ExperimentReport; readonly markdown: string };
}

export type Answer = { readonly trained: TrainedRun } | { readonly failure: string };

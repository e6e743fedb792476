/**
 * What an experiment is: a claim of a paper, the runs that put it to the test at the size of a browser, and what to read off
 * them. Pure data: `npm run replicate` trains it, and a page can offer the same runs as a comparison.
 */
import type { RunConfig } from '../run.ts';

/** How long to train: `full` follows the recipe, `small` is as far as a few minutes go. */
export type Budget = 'small' | 'full';

export type Metric = 'tokenAccuracy' | 'sequenceAccuracy' | 'normalizedError' | 'perplexity';

/** One column of the table. */
export interface Measure {
  readonly label: string;
  /** A split of the task, see `TaskInstance.splits`. */
  readonly split: string;
  readonly metric: Metric;
  /** Accuracy of a guess. Given, the column shows (accuracy − chance) / (1 − chance): 0 for a guess, 1 for always right. */
  readonly chance?: number;
  /** Given, the column also says in how many seeds this value was reached. */
  readonly solvedFrom?: number;
}

/** One row of the table. */
export interface ExperimentRun {
  readonly label: string;
  readonly task: RunConfig['task'];
  readonly model: RunConfig['model'];
  /** Without `steps`, which the budget decides. */
  readonly training: RunConfig['training'];
  readonly steps: Readonly<Record<Budget, number>>;
}

/** Runs that are measured alike and stand in one table. */
export interface Group {
  readonly label: string;
  readonly measures: readonly Measure[];
  readonly runs: readonly ExperimentRun[];
  /** The runs have the same number of parameters, to within a tenth of the first one's. */
  readonly matchedParameters?: boolean;
}

export interface Experiment {
  readonly id: string;
  readonly name: string;
  /** What the paper says, or what is to be found out, as a sentence that the table can contradict. */
  readonly claim: string;
  readonly source: string;
  readonly groups: readonly Group[];
  /** Which difference between which rows decides. */
  readonly reading: string;
}

/** Sequences of each split that are measured after the last step; one in 512 is 0.2 % of accuracy. */
const evaluationSamples = 512;

export function configOf(
  run: ExperimentRun,
  { budget, seed, executor }: { readonly budget: Budget } & Pick<RunConfig, 'seed' | 'executor'>,
): RunConfig {
  const steps = run.steps[budget];
  return {
    version: 1,
    task: run.task,
    model: run.model,
    // Measured once, after the last step.
    training: { evaluationSamples, ...run.training, steps, evaluationInterval: steps },
    seed,
    executor,
  };
}

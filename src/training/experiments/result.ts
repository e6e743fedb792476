/** What one run of an experiment came to. */
import type { Failure } from '../../foundation/errors.ts';
import type { Mark } from '../../tasks/task.ts';
import type { Evaluation } from '../run.ts';
import type { Metric } from './experiment.ts';

/** null: the task has no such metric. */
export type SplitScores = Readonly<Record<Metric | 'loss', number | null>>;

export interface RunResult {
  readonly seed: number;
  readonly parameters: number;
  readonly steps: number;
  /** Seconds of training, and of all with compiling and measuring. */
  readonly trainingSeconds: number;
  readonly wallSeconds: number;
  /** By split, after the last step; empty when training diverged. */
  readonly scores: Readonly<Record<string, SplitScores>>;
  /** What the task says that one reaches without a memory; null when it does not say. */
  readonly baseline: Mark | null;
  /** What stopped the run before its last step; null when nothing did. */
  readonly failure: Failure | null;
}

export function scoresOf({ normalizedError = NaN, ...rest }: Evaluation): SplitScores {
  const number = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    loss: number(rest.loss),
    tokenAccuracy: number(rest.tokenAccuracy),
    sequenceAccuracy: number(rest.sequenceAccuracy),
    perplexity: number(rest.perplexity),
    normalizedError: number(normalizedError),
  };
}

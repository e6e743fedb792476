/** The one sequence that is looked at: a sample of a split, or what a person has typed. */
import type { Sample, SplitName } from '../tasks/task.ts';
import { typedSample } from '../tasks/typed.ts';
import type { PreparedRun } from './run-config.ts';

export interface Probe {
  readonly split: SplitName;
  readonly sampleIndex: number;
  /** What a person has typed; split and index then only name it (see tasks/typed.ts). */
  readonly typed?: string;
}

/** @throws PlaygroundError `typed-sequence` */
export function sampleOf({ task, config }: PreparedRun, { split, sampleIndex, typed }: Probe): Sample {
  return typed === undefined ? task.sample(config.seed, split, sampleIndex) : typedSample(task, typed);
}

/**
 * Positions of the program that runs the probe. A typed sequence takes the program of the shortest split that it fits into, so
 * that typing on compiles nothing new.
 * @throws PlaygroundError `invalid-config` when there is no such split, `typed-sequence`
 */
export function lengthOf(run: PreparedRun, probe: Probe): number {
  if (probe.typed === undefined) return run.lengthOf(probe.split);
  const positions = sampleOf(run, probe).mask.length;
  const lengths = run.task.splits.map(({ length }) => length).filter((length) => length >= positions);
  return Math.min(...lengths);
}

/**
 * The fleet as it is compared: members that differ in nothing but the seed are one arm, drawn as one line with a band. The
 * current run belongs to the arm of its own settings, if there is one; of two runs with the same seed the one that has come
 * further counts.
 */
import type { Evaluation, MetricPoint, RunConfig } from '../../worker/protocol.ts';
import { formatNumber } from '../differences.ts';
import { differenceLabel, sameSettings } from './label.ts';
import { armKey, solvedAt } from './member.ts';
import type { Member } from './member.ts';

/** The metrics of one seed. */
export interface ArmRun {
  /** null for the current run. */
  readonly id: string | null;
  readonly seed: number;
  readonly points: readonly MetricPoint[];
  readonly evaluations: readonly Evaluation[];
}

export interface Arm {
  readonly key: string;
  /** 'A', 'B', … in the order in which they came; marks lines, list and table alike. */
  readonly letter: string;
  /** Decides colour and pattern of its line. */
  readonly index: number;
  readonly label: string;
  readonly members: readonly Member[];
  /** One for each seed, ascending. */
  readonly runs: readonly ArmRun[];
}

/** The current run, as the arms see it. */
export type Current = Omit<ArmRun, 'id' | 'seed'> & { readonly config: RunConfig };

export function armsOf(members: readonly Member[], current: Current | null): Arm[] {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    // A pinned run is one line, however many of its kind there are; a comparison has arms of its own.
    const key = member.state === 'pinned' ? member.id : `${member.group} ${armKey(member.config)}`;
    const group = groups.get(key);
    if (group) group.push(member);
    else groups.set(key, [member]);
  }
  const isHere = ([first]: readonly Member[]): boolean =>
    current !== null && first!.state !== 'pinned' && armKey(first!.config) === armKey(current.config);
  return [...groups].map(([key, own], index) => ({
    ...{ key, index, letter: letterOf(index), members: own },
    label: labelOf(own, current?.config ?? null, isHere(own)),
    runs: runsOf(own, isHere(own) ? current : null),
  }));
}

/** A to Z, then A2, B2, … */
export function letterOf(index: number): string {
  const round = Math.floor(index / 26);
  return String.fromCharCode(65 + (index % 26)) + (round > 0 ? String(round + 1) : '');
}

function labelOf(members: readonly Member[], current: RunConfig | null, joined: boolean): string {
  const [first] = members;
  const given = members.find(({ label }) => label !== '')?.label;
  if (given !== undefined) return given;
  if (first!.state === 'pinned') {
    const label = differenceLabel(current, first!.config);
    return label === sameSettings ? `${sameSettings}, at step ${formatNumber(first!.step)}` : label;
  }
  const seed = current?.seed ?? first!.config.seed;
  const count = new Set([...members.map(({ config }) => config.seed), ...(joined ? [seed] : [])]).size;
  const label = differenceLabel(current, count === 1 ? first!.config : { ...first!.config, seed });
  return count === 1 ? label : `${label}, ${count} seeds`;
}

function runsOf(members: readonly Member[], current: Current | null): ArmRun[] {
  const bySeed = new Map<number, ArmRun>();
  const take = (run: ArmRun): void => {
    const before = bySeed.get(run.seed);
    // Of equals the last, which is the current run where it is one of them.
    if (!before || reach(run) >= reach(before)) bySeed.set(run.seed, run);
  };
  for (const { id, config, metrics } of members) {
    take({ id, seed: config.seed, points: metrics.points, evaluations: metrics.evaluations });
  }
  if (current) {
    const { config, points, evaluations } = current;
    take({ id: null, seed: config.seed, points, evaluations });
  }
  return [...bySeed.values()].sort((a, b) => a.seed - b.seed);
}

/** Training steps that have been measured. */
export function reach({ points, evaluations }: Pick<ArmRun, 'points' | 'evaluations'>): number {
  return Math.max(points.at(-1)?.step ?? -1, evaluations.at(-1)?.step ?? -1);
}

/** One line of an arm: at each evaluation the median of its seeds, and the lowest and highest of them. */
export interface Band {
  readonly steps: readonly number[];
  readonly seconds: readonly number[];
  readonly tokens: readonly number[];
  readonly median: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Seeds that were measured at the step. */
  readonly counts: readonly number[];
}

type Measure = 'loss' | 'perplexity' | 'tokenAccuracy' | 'sequenceAccuracy' | 'normalizedError';

/** Of one measure of held-out samples. Values that are not finite are passed over; steps without any are left out. */
export function bandOf(runs: readonly Pick<ArmRun, 'evaluations'>[], measure: Measure): Band {
  const byStep = new Map<number, Evaluation[]>();
  for (const evaluation of runs.flatMap(({ evaluations }) => evaluations)) {
    if (evaluation.split !== 'heldOut' || !Number.isFinite(evaluation[measure])) continue;
    const same = byStep.get(evaluation.step);
    if (same) same.push(evaluation);
    else byStep.set(evaluation.step, [evaluation]);
  }
  const measured = [...byStep].sort(([a], [b]) => a - b);
  const values = measured.map(([, same]) => same.map((evaluation) => evaluation[measure]!));
  const middle = (part: 'seconds' | 'tokens'): number[] =>
    measured.map(([, same]) => median(same.map((evaluation) => evaluation[part])));
  return {
    steps: measured.map(([step]) => step),
    seconds: middle('seconds'),
    tokens: middle('tokens'),
    median: values.map(median),
    low: values.map((all) => Math.min(...all)),
    high: values.map((all) => Math.max(...all)),
    counts: values.map((all) => all.length),
  };
}

/** The middle of an odd number of values, the mean of the two middle ones of an even number; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** How many seeds of an arm have solved the task, of those that have trained to their end or solved it before. */
export function successOf({ runs, members }: Pick<Arm, 'runs' | 'members'>): {
  readonly solved: number;
  readonly of: number;
} {
  const solved = runs.filter(({ evaluations }) => solvedAt(evaluations) !== null);
  const over = runs.filter((run) => {
    const steps = Number(members[0]!.config.training['steps']);
    const failed = members.some(({ id, state }) => id === run.id && state === 'failed');
    return solved.includes(run) || failed || reach(run) >= steps;
  });
  return { solved: solved.length, of: over.length };
}

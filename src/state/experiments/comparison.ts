/**
 * The experiments as ready-made comparisons: their rows and seeds become members of the fleet, and what those have measured
 * becomes rows like the recorded ones.
 */
import { toFailure } from '../../foundation/errors.ts';
import type { Experiment, ExperimentRun, Group } from '../../training/experiments/experiment.ts';
import { configOf } from '../../training/experiments/experiment.ts';
import { experiments } from '../../training/experiments/registry.ts';
import { cell } from '../../training/experiments/report.ts';
import type { RunResult } from '../../training/experiments/result.ts';
import { scoresOf } from '../../training/experiments/result.ts';
import type { RunConfig } from '../../worker/protocol.ts';
import { fleet } from '../fleet/fleet.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Member } from '../fleet/member.ts';
import { checkConfig } from '../presets.ts';
import { runStore, tell } from '../run-store.ts';
import { settingsStore } from '../settings-store.ts';

export { cell, experiments };
export type { Experiment, Group };

/** What is measured on the page while a row trains: less than in a recording, and ten times on the way. */
export const pageSamples = 128;
const evaluations = 10;

/** The name of a row among all rows of its experiment. */
export function rowLabel(experiment: Experiment, group: Group, run: ExperimentRun): string {
  return experiment.groups.length > 1 ? `${run.label} · ${group.label}` : run.label;
}

export function rowLabels(experiment: Experiment): string[] {
  return experiment.groups.flatMap((group) => group.runs.map((run) => rowLabel(experiment, group, run)));
}

export function pageConfig(run: ExperimentRun, seed: number): RunConfig {
  const config = checkConfig(configOf(run, { budget: 'small', seed, executor: 'automatic' }));
  const evaluationInterval = Math.max(1, Math.round(run.steps.small / evaluations));
  const training = { ...config.training, evaluationInterval, evaluationSamples: pageSamples };
  return { ...config, training };
}

/**
 * Trains the chosen rows with seeds 1 to `seeds`, all rows of a seed before the next seed. Rows that are trained again leave
 * the fleet first. A fleet without room says so, and nothing changes.
 */
export function trainRows(
  experiment: Experiment,
  chosen: ReadonlySet<string>,
  seeds: number,
  where: Fleet = fleet,
): void {
  const rows = experiment.groups.flatMap((group) =>
    group.runs.map((run) => ({ label: rowLabel(experiment, group, run), run })),
  );
  const wanted = rows.filter(({ label }) => chosen.has(label));
  const orders = Array.from({ length: seeds }, (_, i) =>
    wanted.map(({ label, run }) => ({ label, config: pageConfig(run, i + 1) })),
  ).flat();
  const replaced = where.members.filter(({ group, label }) => group === experiment.name && chosen.has(label));
  try {
    where.remove((member) => replaced.includes(member));
    where.begin(experiment.name, orders);
  } catch (error) {
    where.add(replaced);
    tell('failure', toFailure(error));
  }
}

/** While the present run was never trained, it becomes the first chosen row: instruments and axes then fit the experiment. */
export function showTask(experiment: Experiment, chosen: ReadonlySet<string>): void {
  const { step, state } = runStore.getState().status;
  if (step > 0 || state !== 'paused') return;
  const [first] = experiment.groups.flatMap((group) =>
    group.runs.filter((run) => chosen.has(rowLabel(experiment, group, run))),
  );
  if (!first) return;
  settingsStore.setState(({ config }) => ({
    config: { ...pageConfig(first, config.seed), executor: config.executor },
  }));
}

export interface LiveRow {
  /** Runs that have measured something, or have failed. */
  readonly results: readonly RunResult[];
  /** e.g. "2 of 3 seeds done"; '' while none was asked for. */
  readonly status: string;
}

/** What the fleet knows of a row of the experiment. */
export function liveRow(experiment: Experiment, label: string, members: readonly Member[]): LiveRow {
  const own = members.filter((member) => member.group === experiment.name && member.label === label);
  const results = own
    .filter(({ failure, metrics }) => failure !== null || metrics.evaluations.length > 0)
    .map(resultOf);
  return { results, status: statusOf(own) };
}

function resultOf({ config, run, step, metrics, failure }: Member): RunResult {
  const splits = run?.splits.map(({ name }) => name) ?? [];
  const latest = splits.flatMap((split) => metrics.latest(split) ?? []);
  return {
    seed: config.seed,
    parameters: run?.parameterCount ?? 0,
    steps: step,
    trainingSeconds: latest[0]?.seconds ?? 0,
    wallSeconds: latest[0]?.seconds ?? 0,
    scores: failure ? {} : Object.fromEntries(latest.map((found) => [found.split, scoresOf(found)])),
    baseline: null,
    failure,
  };
}

function statusOf(members: readonly Member[]): string {
  if (members.length === 0) return '';
  const seeds = members.length === 1 ? 'seed' : 'seeds';
  const training = members.find(({ state }) => state === 'training');
  if (training) {
    return `seed ${training.config.seed}: step ${training.step} of ${Number(training.config.training['steps'])}`;
  }
  const count = (state: Member['state']): number => members.filter((member) => member.state === state).length;
  if (count('finished') === members.length) return `${members.length} ${seeds} done`;
  if (count('queued') === members.length) return 'waits';
  const parts = [
    [count('finished'), 'done'],
    [count('queued'), 'waiting'],
    [count('stopped'), 'stopped'],
    [count('failed'), 'failed'],
  ] as const;
  return parts.flatMap(([number, word]) => (number > 0 ? [`${number} ${word}`] : [])).join(', ');
}

/** A member of the fleet: a run beside the current one, kept to be compared with it. */
import type { Failure } from '../../foundation/errors.ts';
import type { UserData } from '../../tasks/task.ts';
import type { Checkpoint, Evaluation, RunConfig, RunDescription, Snapshot } from '../../worker/protocol.ts';
import { MetricsStore } from '../metrics-store.ts';

/**
 * 'pinned' was copied from the current run and rests; 'queued' waits for the background worker, 'training' is in it, and
 * so is 'paused', which waits there for the other side of its race;
 * 'stopped' was taken out before its last step and can be queued again; 'failed' could not go on.
 */
export type MemberState = 'pinned' | 'queued' | 'training' | 'paused' | 'stopped' | 'finished' | 'failed';

/** What a fleet is told to train. */
export interface Order {
  /** '' for an automatic label: what differs from the current run. */
  readonly label: string;
  readonly config: RunConfig;
  /** The file of a task that reads one. */
  readonly data?: UserData | null;
}

export interface Member {
  readonly id: string;
  /** What it was begun for, e.g. "Seeds" or the title of an experiment. Members of one group are stopped and removed together. */
  readonly group: string;
  /** As given; '' for an automatic one. */
  readonly label: string;
  readonly config: RunConfig;
  readonly data: UserData | null;
  readonly state: MemberState;
  readonly failure: Failure | null;
  readonly step: number;
  readonly stepsPerSecond: number;
  /** Grows while it trains; the member itself stays the same object meanwhile. */
  readonly metrics: MetricsStore;
  /** null until it was first prepared. */
  readonly run: RunDescription | null;
  /** Of its last step. */
  readonly snapshot: Snapshot | null;
  /** null before it was prepared, and when the fleet had to make room: its curves stay. */
  readonly checkpoint: Checkpoint | null;
}

/** It is in the background worker or waits for it. */
export function underWay({ state }: Pick<Member, 'state'>): boolean {
  return state === 'queued' || state === 'training' || state === 'paused';
}

export function memberOf(id: string, group: string, { label, config, data = null }: Order): Member {
  return {
    ...{ id, group, label, config, data, state: 'queued', failure: null, step: 0, stepsPerSecond: 0 },
    ...{ metrics: new MetricsStore(), run: null, snapshot: null, checkpoint: null },
  };
}

/** Equal for runs that differ in nothing but seed and executor: the seeds of one arm. */
export function armKey(config: RunConfig): string {
  const known = armKeys.get(config) ?? keyOf(config);
  armKeys.set(config, known);
  return known;
}

/** Asked for with every picture, and configs never change. */
const armKeys = new WeakMap<RunConfig, string>();

function keyOf(config: RunConfig): string {
  const { model, training } = config;
  return JSON.stringify([taskKey(config), model.id, sorted(model.fields), sorted(training)]);
}

/** Equal for runs on the same task and file, whatever their seeds. */
export function taskKey({ task }: Pick<RunConfig, 'task'>): string {
  return JSON.stringify([task.id, task.dataHash ?? '', sorted(task.fields)]);
}

const sorted = (fields: RunConfig['training']): unknown[] =>
  Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));

/** A task counts as solved when more than this share of held-out sequences is right at every answer. */
export const solvedAbove = 0.99;

/** The first evaluation that counts as solved, or null. Vector tasks have no right answers, so they are never solved. */
export function solvedAt(evaluations: readonly Evaluation[]): Evaluation | null {
  return (
    evaluations.find(
      ({ split, sequenceAccuracy }) => split === 'heldOut' && sequenceAccuracy > solvedAbove,
    ) ?? null
  );
}

/** Bytes of weights, moments and taps: what a member holds beside its curves. */
export function bytesOf({ checkpoint, snapshot }: Pick<Member, 'checkpoint' | 'snapshot'>): number {
  const { parameters = {}, firstMoments = {}, secondMoments = {} } = checkpoint?.training ?? {};
  return [parameters, firstMoments, secondMoments, snapshot?.taps ?? {}]
    .flatMap((map) => Object.values(map))
    .reduce((sum, { data }) => sum + data.byteLength, snapshot?.predictions.byteLength ?? 0);
}

/** The stores as the data of a picture. */
import { clampPosition, cursorStore, moveCursor } from '../../state/cursor-store.ts';
import { armsOf } from '../../state/fleet/arms.ts';
import type { Arm } from '../../state/fleet/arms.ts';
import { fleet } from '../../state/fleet/fleet.ts';
import { metricsStore } from '../../state/metrics-store.ts';
import { runStore } from '../../state/run-store.ts';
import { lengthOf, snapshotStore } from '../../state/snapshot-store.ts';
import type { Evaluation, MetricPoint, Moment, Run } from './data.ts';
import { countText } from './text.ts';

/** The snapshot and the position at the cursors, or null before the first one. */
export function currentMoment(): Moment | null {
  const { run } = runStore.getState();
  const snapshot = snapshotStore.shown;
  if (!run || !snapshot) return null;
  return { run, snapshot, position: clampPosition(cursorStore.getState().position, lengthOf(snapshot)) };
}

export interface Progress {
  readonly run: Run;
  readonly points: readonly MetricPoint[];
  readonly evaluations: readonly Evaluation[];
}

export function currentProgress(): Progress | null {
  const { run } = runStore.getState();
  return run && { run, points: metricsStore.points, evaluations: metricsStore.evaluations };
}

/** The runs that are compared with the current one, as the curves and the list show them. */
export function currentArms(): readonly Arm[] {
  if (fleet.members.length === 0) return [];
  const { run } = runStore.getState();
  const { points, evaluations } = metricsStore;
  return armsOf(fleet.members, run && { config: run.config, points, evaluations });
}

/** Moves the shared cursor. */
export function goToPosition(position: number): void {
  const snapshot = snapshotStore.shown;
  if (snapshot) moveCursor(position, lengthOf(snapshot));
}

/** e.g. "memnet on copy, seed 1, step 1,200 · Memory Playground", under exported pictures. */
export function sourceText(): string {
  const { run, status } = runStore.getState();
  if (!run) return 'Memory Playground';
  const { model, task, seed } = run.config;
  const step = snapshotStore.shown?.step ?? status.step;
  return `${model.id} on ${task.id}, seed ${seed}, step ${countText(step)} · Memory Playground`;
}

/**
 * The generalisation grids of the current run: each is of one training step and asked of the worker, either once by a person
 * or again and again while somebody wants to see it follow the training.
 */
import { createStore } from 'zustand/vanilla';
import { mostGrids, thinnedBySteps } from '../foundation/thinning.ts';
import type { GeneralisationGrid, GridCell, GridDescription, GridProgress } from '../worker/protocol.ts';
import { setPanelSetting } from './layout-store.ts';
import { runStore } from './run-store.ts';
import type { Session } from './session.ts';

export type { GeneralisationGrid, GridCell, GridDescription, GridProgress };

export interface GridState {
  /** Ascending by step; one for each step. */
  readonly grids: readonly GeneralisationGrid[];
  /** The one under way, or null. */
  readonly measuring: GridProgress | null;
  /** How many have come in or were replaced: tells whether there is something to be saved. */
  readonly gridRevision: number;
  /** How many want grids to follow the training. */
  readonly gridFollowers: number;
}

export const gridStore = createStore<GridState>(() => ({
  ...{ grids: [], measuring: null },
  ...{ gridRevision: 0, gridFollowers: 0 },
}));

/** The latest one not after a training step, or null; the newest for null. */
export function gridAt(step: number | null, { grids } = gridStore.getState()): GeneralisationGrid | null {
  if (step === null) return grids.at(-1) ?? null;
  return grids.findLast((grid) => grid.step <= step) ?? null;
}

/**
 * What is shown at a training step: the grid that somebody is having measured, cell by cell, else the latest complete one. One
 * that follows the training would take the place of a complete one, again and again, with a part of itself.
 */
export function gridShownAt(step: number | null, state = gridStore.getState()): GeneralisationGrid | null {
  const { measuring } = state;
  const measured = gridAt(step, state);
  const fresh = measuring !== null && (measuring.asked || !measured) && measuring.step <= (step ?? Infinity);
  return fresh ? measuring : measured;
}

/** Starts over, with those of a resumed run. */
export function replaceGrids(grids: readonly GeneralisationGrid[] = []): void {
  gridStore.setState(({ gridRevision }) => ({ grids, measuring: null, gridRevision: gridRevision + 1 }));
}

/** A second one of the same step takes the place of the first. */
export function addGrids(added: readonly GeneralisationGrid[]): void {
  if (added.length === 0) return;
  gridStore.setState(({ grids, gridRevision }) => {
    let all = [...grids];
    // As the run's own record does.
    for (const grid of added)
      all = thinnedBySteps([...all.filter(({ step }) => step < grid.step), grid], mostGrids);
    return { grids: all, measuring: null, gridRevision: gridRevision + 1 };
  });
}

export function tellMeasuring(measuring: GridProgress | null): void {
  gridStore.setState({ measuring });
}

/** Wants grids to follow the training until the returned function is called. */
export function followGrids(): () => void {
  gridStore.setState(({ gridFollowers }) => ({ gridFollowers: gridFollowers + 1 }));
  let stopped = false;
  return () => {
    if (stopped) return;
    stopped = true;
    gridStore.setState(({ gridFollowers }) => ({ gridFollowers: gridFollowers - 1 }));
  };
}

/** Why no grid can be measured now, or null. */
export function gridProblem(): string | null {
  const { run, configuring } = runStore.getState();
  if (configuring) return 'The run is being prepared.';
  if (!run) return 'There is no run yet.';
  return run.grid ? null : 'This task has no measure of difficulty that a grid could be made of.';
}

type Measurer = Pick<Session, 'measureGrid' | 'cancelGrid' | 'followGrid'>;

let measurer: Measurer | null = null;

/** Measures the weights of the present step, or gives up what is under way. */
export function toggleMeasuring(): void {
  if (!measurer || gridProblem() !== null) return;
  if (gridStore.getState().measuring) {
    void measurer.cancelGrid();
    return;
  }
  // What was asked for is shown.
  setPanelSetting('generalisation', 'view', 'levels');
  void measurer.measureGrid();
}

/**
 * From now on grids are measured by this session, which is told whether anybody follows them.
 * @returns the function that ends it
 */
export function measureGridsWith(session: Measurer): () => void {
  measurer = session;
  let told = '';
  let telling = false;
  const update = async (): Promise<void> => {
    const { run } = runStore.getState();
    const follow = gridStore.getState().gridFollowers > 0;
    const wanted = run?.grid ? `${run.runId} ${follow}` : '';
    if (telling || wanted === told || wanted === '') return;
    // A new run follows nothing by itself.
    if (!follow && !told.startsWith(`${run?.runId} `)) return;
    telling = true;
    told = wanted;
    await session.followGrid(follow);
    telling = false;
    void update();
  };
  const stops = [runStore.subscribe(() => void update()), gridStore.subscribe(() => void update())];
  void update();
  return () => {
    for (const stop of stops) stop();
    if (measurer === session) measurer = null;
  };
}

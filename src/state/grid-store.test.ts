import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { aRun } from '../testing/runs.ts';
import { addGrids, followGrids, gridAt, gridShownAt, gridStore, measureGridsWith } from './grid-store.ts';
import { replaceGrids, tellMeasuring, toggleMeasuring } from './grid-store.ts';
import type { GeneralisationGrid } from './grid-store.ts';
import { runStore } from './run-store.ts';

const aGrid = (step: number, samples = 8): GeneralisationGrid => ({ step, samples, cells: [] });
const run = { ...aRun('run 1'), grid: { axes: [], cells: [] } };
const told = {
  measureGrid: vi.fn(async () => true),
  cancelGrid: vi.fn(async () => true),
  followGrid: vi.fn(async (_follow: boolean) => true),
};
let end: () => void;

beforeEach(() => {
  vi.clearAllMocks();
  runStore.setState({ run, configuring: false });
  replaceGrids();
  end = measureGridsWith(told);
});
afterEach(() => {
  end();
  runStore.setState({ run: null });
});

it('shows the latest grid that is not after the step, and the newest without one', () => {
  addGrids([aGrid(10), aGrid(20)]);
  addGrids([aGrid(30)]);
  expect([null, 9, 10, 29, 99].map((step) => gridAt(step)?.step)).toEqual([30, undefined, 10, 20, 30]);
});

it('keeps one grid of a step, and not ever more of them', () => {
  addGrids([aGrid(10), aGrid(20)]);
  addGrids([aGrid(20, 16)]);
  expect(gridStore.getState().grids).toEqual([aGrid(10), aGrid(20, 16)]);
  for (let step = 21; step < 200; step++) addGrids([aGrid(step)]);
  const { grids } = gridStore.getState();
  expect(grids.length).toBeLessThanOrEqual(33);
  expect([grids[0]!.step, grids.at(-1)!.step]).toEqual([10, 199]);
});

it('measures or stops measuring, where the task can be measured', () => {
  toggleMeasuring();
  tellMeasuring({ ...aGrid(1), total: 4, asked: true });
  toggleMeasuring();
  expect([told.measureGrid.mock.calls.length, told.cancelGrid.mock.calls.length]).toEqual([1, 1]);
  addGrids([aGrid(1)]);
  expect(gridStore.getState().measuring).toBeNull();
  runStore.setState({ run: aRun('run 2') });
  toggleMeasuring();
  expect(told.measureGrid).toHaveBeenCalledTimes(1);
});

it('shows what is being measured where somebody has asked for it, or where there is nothing else', () => {
  const shown = (step: number | null) => gridShownAt(step)?.step;
  const following = { ...aGrid(30), total: 4, asked: false };
  tellMeasuring(following);
  expect([shown(null), shown(29)]).toEqual([30, undefined]);
  addGrids([aGrid(10)]);
  tellMeasuring(following);
  expect(shown(null)).toBe(10);
  tellMeasuring({ ...following, asked: true });
  expect([shown(null), shown(30), shown(29)]).toEqual([30, 30, 10]);
});

it('follows the training while somebody wants it, in every new run anew', async () => {
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  await settle();
  expect(told.followGrid).not.toHaveBeenCalled();
  const stop = followGrids();
  await settle();
  runStore.setState({ run: { ...run, runId: 'run 2' } });
  await settle();
  stop();
  stop();
  await settle();
  runStore.setState({ run: { ...run, runId: 'run 3' } });
  await settle();
  expect(told.followGrid.mock.calls).toEqual([[true], [true], [false]]);
});

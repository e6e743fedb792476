import { describe, expect, it, vi } from 'vitest';
import { aRun } from '../testing/runs.ts';
import { cursorStore } from './cursor-store.ts';
import { followGradient } from './gradient-follower.ts';
import { GradientStore, gradientStore } from './gradient-store.ts';
import type { TimeGradient } from './gradient-store.ts';
import { runStore } from './run-store.ts';

const aGradient = (step: number, sampleIndex = 0): TimeGradient => ({
  ...{ step, split: 'heldOut', sampleIndex, position: null, horizon: null },
  ...{ starts: Int32Array.of(0), states: [] },
});

describe('kept gradients', () => {
  it('are found by the nearest training step, the newest without one', () => {
    const store = new GradientStore();
    for (const step of [0, 10, 40]) store.add(aGradient(step));
    expect([store.at(null), store.at(22), store.at(30)].map((found) => found?.step)).toEqual([40, 10, 40]);
  });

  it('stay few in a long run', () => {
    const store = new GradientStore();
    for (let step = 0; step < 5000; step++) store.add(aGradient(step));
    expect(store.size).toBeLessThanOrEqual(129);
    expect([store.at(0)?.step, store.at(null)?.step]).toEqual([0, 4999]);
  });

  it('begin anew with another sequence and after going back', () => {
    const store = new GradientStore();
    store.add(aGradient(10));
    store.add(aGradient(10, 1));
    expect(store.size).toBe(1);
    store.add(aGradient(3, 1));
    expect([store.size, store.at(10)?.step]).toEqual([1, 3]);
  });
});

it('the worker is told who looks, at which position, and when nobody does', async () => {
  const told = vi.fn(async (_watch: { readonly position: number | null } | null) => true);
  cursorStore.setState({ position: 2 });
  runStore.setState({ run: aRun('first') });
  const end = followGradient({ watchGradient: told });
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  await settle();
  expect(told).not.toHaveBeenCalled();
  const stop = gradientStore.watch();
  await settle();
  cursorStore.setState({ position: 3 });
  cursorStore.setState({ position: 5 });
  await settle();
  runStore.setState({ run: aRun('second') });
  await settle();
  stop();
  await settle();
  end();
  expect(told.mock.calls.map(([watch]) => watch?.position ?? null)).toEqual([2, 3, 5, 5, null]);
});

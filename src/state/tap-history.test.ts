import { expect, test } from 'vitest';
import { aSnapshot } from '../testing/runs.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { TapHistory } from './tap-history.ts';

function snapshotAt(step: number, floats = 4) {
  const tensor = { shape: [floats], dtype: 'f32' as const, data: new Float32Array(floats).fill(step) };
  return { ...aSnapshot(step), taps: { bias: tensor } };
}

function history() {
  const store = new SnapshotStore();
  const kept = new TapHistory('bias', store);
  return { store, kept, steps: () => kept.entries.map(({ step }) => step) };
}

test('keeps what the tap was at each step, once', () => {
  const { store, kept, steps } = history();
  for (const step of [0, 10, 10, 20]) store.set(snapshotAt(step));
  store.set(aSnapshot(30)); // has no such tap
  expect(steps()).toEqual([0, 10, 20]);
  expect(kept.entries[1]!.tensor.data[0]).toBe(10);
});

test('a reset takes back what came after, a new run takes back everything', () => {
  const { store, steps } = history();
  for (const step of [0, 10, 20, 30, 0, 5]) store.set(snapshotAt(step));
  expect(steps()).toEqual([0, 5]);
  store.set(null);
  expect(steps()).toEqual([]);
});

test('stays within its budget and keeps the first and the newest', () => {
  const { store, kept, steps } = history();
  for (let step = 0; step < 3000; step++) store.set(snapshotAt(step));
  expect(steps().length).toBeLessThanOrEqual(96);
  expect([steps()[0], steps().at(-1)]).toEqual([0, 2999]);
  const gaps = steps().map((step, i) => step - (steps()[i - 1] ?? step));
  expect(gaps.at(-1)).toBeLessThan(gaps[1]!);

  store.set(null);
  for (let step = 0; step < 100; step++) store.set(snapshotAt(step, 2 ** 16));
  const bytes = kept.entries.reduce((sum, { tensor }) => sum + tensor.data.byteLength, 0);
  expect(bytes).toBeLessThanOrEqual(2 ** 21 + 2 ** 18);
});

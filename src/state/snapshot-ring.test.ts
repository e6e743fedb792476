import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aSnapshot } from '../testing/runs.ts';
import type { Snapshot } from './snapshot-store.ts';
import { bytesOf, SnapshotRing } from './snapshot-ring.ts';

const { array, assert, constant, integer, oneof, property } = fc;

const bare: Snapshot = { ...aSnapshot(0), mask: new Uint8Array(4) };
const tapOf = (data: Float32Array) => ({ shape: [data.length], dtype: 'f32' as const, data });
/** Bytes of a snapshot whose only tap is empty. */
const overhead = bytesOf({ ...bare, taps: { memory: tapOf(new Float32Array(0)) } });

/** A snapshot of exactly `bytes` bytes. */
function snapshotOf(step: number, bytes: number): Snapshot {
  const data = new Float32Array((bytes - overhead) / 4);
  return { ...bare, step, taps: { memory: tapOf(data) } };
}

function filled(steps: readonly number[], bytesEach: number, budget: number): SnapshotRing {
  const ring = new SnapshotRing(budget);
  for (const step of steps) ring.add(snapshotOf(step, bytesEach));
  return ring;
}

/** Strictly ascending steps, made from their distances. */
const ascending = array(oneof(constant(1), integer({ min: 1, max: 50 })), {
  minLength: 1,
  maxLength: 120,
}).map((gaps) => gaps.map((_, i) => gaps.slice(0, i + 1).reduce((sum, gap) => sum + gap, -1)));
const budgets = integer({ min: 2, max: 40 });

describe('the snapshot ring', () => {
  it('stays within the budget, in order, with the first and the newest', () => {
    assert(
      property(ascending, budgets, (steps, capacity) => {
        const ring = new SnapshotRing(capacity * 4000);
        for (const step of steps) {
          ring.add(snapshotOf(step, 4000));
          expect(ring.bytes).toBeLessThanOrEqual(capacity * 4000);
          expect(ring.bytes).toBe(ring.size * 4000);
        }
        expect(ring.steps).toEqual([...ring.steps].sort((a, b) => a - b));
        expect(ring.size).toBe(Math.min(capacity, steps.length));
        expect([ring.steps[0], ring.steps.at(-1)]).toEqual([steps[0], steps.at(-1)]);
      }),
    );
  });

  it('stays within the budget when snapshots differ in size, unless one alone is larger', () => {
    const sizes = array(integer({ min: 100, max: 2000 }), { minLength: 1, maxLength: 60 });
    assert(
      property(sizes, (words) => {
        const ring = new SnapshotRing(12_000);
        words.forEach((count, step) => {
          ring.add(snapshotOf(step, count * 4 + overhead));
          expect(ring.bytes <= 12_000 || ring.size === 1).toBe(true);
          expect(ring.steps.at(-1)).toBe(step);
        });
      }),
    );
  });

  it('finds the nearest kept step', () => {
    assert(
      property(ascending, budgets, integer({ min: -5, max: 3000 }), (steps, capacity, wanted) => {
        const ring = filled(steps, 4000, capacity * 4000);
        const least = Math.min(...ring.steps.map((step) => Math.abs(step - wanted)));
        expect(Math.abs(ring.nearest(wanted)!.step - wanted)).toBe(least);
      }),
    );
    expect(new SnapshotRing().nearest(3)).toBeNull();
  });

  it('lets gaps grow geometrically with the step', () => {
    for (const [every, capacity] of [
      [1, 32],
      [7, 64],
      [20, 100],
    ] as const) {
      const all = Array.from({ length: 4000 }, (_, i) => i * every);
      const steps = filled(all, 4000, capacity * 4000).steps;
      const ratios = steps.slice(1).map((step, i) => Math.log((step + 1) / (steps[i]! + 1)));
      // Where every step is kept there is nothing to thin; the newest has just come.
      const thinned = ratios.filter((_, i) => i < ratios.length - 1 && steps[i + 1]! - steps[i]! > every);
      expect(thinned.length).toBeGreaterThan(capacity / 3);
      expect(Math.max(...thinned) / Math.min(...thinned)).toBeLessThan(4);
    }
  });

  it('moves from one kept step to the next and stops at the ends', () => {
    const ring = filled([0, 10, 20, 30], 4000, 40_000);
    expect(ring.neighbour(10, 1)).toBe(20);
    expect(ring.neighbour(12, -1)).toBe(0);
    expect(ring.neighbour(0, -1)).toBe(0);
    expect(ring.neighbour(20, 5)).toBe(30);
  });

  it('keeps the step that is looked at while others are thinned out', () => {
    const ring = new SnapshotRing(32_000);
    for (let step = 0; step < 500; step++) {
      ring.add(snapshotOf(step, 4000), step > 200 ? 200 : null);
    }
    expect(ring.steps).toContain(200);
    expect(ring.bytes).toBeLessThanOrEqual(32_000);
  });

  it('begins anew with another probe or a restart, and replaces the same step', () => {
    const ring = filled([0, 10, 20], 4000, 40_000);
    expect(ring.add(snapshotOf(20, 8000))).toBe(false);
    expect([ring.steps, ring.bytes]).toEqual([[0, 10, 20], 16_000]);
    expect(ring.add({ ...snapshotOf(30, 4000), sampleIndex: 1 })).toBe(true);
    expect(ring.steps).toEqual([30]);
    expect(ring.add({ ...snapshotOf(0, 4000), sampleIndex: 1 })).toBe(true);
    expect([ring.steps, ring.bytes]).toEqual([[0], 4000]);
  });

  it('counts a buffer once and whole', () => {
    const data = new Float32Array(100);
    const tap = (start: number) => tapOf(data.subarray(start, start + 10));
    const objects = overhead - bytesOf(bare);
    expect(objects).toBeGreaterThan(0);
    expect(bytesOf({ ...bare, taps: { a: tap(0), b: tap(10) } })).toBe(bytesOf(bare) + 400 + 2 * objects);
  });

  it('holds ten minutes of twenty large snapshots a second', () => {
    const ring = new SnapshotRing();
    const large = snapshotOf(0, 2 ** 18);
    for (let i = 0; i < 12_000; i++) {
      ring.add({ ...large, step: i * 5 });
      expect(ring.bytes).toBeLessThanOrEqual(48 * 2 ** 20);
    }
    expect(ring.size).toBe(192);
    expect(ring.steps[0]).toBe(0);
  });
});

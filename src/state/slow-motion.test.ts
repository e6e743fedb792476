import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aRun, aSnapshot } from '../testing/runs.ts';
import { cursorStore } from './cursor-store.ts';
import { runStore } from './run-store.ts';
import { currentFrame, framesOf, SlowMotionPlayer, slowMotionStore } from './slow-motion.ts';
import type { Rehearsal, UpdateReport } from './slow-motion.ts';
import { snapshotStore } from './snapshot-store.ts';

const rehearsal: Rehearsal = {
  ...{ step: 7, batchSize: 2, batchLoss: 1.5, losses: Float32Array.of(NaN, NaN, 1) },
  snapshot: { ...aSnapshot(7), split: 'train', sampleIndex: 14 },
  gradient: {
    ...{ step: 7, split: 'train', sampleIndex: 14, position: null, horizon: null },
    ...{ starts: Int32Array.of(0, 1, 2), states: [] },
  },
  groups: [],
};
const report: UpdateReport = { step: 8, loss: 1.5, gradientNorm: 2, learningRate: 0.01, groups: [] };

const status = (step: number, state: 'paused' | 'training' = 'paused') => ({
  status: { state, step, stepsPerSecond: 0, memory: { bytes: 0, objects: 0 } },
});

function player() {
  const session = {
    rehearse: vi.fn(async () => rehearsal),
    update: vi.fn(async () => {
      runStore.setState(status(7, 'training'));
      runStore.setState(status(8));
      return report;
    }),
  };
  return { session, motion: new SlowMotionPlayer(session) };
}

const shown = () => currentFrame(slowMotionStore.getState());

beforeEach(() => {
  vi.useFakeTimers();
  runStore.setState({ run: aRun('r'), ...status(7) });
  cursorStore.setState({ position: 1 });
});
afterEach(() => vi.useRealTimers());

it('a step is forward by position, loss, backward by position, update', () => {
  expect(framesOf(rehearsal).map(({ phase, position }) => `${phase} ${position}`)).toEqual([
    ...['forward 0', 'forward 1', 'forward 2', 'loss 2'],
    ...['backward 2', 'backward 1', 'backward 0', 'update 0'],
  ]);
});

describe('slow motion', () => {
  it('plays to the end, moves the shared cursor and makes the step once', async () => {
    const { session, motion } = player();
    await motion.begin();
    expect(snapshotStore.shown).toBe(rehearsal.snapshot);
    await vi.advanceTimersByTimeAsync(500);
    expect(shown()).toEqual({ phase: 'forward', position: 2 });
    expect(cursorStore.getState().position).toBe(2);
    expect(session.update).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(shown()?.phase).toBe('update');
    expect(slowMotionStore.getState()).toMatchObject({ update: report, playing: false });
    motion.move(-1);
    motion.move(1);
    expect(session.update).toHaveBeenCalledTimes(1);
    motion.leave();
    expect(snapshotStore.shown).not.toBe(rehearsal.snapshot);
    expect(cursorStore.getState().position).toBe(1);
  });

  it('makes no step when it is left before the update', async () => {
    const { session, motion } = player();
    await motion.begin();
    motion.goTo('backward');
    motion.leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(session.update).not.toHaveBeenCalled();
    expect(slowMotionStore.getState().rehearsal).toBeNull();
  });

  it('ends when training starts, another run comes or another sequence is asked for', async () => {
    const { motion } = player();
    const ends = [
      () => runStore.setState(status(7, 'training')),
      () => runStore.setState({ run: aRun('other') }),
      () => runStore.setState({ probe: { split: 'heldOut', sampleIndex: 5 } }),
      () => runStore.setState(status(0)),
    ];
    for (const end of ends) {
      runStore.setState({ run: aRun('r'), ...status(7) });
      await motion.begin();
      expect(slowMotionStore.getState().rehearsal).not.toBeNull();
      end();
      expect(slowMotionStore.getState().rehearsal).toBeNull();
    }
  });

  it('waits for the hand of a person who wants less motion', async () => {
    vi.stubGlobal('matchMedia', () => ({ matches: true }));
    const { motion } = player();
    await motion.begin();
    await vi.advanceTimersByTimeAsync(5000);
    expect(shown()).toEqual({ phase: 'forward', position: 0 });
    motion.move(1);
    expect(shown()?.position).toBe(1);
    motion.leave();
    vi.unstubAllGlobals();
  });
});

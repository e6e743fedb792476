import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aSnapshot } from '../testing/runs.ts';
import { cursorStore } from './cursor-store.ts';
import { snapshotStore } from './snapshot-store.ts';
import { followTraining, goToStep, moveStep, playSteps, stopPlaying } from './step-cursor.ts';

beforeEach(() => {
  vi.useFakeTimers();
  snapshotStore.set(null);
  for (const step of [0, 10, 20, 30]) snapshotStore.set(aSnapshot(step));
});

afterEach(() => {
  stopPlaying();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const shown = (): number | undefined => snapshotStore.shown?.step;

describe('the training-step cursor', () => {
  it('follows the newest snapshot until it is moved', () => {
    expect(shown()).toBe(30);
    snapshotStore.set(aSnapshot(40));
    expect(shown()).toBe(40);
    goToStep(12);
    expect(shown()).toBe(10);
    snapshotStore.set(aSnapshot(50));
    expect([shown(), snapshotStore.latest?.step]).toEqual([10, 50]);
    followTraining();
    expect(shown()).toBe(50);
  });

  it('moves by kept snapshots; at the newest it follows again', () => {
    moveStep(-1);
    expect(shown()).toBe(20);
    moveStep(-9);
    expect(shown()).toBe(0);
    moveStep(1);
    expect(cursorStore.getState().step).toBe(10);
    moveStep(2);
    expect(cursorStore.getState().step).toBeNull();
  });

  it('returns to the newest with another probe, a restart or another run', () => {
    for (const next of [{ ...aSnapshot(40), sampleIndex: 3 }, aSnapshot(0), null]) {
      snapshotStore.set(null);
      for (const step of [0, 10, 20]) snapshotStore.set(aSnapshot(step));
      playSteps('forward');
      snapshotStore.set(next);
      expect(cursorStore.getState()).toMatchObject({ step: null, playing: null });
      expect(snapshotStore.shown).toBe(next);
      vi.advanceTimersByTime(500);
      expect(cursorStore.getState().step).toBeNull();
    }
  });

  it('plays forward from the first to the newest, twelve a second', () => {
    playSteps('forward');
    expect(shown()).toBe(0);
    vi.advanceTimersByTime(170);
    expect(shown()).toBe(20);
    vi.advanceTimersByTime(1000);
    expect(cursorStore.getState()).toMatchObject({ step: null, playing: null });
  });

  it('plays backward to the first', () => {
    playSteps('backward');
    vi.advanceTimersByTime(90);
    expect(shown()).toBe(20);
    vi.advanceTimersByTime(1000);
    expect(cursorStore.getState()).toMatchObject({ step: 0, playing: null });
  });

  it('stops playing when it is moved by hand', () => {
    playSteps('backward');
    goToStep(20);
    vi.advanceTimersByTime(1000);
    expect(shown()).toBe(20);
  });

  it('steps instead of playing for those who asked for less motion', () => {
    vi.stubGlobal('matchMedia', () => ({ matches: true }));
    playSteps('backward');
    vi.advanceTimersByTime(1000);
    expect(cursorStore.getState()).toMatchObject({ step: 20, playing: null });
  });
});

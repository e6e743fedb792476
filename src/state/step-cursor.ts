/** Moving the training-step cursor through the kept snapshots, by hand or played. */
import { cursorStore } from './cursor-store.ts';
import type { Cursor } from './cursor-store.ts';
import { snapshotStore } from './snapshot-store.ts';

/** Time between two snapshots while playing, ms: twelve a second. */
const playInterval = 1000 / 12;

type Direction = NonNullable<Cursor['playing']>;

let timer: ReturnType<typeof setInterval> | undefined;

/** Shows the kept snapshot nearest to a step; the newest one is followed. */
export function goToStep(step: number): void {
  stopPlaying();
  show(step);
}

/** Moves by kept snapshots. */
export function moveStep(count: number): void {
  stopPlaying();
  advance(count);
}

/** Shows the newest snapshot and every newer one as it comes. */
export function followTraining(): void {
  stopPlaying();
  cursorStore.setState({ step: null });
}

/**
 * Plays through the kept snapshots and stops at the end; forward from the newest starts over at the first. A person who asked
 * for less motion gets one snapshot a call instead.
 */
export function playSteps(direction: Direction): void {
  stopPlaying();
  const count = direction === 'forward' ? 1 : -1;
  if (prefersReducedMotion()) {
    advance(count);
    return;
  }
  if (direction === 'forward' && cursorStore.getState().step === null) show(0);
  cursorStore.setState({ playing: direction });
  timer = setInterval(() => {
    // A new run or probe has ended it, or the end is reached.
    if (cursorStore.getState().playing === null || !advance(count)) stopPlaying();
  }, playInterval);
}

export function stopPlaying(): void {
  clearInterval(timer);
  if (cursorStore.getState().playing !== null) cursorStore.setState({ playing: null });
}

/** @returns whether there is more to come in this direction */
function advance(count: number): boolean {
  const current = snapshotStore.shown?.step;
  const next = current === undefined ? null : snapshotStore.kept.neighbour(current, count);
  if (next === null || next === current) return false;
  show(next);
  return true;
}

function show(step: number): void {
  const snapshot = snapshotStore.kept.nearest(step);
  if (snapshot) cursorStore.setState({ step: snapshot === snapshotStore.latest ? null : snapshot.step });
}

export function prefersReducedMotion(): boolean {
  return typeof matchMedia !== 'undefined' && matchMedia('(prefers-reduced-motion: reduce)').matches;
}

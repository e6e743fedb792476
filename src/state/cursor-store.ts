/**
 * The two cursors that all instruments share: a training step and a position in the probe sequence. Positions count from 0.
 * Whoever draws clamps to the snapshot at hand with `clampPosition`, so that a shorter sequence never breaks a picture.
 */
import { createStore } from 'zustand/vanilla';

export interface Cursor {
  readonly position: number;
  /** Training step of the snapshot that is shown; null follows the newest. */
  readonly step: number | null;
  /** Whether the kept snapshots are being played, and which way. */
  readonly playing: 'backward' | 'forward' | null;
}

function createCursorStore() {
  return createStore<Cursor>(() => ({ position: 0, step: null, playing: null }));
}

export const cursorStore = createCursorStore();

/** A position inside a sequence of `length` positions. */
export function clampPosition(position: number, length: number): number {
  return Math.max(0, Math.min(Math.round(position), length - 1));
}

export function moveCursor(position: number, length: number): void {
  cursorStore.setState({ position: clampPosition(position, length) });
}

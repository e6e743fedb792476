/**
 * What is pointed at, by the pointer or by the arrow keys: one store for all instruments. It changes when another cell is
 * reached, not with every movement, and nobody redraws a picture for it: outlines lie on top (`stage.ts`).
 */
import { createStore } from 'zustand/vanilla';
import type { Subject } from './subjects.ts';
import { areEqual } from './subjects.ts';

export interface Pointed {
  /** Who points; null while nobody does. */
  readonly source: object | null;
  /** The grid that is pointed at in the picture of the source. */
  readonly grid: string | null;
  readonly subjects: readonly Subject[];
}

const nothing: Pointed = { source: null, grid: null, subjects: [] };

export const createPointStore = () => createStore<Pointed>(() => nothing);

type PointStore = ReturnType<typeof createPointStore>;

export const pointStore = createPointStore();

export function pointAt(
  source: object,
  grid: string | null,
  subjects: readonly Subject[],
  store: PointStore = pointStore,
): void {
  const now = store.getState();
  if (now.source === source && now.grid === grid && areEqual(now.subjects, subjects)) return;
  store.setState({ source, grid, subjects }, true);
}

/** The source points no more. What another one points at meanwhile stays. */
export function release(source: object, store: PointStore = pointStore): void {
  if (store.getState().source === source) store.setState(nothing, true);
}

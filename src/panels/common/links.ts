/** What instruments point out to each other besides the cursor: the traced event, the step under the crosshair, a compared run. */
import { createStore } from 'zustand/vanilla';

export interface Links {
  /** Position that wrote the traced event; null when none is traced. */
  readonly event: number | null;
  /** Training step under the crosshair of the curves. */
  readonly crosshair: number | null;
  /** Key of the compared arm that is pointed at; null for none. */
  readonly arm: string | null;
}

export const linkStore = createStore<Links>(() => ({ event: null, crosshair: null, arm: null }));

/** Traces an event; tracing it again lets it go. */
export function traceEvent(event: number | null): void {
  linkStore.setState((links) => ({ event: event === links.event || event === -1 ? null : event }));
}

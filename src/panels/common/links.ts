/** What instruments point out to each other besides the cursor: the traced event, the step under the crosshair, a compared run. */
import { createStore } from 'zustand/vanilla';
import type { Subscribable } from '../../state/hooks.ts';

export interface Links {
  /** Position that wrote the traced event; null when none is traced. */
  readonly event: number | null;
  /** Training step under the crosshair of the curves. */
  readonly crosshair: number | null;
  /** Key of the compared arm that is pointed at; null for none. */
  readonly arm: string | null;
}

export const linkStore = createStore<Links>(() => ({ event: null, crosshair: null, arm: null }));

/** Tells only of changes of one of the links, so that a crosshair that moves redraws no memory. */
function only(name: keyof Links): Subscribable {
  return {
    subscribe: (listener) =>
      linkStore.subscribe((links, before) => {
        if (links[name] !== before[name]) listener();
      }),
  };
}

export const tracedEvent = only('event');
export const crosshair = only('crosshair');
export const pointedArm = only('arm');

/** Traces an event; tracing it again lets it go. */
export function traceEvent(event: number | null): void {
  linkStore.setState((links) => ({ event: event === links.event || event === -1 ? null : event }));
}

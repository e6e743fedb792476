/** Whether a media query holds, for what the style sheet alone cannot arrange. */
import { useSyncExternalStore } from 'react';

interface Watched {
  readonly subscribe: (listener: () => void) => () => void;
  readonly matches: () => boolean;
}

/** React wants the same functions at every render. */
const watched = new Map<string, Watched>();

function watch(query: string): Watched {
  const known = watched.get(query);
  if (known) return known;
  const list = typeof matchMedia === 'undefined' ? null : matchMedia(query);
  const entry: Watched = {
    subscribe: (listener) => {
      list?.addEventListener('change', listener);
      return () => list?.removeEventListener('change', listener);
    },
    matches: () => list?.matches ?? false,
  };
  watched.set(query, entry);
  return entry;
}

export function useMedia(query: string): boolean {
  const { subscribe, matches } = watch(query);
  return useSyncExternalStore(subscribe, matches);
}

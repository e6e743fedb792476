/** A source that passes on changes at most once in a while, for what is read as text rather than watched. */
import type { Subscribable } from '../../state/hooks.ts';

/** Passes on the first change at once, later ones after `interval` milliseconds, the last one always. */
export function slowly(source: Subscribable, interval: number): Subscribable {
  return {
    subscribe(listener) {
      let timer: ReturnType<typeof setTimeout> | null = null;
      let waiting = false;
      const pass = (): void => {
        listener();
        waiting = false;
        timer = setTimeout(() => {
          timer = null;
          if (waiting) pass();
        }, interval);
      };
      const stop = source.subscribe(() => {
        if (timer === null) pass();
        else waiting = true;
      });
      return () => {
        stop();
        if (timer !== null) clearTimeout(timer);
      };
    },
  };
}

/** Web locks: what only one tab of the page may have at a time. They go with their tab, however it ends. */

/** What is used of them; null where the browser has none. */
export type Locks = Pick<LockManager, 'request' | 'query'> | null;

/** Only in secure contexts, whatever the types say. */
export const browserLocks = (): Locks =>
  typeof navigator !== 'undefined' && 'locks' in navigator ? navigator.locks : null;

/**
 * Takes a lock until it is let go.
 * @param patience milliseconds to wait for a page that is just being reloaded to let go
 * @returns the function that lets go, or null when another tab has it; without locks everything is given
 */
export async function takeLock(locks: Locks, name: string, patience = 0): Promise<(() => void) | null> {
  if (!locks) return () => undefined;
  return new Promise((resolve) => {
    const options = patience > 0 ? { signal: AbortSignal.timeout(patience) } : { ifAvailable: true };
    locks
      .request(name, options, (lock) => {
        if (!lock) {
          resolve(null);
          return undefined;
        }
        return new Promise<void>((release) => resolve(() => release()));
      })
      .catch(() => resolve(null));
  });
}

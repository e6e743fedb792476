/**
 * Which saved run belongs to this tab. A tab remembers its key in sessionStorage, so a reload finds its own run; it holds a
 * web lock on the key, so a duplicated tab (which copies sessionStorage) sees that the run is taken and goes on with a copy.
 */
import type { Locks } from './locks.ts';
import { browserLocks, takeLock } from './locks.ts';

const sessionKey = 'memory-playground.run';
const lockPrefix = 'memory-playground.run.';

/** The parts of the browser that are needed here; absent ones make claims fail softly. */
export interface Surroundings {
  readonly session: Pick<Storage, 'getItem' | 'setItem'> | null;
  readonly locks: Locks;
}

export function browserSurroundings(): Surroundings {
  let session: Storage | null = null;
  try {
    session = sessionStorage;
  } catch {
    // Storage is blocked: a reload will not find the run by itself.
  }
  return { session, locks: browserLocks() };
}

export class RunKeys {
  readonly #surroundings: Surroundings;
  #release: (() => void) | null = null;
  #current: string | null = null;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** The key that this tab holds, or null before the first claim. */
  get current(): string | null {
    return this.#current;
  }

  /** The key that this tab had before a reload. */
  remembered(): string | null {
    return this.#surroundings.session?.getItem(sessionKey) ?? null;
  }

  /** Takes a key that nobody has. */
  async claimNew(): Promise<string> {
    const key = Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) =>
      part.toString(36).padStart(7, '0'),
    ).join('');
    await this.claim(key);
    return key;
  }

  /**
   * Takes this key, unless another tab holds it. The key held before is given back.
   * @param patience milliseconds to wait for a page that is just being reloaded to let go
   */
  async claim(key: string, patience = 0): Promise<boolean> {
    if (key === this.#current) return true;
    // Without locks, a tab only trusts the key that it remembers itself or has just made up.
    const release = await takeLock(this.#surroundings.locks, lockPrefix + key, patience);
    if (!release) return false;
    this.#release?.();
    this.#release = release;
    this.#current = key;
    this.#surroundings.session?.setItem(sessionKey, key);
    return true;
  }

  /** Keys held by any tab. */
  async inUse(): Promise<ReadonlySet<string>> {
    const held = (await this.#surroundings.locks?.query())?.held ?? [];
    return new Set(
      held.flatMap(({ name }) => (name?.startsWith(lockPrefix) ? [name.slice(lockPrefix.length)] : [])),
    );
  }

  /** True where keys of other tabs can be told from abandoned ones. */
  get canAdopt(): boolean {
    return this.#surroundings.locks !== null;
  }
}

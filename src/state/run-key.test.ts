import { describe, expect, it } from 'vitest';
import { RunKeys } from './run-key.ts';
import type { Surroundings } from './run-key.ts';

/** Web locks of one browser, shared by its tabs: just what is used of them. */
class Locks {
  readonly held = new Set<string>();
  readonly #waiting: { name: string; grant: () => void }[] = [];

  readonly request = (async (
    name: string,
    options: LockOptions,
    callback: (lock: Lock | null) => Promise<void> | undefined,
  ) => {
    if (this.held.has(name)) {
      if (options.ifAvailable) return callback(null);
      await new Promise<void>((grant, give) => {
        this.#waiting.push({ name, grant });
        options.signal?.addEventListener('abort', () => give(new DOMException('', 'AbortError')));
      });
    }
    this.held.add(name);
    await callback({ name, mode: 'exclusive' });
    this.release(name);
    return undefined;
  }) as unknown as LockManager['request'];

  readonly query = async (): Promise<LockManagerSnapshot> => ({
    held: [...this.held].map((name) => ({ name })),
  });

  release(name: string): void {
    this.held.delete(name);
    const next = this.#waiting.findIndex((waiting) => waiting.name === name);
    if (next >= 0) this.#waiting.splice(next, 1)[0]!.grant();
  }
}

function tab(locks: Locks | null, storage = new Map<string, string>()): Surroundings {
  return {
    locks,
    session: {
      getItem: (key) => storage.get(key) ?? null,
      setItem: (key, value) => void storage.set(key, value),
    },
  };
}

describe('run keys', () => {
  it('survive a reload', async () => {
    const storage = new Map<string, string>();
    const key = await new RunKeys(tab(new Locks(), storage)).claimNew();
    const reloaded = new RunKeys(tab(new Locks(), storage));
    expect(reloaded.remembered()).toBe(key);
    expect(await reloaded.claim(key)).toBe(true);
  });

  it('are never held by two tabs', async () => {
    const locks = new Locks();
    const storage = new Map<string, string>();
    const key = await new RunKeys(tab(locks, storage)).claimNew();
    // A duplicated tab starts with a copy of sessionStorage.
    const duplicate = new RunKeys(tab(locks, new Map(storage)));
    expect(duplicate.remembered()).toBe(key);
    expect(await duplicate.claim(key, 20)).toBe(false);
    expect(await duplicate.inUse()).toEqual(new Set([key]));
  });

  it('wait for a page that is just letting go', async () => {
    const locks = new Locks();
    const key = await new RunKeys(tab(locks)).claimNew();
    const reloaded = new RunKeys(tab(locks));
    const claim = reloaded.claim(key, 1000);
    locks.release(`memory-playground.run.${key}`);
    expect(await claim).toBe(true);
  });

  it('are given back when the tab takes another', async () => {
    const locks = new Locks();
    const keys = new RunKeys(tab(locks));
    const first = await keys.claimNew();
    const second = await keys.claimNew();
    await new Promise((resolve) => setTimeout(resolve));
    expect(await keys.inUse()).toEqual(new Set([second]));
    expect(first).not.toBe(second);
  });

  it('work in a browser without locks, for the tab’s own runs', async () => {
    const keys = new RunKeys(tab(null));
    expect(keys.canAdopt).toBe(false);
    expect(await keys.claim(await keys.claimNew())).toBe(true);
  });
});

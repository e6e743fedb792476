import { describe, expect, it } from 'vitest';
import { RunKeys } from './run-key.ts';
import { TabLocks } from '../testing/tab-locks.ts';
import type { Surroundings } from './run-key.ts';

function tab(locks: TabLocks | null, storage = new Map<string, string>()): Surroundings {
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
    const key = await new RunKeys(tab(new TabLocks(), storage)).claimNew();
    const reloaded = new RunKeys(tab(new TabLocks(), storage));
    expect(reloaded.remembered()).toBe(key);
    expect(await reloaded.claim(key)).toBe(true);
  });

  it('are never held by two tabs', async () => {
    const locks = new TabLocks();
    const storage = new Map<string, string>();
    const key = await new RunKeys(tab(locks, storage)).claimNew();
    // A duplicated tab starts with a copy of sessionStorage.
    const duplicate = new RunKeys(tab(locks, new Map(storage)));
    expect(duplicate.remembered()).toBe(key);
    expect(await duplicate.claim(key, 20)).toBe(false);
    expect(await duplicate.inUse()).toEqual(new Set([key]));
  });

  it('wait for a page that is just letting go', async () => {
    const locks = new TabLocks();
    const key = await new RunKeys(tab(locks)).claimNew();
    const reloaded = new RunKeys(tab(locks));
    const claim = reloaded.claim(key, 1000);
    locks.release(`memory-playground.run.${key}`);
    expect(await claim).toBe(true);
  });

  it('are given back when the tab takes another', async () => {
    const locks = new TabLocks();
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

import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UserData } from '../tasks/task.ts';
import { aCheckpoint, aConfig } from '../testing/runs.ts';
import { RunLibrary } from './persistence.ts';
import type { SavedRun } from './persistence.ts';

let library: RunLibrary;
let databases = 0;

beforeEach(async () => {
  library = await RunLibrary.open(`library ${databases++}`);
});

afterEach(() => {
  vi.restoreAllMocks();
  library.close();
});

const file = (hash: string): UserData => ({ name: `${hash}.txt`, hash, bytes: Uint8Array.of(1, 2, 3) });

function saved(key: string, step: number, dataHash?: string): SavedRun {
  const config = dataHash ? { ...aConfig, task: { id: 'text', fields: {}, dataHash } } : aConfig;
  return { key, presetId: 'a-preset', checkpoint: aCheckpoint(step, config), savedAt: step };
}

const probe = { split: 'heldOut', sampleIndex: 2 };

describe('the run library', () => {
  it('gives a run back as it was saved, with its file and view', async () => {
    await library.save(saved('one', 30, 'abc'), file('abc'));
    await library.saveView('one', { position: 5, probe, step: 20 });
    const run = await library.load('one');
    expect(run?.checkpoint).toEqual(saved('one', 30, 'abc').checkpoint);
    expect(run?.checkpoint.training.parameters['weight']?.data).toBeInstanceOf(Float32Array);
    expect(run?.data).toEqual(file('abc'));
    expect(run?.view).toEqual({ position: 5, probe, step: 20 });
    expect(await library.load('another')).toBeNull();
  });

  it('keeps the version before when a save breaks off', async () => {
    await library.save(saved('one', 10), null);
    // The file is written in the same transaction and cannot be cloned: both must fail together.
    const unclonable = { ...file('abc'), bytes: (() => 0) as unknown as Uint8Array };
    await expect(library.save(saved('one', 20, 'abc'), unclonable)).rejects.toMatchObject({
      code: 'save-failed',
    });
    const broken = { ...saved('one', 20), presetId: (() => 0) as unknown as string };
    await expect(library.save(broken, file('def'))).rejects.toMatchObject({ code: 'save-failed' });
    expect((await library.load('one'))?.checkpoint.step).toBe(10);
    expect(await library.file('def')).toBeNull();
  });

  it('says so when the storage is full', async () => {
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('No space', 'QuotaExceededError');
    });
    await expect(library.save(saved('one', 10), null)).rejects.toMatchObject({ code: 'storage-full' });
  });

  it('lists the newest first and removes none by itself', async () => {
    for (let run = 0; run < 40; run++) await library.save(saved(`run ${run}`, run), null);
    expect((await library.keys())[0]).toBe('run 39');
    const entries = await library.entries();
    expect(entries).toHaveLength(40);
    expect(entries[0]).toMatchObject({ key: 'run 39', step: 39, bytes: 8, accuracy: 0.5, name: '' });
  });

  it('keeps name and note through later saves', async () => {
    await library.save(saved('one', 10), null);
    await library.label('one', { name: 'first', note: 'slots 8' });
    await library.save(saved('one', 20), null);
    expect((await library.entries())[0]).toMatchObject({ step: 20, name: 'first', note: 'slots 8' });
  });

  it('copies a run, which then goes its own way', async () => {
    await library.save(saved('one', 10), null);
    await library.duplicate('one', 'two');
    await library.save(saved('one', 20), null);
    expect((await library.load('two'))?.checkpoint.step).toBe(10);
    expect((await library.entries()).find(({ key }) => key === 'two')?.name).toBe('Copy of step 10');
  });

  it('puts a deleted run back whole', async () => {
    await library.save(saved('one', 10, 'abc'), file('abc'));
    await library.saveView('one', { position: 5, probe, step: 20 });
    await library.label('one', { name: 'first', note: '' });
    const before = await library.load('one');
    const removed = await library.remove('one');
    expect(await library.load('one')).toBeNull();
    expect(await library.entries()).toEqual([]);
    await library.putBack(removed!);
    expect(await library.load('one')).toEqual(before);
    expect((await library.entries())[0]?.name).toBe('first');
    expect(await library.remove('another')).toBeNull();
  });

  it('lists the runs that an older version of the page has kept', async () => {
    const name = `library ${databases++}`;
    const older = await openDB(name, 1, {
      upgrade(fresh) {
        const runs = fresh.createObjectStore('runs', { keyPath: 'key' });
        runs.createIndex('savedAt', 'savedAt');
        runs.createIndex('dataHash', 'checkpoint.config.task.dataHash');
        fresh.createObjectStore('files', { keyPath: 'hash' });
        fresh.createObjectStore('views', { keyPath: 'key' });
      },
    });
    await older.put('runs', saved('old', 7));
    older.close();
    const newer = await RunLibrary.open(name);
    expect(await newer.entries()).toMatchObject([{ key: 'old', step: 7 }]);
    expect((await newer.load('old'))?.checkpoint.step).toBe(7);
    newer.close();
  });

  it('sweeps files that no run reads', async () => {
    await library.save(saved('one', 1, 'first'), file('first'));
    await library.save(saved('one', 2, 'second'), file('second'));
    await library.sweep();
    expect(await library.file('first')).toBeNull();
    expect(await library.file('second')).toEqual(file('second'));
  });

  it('tells an old tab that a newer page has taken over, and does not wait for one that holds on', async () => {
    const name = `library ${databases++}`;
    const told: string[] = [];
    const old = await RunLibrary.open(name, ({ code }) => told.push(code));
    const newer = await openDB(name, 3);
    expect(told).toEqual(['storage-taken-over']);
    await expect(old.save(saved('one', 10), null)).rejects.toThrow();
    newer.close();
    await expect(RunLibrary.open(name)).rejects.toMatchObject({ code: 'storage-newer' });

    const other = `library ${databases++}`;
    const holding = await openDB(other, 1, { upgrade: (fresh) => void fresh.createObjectStore('runs') });
    await expect(RunLibrary.open(other)).rejects.toMatchObject({ code: 'storage-blocked' });
    holding.close();
  });

  it('says so when the browser has no database to give', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    await expect(RunLibrary.open('denied')).rejects.toMatchObject({ code: 'storage-unavailable' });
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { PlaygroundError } from '../foundation/errors.ts';
import { MemoryFolder } from '../testing/memory-folder.ts';
import { aSnapshot } from '../testing/runs.ts';
import { runStore } from './run-store.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';
import { snapshotStore } from './snapshot-store.ts';
import { SnapshotVault } from './snapshot-vault.ts';

const steps = (snapshots: readonly { readonly step: number }[]) => snapshots.map(({ step }) => step);
let disk: MemoryFolder;
let vault: SnapshotVault;

beforeEach(() => {
  disk = new MemoryFolder();
  vault = new SnapshotVault(disk.folder);
  snapshotStore.set(null);
  const { split, sampleIndex } = aSnapshot(0);
  runStore.setState({ messages: [], probe: { split, sampleIndex } });
});

describe('the snapshot vault', () => {
  it('gives back what was stored', async () => {
    const vectors = { loss: NaN, tokens: null, inputs: new Float32Array(2 * aSnapshot(0).mask.length) };
    const film = [aSnapshot(0), { ...aSnapshot(10), ...vectors }];
    await vault.save('one', film);
    expect(await vault.load('one')).toEqual(film);
    expect(await vault.load('another')).toEqual([]);
    await vault.copy('one', 'two');
    expect(steps(await vault.load('two'))).toEqual([0, 10]);
  });

  it('drops the file that was written longest ago', async () => {
    for (const key of ['old', 'newer', 'old']) await vault.save(key, [aSnapshot(1)]);
    expect(await vault.dropOldest()).toBe(true);
    expect((await vault.files()).map(({ key }) => key)).toEqual(['old']);
    await vault.sweep(['another']);
    expect(await vault.dropOldest()).toBe(false);
  });
});

describe('the snapshot keeper', () => {
  it('stores and brings back the steps before, and the one that was looked at', async () => {
    const keeper = new SnapshotKeeper(vault);
    for (const step of [0, 10, 20]) snapshotStore.set(aSnapshot(step));
    await keeper.save('one', false);
    snapshotStore.set(null);
    snapshotStore.set(aSnapshot(20));
    await keeper.restore('one', 10);
    expect(snapshotStore.kept.steps).toEqual([0, 10, 20]);
    expect(snapshotStore.shown?.step).toBe(10);
    snapshotStore.set(aSnapshot(30));
    expect(snapshotStore.kept.steps).toEqual([0, 10, 20, 30]);
  });

  it('waits for the picture of the sequence, and gives up when another is chosen', async () => {
    await vault.save('one', [aSnapshot(10)]);
    snapshotStore.set({ ...aSnapshot(20), sampleIndex: 99 });
    await new SnapshotKeeper(vault).restore('one', null);
    expect(snapshotStore.complete).toBe(false);
    snapshotStore.set(aSnapshot(20));
    expect(snapshotStore.kept.steps).toEqual([10, 20]);

    snapshotStore.set({ ...aSnapshot(20), sampleIndex: 99 });
    await new SnapshotKeeper(vault).restore('one', null);
    snapshotStore.set({ ...aSnapshot(20), sampleIndex: 98 });
    expect(snapshotStore.complete).toBe(true);
    expect(snapshotStore.kept.steps).toEqual([20]);
  });

  it('leaves out snapshots of another sequence or of another shape', async () => {
    const length = aSnapshot(5).mask.length;
    const wide = { ...aSnapshot(5), predictions: new Float32Array(99 * length) };
    await vault.save('one', [{ ...aSnapshot(0), sampleIndex: 9 }, wide, aSnapshot(10)]);
    snapshotStore.set(aSnapshot(20));
    await new SnapshotKeeper(vault).restore('one', null);
    expect(snapshotStore.kept.steps).toEqual([10, 20]);
    expect(snapshotStore.shown?.step).toBe(20);
  });

  it('makes room by dropping the oldest, and says so; weights are left alone', async () => {
    for (const key of ['a', 'b', 'c']) await vault.save(key, [aSnapshot(1)]);
    const each = disk.used / 3;
    let needed = 2 * each;
    const write = async (): Promise<void> => {
      if (disk.used + needed > 3 * each) throw new PlaygroundError('storage-full', 'Full.', '', '');
    };
    await new SnapshotKeeper(vault).makingRoom(write);
    expect((await vault.files()).map(({ key }) => key)).toEqual(['c']);
    expect(runStore.getState().messages[0]?.content.message).toContain('of 2 stored runs were dropped');
    needed = 10 * each;
    await expect(new SnapshotKeeper(vault).makingRoom(write)).rejects.toMatchObject({ code: 'storage-full' });
    expect(await vault.files()).toEqual([]);
  });

  it('gives up what does not fit even alone, and leaves no trace of it', async () => {
    disk = new MemoryFolder(100);
    vault = new SnapshotVault(disk.folder);
    const keeper = new SnapshotKeeper(vault);
    snapshotStore.set(aSnapshot(0));
    await keeper.save('one', false);
    snapshotStore.set(aSnapshot(1));
    await keeper.save('one', false);
    expect(runStore.getState().messages.map(({ content }) => content.code)).toEqual(['snapshots-not-saved']);
    expect(disk.files.size).toBe(0);
  });

  it('keeps what is stored of the run itself when there is no room for more', async () => {
    snapshotStore.set(aSnapshot(0));
    await new SnapshotKeeper(vault).save('one', false);
    const full = new MemoryFolder(disk.used + 10);
    for (const [name, file] of disk.files) full.files.set(name, file);
    const keeper = new SnapshotKeeper(new SnapshotVault(full.folder));
    snapshotStore.set(aSnapshot(1));
    await keeper.save('one', false);
    expect(steps(await keeper.vault.load('one'))).toEqual([0]);
  });

  it('drops a file that cannot be read, and says that the run is whole', async () => {
    await vault.save('one', [aSnapshot(1)]);
    const [name] = [...disk.files.keys()];
    disk.files.set(name!, { bytes: Uint8Array.of(1, 2, 3), lastModified: 1 });
    await new SnapshotKeeper(vault).restore('one', null);
    expect(runStore.getState().messages[0]?.content.kept).toBe('The run itself is whole.');
    expect(await vault.files()).toEqual([]);
  });
});

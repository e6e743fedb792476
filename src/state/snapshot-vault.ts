/**
 * The snapshots of stored runs, one file a run in the browser's private file system: large, and the first to go when space runs
 * out, those of the run saved longest ago before all others. A file is replaced as a whole or not at all. Weights are in the
 * run library and never here.
 */
import { readSafetensors, writeSafetensors } from '../interchange/safetensors.ts';
import { packSnapshots, unpackSnapshots } from '../interchange/snapshots.ts';
import type { Snapshot } from '../worker/protocol.ts';

const folderName = 'snapshots';
const ending = '.safetensors';
const contentsKey = 'memory_playground.snapshots';

export interface KeptFile {
  readonly key: string;
  readonly bytes: number;
  /** ms since 1970 */
  readonly savedAt: number;
}

/** What is used of a directory handle. */
export type Folder = Pick<FileSystemDirectoryHandle, 'getFileHandle' | 'removeEntry' | 'values'>;

export class SnapshotVault {
  readonly #folder: Folder;

  constructor(folder: Folder) {
    this.#folder = folder;
  }

  /** null where the browser has no private files for the page: snapshots then live as long as the tab. */
  static async open(): Promise<SnapshotVault | null> {
    try {
      const root = await navigator.storage.getDirectory();
      return new SnapshotVault(await root.getDirectoryHandle(folderName, { create: true }));
    } catch {
      return null;
    }
  }

  /** @throws DOMException `QuotaExceededError`; the file before is still there. */
  async save(key: string, snapshots: readonly Snapshot[]): Promise<void> {
    const { tensors, contents } = packSnapshots(snapshots);
    await this.#write(key, writeSafetensors({ tensors, metadata: { [contentsKey]: contents } }));
  }

  /** Ascending by step; none where there is no file. @throws PlaygroundError for a file that cannot be read. */
  async load(key: string): Promise<Snapshot[]> {
    const bytes = await this.#read(key);
    if (!bytes) return [];
    const { tensors, metadata } = readSafetensors(bytes);
    return unpackSnapshots(tensors, metadata[contentsKey]);
  }

  async copy(key: string, to: string): Promise<void> {
    const bytes = await this.#read(key);
    if (bytes) await this.#write(to, bytes);
  }

  async remove(key: string): Promise<void> {
    await this.#folder.removeEntry(key + ending).catch(ignoreMissing);
  }

  /** Oldest first. */
  async files(): Promise<KeptFile[]> {
    const kept: KeptFile[] = [];
    for await (const handle of this.#folder.values()) {
      if (handle.kind !== 'file' || !handle.name.endsWith(ending)) continue;
      const { size, lastModified } = await handle.getFile();
      kept.push({ key: handle.name.slice(0, -ending.length), bytes: size, savedAt: lastModified });
    }
    return kept.sort((a, b) => a.savedAt - b.savedAt);
  }

  /**
   * Makes room.
   * @param spared the run whose file stays
   * @returns whether there was something to drop
   */
  async dropOldest(spared: string | null = null): Promise<boolean> {
    const oldest = (await this.files()).find(({ key, bytes }) => key !== spared && bytes > 0);
    if (!oldest) return false;
    await this.remove(oldest.key);
    return true;
  }

  /** Removes the files of runs that are gone. */
  async sweep(runs: readonly string[]): Promise<void> {
    for (const { key } of await this.files()) if (!runs.includes(key)) await this.remove(key);
  }

  async #read(key: string): Promise<Uint8Array | null> {
    try {
      const file = await (await this.#folder.getFileHandle(key + ending)).getFile();
      return new Uint8Array(await file.arrayBuffer());
    } catch (error) {
      ignoreMissing(error);
      return null;
    }
  }

  /** What is written appears under the name when the stream is closed, and not before. */
  async #write(key: string, bytes: Uint8Array): Promise<void> {
    const handle = await this.#folder.getFileHandle(key + ending, { create: true });
    const stream = await handle.createWritable();
    try {
      await stream.write(bytes as Uint8Array<ArrayBuffer>);
      await stream.close();
    } catch (error) {
      await stream.abort().catch(() => undefined);
      // Asking for the file has made an empty one, if there was none.
      if ((await handle.getFile()).size === 0) await this.remove(key);
      throw error;
    }
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
}

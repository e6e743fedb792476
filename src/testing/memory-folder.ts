/** A folder of the browser's private file system, in memory, of a given size: what SnapshotVault uses of one. */
import type { Folder } from '../state/snapshot-vault.ts';

export class MemoryFolder {
  readonly files = new Map<
    string,
    { readonly bytes: Uint8Array<ArrayBuffer>; readonly lastModified: number }
  >();
  #time = 0;

  get folder(): Folder {
    return this as unknown as Folder;
  }

  get used(): number {
    return [...this.files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  async getFileHandle(name: string, options?: { readonly create?: boolean }) {
    if (!this.files.has(name) && !options?.create) throw new DOMException(name, 'NotFoundError');
    return this.#handle(name);
  }

  async removeEntry(name: string): Promise<void> {
    if (!this.files.delete(name)) throw new DOMException(name, 'NotFoundError');
  }

  async *values() {
    for (const name of [...this.files.keys()]) yield this.#handle(name);
  }

  #handle(name: string) {
    return {
      kind: 'file',
      name,
      getFile: async () => {
        const { bytes, lastModified } = this.files.get(name)!;
        return Object.assign(new Blob([bytes]), { lastModified });
      },
      createWritable: async () => {
        let written: Uint8Array<ArrayBuffer> | null = null;
        return {
          write: async (bytes: Uint8Array<ArrayBuffer>) => {
            written = bytes;
          },
          close: async () => {
            if (written) this.files.set(name, { bytes: written, lastModified: ++this.#time });
          },
          abort: async () => undefined,
        };
      },
    };
  }
}

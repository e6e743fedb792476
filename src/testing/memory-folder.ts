/** A folder of the browser's private file system, in memory, of a given size: what SnapshotVault uses of one. */
import type { Folder } from '../state/snapshot-vault.ts';

export class MemoryFolder {
  readonly files = new Map<
    string,
    { readonly bytes: Uint8Array<ArrayBuffer>; readonly lastModified: number }
  >();
  readonly #capacity: number;
  #time = 0;

  constructor(capacity = Infinity) {
    this.#capacity = capacity;
  }

  get folder(): Folder {
    return this as unknown as Folder;
  }

  get used(): number {
    return [...this.files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  async getFileHandle(name: string, options?: { readonly create?: boolean }) {
    if (!this.files.has(name) && !options?.create) throw new DOMException(name, 'NotFoundError');
    if (!this.files.has(name)) this.files.set(name, { bytes: new Uint8Array(0), lastModified: ++this.#time });
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
            // The file before stays until this one is closed.
            if (this.used + bytes.length > this.#capacity) throw new DOMException('', 'QuotaExceededError');
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

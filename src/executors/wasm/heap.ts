/** Regions of wasm memory for stores and tapes. A region is taken when something is compiled and given back when it is disposed. */
import { PlaygroundError } from '../../foundation/errors.ts';

const pageBytes = 65536;
const alignment = 64;
const maximumBytes = 4 * 1024 ** 3 - pageBytes;

interface Hole {
  begin: number;
  end: number;
}

export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly #regions = new Map<number, number>();
  /** Free stretches in order of address; the last one reaches the end of the memory. */
  #holes: Hole[];

  /** `reserved`: bytes at the start that are never given out. */
  constructor(memory: WebAssembly.Memory, reserved: number) {
    this.memory = memory;
    this.#holes = [{ begin: aligned(reserved), end: memory.buffer.byteLength }];
  }

  get bytes(): number {
    return [...this.#regions.values()].reduce((total, size) => total + size, 0);
  }

  get regions(): number {
    return this.#regions.size;
  }

  get f32(): Float32Array {
    return new Float32Array(this.memory.buffer);
  }

  get i32(): Int32Array {
    return new Int32Array(this.memory.buffer);
  }

  get f64(): Float64Array {
    return new Float64Array(this.memory.buffer);
  }

  /**
   * Address of a new region of zeros.
   * @throws PlaygroundError `out-of-memory` when the browser gives no more.
   */
  take(bytes: number): number {
    const size = Math.max(alignment, aligned(bytes));
    let hole = this.#holes.find(({ begin, end }) => end - begin >= size);
    if (!hole) {
      this.#grow(size);
      hole = this.#holes.at(-1)!;
    }
    const address = hole.begin;
    hole.begin += size;
    this.#holes = this.#holes.filter(({ begin, end }) => begin < end);
    this.#regions.set(address, size);
    new Uint8Array(this.memory.buffer, address, size).fill(0);
    return address;
  }

  give(address: number): void {
    const size = this.#regions.get(address);
    if (size === undefined) throw new Error(`no region at ${address}`);
    this.#regions.delete(address);
    this.#addHole({ begin: address, end: address + size });
  }

  #addHole(hole: Hole): void {
    const sorted = [...this.#holes, hole].sort((a, b) => a.begin - b.begin);
    this.#holes = [];
    for (const next of sorted) {
      const last = this.#holes.at(-1);
      if (last?.end === next.begin) last.end = next.end;
      else this.#holes.push(next);
    }
  }

  #grow(bytes: number): void {
    const end = this.memory.buffer.byteLength;
    const last = this.#holes.at(-1);
    const missing = bytes - (last?.end === end ? end - last.begin : 0);
    const pages = Math.ceil(missing / pageBytes);
    try {
      if (end + pages * pageBytes > maximumBytes) throw new RangeError('beyond 4 GiB');
      this.memory.grow(pages);
    } catch {
      throw new PlaygroundError(
        'out-of-memory',
        `This model needs ${Math.ceil(bytes / 1024 ** 2)} MiB more memory than the browser gives.`,
        'Your run is as it was.',
        'Choose memory replay or checkpointing, a smaller batch, or a smaller model.',
      );
    }
    this.#addHole({ begin: end, end: end + pages * pageBytes });
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

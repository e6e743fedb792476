/** Brings ranges of device memory back, through one buffer that is kept and grows when it must. */
import type { Device } from './device.ts';

/** In floats. */
export interface Range {
  readonly base: number;
  readonly floats: number;
}

export class Readback {
  readonly #device: Device;
  #staging: GPUBuffer | null = null;

  constructor(device: Device) {
    this.#device = device;
  }

  /** Makes room for the ranges; each is then copied when the commands before have filled it. */
  open(ranges: readonly Range[]): Copies {
    const floats = ranges.reduce((sum, range) => sum + range.floats, 0);
    if (!this.#staging || this.#staging.size < floats * 4) {
      if (this.#staging) this.#device.free(this.#staging);
      this.#staging = this.#device.buffer(floats * 4, 'readback');
    }
    return new Copies(this.#device, this.#staging, ranges);
  }

  /** Submits the commands and reads ranges of one buffer. */
  async read(
    encoder: GPUCommandEncoder,
    source: GPUBuffer,
    ranges: readonly Range[],
  ): Promise<Float32Array[]> {
    const copies = this.open(ranges);
    ranges.forEach((_, i) => copies.copy(encoder, source, i));
    return copies.read(encoder);
  }

  dispose(): void {
    if (this.#staging) this.#device.free(this.#staging);
    this.#staging = null;
  }
}

export class Copies {
  readonly #device: Device;
  readonly #staging: GPUBuffer;
  readonly #ranges: readonly Range[];
  readonly #offsets: number[] = [];
  readonly #floats: number;

  constructor(device: Device, staging: GPUBuffer, ranges: readonly Range[]) {
    this.#device = device;
    this.#staging = staging;
    this.#ranges = ranges;
    let floats = 0;
    for (const range of ranges) {
      this.#offsets.push(floats);
      floats += range.floats;
    }
    this.#floats = floats;
  }

  copy(encoder: GPUCommandEncoder, source: GPUBuffer, index: number): void {
    const { base, floats } = this.#ranges[index]!;
    if (floats > 0)
      encoder.copyBufferToBuffer(source, base * 4, this.#staging, this.#offsets[index]! * 4, floats * 4);
  }

  async read(encoder: GPUCommandEncoder): Promise<Float32Array[]> {
    this.#device.gpu.queue.submit([encoder.finish()]);
    const data = await this.#device.read(this.#staging, this.#floats);
    return this.#ranges.map(({ floats }, i) => data.slice(this.#offsets[i], this.#offsets[i]! + floats));
  }
}

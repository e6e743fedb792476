/**
 * One opened tfjs backend. tfjs has a single active backend for the whole worker, so every synchronous piece of work starts
 * with `activate`; reading and freeing a tensor need no activation.
 */
import { PlaygroundError, toFailure } from '../../foundation/errors.ts';
import { engine, getBackend, setBackend } from './ops.ts';
import type { Tensor } from './ops.ts';

/** The backends as tfjs calls them. */
export type BackendName = 'cpu' | 'wasm' | 'webgpu';

/** What a backend module (backends/*.ts) hands over once its backend is registered and initialised. */
export interface OpenedBackend {
  readonly backend: BackendName;
  readonly detail: string;
  /** A slow stand-in for the real thing: WebGPU on the CPU. */
  readonly software: boolean;
  /** Why the device is gone or its numbers cannot be trusted any more; null while all is well. */
  failure(): string | null;
  /** Resolves with that reason. */
  readonly lost: Promise<{ readonly reason: string }>;
  close(): void;
}

export class Device {
  readonly #opened: OpenedBackend;

  constructor(opened: OpenedBackend) {
    this.#opened = opened;
  }

  get opened(): OpenedBackend {
    return this.#opened;
  }

  /** Makes this backend the one that runs the ops which follow, until the next await. */
  activate(): void {
    const { backend } = this.#opened;
    if (getBackend() === backend) return;
    // Synchronous for a backend that is initialised; the promise says no more than that.
    void setBackend(backend);
    if (getBackend() !== backend) throw new Error(`tfjs did not switch to its backend ${backend}`);
  }

  /**
   * A copy of a tensor's numbers.
   * @throws PlaygroundError `device-lost` when the device is gone or has reported an error.
   */
  async read(tensor: Tensor): Promise<Float32Array>;
  async read<Data extends Float32Array | Int32Array>(tensor: Tensor): Promise<Data>;
  async read(tensor: Tensor): Promise<Float32Array | Int32Array> {
    let data;
    try {
      // data(), never dataSync(): on webgpu the latter reads through a canvas and may return other numbers.
      data = (await tensor.data()) as Float32Array | Int32Array;
    } catch (error) {
      // Reading fails a moment before the device says that it is gone.
      throw this.#lost(this.#opened.failure() ?? toFailure(error).message);
    }
    this.check();
    return data.slice();
  }

  /** @throws PlaygroundError `device-lost` */
  check(): void {
    const failure = this.#opened.failure();
    if (failure !== null) throw this.#lost(failure);
  }

  #lost(reason: string): PlaygroundError {
    return new PlaygroundError(
      'device-lost',
      `The ${this.#opened.backend} device cannot be used any more: ${reason}`,
      'What was computed before is kept.',
      'Choose another executor, or start this one again.',
    );
  }

  memory(): { readonly bytes: number; readonly objects: number } {
    const { numBytes, numTensors } = engine().memory();
    return { bytes: numBytes, objects: numTensors };
  }

  close(): void {
    this.#opened.close();
  }
}

/** Parameters and optimizer moments of one run in flat GPU buffers; those of rank 2 and above, which decay, come first. */
import { elementCount, sameShape } from '../../graph/types.ts';
import type { Shape, Tensor, TensorMap } from '../../graph/types.ts';
import type { ParameterStore, TrainingState } from '../executor.ts';
import { Land } from './arena.ts';
import type { Device } from './device.ts';

export class WebgpuStore implements ParameterStore {
  readonly device: Device;
  readonly parameters: GPUBuffer;
  readonly firstMoments: GPUBuffer;
  readonly secondMoments: GPUBuffer;
  readonly offsets: ReadonlyMap<string, number>;
  readonly floats: number;
  /** Floats of the parameters that decay. */
  readonly decaying: number;
  updates = 0;
  readonly #specs: readonly { readonly name: string; readonly shape: Shape }[];

  constructor(device: Device, specs: readonly { readonly name: string; readonly shape: Shape }[]) {
    this.device = device;
    const [matrices, others] = [
      specs.filter(({ shape }) => shape.length >= 2),
      specs.filter(({ shape }) => shape.length < 2),
    ];
    const land = new Land();
    const place = ({ name, shape }: { readonly name: string; readonly shape: Shape }): [string, number] => [
      name,
      land.take(elementCount(shape)),
    ];
    const first = matrices.map(place);
    this.decaying = land.end;
    this.offsets = new Map([...first, ...others.map(place)]);
    this.floats = land.end;
    this.#specs = specs;
    const buffer = (): GPUBuffer => device.buffer(this.floats * 4, 'storage');
    this.parameters = buffer();
    this.firstMoments = buffer();
    this.secondMoments = buffer();
  }

  async read(): Promise<TrainingState> {
    const { updates } = this;
    const [parameters, firstMoments, secondMoments] = await this.#readAll();
    return { parameters: parameters!, firstMoments: firstMoments!, secondMoments: secondMoments!, updates };
  }

  /** Cuts a flat array, laid out as the parameters are, into tensors. */
  split(flat: Float32Array, names: Iterable<string> = this.offsets.keys()): TensorMap {
    const wanted = new Set(names);
    const entries = this.#specs.flatMap(({ name, shape }): [string, Tensor][] => {
      const begin = this.offsets.get(name)!;
      const data = flat.slice(begin, begin + elementCount(shape));
      return wanted.has(name) ? [[name, { shape, dtype: 'f32', data }]] : [];
    });
    return Object.fromEntries(entries);
  }

  async write(state: Pick<TrainingState, 'parameters'> & Partial<TrainingState>): Promise<void> {
    this.device.check();
    this.#writeFlat(this.parameters, state.parameters);
    this.#writeFlat(this.firstMoments, state.firstMoments);
    this.#writeFlat(this.secondMoments, state.secondMoments);
    this.updates = state.updates ?? 0;
  }

  dispose(): void {
    for (const buffer of [this.parameters, this.firstMoments, this.secondMoments]) this.device.free(buffer);
  }

  async #readAll(): Promise<TensorMap[]> {
    this.device.check();
    const { gpu } = this.device;
    const part = this.parameters.size;
    const staging = this.device.buffer(3 * part, 'readback');
    try {
      const encoder = gpu.createCommandEncoder();
      [this.parameters, this.firstMoments, this.secondMoments].forEach((buffer, i) => {
        encoder.copyBufferToBuffer(buffer, 0, staging, i * part, part);
      });
      gpu.queue.submit([encoder.finish()]);
      const data = await this.device.read(staging, (3 * part) / 4);
      return [0, 1, 2].map((i) => this.split(data.subarray((i * part) / 4)));
    } finally {
      this.device.free(staging);
    }
  }

  /** Zeros where there are no tensors. */
  #writeFlat(buffer: GPUBuffer, tensors: TensorMap | undefined): void {
    const flat = new Float32Array(buffer.size / 4);
    for (const { name, shape } of tensors ? this.#specs : []) {
      const tensor = tensors![name];
      if (!tensor || !sameShape(tensor.shape, shape) || tensor.data.length !== elementCount(shape)) {
        const found = tensor ? `[${tensor.shape.join(', ')}]` : 'nothing';
        throw new Error(`parameter ${name} needs [${shape.join(', ')}], got ${found}`);
      }
      flat.set(tensor.data, this.offsets.get(name));
    }
    this.device.gpu.queue.writeBuffer(buffer, 0, flat);
  }
}

/** Parameters, gradients and moments as flat buffers: one pass of the optimizer goes over all of them. */
import type { Shape, Tensor, TensorMap } from '../../graph/types.ts';
import { elementCount } from '../../graph/types.ts';
import type { OptimizerSettings, ParameterStore, TrainingState } from '../executor.ts';
import { clipScale } from '../optimizer.ts';
import type { Heap } from './heap.ts';
import * as opcode from './kernels/opcodes.ts';
import type { Kernels } from './kernels.ts';

interface Place {
  readonly name: string;
  readonly shape: Shape;
  /** In elements, from the start of each buffer. */
  readonly offset: number;
  readonly size: number;
}

/** Whole vectors, so that no kernel needs a ragged end. */
const padded = (count: number): number => Math.ceil(count / 4) * 4;

const tableBytes = 128;

export class WasmParameterStore implements ParameterStore {
  readonly #heap: Heap;
  readonly #kernels: Kernels;
  readonly #places = new Map<string, Place>();
  readonly #parameters: number;
  /** One buffer for each thread. */
  readonly #gradients: number[] = [];
  readonly #firstMoments: number;
  readonly #secondMoments: number;
  /** Room for one instruction and a result. */
  readonly #table: number;
  readonly #count: number;
  /** The first so many elements get weight decay: parameters of rank 2 and above. */
  readonly #decayed: number;
  #updates = 0;
  #disposed = false;
  readonly #onDispose: () => void;

  constructor(
    heap: Heap,
    kernels: Kernels,
    specs: readonly { readonly name: string; readonly shape: Shape }[],
    onDispose: () => void,
  ) {
    this.#onDispose = onDispose;
    this.#heap = heap;
    this.#kernels = kernels;
    let offset = 0;
    const place = ({ name, shape }: { readonly name: string; readonly shape: Shape }): void => {
      const size = elementCount(shape);
      this.#places.set(name, { name, shape, offset, size });
      offset += padded(size);
    };
    specs.filter(({ shape }) => shape.length >= 2).forEach(place);
    this.#decayed = offset;
    specs.filter(({ shape }) => shape.length < 2).forEach(place);
    this.#count = offset;
    const take = (): number => heap.take(offset * 4);
    [this.#parameters, this.#firstMoments, this.#secondMoments] = [take(), take(), take()];
    this.gradientBase(0);
    this.#table = heap.take(tableBytes);
  }

  /** Where a parameter lies in each of the buffers, in bytes from the start. */
  placeOf(name: string): { readonly offset: number; readonly shape: Shape } {
    const place = this.#places.get(name);
    if (!place) throw new Error(`the store has no parameter ${name}`);
    return { offset: place.offset * 4, shape: place.shape };
  }

  get parameterBytes(): number {
    return this.#count * 4;
  }

  get parameterBase(): number {
    return this.#parameters;
  }

  /** Gradients of the share of a batch that one thread works on; those of thread 0 become those of the whole batch. */
  gradientBase(thread: number): number {
    for (let i = this.#gradients.length; i <= thread; i++)
      this.#gradients.push(this.#heap.take(this.parameterBytes));
    return this.#gradients[thread]!;
  }

  /** Adds the gradients of all threads, always in the same order. */
  gatherGradients(threads: number): void {
    const count = this.#count;
    const sum = this.gradientBase(0);
    for (let thread = 1; thread < threads; thread++) {
      const own = this.gradientBase(thread);
      const strides = [0, 0, 0, 4];
      this.#execute([
        opcode.ADD,
        104,
        1,
        1,
        1,
        count,
        sum,
        ...strides,
        sum,
        ...strides,
        own,
        ...strides,
        0,
        0,
        0,
        0,
        0,
      ]);
    }
  }

  gradients(): TensorMap {
    return this.#copy(this.gradientBase(0));
  }

  /** Clip and one AdamW update. Returns the norm before clipping. */
  update({ learningRate, beta1, beta2, epsilon, weightDecay, clipNorm }: OptimizerSettings): number {
    const norm = this.#gradientNorm();
    const scale = clipScale(norm, clipNorm);
    this.#updates++;
    const step = learningRate / (1 - beta1 ** this.#updates);
    const correction = 1 / Math.sqrt(1 - beta2 ** this.#updates);
    const pass = (from: number, to: number, decay: number): void => {
      if (to === from) return;
      const at = (base: number): number => base + from * 4;
      this.#kernels.adamw(
        at(this.#parameters),
        at(this.gradientBase(0)),
        at(this.#firstMoments),
        at(this.#secondMoments),
        to - from,
        scale,
        beta1,
        beta2,
        step,
        correction,
        epsilon,
        decay,
      );
    };
    pass(0, this.#decayed, learningRate * weightDecay);
    pass(this.#decayed, this.#count, 0);
    return norm;
  }

  #gradientNorm(): number {
    const result = this.#table + tableBytes - 8;
    this.#execute([opcode.SQUARES_TO_DOUBLE, 20, this.gradientBase(0), this.#count, result]);
    return Math.sqrt(this.#heap.f64[result / 8]!);
  }

  #execute(words: readonly number[]): void {
    if (this.#count === 0) return;
    this.#heap.i32.set(words, this.#table / 4);
    this.#kernels.execute(this.#table, this.#table + words.length * 4);
  }

  async read(): Promise<TrainingState> {
    return {
      parameters: this.#copy(this.#parameters),
      firstMoments: this.#copy(this.#firstMoments),
      secondMoments: this.#copy(this.#secondMoments),
      updates: this.#updates,
    };
  }

  async write(state: Pick<TrainingState, 'parameters'> & Partial<TrainingState>): Promise<void> {
    this.#fill(this.#parameters, state.parameters);
    this.#fill(this.#firstMoments, state.firstMoments);
    this.#fill(this.#secondMoments, state.secondMoments);
    this.#updates = state.updates ?? 0;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#onDispose();
    const buffers = [this.#parameters, this.#firstMoments, this.#secondMoments, this.#table];
    for (const address of [...buffers, ...this.#gradients]) {
      this.#heap.give(address);
    }
  }

  #copy(base: number): TensorMap {
    const f32 = this.#heap.f32;
    const tensors: Record<string, Tensor> = {};
    for (const { name, shape, offset, size } of this.#places.values()) {
      const begin = base / 4 + offset;
      tensors[name] = { shape, dtype: 'f32', data: f32.slice(begin, begin + size) };
    }
    return tensors;
  }

  #fill(base: number, tensors: TensorMap | undefined): void {
    const f32 = this.#heap.f32;
    f32.fill(0, base / 4, base / 4 + this.#count);
    if (!tensors) return;
    for (const { name, offset, size } of this.#places.values()) {
      const tensor = tensors[name];
      if (tensor?.data.length !== size) throw new Error(`parameter ${name} is missing or has another size`);
      f32.set(tensor.data, base / 4 + offset);
    }
  }
}

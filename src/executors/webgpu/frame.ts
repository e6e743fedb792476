/**
 * What all steps of a sequence share in the memory of an execution: inputs, losses, outputs, the histories of FIFO states, the
 * states between runs and their adjoints, and the gradient. A run is a stretch of steps of one variant.
 */
import type { Program, StateSpec, StepGraph } from '../../graph/types.ts';
import { elementCount } from '../../graph/types.ts';
import { aligned, Land } from './arena.ts';
import type { Place } from './code.ts';
import { nowhere } from './code.ts';

export interface FifoHistory {
  readonly base: number;
  /** History of the adjoint, in the same form. */
  readonly adjoint: number;
  readonly slots: number;
  readonly width: number;
  /** Floats of one sample's history: steps + slots rows. */
  readonly stride: number;
}

/** Position of a parameter in the flat arrays of the store. */
export type ParameterOffsets = ReadonlyMap<string, number>;

export class Frame {
  readonly program: Program;
  readonly samples: number;
  readonly land: Land;
  readonly parameters: ParameterOffsets;
  /** Floats of all parameters together. */
  readonly parameterFloats: number;
  /** Where the gradient begins, laid out as the parameters are; null where there is none. */
  readonly gradient: number | null;
  /** The loss of every step [B, T], at the first token of the step. */
  readonly loss: number;
  /** All adjoints of states between runs. */
  readonly adjoints: { readonly begin: number; readonly end: number };
  readonly #inputs = new Map<string, number>();
  readonly #fifos = new Map<string, FifoHistory>();
  readonly #adjoints = new Map<string, { readonly base: number; readonly stride: number }>();

  constructor(
    program: Program,
    samples: number,
    parameters: ParameterOffsets,
    parameterFloats: number,
    training: boolean,
  ) {
    this.program = program;
    this.samples = samples;
    this.parameters = parameters;
    this.parameterFloats = parameterFloats;
    this.land = new Land();
    for (const { inputs, unit } of program.variants) {
      for (const { name, shape } of inputs) {
        const floats = samples * program.length * tokenFloats(unit, shape);
        if (!this.#inputs.has(name)) this.#inputs.set(name, this.land.take(floats));
      }
    }
    const fifos = this.#fifoStates();
    const bases = fifos.map(({ shape }) => this.land.take(samples * this.#historyFloats(shape)));
    this.loss = this.land.take(samples * program.length);
    this.gradient = training ? this.land.take(parameterFloats) : null;
    const begin = this.land.end;
    if (training) this.#takeAdjoints();
    fifos.forEach(({ name, shape }, i) => {
      const stride = this.#historyFloats(shape);
      const adjoint = training ? this.land.take(samples * stride) : 0;
      const [slots, width] = shape as [number, number];
      this.#fifos.set(name, { base: bases[i]!, adjoint, slots, width, stride });
    });
    this.adjoints = { begin, end: this.land.end };
  }

  /** Windows over histories need steps of one token. */
  #fifoStates(): StateSpec[] {
    const [first] = this.program.variants;
    if (first?.unit !== 'token' || this.program.variants.length > 1) return [];
    return first.states.filter(({ kind, dtype }) => kind === 'fifo' && dtype === 'f32');
  }

  #historyFloats([slots, width]: readonly number[]): number {
    return aligned((this.program.length + slots!) * width!);
  }

  #takeAdjoints(): void {
    const sizes = new Map<string, number>();
    for (const { states, nodes } of this.program.variants) {
      for (const { name, shape, next } of states) {
        const most = Math.max(elementCount(shape), elementCount(nodes[next]!.shape), sizes.get(name) ?? 0);
        sizes.set(name, most);
      }
    }
    for (const [name, size] of sizes) {
      this.#adjoints.set(name, { base: this.land.take(this.samples * size), stride: size });
    }
  }

  get fifos(): ReadonlyMap<string, FifoHistory> {
    return this.#fifos;
  }

  inputBase(name: string): number {
    return this.#inputs.get(name)!;
  }

  /** Place of what one step reads of an input. */
  input(graph: StepGraph, name: string, shape: readonly number[]): Place {
    return this.series(this.inputBase(name), tokenFloats(graph.unit, shape));
  }

  /** Place in an array [B, T, …] with `floats` for each token. */
  series(base: number, floats: number): Place {
    return { ...nowhere, base, sample: this.program.length * floats, clock: floats };
  }

  /** Place of the adjoint of a state between runs. */
  adjoint(name: string): Place {
    const { base, stride } = this.#adjoints.get(name)!;
    return { ...nowhere, base, sample: stride };
  }

  /** The window over a FIFO history that a step is handed (`ahead` 0) or hands on (1); `adjoint` chooses the other history. */
  window(name: string, ahead: 0 | 1, adjoint: boolean): Place {
    const fifo = this.#fifos.get(name)!;
    const { base, width, stride } = fifo;
    const row = this.program.length - ahead;
    return {
      ...nowhere,
      base: (adjoint ? fifo.adjoint : base) + row * width,
      sample: stride,
      clock: -width,
    };
  }

  /** Where each state that is no FIFO lies in the block of states between two runs, and the floats of the block. */
  block(sizes: readonly { readonly name: string; readonly floats: number }[]): {
    readonly offsets: ReadonlyMap<string, number>;
    readonly floats: number;
  } {
    const land = new Land();
    const offsets = new Map<string, number>();
    for (const { name, floats } of sizes) {
      if (!this.#fifos.has(name)) offsets.set(name, land.take(this.samples * floats));
    }
    return { offsets, floats: land.end };
  }

  blockBefore({ states }: StepGraph): ReturnType<Frame['block']> {
    return this.block(states.map(({ name, shape }) => ({ name, floats: elementCount(shape) })));
  }

  blockAfter({ states, nodes }: StepGraph): ReturnType<Frame['block']> {
    return this.block(states.map(({ name, next }) => ({ name, floats: elementCount(nodes[next]!.shape) })));
  }
}

/** Floats for each token of a value with the shape of one step. */
function tokenFloats(unit: StepGraph['unit'], shape: readonly number[]): number {
  return elementCount(unit === 'token' ? shape : [1, ...shape.slice(1)]);
}

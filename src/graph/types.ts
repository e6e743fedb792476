/**
 * The step graph: what a memory does in one step, for one sample, as small named tensors.
 *
 * A graph never mentions batches, gradients or backends. Shapes are per sample; an executor puts a batch axis in front of
 * every value whose `batched` is true, and computes the others (functions of parameters and constants alone, the
 * *prologue*) once for a whole rollout. A matrix is row-major; a rank-1 value is a row vector.
 */
import type { OpAttributes, OpName } from './ops.ts';

export type Shape = readonly number[];
export type DType = 'f32' | 'i32';

/** A dense row-major tensor in ordinary memory. */
export interface Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: Float32Array | Int32Array;
}

export type TensorMap = Readonly<Record<string, Tensor>>;

/** One value of a graph. Its inputs always have smaller ids. */
export interface GraphNode<Op extends OpName = OpName> {
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly number[];
  readonly attributes: OpAttributes[Op];
  readonly shape: Shape;
  readonly dtype: DType;
  /** false when the value is the same for every sample and step: it depends on parameters and constants only. */
  readonly batched: boolean;
}

/** How a parameter is drawn at the start of a run. `fan-in` is the first axis of the shape. */
export type Initializer =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly standardDeviation: number }
  /** N(0, scale² / fan-in) */
  | { readonly kind: 'fanIn'; readonly scale: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  /** Random orthogonal matrix times `gain`. */
  | { readonly kind: 'orthogonal'; readonly gain: number }
  | { readonly kind: 'identity'; readonly gain: number };

export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  readonly node: number;
}

export interface InputSpec {
  readonly name: string;
  /** Per step. In a segment graph the first axis is the sequence axis; in a token graph there is none. */
  readonly shape: Shape;
  readonly dtype: DType;
  readonly node: number;
}

/** Where a state stands in a memory whose slots can be told apart, so that a person may operate on them. */
export interface MemoryPlace {
  /** In words, e.g. 'window, layer 0'. The states of one bank hold parts of the same slots: its keys and its values. */
  readonly bank: string;
  /**
   * What the leading axes of the state count, such as ['slot'], ['head', 'row'] or ['unit']: one index along them is one slot.
   * Empty: a value of the whole bank, e.g. how many of its slots were written.
   */
  readonly axes: readonly string[];
  /** The bank is a queue: every step adds one slot at the newest end and drops the oldest. */
  readonly order?: 'newestFirst' | 'oldestFirst';
}

export interface StateSpec {
  readonly name: string;
  readonly dtype: DType;
  /** 'fifo': a buffer [slots, width] whose next value is `push(buffer, row)`; executors keep it as a sliding window over a history. */
  readonly kind: 'plain' | 'fifo';
  readonly shape: Shape;
  /** The value handed in. */
  readonly node: number;
  /** The value handed on. Its shape may differ from `shape` in segment models. */
  readonly next: number;
  /** The value at the start of a sequence: an unbatched node. */
  readonly start: number;
  /** null: bookkeeping (positions, the last tokens), not a part of the memory that can be operated on. */
  readonly memory: MemoryPlace | null;
}

export interface OutputSpec {
  readonly name: string;
  readonly node: number;
}

/** A named internal tensor that an instrument may show. */
export interface TapSpec {
  /** `{s}` in the name stands for the index of the step (segment). */
  readonly name: string;
  readonly node: number;
  /** Names of the axes of one step's value, for plots: ['slot'], ['head', 'slot', 'token'] … */
  readonly axes: readonly string[];
}

/** A value between 0 and `maximum` that decides how much is written, kept or read; see clamp.ts. */
export interface GateSpec {
  /** In words, e.g. 'write strength β, layer 0'. */
  readonly name: string;
  readonly node: number;
  readonly maximum: number;
}

export interface StepGraph {
  /** 'token': one token a step, values of successive steps stack along a new time axis. 'segment': they join along their first axis. */
  readonly unit: 'token' | 'segment';
  /** Tokens that one step consumes. */
  readonly tokens: number;
  readonly nodes: readonly GraphNode[];
  readonly parameters: readonly ParameterSpec[];
  readonly inputs: readonly InputSpec[];
  readonly states: readonly StateSpec[];
  readonly outputs: readonly OutputSpec[];
  readonly taps: readonly TapSpec[];
  /** As the model declares them; a simplified graph, which an executor runs, has none. */
  readonly gates: readonly GateSpec[];
  /** Per-sample scalar (shape []): this step's share of the loss; null where the graph has no loss. */
  readonly loss: number | null;
}

/**
 * A whole sequence: which step graph runs when. Token models have one variant; segment models may have a different first
 * and last one. All variants share parameters by name.
 */
export interface Program {
  readonly variants: readonly StepGraph[];
  /** For each step, the index of its variant. */
  readonly schedule: readonly number[];
  /** Tokens in the sequence. */
  readonly length: number;
  /** Union of the variants' parameters, in order of first appearance. `node` is that of the first variant that has it. */
  readonly parameters: readonly ParameterSpec[];
}

export function elementCount(shape: Shape): number {
  let count = 1;
  for (const extent of shape) count *= extent;
  return count;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

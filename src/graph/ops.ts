/**
 * The op table: every operation a step graph may hold, its attributes, and the rule that gives the shape of its result.
 *
 * Tables elsewhere that must cover all ops (derivatives, costs, tfjs kernels, wasm kernels, WGSL, ONNX) are typed
 * `Record<OpName, …>` or `{ [Op in OpName]: … }`, so that a missing entry is a compile error.
 *
 * Axes are counted per sample, without the batch. Elementwise ops broadcast as numpy does.
 */
import type { DType, GraphNode, Shape } from './types.ts';
import * as rule from './shape-rules.ts';

type None = Readonly<Record<never, never>>;

export interface OpAttributes {
  // Leaves
  parameter: { readonly name: string };
  input: { readonly name: string };
  state: { readonly name: string };
  constant: { readonly data: readonly number[] };
  /** Adjoint handed in by the executor: of the next value of a state (`state:NAME`) or of the step's loss (`loss`). Only in derivative graphs. */
  adjoint: { readonly of: string };

  // Elementwise, two inputs, broadcasting
  add: None;
  subtract: None;
  multiply: None;
  /** reals only: integer division means something else in every backend */
  divide: None;
  minimum: None;
  maximum: None;
  /** 1 where a < b, else 0; f32, no derivative. */
  less: None;
  /** 1 where a = b, else 0; f32, no derivative. */
  equal: None;
  /** select(condition, a, b): a where condition ≠ 0, else b. */
  select: None;

  // Elementwise, one input
  negate: None;
  exp: None;
  log: None;
  sqrt: None;
  square: None;
  tanh: None;
  sigmoid: None;
  silu: None;
  /** tanh form */
  gelu: None;
  relu: None;
  softplus: None;
  elu: None;
  sine: None;
  cosine: None;
  /** no derivative */
  floor: None;
  /** identity whose derivative is zero */
  stopGradient: None;
  /** i32 → f32 or f32 → i32 (towards zero) */
  cast: { readonly to: DType };

  // Reductions
  sum: { readonly axes: readonly number[]; readonly keepAxes: boolean };
  mean: { readonly axes: readonly number[]; readonly keepAxes: boolean };

  // Over the last axis
  /** softmax(logits) or softmax(logits, mask): a masked entry (mask 0) has weight exactly 0; a row that is masked whole is all 0. */
  softmax: None;
  /** (x − mean) / √(variance + epsilon), biased variance: layer norm before gain and bias. */
  standardize: { readonly epsilon: number };
  /** x / √(mean(x²) + epsilon): RMS norm before the gain. */
  rmsNormalize: { readonly epsilon: number };
  /** x / √(‖x‖² + epsilon). */
  l2Normalize: { readonly epsilon: number };

  // Products
  /**
   * a · b, transposed first where asked (last two axes). Ranks: [k]·[k,n] → [n]; [m,k]·[k,n] → [m,n]; [h,m,k]·[h,k,n] → [h,m,n]
   * (per head); [h,m,k]·[k,n] → [h,m,n]. A rank-1 left side is a row and cannot be transposed.
   */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  /** outer(a [m], b [n]) → [m, n]; with a leading head axis [h,m], [h,n] → [h,m,n]. */
  outer: None;
  /** ‖q_i − k_j‖²: [n], [N,n] → [N]; [m,n], [N,n] → [m,N]. */
  squaredDistance: None;

  // Shape
  concat: { readonly axis: number };
  slice: { readonly begin: readonly number[]; readonly size: readonly number[] };
  reshape: { readonly shape: Shape };
  transpose: { readonly permutation: readonly number[] };
  broadcast: { readonly shape: Shape };
  /** zeros around; the derivative of slice */
  pad: { readonly before: readonly number[]; readonly after: readonly number[] };

  // Indices
  /** gather(table [V, D], indices i32 [...]) → [..., D]; an index out of range is an error of the caller. */
  gather: None;
  /** scatterAdd(indices [...], rows [..., D]) → [V, D]; the derivative of gather */
  scatterAdd: { readonly rows: number };
  /** indices [...] → [..., depth], f32 */
  oneHot: { readonly depth: number };

  // Memory
  /** push(buffer [N, n], row [n]) → [N, n]: row becomes slot 0, every slot moves one place on, the last is dropped. */
  push: None;
  /** derivative of push to the buffer: rows 1 … N−1 of the adjoint, then a zero row */
  unpush: None;

  // Loss
  /** crossEntropy(logits [..., V], targets i32 [...]) → −log softmax(logits)[target], shape [...] */
  crossEntropy: None;
  /** crossEntropyGradient(logits, targets, dLoss [...]) → [..., V] */
  crossEntropyGradient: None;

  // Derivatives that would be wasteful as compositions: f(saved value, adjoint)
  tanhGradient: None; // (y, dy) → dy (1 − y²)
  sigmoidGradient: None; // (y, dy) → dy y (1 − y)
  siluGradient: None; // (x, dy)
  geluGradient: None; // (x, dy)
  reluGradient: None; // (x, dy)
  softplusGradient: None; // (x, dy)
  eluGradient: None; // (x, dy)
  softmaxGradient: None; // (y, dy) → y (dy − Σ y dy)
  standardizeGradient: { readonly epsilon: number }; // (x, dy)
  rmsNormalizeGradient: { readonly epsilon: number }; // (x, dy)
  l2NormalizeGradient: { readonly epsilon: number }; // (x, dy)
  /** (q, k, dDistance) → dq */
  squaredDistanceGradientQuery: None;
  /** (q, k, dDistance) → dk */
  squaredDistanceGradientKeys: None;
}

export type OpName = keyof OpAttributes;

/** What a shape rule sees of its inputs. */
export type Operands = readonly Pick<GraphNode, 'shape' | 'dtype'>[];
export interface Inferred {
  readonly shape: Shape;
  readonly dtype: DType;
}

type ShapeRule<Op extends OpName> = (operands: Operands, attributes: OpAttributes[Op]) => Inferred;

const leaf = (): Inferred => {
  throw new Error('a leaf is made with its shape');
};

/**
 * Shape and type of an op's result.
 * @throws GraphShapeError naming op and operand shapes when they do not fit.
 */
export const shapeRules: { readonly [Op in OpName]: ShapeRule<Op> } = {
  parameter: leaf,
  input: leaf,
  state: leaf,
  constant: leaf,
  adjoint: leaf,

  add: rule.elementwise('add'),
  subtract: rule.elementwise('subtract'),
  multiply: rule.elementwise('multiply'),
  divide: rule.quotient,
  minimum: rule.elementwise('minimum'),
  maximum: rule.elementwise('maximum'),
  less: rule.comparison('less'),
  equal: rule.comparison('equal'),
  select: rule.select,

  negate: rule.unary,
  exp: rule.unary,
  log: rule.unary,
  sqrt: rule.unary,
  square: rule.unary,
  tanh: rule.unary,
  sigmoid: rule.unary,
  silu: rule.unary,
  gelu: rule.unary,
  relu: rule.unary,
  softplus: rule.unary,
  elu: rule.unary,
  sine: rule.unary,
  cosine: rule.unary,
  floor: rule.unary,
  stopGradient: rule.unary,
  cast: ([x], { to }) => ({ shape: x!.shape, dtype: to }),

  sum: rule.reduction('sum'),
  mean: rule.reduction('mean'),

  softmax: rule.softmax,
  standardize: rule.unary,
  rmsNormalize: rule.unary,
  l2Normalize: rule.unary,

  matmul: rule.matmul,
  outer: rule.outer,
  squaredDistance: rule.squaredDistance,

  concat: rule.concat,
  slice: rule.slice,
  reshape: rule.reshape,
  transpose: rule.transpose,
  broadcast: rule.broadcast,
  pad: rule.pad,

  gather: rule.gather,
  scatterAdd: rule.scatterAdd,
  oneHot: ([indices], { depth }) => ({ shape: [...indices!.shape, depth], dtype: 'f32' }),

  push: rule.push,
  unpush: rule.unary,

  crossEntropy: rule.crossEntropy,
  crossEntropyGradient: ([logits]) => ({ shape: logits!.shape, dtype: 'f32' }),

  tanhGradient: rule.sameAsFirst,
  sigmoidGradient: rule.sameAsFirst,
  siluGradient: rule.sameAsFirst,
  geluGradient: rule.sameAsFirst,
  reluGradient: rule.sameAsFirst,
  softplusGradient: rule.sameAsFirst,
  eluGradient: rule.sameAsFirst,
  softmaxGradient: rule.sameAsFirst,
  standardizeGradient: rule.sameAsFirst,
  rmsNormalizeGradient: rule.sameAsFirst,
  l2NormalizeGradient: rule.sameAsFirst,
  squaredDistanceGradientQuery: rule.sameAsFirst,
  squaredDistanceGradientKeys: ([, keys]) => ({ shape: keys!.shape, dtype: 'f32' }),
};

export const opNames = Object.keys(shapeRules) as readonly OpName[];

export const leafOps: ReadonlySet<OpName> = new Set<OpName>([
  'parameter',
  'input',
  'state',
  'constant',
  'adjoint',
]);

/**
 * The derivative rule of every op: given the op's operands, its result and the adjoint of the result, the adjoint of one
 * operand as further graph nodes (reverse mode; Griewank and Walther, Evaluating Derivatives, chapter 3).
 *
 * A rule answers null where no gradient flows: to integers, masks and conditions. Where an op has a kink the rule takes the
 * side that tfjs takes (minimum and maximum: ties go to the first operand; relu: 0 at 0).
 */
import type { Emitter } from './emitter.ts';
import type { OpAttributes, OpName } from './ops.ts';
import type { GraphNode } from './types.ts';
import { elementCount } from './types.ts';

/** One use of an op whose result has an adjoint. */
export interface Site<Op extends OpName> {
  readonly e: Emitter;
  readonly inputs: readonly GraphNode[];
  readonly attributes: OpAttributes[Op];
  /** The op's result. */
  readonly y: GraphNode;
  /** Adjoint of the result, with its shape. */
  readonly dy: GraphNode;
}

/** The adjoint of operand number `operand`, with the operand's shape; null: no gradient flows there. */
export type DerivativeRule<Op extends OpName> = (site: Site<Op>, operand: number) => GraphNode | null;

type OperandRule<Op extends OpName> = (site: Site<Op>, a: GraphNode, b: GraphNode) => GraphNode | null;

/** One rule for each operand; `a` and `b` are the first two operands. */
function each<Op extends OpName>(...rules: readonly OperandRule<Op>[]): DerivativeRule<Op> {
  return (site, operand) => rules[operand]!(site, site.inputs[0]!, site.inputs[1]!);
}

/** Elementwise with two operands: what each gets before it is reduced to the operand's shape. */
function broadcasting<Op extends OpName>(
  first: OperandRule<Op>,
  second: OperandRule<Op>,
): DerivativeRule<Op> {
  return (site, operand) => {
    const [a, b] = site.inputs as readonly [GraphNode, GraphNode];
    const full = (operand === 0 ? first : second)(site, a, b);
    return full && site.e.reduceTo(site.e.broadcast(full, site.y.shape), site.inputs[operand]!.shape);
  };
}

const none = (): null => null;

/** The ops that derivatives are made of are not differentiated a second time. */
const once: DerivativeRule<OpName> = ({ y }) => {
  throw new Error(`${y.op} is a derivative; second derivatives are not defined`);
};

type UnaryGradient = 'siluGradient' | 'geluGradient' | 'reluGradient' | 'softplusGradient' | 'eluGradient';
const fromInput =
  (op: UnaryGradient): DerivativeRule<OpName> =>
  ({ e, inputs, dy }) =>
    e.apply(op, [inputs[0]!, dy], {});

type NormGradient = 'standardizeGradient' | 'rmsNormalizeGradient' | 'l2NormalizeGradient';
const normalization =
  (op: NormGradient): DerivativeRule<'standardize' | 'rmsNormalize' | 'l2Normalize'> =>
  ({ e, inputs, attributes, dy }) =>
    e.apply(op, [inputs[0]!, dy], attributes);

export const derivativeRules: { readonly [Op in OpName]: DerivativeRule<Op> } = {
  parameter: none,
  input: none,
  state: none,
  constant: none,
  adjoint: none,

  add: broadcasting(
    ({ dy }) => dy,
    ({ dy }) => dy,
  ),
  subtract: broadcasting(
    ({ dy }) => dy,
    ({ e, dy }) => e.negate(dy),
  ),
  multiply: broadcasting(
    ({ e, dy }, _a, b) => e.multiply(dy, b),
    ({ e, dy }, a) => e.multiply(dy, a),
  ),
  divide: broadcasting(
    ({ e, dy }, _a, b) => e.divide(dy, b),
    ({ e, y, dy }, _a, b) => e.negate(e.multiply(e.divide(dy, b), y)),
  ),
  minimum: broadcasting(
    ({ e, dy }, a, b) => e.select(e.apply('less', [b, a], {}), 0, dy),
    ({ e, dy }, a, b) => e.select(e.apply('less', [b, a], {}), dy, 0),
  ),
  maximum: broadcasting(
    ({ e, dy }, a, b) => e.select(e.apply('less', [a, b], {}), 0, dy),
    ({ e, dy }, a, b) => e.select(e.apply('less', [a, b], {}), dy, 0),
  ),
  less: none,
  equal: none,
  select: ({ e, inputs, y, dy }, operand) => {
    if (operand === 0) return null;
    const chosen = operand === 1 ? e.select(inputs[0]!, dy, 0) : e.select(inputs[0]!, 0, dy);
    return e.reduceTo(e.broadcast(chosen, y.shape), inputs[operand]!.shape);
  },

  negate: ({ e, dy }) => e.negate(dy),
  exp: ({ e, y, dy }) => e.multiply(dy, y),
  log: ({ e, inputs, dy }) => e.divide(dy, inputs[0]!),
  sqrt: ({ e, y, dy }) => e.divide(e.multiply(dy, 0.5), y),
  square: ({ e, inputs, dy }) => e.multiply(dy, e.multiply(inputs[0]!, 2)),
  tanh: ({ e, y, dy }) => e.apply('tanhGradient', [y, dy], {}),
  sigmoid: ({ e, y, dy }) => e.apply('sigmoidGradient', [y, dy], {}),
  silu: fromInput('siluGradient'),
  gelu: fromInput('geluGradient'),
  relu: fromInput('reluGradient'),
  softplus: fromInput('softplusGradient'),
  elu: fromInput('eluGradient'),
  sine: ({ e, inputs, dy }) => e.multiply(dy, e.apply('cosine', [inputs[0]!], {})),
  cosine: ({ e, inputs, dy }) => e.negate(e.multiply(dy, e.apply('sine', [inputs[0]!], {}))),
  floor: none,
  stopGradient: none,
  cast: ({ inputs, y, dy }) => (inputs[0]!.dtype === y.dtype ? dy : null),

  sum: ({ e, inputs, attributes, dy }) => spread(e, dy, inputs[0]!, attributes.axes),
  mean: ({ e, inputs, attributes, y, dy }) => {
    const averaged = elementCount(inputs[0]!.shape) / Math.max(1, elementCount(y.shape));
    return spread(e, e.multiply(dy, 1 / averaged), inputs[0]!, attributes.axes);
  },

  softmax: each(({ e, y, dy }) => e.apply('softmaxGradient', [y, dy], {}), none),
  standardize: normalization('standardizeGradient'),
  rmsNormalize: normalization('rmsNormalizeGradient'),
  l2Normalize: normalization('l2NormalizeGradient'),

  matmul: each(matmulLeft, matmulRight),
  outer: each(
    ({ e, dy }, a, b) => e.reshape(e.matmul(asRows(e, b), dy, { transposeB: true }), a.shape),
    ({ e, dy }, a, b) => e.reshape(e.matmul(asRows(e, a), dy), b.shape),
  ),
  squaredDistance: each(
    ({ e, dy }, query, keys) => e.apply('squaredDistanceGradientQuery', [query, keys, dy], {}),
    ({ e, dy }, query, keys) => e.apply('squaredDistanceGradientKeys', [query, keys, dy], {}),
  ),

  concat: ({ e, inputs, attributes: { axis }, dy }, operand) => {
    const before = inputs.slice(0, operand).reduce((total, input) => total + input.shape[axis]!, 0);
    const begin = dy.shape.map((_, i) => (i === axis ? before : 0));
    return e.slice(dy, begin, inputs[operand]!.shape);
  },
  slice: ({ e, inputs, attributes: { begin, size }, dy }) => {
    const after = inputs[0]!.shape.map((extent, axis) => extent - begin[axis]! - size[axis]!);
    return e.apply('pad', [dy], { before: begin, after });
  },
  reshape: ({ e, inputs, dy }) => e.reshape(dy, inputs[0]!.shape),
  transpose: ({ e, attributes: { permutation }, dy }) =>
    e.transpose(
      dy,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  broadcast: ({ e, inputs, dy }) => e.reduceTo(dy, inputs[0]!.shape),
  pad: ({ e, inputs, attributes: { before }, dy }) => e.slice(dy, before, inputs[0]!.shape),

  gather: each(
    ({ e, dy }, table, indices) => e.apply('scatterAdd', [indices, dy], { rows: table.shape[0]! }),
    none,
  ),
  scatterAdd: each(none, ({ e, dy }, indices) => e.apply('gather', [dy, indices], {})),
  oneHot: none,

  push: each(
    ({ e, dy }) => e.apply('unpush', [dy], {}),
    ({ e, dy }, _buffer, row) => e.reshape(e.slice(dy, [0, 0], [1, row.shape[0]!]), row.shape),
  ),
  unpush: ({ e, inputs, dy }) => e.apply('push', [dy, e.broadcast(e.scalar(0), [inputs[0]!.shape[1]!])], {}),

  crossEntropy: each(
    ({ e, dy }, logits, targets) => e.apply('crossEntropyGradient', [logits, targets, dy], {}),
    none,
  ),

  crossEntropyGradient: once,
  tanhGradient: once,
  sigmoidGradient: once,
  siluGradient: once,
  geluGradient: once,
  reluGradient: once,
  softplusGradient: once,
  eluGradient: once,
  softmaxGradient: once,
  standardizeGradient: once,
  rmsNormalizeGradient: once,
  l2NormalizeGradient: once,
  squaredDistanceGradientQuery: once,
  squaredDistanceGradientKeys: once,
};

/** Undoes a reduction: `dy` at every position of `x` that was summed. */
function spread(e: Emitter, dy: GraphNode, x: GraphNode, axes: readonly number[]): GraphNode {
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  return e.broadcast(e.reshape(dy, kept), x.shape);
}

/** [n] as it is, [h, n] as h rows [h, 1, n]: a row for the left side of a product. */
function asRows(e: Emitter, x: GraphNode): GraphNode {
  return x.shape.length === 1 ? x : e.reshape(x, [x.shape[0]!, 1, x.shape[1]!]);
}

/** y = A B, A and B being the operands after their transposition: dA = dy Bᵀ. */
function matmulLeft({ e, attributes, dy }: Site<'matmul'>, a: GraphNode, b: GraphNode): GraphNode {
  const { transposeA, transposeB } = attributes;
  if (!transposeA) return e.matmul(dy, b, { transposeB: !transposeB });
  if (a.shape.length === b.shape.length) return e.matmul(b, dy, { transposeA: transposeB, transposeB: true });
  // [h, k, m] against one [k, n] for all heads.
  return e.transpose(e.matmul(dy, b, { transposeB: !transposeB }), [0, 2, 1]);
}

/** dB = Aᵀ dy; where the heads share one right side, their rows are contracted together. */
function matmulRight(site: Site<'matmul'>, a: GraphNode, b: GraphNode): GraphNode {
  const { e, attributes, dy } = site;
  if (b.shape.length === 3) {
    const { transposeA, transposeB } = attributes;
    return transposeB
      ? e.matmul(dy, a, { transposeA: true, transposeB: transposeA })
      : e.matmul(a, dy, { transposeA: !transposeA });
  }
  const { left, right } = matmulRows(site, a);
  return left.shape.length === 1
    ? e.apply('outer', [left, right], {})
    : e.matmul(left, right, { transposeA: true });
}

/**
 * The two factors of the adjoint of a matmul's right side [k, n] (or [n, k] when transposed): it is leftᵀ · right, contracted
 * over all rows of both; for rank-1 factors their outer product.
 */
export function matmulRows(
  { e, attributes, dy }: Pick<Site<'matmul'>, 'e' | 'attributes' | 'dy'>,
  a: GraphNode,
): { readonly left: GraphNode; readonly right: GraphNode } {
  const rank = a.shape.length;
  const swapped = rank === 3 ? [0, 2, 1] : [1, 0];
  const rows = flatRows(e, attributes.transposeA ? e.transpose(a, swapped) : a);
  const adjoint = flatRows(e, dy);
  return attributes.transposeB ? { left: adjoint, right: rows } : { left: rows, right: adjoint };
}

/** [h, m, n] → [h · m, n]; lower ranks as they are. */
function flatRows(e: Emitter, x: GraphNode): GraphNode {
  return x.shape.length === 3 ? e.reshape(x, [x.shape[0]! * x.shape[1]!, x.shape[2]!]) : x;
}

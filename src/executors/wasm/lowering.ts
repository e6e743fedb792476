/**
 * What every op of the step graph becomes on the tape. A lowering gets views of its operands (leading axes for steps and
 * samples first) and returns a view of the result: of new memory that its kernels fill, or of what is there already.
 */
import type { OpName } from '../../graph/ops.ts';
import type { GraphNode } from '../../graph/types.ts';
import { PlaygroundError } from '../../foundation/errors.ts';
import * as emit from './emit.ts';
import * as opcode from './kernels/opcodes.ts';
import type { Tape } from './tape.ts';
import type { View } from './views.ts';
import * as views from './views.ts';

export interface LoweringSite<Op extends OpName = OpName> {
  readonly tape: Tape;
  readonly node: GraphNode<Op>;
  readonly operands: readonly GraphNode[];
  readonly inputs: readonly View[];
  /** How many leading axes every view has. */
  readonly lead: number;
  /** The memory to fill: dense, with the leading axes and the node's shape. */
  readonly out: () => View;
  /**
   * Adds to a value that is there: the result is addend + op. Only ops in `addingOps` get one. `out` may be the same memory.
   */
  readonly addend: View | null;
}

type Lowering<Op extends OpName> = (site: LoweringSite<Op>) => View;

/** Ops whose result shares memory with an operand. */
export const aliasOps: ReadonlySet<OpName> = new Set<OpName>([
  'slice',
  'reshape',
  'transpose',
  'broadcast',
  'stopGradient',
]);

/** Ops that can add their result to another value at no cost. */
export const addingOps: ReadonlySet<OpName> = new Set<OpName>(['matmul', 'gather', 'multiply', 'outer']);

/** Ops that can add in place, where `out` and `addend` are the same memory. */
export const accumulatingOps: ReadonlySet<OpName> = new Set<OpName>([
  ...addingOps,
  'squaredDistanceGradientQuery',
  'squaredDistanceGradientKeys',
]);

export function lower<Op extends OpName>(site: LoweringSite<Op>): View {
  return lowerings[site.node.op](site);
}

function copied(tape: Tape, view: View): View {
  const copy = tape.allocate(view.shape);
  emit.emitCopy(tape, copy, view);
  return copy;
}

const denseRows = (tape: Tape, view: View): View => (views.hasDenseRows(view) ? view : copied(tape, view));

const leaf: Lowering<OpName> = ({ node }) => {
  throw new Error(`${node.op} is a leaf`);
};

const identity: Lowering<OpName> = ({ inputs }) => inputs[0]!;

/** Elementwise: operands are broadcast to the result's shape. `int` is the code for integers; absent: there is none. */
const elementwise =
  (float: number, int?: number): Lowering<OpName> =>
  ({ tape, node, operands, inputs, lead, out }) => {
    const result = out();
    const isInt = operands.at(-1)!.dtype === 'i32';
    if (isInt && int === undefined) throw unsupported(node);
    const wide = inputs.map((input) => views.broadcast(input, lead, node.shape));
    emit.emitElementwise(tape, isInt ? int! : float, result, wide);
    return result;
  };

const reduction: Lowering<'sum' | 'mean'> = ({ tape, node, operands, inputs, lead, out }) => {
  if (node.dtype === 'i32') throw unsupported(node);
  const { axes } = node.attributes;
  const { shape } = operands[0]!;
  const result = out();
  const summed = new Set(axes);
  const kept = shape.map((extent, axis) => (summed.has(axis) ? 1 : extent));
  const unsummed = views.denseStrides(kept).map((stride, axis) => (summed.has(axis) ? 0 : stride));
  const spread: View = {
    ...result,
    shape: [...result.shape.slice(0, lead), ...shape],
    strides: [...result.strides.slice(0, lead), ...unsummed],
  };
  const count = axes.reduce((total, axis) => total * shape[axis]!, 1);
  emit.emitReduce(tape, spread, inputs[0]!, node.op === 'mean' ? 1 / count : 1, false);
  return result;
};

/** Over the last axis, one or two operands of the same shape. */
const overRows =
  (code: number): Lowering<OpName> =>
  ({ tape, node, inputs, out }) => {
    const result = out();
    const { epsilon = 0 } = node.attributes as { readonly epsilon?: number };
    const [a, b] = inputs.map((input) => denseRows(tape, input));
    emit.emitRows(tape, code, result, a!, b ? { b, epsilon } : { epsilon });
    return result;
  };

const softmax: Lowering<'softmax'> = ({ tape, node, inputs, lead, out }) => {
  const result = out();
  const [logits, mask] = inputs;
  const a = denseRows(tape, logits!);
  if (mask)
    emit.emitRows(tape, opcode.SOFTMAX_MASKED, result, a, { b: views.broadcast(mask, lead, node.shape) });
  else emit.emitRows(tape, opcode.SOFTMAX, result, a);
  return result;
};

const swapLast = (view: View): View => {
  const rank = view.shape.length;
  const order = view.shape.map((_, axis) => axis);
  return views.permute(view, [...order.slice(0, -2), rank - 1, rank - 2]);
};

const matmul: Lowering<'matmul'> = ({ tape, node, operands, inputs, lead, out, addend }) => {
  const { transposeA, transposeB } = node.attributes;
  const [left, right] = operands.map((operand) => operand.shape.length) as [number, number];
  const result = out();
  const heads = node.shape.length === 3 ? node.shape[0]! : null;
  // A row is a matrix of one row; one matrix may serve all heads.
  const rowsOf = (view: View): View => (left === 1 ? views.insertAxis(view, lead, 1) : view);
  const a = transposeA ? swapLast(inputs[0]!) : rowsOf(inputs[0]!);
  const plain = transposeB ? swapLast(inputs[1]!) : inputs[1]!;
  const b = heads !== null && right === 2 ? views.insertAxis(plain, lead, heads) : plain;
  const added = addend && denseRows(tape, views.broadcast(addend, lead, node.shape));
  emit.emitMatmul(tape, rowsOf(result), a, b, added && rowsOf(added));
  return result;
};

/** out = a ⊙ b (+ addend) */
function emitProduct(tape: Tape, out: View, a: View, b: View, addend: View | null): void {
  if (addend) emit.emitElementwise(tape, opcode.MULTIPLY_ADD, out, [a, b, addend]);
  else emit.emitElementwise(tape, opcode.MULTIPLY, out, [a, b]);
}

const multiply: Lowering<'multiply'> = (site) => {
  const { tape, node, inputs, lead, out, addend } = site;
  if (!addend) return elementwise(opcode.MULTIPLY, opcode.MULTIPLY_INT)(site);
  const result = out();
  const [a, b, added] = [...inputs, addend].map((view) => views.broadcast(view, lead, node.shape));
  emitProduct(tape, result, a!, b!, added!);
  return result;
};

/** a [..., m] and b [..., n] as [..., m, n], by repetition. */
const outer: Lowering<'outer'> = ({ tape, node, inputs, lead, out, addend }) => {
  const result = out();
  const [a, b] = inputs as readonly [View, View];
  const [m, n] = node.shape.slice(-2) as [number, number];
  const column = views.insertAxis(a, a.shape.length, n);
  const row = views.insertAxis(b, b.shape.length - 1, m);
  emitProduct(tape, result, column, row, addend && views.broadcast(addend, lead, node.shape));
  return result;
};

const distance =
  (code: emit.DistanceCode): Lowering<OpName> =>
  ({ tape, operands, inputs, lead, out, addend }) => {
    const result = out();
    const row = operands[0]!.shape.length === 1;
    const asMatrix = (view: View): View => (row ? views.insertAxis(view, lead, 1) : view);
    const query = asMatrix(denseRows(tape, inputs[0]!));
    const keys = denseRows(tape, inputs[1]!);
    const isForward = code === opcode.SQUARED_DISTANCE;
    const pairs = asMatrix(isForward ? result : denseRows(tape, inputs[2]!));
    const isQuery = code === opcode.SQUARED_DISTANCE_GRADIENT_QUERY;
    const gradient = isForward ? null : isQuery ? asMatrix(result) : result;
    emit.emitDistance(tape, code, { query, keys, distance: pairs, out: gradient }, addend !== null);
    return result;
  };

const concat: Lowering<'concat'> = ({ tape, node, operands, inputs, lead, out }) => {
  const result = out();
  let begin = 0;
  inputs.forEach((input, i) => {
    const extent = operands[i]!.shape[node.attributes.axis]!;
    emit.emitCopy(tape, views.narrow(result, lead + node.attributes.axis, begin, extent), input);
    begin += extent;
  });
  return result;
};

const slice: Lowering<'slice'> = ({ node, inputs, lead }) => {
  const { begin, size } = node.attributes;
  return begin.reduce((view, first, axis) => views.narrow(view, lead + axis, first, size[axis]!), inputs[0]!);
};

const reshape: Lowering<'reshape'> = ({ tape, node, inputs, lead }) =>
  views.reshape(inputs[0]!, lead, node.shape) ?? views.reshape(copied(tape, inputs[0]!), lead, node.shape)!;

const transpose: Lowering<'transpose'> = ({ node, inputs, lead }) => {
  const order = inputs[0]!.shape.map((_, axis) => axis).slice(0, lead);
  return views.permute(inputs[0]!, [...order, ...node.attributes.permutation.map((axis) => axis + lead)]);
};

const pad: Lowering<'pad'> = ({ tape, node, operands, inputs, lead, out }) => {
  const result = out();
  emit.emitZero(tape, result);
  const middle = node.attributes.before.reduce(
    (view, begin, axis) => views.narrow(view, lead + axis, begin, operands[0]!.shape[axis]!),
    result,
  );
  emit.emitCopy(tape, middle, inputs[0]!);
  return result;
};

const gather: Lowering<'gather'> = ({ tape, node, inputs, lead, out, addend }) => {
  const result = out();
  const table = denseRows(tape, inputs[0]!);
  const added = addend && denseRows(tape, views.broadcast(addend, lead, node.shape));
  emit.emitIndexed(tape, opcode.GATHER, { rows: result, table, indices: inputs[1]!, lead, added });
  return result;
};

const scatterAdd: Lowering<'scatterAdd'> = ({ tape, inputs, lead, out }) => {
  const result = out();
  emit.emitZero(tape, result);
  const rows = denseRows(tape, inputs[1]!);
  emit.emitIndexed(tape, opcode.SCATTER_ADD, { rows, table: result, indices: inputs[0]!, lead, added: null });
  return result;
};

/** Only for buffers that are no FIFO state: those are windows over their history (fifo.ts). */
const push: Lowering<'push'> = ({ tape, inputs, lead, out }) => {
  const result = out();
  const [buffer, row] = inputs as readonly [View, View];
  const slots = buffer.shape[lead]!;
  emit.emitCopy(tape, views.select(result, lead, 0), row);
  emit.emitCopy(tape, views.narrow(result, lead, 1, slots - 1), views.narrow(buffer, lead, 0, slots - 1));
  return result;
};

const unpush: Lowering<'unpush'> = ({ tape, inputs, lead, out }) => {
  const result = out();
  const slots = result.shape[lead]!;
  emit.emitCopy(tape, views.narrow(result, lead, 0, slots - 1), views.narrow(inputs[0]!, lead, 1, slots - 1));
  emit.emitZero(tape, views.narrow(result, lead, slots - 1, 1));
  return result;
};

const crossEntropy: Lowering<'crossEntropy'> = ({ tape, inputs, out }) => {
  const result = out();
  emit.emitRows(tape, opcode.CROSS_ENTROPY, result, denseRows(tape, inputs[0]!), { b: inputs[1]! });
  return result;
};

const crossEntropyGradient: Lowering<'crossEntropyGradient'> = ({ tape, inputs, out }) => {
  const result = out();
  const [logits, targets, dLoss] = inputs as readonly [View, View, View];
  emit.emitRows(tape, opcode.CROSS_ENTROPY_GRADIENT, result, denseRows(tape, logits), {
    b: targets,
    c: dLoss,
  });
  return result;
};

const cast: Lowering<'cast'> = (site) => {
  const { node, operands } = site;
  if (node.dtype === operands[0]!.dtype) return site.inputs[0]!;
  const toFloat = node.dtype === 'f32';
  return elementwise(opcode.TO_INT, toFloat ? opcode.TO_FLOAT : undefined)(site);
};

function unsupported(node: GraphNode): PlaygroundError {
  return new PlaygroundError(
    'unsupported-program',
    `The wasm executor has no ${node.op} for ${node.dtype} values.`,
    'Nothing was changed.',
    'Choose another executor.',
  );
}

const lowerings: { readonly [Op in OpName]: Lowering<Op> } = {
  parameter: leaf,
  input: leaf,
  state: leaf,
  constant: leaf,
  adjoint: leaf,

  add: elementwise(opcode.ADD, opcode.ADD_INT),
  subtract: elementwise(opcode.SUBTRACT, opcode.SUBTRACT_INT),
  multiply,
  divide: elementwise(opcode.DIVIDE, opcode.DIVIDE_INT),
  minimum: elementwise(opcode.MINIMUM, opcode.MINIMUM_INT),
  maximum: elementwise(opcode.MAXIMUM, opcode.MAXIMUM_INT),
  less: elementwise(opcode.LESS, opcode.LESS_INT),
  equal: elementwise(opcode.EQUAL, opcode.EQUAL_INT),
  select: elementwise(opcode.SELECT, opcode.SELECT),

  negate: elementwise(opcode.NEGATE, opcode.NEGATE_INT),
  exp: elementwise(opcode.EXP),
  log: elementwise(opcode.LOG),
  sqrt: elementwise(opcode.SQRT),
  square: elementwise(opcode.SQUARE, opcode.SQUARE_INT),
  tanh: elementwise(opcode.TANH),
  sigmoid: elementwise(opcode.SIGMOID),
  silu: elementwise(opcode.SILU),
  gelu: elementwise(opcode.GELU),
  relu: elementwise(opcode.RELU),
  softplus: elementwise(opcode.SOFTPLUS),
  elu: elementwise(opcode.ELU),
  sine: elementwise(opcode.SINE),
  cosine: elementwise(opcode.COSINE),
  floor: elementwise(opcode.FLOOR, opcode.COPY),
  stopGradient: identity,
  cast,

  sum: reduction,
  mean: reduction,

  softmax,
  standardize: overRows(opcode.STANDARDIZE),
  rmsNormalize: overRows(opcode.RMS_NORMALIZE),
  l2Normalize: overRows(opcode.L2_NORMALIZE),

  matmul,
  outer,
  squaredDistance: distance(opcode.SQUARED_DISTANCE),

  concat,
  slice,
  reshape,
  transpose,
  broadcast: ({ node, inputs, lead }) => views.broadcast(inputs[0]!, lead, node.shape),
  pad,

  gather,
  scatterAdd,
  oneHot: ({ tape, node, inputs, out }) => {
    const result = out();
    emit.emitOneHot(tape, result, inputs[0]!, node.attributes.depth);
    return result;
  },

  push,
  unpush,

  crossEntropy,
  crossEntropyGradient,

  tanhGradient: elementwise(opcode.TANH_GRADIENT),
  sigmoidGradient: elementwise(opcode.SIGMOID_GRADIENT),
  siluGradient: elementwise(opcode.SILU_GRADIENT),
  geluGradient: elementwise(opcode.GELU_GRADIENT),
  reluGradient: elementwise(opcode.RELU_GRADIENT),
  softplusGradient: elementwise(opcode.SOFTPLUS_GRADIENT),
  eluGradient: elementwise(opcode.ELU_GRADIENT),
  softmaxGradient: overRows(opcode.SOFTMAX_GRADIENT),
  standardizeGradient: overRows(opcode.STANDARDIZE_GRADIENT),
  rmsNormalizeGradient: overRows(opcode.RMS_NORMALIZE_GRADIENT),
  l2NormalizeGradient: overRows(opcode.L2_NORMALIZE_GRADIENT),
  squaredDistanceGradientQuery: distance(opcode.SQUARED_DISTANCE_GRADIENT_QUERY),
  squaredDistanceGradientKeys: distance(opcode.SQUARED_DISTANCE_GRADIENT_KEYS),
};

/**
 * The forward ops of a step graph in jax-js, with a leading batch axis. jax-js moves arrays into the functions that take them
 * (its "move semantics"): every operand that comes in here is used up exactly once.
 */
import { lax, nn, numpy as np } from '@jax-js/jax';
import type { Array as JaxArray } from '@jax-js/jax';
import type { OpAttributes, OpName } from '../../src/graph/ops.ts';
import type { GraphNode, Shape } from '../../src/graph/types.ts';

export interface Operand {
  readonly array: JaxArray;
  /** Per sample. */
  readonly shape: Shape;
  readonly batched: boolean;
}

type Lowering = (operands: readonly Operand[], node: GraphNode) => JaxArray;

/** With ones inserted after the batch axis, so that numpy's broadcasting aligns the axes of the samples. */
function aligned({ array, shape, batched }: Operand, rank: number): JaxArray {
  if (!batched || shape.length === rank) return array;
  return array.reshape([array.shape[0]!, ...new Array<number>(rank - shape.length).fill(1), ...shape]);
}

const unary =
  (f: (x: JaxArray) => JaxArray): Lowering =>
  ([x]) =>
    f(x!.array);

const binary =
  (f: (a: JaxArray, b: JaxArray) => JaxArray): Lowering =>
  ([a, b], { shape }) =>
    f(aligned(a!, shape.length), aligned(b!, shape.length));

/** Axes of a sample as axes of the array. */
const shifted = (axes: readonly number[], { batched }: Operand): number[] =>
  axes.map((axis) => (batched ? axis + 1 : axis));

const swap = (x: JaxArray): JaxArray => np.swapaxes(x, -1, -2);

function normalized(x: JaxArray, scale: number, epsilon: number): JaxArray {
  const squares = np.sum(np.square(x.ref), -1, { keepdims: true });
  return x.div(np.sqrt(squares.mul(scale).add(epsilon)));
}

function matmul([a, b]: readonly Operand[], node: GraphNode): JaxArray {
  const { transposeA, transposeB } = (node as GraphNode<'matmul'>).attributes;
  const right = transposeB ? swap(b!.array) : b!.array;
  if (a!.shape.length > 1) {
    const left = transposeA ? swap(a!.array) : a!.array;
    // One matrix for all heads of a batched left side, or a batched one for all heads.
    const spread =
      b!.batched && a!.shape.length === 3 && b!.shape.length === 2 ? np.expandDims(right, 1) : right;
    return np.matmul(left, spread);
  }
  if (!b!.batched) return np.matmul(a!.array, right);
  const row = a!.batched ? np.expandDims(a!.array, 1) : np.expandDims(a!.array, 0);
  return np.squeeze(np.matmul(row, right), 1);
}

function squaredDistance([q, k]: readonly Operand[]): JaxArray {
  const query = q!.shape.length === 1 ? np.expandDims(q!.array, -2) : np.expandDims(q!.array, -2);
  const keys = q!.shape.length === 1 ? k!.array : np.expandDims(k!.array, -3);
  return np.sum(np.square(query.sub(keys)), -1);
}

function softmax([logits, mask]: readonly Operand[], { shape }: GraphNode): JaxArray {
  if (!mask) return nn.softmax(logits!.array, -1);
  const visible = np.notEqual(aligned(mask, shape.length), 0);
  const hidden = np.where(visible.ref, logits!.array, -1e30);
  return np.where(visible, nn.softmax(hidden, -1), 0);
}

function slice([x]: readonly Operand[], node: GraphNode): JaxArray {
  const { begin, size } = (node as GraphNode<'slice'>).attributes;
  const ranges = begin.map((first, axis): [number, number] => [first, first + size[axis]!]);
  return x!.batched ? x!.array.slice([], ...ranges) : x!.array.slice(...ranges);
}

function crossEntropy([logits, targets]: readonly Operand[]): JaxArray {
  const chosen = nn.oneHot(targets!.array, logits!.shape.at(-1)!).mul(logits!.array.ref);
  return nn.logsumexp(logits!.array, -1).sub(np.sum(chosen, -1));
}

function push([buffer, row]: readonly Operand[]): JaxArray {
  const slots = buffer!.shape[0]!;
  return np.concatenate([np.expandDims(row!.array, -2), buffer!.array.slice([], [0, slots - 1])], 1);
}

const withBatch = (x: Operand, shape: readonly number[]): number[] =>
  x.batched ? [x.array.shape[0]!, ...shape] : [...shape];

const attributesOf = <Op extends OpName>(node: GraphNode, _op: Op): OpAttributes[Op] =>
  (node as GraphNode<Op>).attributes;

const lowerings: Partial<Record<OpName, Lowering>> = {
  add: binary(np.add),
  subtract: binary(np.subtract),
  multiply: binary(np.multiply),
  divide: binary(np.trueDivide),
  minimum: binary(np.minimum),
  maximum: binary(np.maximum),
  less: binary((a, b) => np.less(a, b).astype(np.float32)),
  equal: binary((a, b) => np.equal(a, b).astype(np.float32)),
  select: ([condition, a, b], { shape }) =>
    np.where(
      np.notEqual(aligned(condition!, shape.length), 0),
      aligned(a!, shape.length),
      aligned(b!, shape.length),
    ),
  negate: unary(np.negative),
  exp: unary(np.exp),
  log: unary(np.log),
  sqrt: unary(np.sqrt),
  square: unary(np.square),
  tanh: unary(np.tanh),
  sigmoid: unary(nn.sigmoid),
  silu: unary(nn.silu),
  gelu: unary((x) => nn.gelu(x)),
  relu: unary(nn.relu),
  softplus: unary(nn.softplus),
  elu: unary((x) => nn.elu(x)),
  stopGradient: unary(lax.stopGradient),
  cast: ([x], { dtype }) => x!.array.astype(dtype === 'f32' ? np.float32 : np.int32),
  sum: ([x], node) => {
    const { axes, keepAxes } = attributesOf(node, 'sum');
    return np.sum(x!.array, shifted(axes, x!), { keepdims: keepAxes });
  },
  mean: ([x], node) => {
    const { axes, keepAxes } = attributesOf(node, 'mean');
    return np.mean(x!.array, shifted(axes, x!), { keepdims: keepAxes });
  },
  softmax,
  standardize: ([x], node) =>
    nn.standardize(x!.array, -1, { epsilon: attributesOf(node, 'standardize').epsilon }),
  rmsNormalize: ([x], node) =>
    normalized(x!.array, 1 / x!.shape.at(-1)!, attributesOf(node, 'rmsNormalize').epsilon),
  l2Normalize: ([x], node) => normalized(x!.array, 1, attributesOf(node, 'l2Normalize').epsilon),
  matmul,
  outer: ([a, b]) => np.expandDims(a!.array, -1).mul(np.expandDims(b!.array, -2)),
  squaredDistance,
  concat: (operands, node) => {
    const size = operands.find(({ batched }) => batched)?.array.shape[0];
    const arrays = operands.map((x) =>
      size === undefined || x.batched ? x.array : np.broadcastTo(x.array, [size, ...x.shape]),
    );
    const { axis } = attributesOf(node, 'concat');
    return np.concatenate(arrays, size === undefined ? axis : axis + 1);
  },
  slice,
  reshape: ([x], { shape }) => x!.array.reshape(withBatch(x!, shape)),
  transpose: ([x], node) => {
    const order = attributesOf(node, 'transpose').permutation;
    return np.transpose(x!.array, x!.batched ? [0, ...shifted(order, x!)] : [...order]);
  },
  broadcast: ([x], { shape }) => {
    const target = withBatch(x!, shape);
    return np.broadcastTo(aligned(x!, shape.length), target);
  },
  gather: ([table, indices]) => np.matmul(nn.oneHot(indices!.array, table!.shape[0]!), table!.array),
  oneHot: ([indices], node) => nn.oneHot(indices!.array, attributesOf(node, 'oneHot').depth),
  push,
  crossEntropy,
};

/** @throws Error for an op that this peer was not taught. */
export function applyOp(node: GraphNode, operands: readonly Operand[]): JaxArray {
  const lowering = lowerings[node.op];
  if (!lowering) throw new Error(`the jax-js peer has no ${node.op}`);
  return lowering(operands, node);
}

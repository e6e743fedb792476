/**
 * Floating-point operations of every op. One addition, subtraction, multiplication, division, comparison or call of exp, log,
 * sqrt, tanh, sin or cos counts as one; moving values counts nothing. A matrix product [m, k] · [k, n] is 2 m k n.
 */
import type { OpAttributes, OpName } from './ops.ts';
import type { GraphNode, Shape } from './types.ts';
import { elementCount } from './types.ts';

interface Use<Op extends OpName> {
  readonly attributes: OpAttributes[Op];
  /** Elements of the result. */
  readonly result: number;
  readonly operands: readonly Shape[];
}

type FlopRule<Op extends OpName> = (use: Use<Op>) => number;

const nothing: FlopRule<OpName> = () => 0;
const perResult =
  (each: number): FlopRule<OpName> =>
  ({ result }) =>
    each * result;
const perOperand =
  (each: number): FlopRule<OpName> =>
  ({ operands }) =>
    each * elementCount(operands[0]!);
/** Every query row meets every key row: subtract, multiply, add for each of their numbers. */
const perPair: FlopRule<OpName> = ({ operands: [query, keys] }) => 3 * elementCount(query!) * keys![0]!;

const flopRules: { readonly [Op in OpName]: FlopRule<Op> } = {
  parameter: nothing,
  input: nothing,
  state: nothing,
  constant: nothing,
  adjoint: nothing,

  add: perResult(1),
  subtract: perResult(1),
  multiply: perResult(1),
  divide: perResult(1),
  minimum: perResult(1),
  maximum: perResult(1),
  less: perResult(1),
  equal: perResult(1),
  select: perResult(1),

  negate: perResult(1),
  exp: perResult(1),
  log: perResult(1),
  sqrt: perResult(1),
  square: perResult(1),
  tanh: perResult(1),
  sigmoid: perResult(4),
  silu: perResult(5),
  gelu: perResult(9),
  relu: perResult(1),
  softplus: perResult(6),
  elu: perResult(3),
  sine: perResult(1),
  cosine: perResult(1),
  floor: perResult(1),
  stopGradient: nothing,
  cast: nothing,

  sum: ({ operands, result }) => Math.max(0, elementCount(operands[0]!) - result),
  mean: perOperand(1),

  /** maximum, subtract, exp, add, divide */
  softmax: perResult(5),
  /** mean; subtract, square, add; multiply */
  standardize: perResult(5),
  rmsNormalize: perResult(3),
  l2Normalize: perResult(3),

  matmul: ({ operands, attributes, result }) =>
    2 * result * operands[0]!.at(attributes.transposeA ? -2 : -1)!,
  outer: perResult(1),
  squaredDistance: perPair,

  concat: nothing,
  slice: nothing,
  reshape: nothing,
  transpose: nothing,
  broadcast: nothing,
  pad: nothing,

  gather: nothing,
  scatterAdd: ({ operands }) => elementCount(operands[1]!),
  oneHot: nothing,

  push: nothing,
  unpush: nothing,

  /** maximum, subtract, exp, add */
  crossEntropy: perOperand(4),
  /** the same, then divide and multiply */
  crossEntropyGradient: perOperand(6),

  tanhGradient: perResult(3),
  sigmoidGradient: perResult(3),
  siluGradient: perResult(8),
  geluGradient: perResult(18),
  reluGradient: perResult(1),
  softplusGradient: perResult(5),
  eluGradient: perResult(3),
  softmaxGradient: perResult(4),
  standardizeGradient: perResult(12),
  rmsNormalizeGradient: perResult(7),
  l2NormalizeGradient: perResult(7),
  squaredDistanceGradientQuery: perPair,
  squaredDistanceGradientKeys: perPair,
};

/** Operations of one node for one sample. */
export function nodeFlops<Op extends OpName>(node: GraphNode<Op>, nodes: readonly GraphNode[]): number {
  const operands = node.inputs.map((id) => nodes[id]!.shape);
  return flopRules[node.op]({ attributes: node.attributes, result: elementCount(node.shape), operands });
}

/** Operations of several nodes for a batch; unbatched ones are left out, they belong to the prologue. */
export function batchFlops(
  nodes: readonly GraphNode[],
  ran: readonly GraphNode[],
  batchSize: number,
): number {
  let total = 0;
  for (const node of ran) if (node.batched) total += nodeFlops(node, nodes);
  return total * batchSize;
}

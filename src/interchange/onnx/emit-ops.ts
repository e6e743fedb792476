/**
 * How each op of a step graph is written in ONNX (opset 21), with a dynamic batch axis in front of batched values.
 *
 * A batched operand whose per-sample rank is lower than the result's gets axes of extent 1 after the batch, so that numpy
 * broadcasting lines up; unbatched operands line up from the right by themselves. A 0 in a Reshape copies the batch extent.
 */
import type { OpAttributes, OpName } from '../../graph/ops.ts';
import type { GraphNode } from '../../graph/types.ts';
import type { Body } from './body.ts';

class UnsupportedOnnxOpError extends Error {
  constructor(op: string, reason: string) {
    super(`${op} cannot be written as ONNX: ${reason}`);
    this.name = 'UnsupportedOnnxOpError';
  }
}

/** An operand: its graph node and the ONNX value that holds it. */
export interface Operand {
  readonly node: GraphNode;
  readonly name: string;
}

export interface Context<Op extends OpName> {
  readonly body: Body;
  readonly node: GraphNode<Op>;
  readonly attributes: OpAttributes[Op];
  readonly operands: readonly Operand[];
  /** 1 when the result has a batch axis, else 0: add it to every axis. */
  readonly lead: 0 | 1;
  /** Name of an int64 [1] value holding the batch extent. */
  readonly batchExtent: () => string;
}

type Emitter<Op extends OpName> = (context: Context<Op>) => string;

/** Reshape that keeps the batch axis. */
function reshaped(body: Body, name: string, batched: boolean, shape: readonly number[]): string {
  return body.emit('Reshape', [name, body.integers(...(batched ? [0] : []), ...shape)]);
}

/** The operand with at least `rank` per-sample axes, ready to broadcast. */
function aligned(body: Body, { node, name }: Operand, rank: number): string {
  if (!node.batched || node.shape.length >= rank) return name;
  return reshaped(body, name, true, [...new Array<number>(rank - node.shape.length).fill(1), ...node.shape]);
}

const elementwise =
  (opType: string) =>
  <Op extends OpName>({ body, node, operands }: Context<Op>): string =>
    body.emit(
      opType,
      operands.map((operand) => aligned(body, operand, node.shape.length)),
    );

const unary =
  (opType: string, attributes = {}) =>
  <Op extends OpName>({ body, operands }: Context<Op>): string =>
    body.emit(opType, [operands[0]!.name], attributes);

const comparison =
  (opType: string) =>
  <Op extends OpName>(context: Context<Op>): string =>
    context.body.emit('Cast', [elementwise(opType)(context)], { to: 1 });

const reduction =
  (opType: string) =>
  ({ body, attributes, operands, lead }: Context<'sum' | 'mean'>): string => {
    if (attributes.axes.length === 0) return body.emit('Identity', [operands[0]!.name]);
    const axes = body.integers(...attributes.axes.map((axis) => axis + lead));
    return body.emit(opType, [operands[0]!.name, axes], { keepdims: attributes.keepAxes ? 1 : 0 });
  };

const never = (op: string) => (): string => {
  throw new UnsupportedOnnxOpError(op, 'it only occurs in training');
};

const leaf = (): string => {
  throw new Error('leaves are named by the caller');
};

/** x / √(reduce(x²) + ε) */
function normalise(
  reduce: 'ReduceMean' | 'ReduceSum',
): (context: Context<'rmsNormalize' | 'l2Normalize'>) => string {
  return ({ body, attributes, operands }) => {
    const x = operands[0]!.name;
    const power = body.emit(reduce, [body.emit('Mul', [x, x]), body.integers(-1)], { keepdims: 1 });
    return body.emit('Div', [
      x,
      body.emit('Sqrt', [body.emit('Add', [power, body.scalar(attributes.epsilon)])]),
    ]);
  };
}

function softmax({ body, node, operands }: Context<'softmax'>): string {
  const [logits, mask] = operands;
  if (!mask) return body.emit('Softmax', [logits!.name], { axis: -1 });
  const visible = aligned(body, mask, node.shape.length);
  const isVisible = body.emit('Cast', [visible], { to: 9 });
  const guarded = body.emit('Where', [isVisible, logits!.name, body.scalar(-1e30)]);
  return body.emit('Mul', [body.emit('Softmax', [guarded], { axis: -1 }), visible]);
}

function matmul({ body, node, attributes, operands }: Context<'matmul'>): string {
  const [a, b] = operands as [Operand, Operand];
  const swapLast = (operand: Operand, name: string): string => {
    const rank = operand.node.shape.length + (operand.node.batched ? 1 : 0);
    const perm = Array.from({ length: rank }, (_, axis) => axis);
    [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
    return body.emit('Transpose', [name], { perm });
  };
  const right = attributes.transposeB ? swapLast(b, b.name) : b.name;
  if (a.node.shape.length === 1) {
    if (!b.node.batched) return body.emit('MatMul', [a.name, right]);
    const row = reshaped(body, a.name, a.node.batched, [1, a.node.shape[0]!]);
    return reshaped(body, body.emit('MatMul', [row, right]), true, node.shape);
  }
  const left = attributes.transposeA ? swapLast(a, a.name) : a.name;
  if (a.node.shape.length === 3 && b.node.shape.length === 2 && b.node.batched) {
    const [rows, columns] = attributes.transposeB
      ? [b.node.shape[1]!, b.node.shape[0]!]
      : [b.node.shape[0]!, b.node.shape[1]!];
    return body.emit('MatMul', [left, reshaped(body, right, true, [1, rows, columns])]);
  }
  return body.emit('MatMul', [left, right]);
}

function outer({ body, operands }: Context<'outer'>): string {
  const [a, b] = operands as [Operand, Operand];
  const column = reshaped(body, a.name, a.node.batched, [...a.node.shape, 1]);
  const row = reshaped(body, b.name, b.node.batched, [...b.node.shape.slice(0, -1), 1, b.node.shape.at(-1)!]);
  return body.emit('Mul', [column, row]);
}

function squaredDistance({ body, operands }: Context<'squaredDistance'>): string {
  const [query, keys] = operands as [Operand, Operand];
  const [slots, width] = keys.node.shape as [number, number];
  const rows = query.node.shape.slice(0, -1);
  const left = reshaped(body, query.name, query.node.batched, [...rows, 1, width]);
  const right =
    rows.length === 0 ? keys.name : reshaped(body, keys.name, keys.node.batched, [1, slots, width]);
  const difference = body.emit('Sub', [left, right]);
  return body.emit('ReduceSum', [body.emit('Mul', [difference, difference]), body.integers(-1)], {
    keepdims: 0,
  });
}

function concat({ body, node, attributes, operands, lead, batchExtent }: Context<'concat'>): string {
  const names = operands.map((operand) => {
    if (operand.node.batched || !node.batched) return operand.name;
    const shape = body.emit('Concat', [batchExtent(), body.integers(...operand.node.shape)], { axis: 0 });
    return body.emit('Expand', [operand.name, shape]);
  });
  return body.emit('Concat', names, { axis: attributes.axis + lead });
}

function slice({ body, attributes: { begin, size }, operands, lead }: Context<'slice'>): string {
  const axes = begin
    .map((_, axis) => axis)
    .filter((axis) => begin[axis] !== 0 || size[axis] !== operands[0]!.node.shape[axis]);
  if (axes.length === 0) return body.emit('Identity', [operands[0]!.name]);
  return body.emit('Slice', [
    operands[0]!.name,
    body.integers(...axes.map((axis) => begin[axis]!)),
    body.integers(...axes.map((axis) => begin[axis]! + size[axis]!)),
    body.integers(...axes.map((axis) => axis + lead)),
  ]);
}

function oneHot({ body, attributes: { depth }, operands }: Context<'oneHot'>): string {
  const indices = operands[0]!;
  const column = reshaped(body, indices.name, indices.node.batched, [...indices.node.shape, 1]);
  const classes = body.constant(
    'i32',
    [depth],
    Array.from({ length: depth }, (_, i) => i),
  );
  return body.emit('Cast', [body.emit('Equal', [column, classes])], { to: 1 });
}

function push({ body, operands }: Context<'push'>): string {
  const [buffer, row] = operands as [Operand, Operand];
  const [slots, width] = buffer.node.shape as [number, number];
  const newest = reshaped(body, row.name, true, [1, width]);
  if (slots === 1) return newest;
  const older = body.emit('Slice', [
    buffer.name,
    body.integers(0),
    body.integers(slots - 1),
    body.integers(1),
  ]);
  return body.emit('Concat', [newest, older], { axis: 1 });
}

/** One entry for every op: a missing one is a compile error. */
export const emitters: { readonly [Op in OpName]: Emitter<Op> } = {
  parameter: leaf,
  input: leaf,
  state: leaf,
  constant: leaf,
  adjoint: never('adjoint'),

  add: elementwise('Add'),
  subtract: elementwise('Sub'),
  multiply: elementwise('Mul'),
  divide: elementwise('Div'),
  minimum: elementwise('Min'),
  maximum: elementwise('Max'),
  less: comparison('Less'),
  equal: comparison('Equal'),
  select: ({ body, node, operands }) => {
    const [condition, a, b] = operands.map((operand) => aligned(body, operand, node.shape.length)) as [
      string,
      string,
      string,
    ];
    return body.emit('Where', [body.emit('Cast', [condition], { to: 9 }), a, b]);
  },

  negate: unary('Neg'),
  exp: unary('Exp'),
  log: unary('Log'),
  sqrt: unary('Sqrt'),
  square: ({ body, operands }) => body.emit('Mul', [operands[0]!.name, operands[0]!.name]),
  tanh: unary('Tanh'),
  sigmoid: unary('Sigmoid'),
  silu: ({ body, operands }) =>
    body.emit('Mul', [operands[0]!.name, body.emit('Sigmoid', [operands[0]!.name])]),
  gelu: unary('Gelu', { approximate: 'tanh' }),
  relu: unary('Relu'),
  softplus: unary('Softplus'),
  elu: unary('Elu'),
  sine: unary('Sin'),
  cosine: unary('Cos'),
  floor: unary('Floor'),
  stopGradient: unary('Identity'),
  cast: ({ body, attributes, operands }) =>
    body.emit('Cast', [operands[0]!.name], { to: attributes.to === 'f32' ? 1 : 6 }),

  sum: reduction('ReduceSum'),
  mean: reduction('ReduceMean'),

  softmax,
  standardize: ({ body, node, attributes, operands }) => {
    const width = node.shape.at(-1)!;
    const ones = body.constant('f32', [width], new Array<number>(width).fill(1));
    return body.emit('LayerNormalization', [operands[0]!.name, ones], {
      axis: -1,
      epsilon: { float: attributes.epsilon },
    });
  },
  rmsNormalize: normalise('ReduceMean'),
  l2Normalize: normalise('ReduceSum'),

  matmul,
  outer,
  squaredDistance,

  concat,
  slice,
  reshape: ({ body, node, operands }) => reshaped(body, operands[0]!.name, node.batched, node.shape),
  transpose: ({ body, attributes, operands, lead }) =>
    body.emit('Transpose', [operands[0]!.name], {
      perm: lead ? [0, ...attributes.permutation.map((axis) => axis + 1)] : attributes.permutation,
    }),
  broadcast: ({ body, node, operands, lead }) =>
    body.emit('Expand', [
      aligned(body, operands[0]!, node.shape.length),
      body.integers(...(lead ? [1] : []), ...node.shape),
    ]),
  pad: ({ body, attributes: { before, after }, operands, lead }) => {
    const zero = lead ? [0] : [];
    return body.emit('Pad', [operands[0]!.name, body.integers(...zero, ...before, ...zero, ...after)]);
  },

  gather: ({ body, operands }) => {
    const [table, indices] = operands as [Operand, Operand];
    if (table.node.batched)
      throw new UnsupportedOnnxOpError('gather', 'its table differs from sample to sample');
    return body.emit('Gather', [table.name, indices.name], { axis: 0 });
  },
  scatterAdd: never('scatterAdd'),
  oneHot,

  push,
  unpush: never('unpush'),

  crossEntropy: never('crossEntropy'),
  crossEntropyGradient: never('crossEntropyGradient'),
  tanhGradient: never('tanhGradient'),
  sigmoidGradient: never('sigmoidGradient'),
  siluGradient: never('siluGradient'),
  geluGradient: never('geluGradient'),
  reluGradient: never('reluGradient'),
  softplusGradient: never('softplusGradient'),
  eluGradient: never('eluGradient'),
  softmaxGradient: never('softmaxGradient'),
  standardizeGradient: never('standardizeGradient'),
  rmsNormalizeGradient: never('rmsNormalizeGradient'),
  l2NormalizeGradient: never('l2NormalizeGradient'),
  squaredDistanceGradientQuery: never('squaredDistanceGradientQuery'),
  squaredDistanceGradientKeys: never('squaredDistanceGradientKeys'),
};

/**
 * Example operands for every op: plain, broadcast, transposed, per head, masked, empty. Derivative rules are checked on them by
 * central differences, and executors' kernels against the reference evaluator. The table is a full record over op names, so
 * an op without examples does not compile.
 */
import { RandomStream } from '../foundation/random.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/builder.ts';
import type { EvaluationBatch, NumericTensor } from '../graph/evaluate.ts';
import type { OpAttributes, OpName } from '../graph/ops.ts';
import type { Program, Shape } from '../graph/types.ts';
import { elementCount } from '../graph/types.ts';

/** How an operand is filled. Masks and indices are inputs: nothing is differentiated with respect to them. */
export type Filling =
  | 'normal'
  /** In 0.5 … 1.5. */
  | 'positive'
  /** At least 0.1 away from 0, where relu and its like have a kink. */
  | 'awayFromZero'
  /** 0 or 1. */
  | 'mask'
  /** i32 in 0 … limit − 1. */
  | { readonly indices: number }
  /** i32, as listed. */
  | { readonly integers: readonly number[] };

export interface ExampleOperand {
  readonly shape: Shape;
  readonly fill: Filling;
}

export interface Example<Attributes> {
  readonly note: string;
  readonly operands: readonly ExampleOperand[];
  readonly attributes: Attributes;
}

export type OpExample<Op extends OpName = OpName> = Example<OpAttributes[Op]>;

const normal = (...shape: number[]): ExampleOperand => ({ shape, fill: 'normal' });
const positive = (...shape: number[]): ExampleOperand => ({ shape, fill: 'positive' });
const kinked = (...shape: number[]): ExampleOperand => ({ shape, fill: 'awayFromZero' });
const mask = (...shape: number[]): ExampleOperand => ({ shape, fill: 'mask' });
const indices = (limit: number, ...shape: number[]): ExampleOperand => ({ shape, fill: { indices: limit } });

type Examples<Op extends OpName> = readonly Example<OpAttributes[Op]>[];
type None = OpAttributes['add'];

const one = <Attributes>(
  note: string,
  attributes: Attributes,
  ...operands: readonly ExampleOperand[]
): Example<Attributes> => ({
  note,
  attributes,
  operands,
});

const plain = (note: string, ...operands: readonly ExampleOperand[]): Example<None> =>
  one<None>(note, {}, ...operands);

const unary = (operand: typeof normal): Examples<'negate'> => [
  plain('a matrix', operand(3, 4)),
  plain('a scalar', operand()),
  plain('nothing', operand(0, 4)),
];

const broadcasting = (left: typeof normal, right: typeof normal): Examples<'add'> => [
  plain('equal shapes', left(2, 3), right(2, 3)),
  plain('a scalar on the right', left(2, 3), right()),
  plain('a scalar on the left', left(), right(2, 3)),
  plain('a row on every row', left(2, 3), right(3)),
  plain('a column and a row', left(2, 1), right(1, 3)),
  plain('new leading axes on the left', left(3), right(2, 2, 3)),
  plain('kept and repeated axes mixed', left(2, 1, 3), right(4, 1)),
  plain('no rows', left(0, 3), right(3)),
];

const reductions: Examples<'sum'> = [
  one('all axes', { axes: [0, 1], keepAxes: false }, normal(2, 3)),
  one('no axis', { axes: [], keepAxes: false }, normal(2)),
  one('the first axis', { axes: [0], keepAxes: false }, normal(3, 2)),
  one('the last axis, kept', { axes: [1], keepAxes: true }, normal(2, 3)),
  one('first and last of three', { axes: [0, 2], keepAxes: false }, normal(2, 3, 2)),
  one('the middle of three, kept', { axes: [1], keepAxes: true }, normal(2, 3, 2)),
];

const lastAxis = (epsilon: number): Examples<'standardize'> => [
  one('a row', { epsilon }, normal(5)),
  one('a matrix', { epsilon }, normal(3, 4)),
  one('heads', { epsilon }, normal(2, 2, 3)),
  one('no rows', { epsilon }, normal(0, 3)),
];

const lastAxisGradient = (epsilon: number): Examples<'standardizeGradient'> =>
  lastAxis(epsilon).map((example) => ({ ...example, operands: [...example.operands, ...example.operands] }));

const gradientPair = (operand: typeof normal): Examples<'tanhGradient'> => [
  plain('a matrix', operand(3, 4), normal(3, 4)),
  plain('a scalar', operand(), normal()),
];

const distances = [
  { note: 'one query', query: [3], keys: [4, 3] },
  { note: 'several queries', query: [2, 3], keys: [4, 3] },
  { note: 'no keys', query: [3], keys: [0, 3] },
] as const;

const distanceGradients: Examples<'squaredDistanceGradientQuery'> = distances.map(({ note, query, keys }) =>
  plain(note, normal(...query), normal(...keys), normal(...query.slice(0, -1), keys[0])),
);

const product = (
  note: string,
  a: Shape,
  b: Shape,
  transposeA: boolean,
  transposeB: boolean,
): OpExample<'matmul'> => one(note, { transposeA, transposeB }, normal(...a), normal(...b));

export const opExamples: { readonly [Op in OpName]: Examples<Op> } = {
  parameter: [],
  input: [],
  state: [],
  constant: [],
  adjoint: [],

  add: broadcasting(normal, normal),
  subtract: broadcasting(normal, normal),
  multiply: broadcasting(normal, normal),
  divide: broadcasting(normal, positive),
  minimum: broadcasting(normal, normal),
  maximum: broadcasting(normal, normal),
  less: broadcasting(normal, normal),
  equal: broadcasting(normal, normal),
  select: [
    plain('equal shapes', mask(2, 3), normal(2, 3), normal(2, 3)),
    plain('a row chooses between matrix and scalar', mask(3), normal(2, 3), normal()),
    plain('the condition is the largest', mask(2, 3), normal(3), normal(2, 1)),
  ],

  negate: unary(normal),
  exp: unary(normal),
  log: unary(positive),
  sqrt: unary(positive),
  square: unary(normal),
  tanh: unary(normal),
  sigmoid: unary(normal),
  silu: unary(normal),
  gelu: unary(normal),
  relu: unary(kinked),
  softplus: unary(normal),
  elu: unary(kinked),
  sine: unary(normal),
  cosine: unary(normal),
  floor: unary(positive),
  stopGradient: unary(normal),
  cast: [
    one('integers to reals', { to: 'f32' }, indices(9, 2, 3)),
    one('reals to integers', { to: 'i32' }, kinked(2, 3)),
  ],

  sum: [...reductions, one('over no rows', { axes: [0], keepAxes: false }, normal(0, 2))],
  mean: reductions,

  softmax: [
    plain('a row', normal(5)),
    plain('heads', normal(2, 3, 4)),
    plain('a mask of its own', normal(3, 4), mask(3, 4)),
    plain('one mask for all heads', normal(2, 3, 4), mask(3, 4)),
    plain('no rows', normal(0, 4)),
  ],
  standardize: lastAxis(1e-5),
  rmsNormalize: lastAxis(1e-6),
  l2Normalize: lastAxis(1e-12),

  matmul: [
    product('a row', [3], [3, 4], false, false),
    product('a row, transposed weight', [3], [4, 3], false, true),
    product('matrices', [2, 3], [3, 4], false, false),
    product('matrices, left transposed', [3, 2], [3, 4], true, false),
    product('matrices, right transposed', [2, 3], [4, 3], false, true),
    product('matrices, both transposed', [3, 2], [4, 3], true, true),
    product('per head', [2, 2, 3], [2, 3, 4], false, false),
    product('per head, left transposed', [2, 3, 2], [2, 3, 4], true, false),
    product('per head, right transposed', [2, 2, 3], [2, 4, 3], false, true),
    product('per head, both transposed', [2, 3, 2], [2, 4, 3], true, true),
    product('heads share the right side', [2, 2, 3], [3, 4], false, false),
    product('heads share the right side, left transposed', [2, 3, 2], [3, 4], true, false),
    product('heads share the right side, right transposed', [2, 2, 3], [4, 3], false, true),
    product('heads share the right side, both transposed', [2, 3, 2], [4, 3], true, true),
    product('no rows', [0, 3], [3, 4], false, false),
    product('nothing to add up', [2, 0], [0, 4], false, false),
  ],
  outer: [
    plain('rows', normal(3), normal(4)),
    plain('per head', normal(2, 3), normal(2, 4)),
    plain('empty', normal(3), normal(0)),
  ],
  squaredDistance: distances.map(({ note, query, keys }) => plain(note, normal(...query), normal(...keys))),

  concat: [
    one('rows', { axis: 0 }, normal(2, 3), normal(1, 3), normal(3, 3)),
    one('columns', { axis: 1 }, normal(2, 3), normal(2, 1)),
    one('a part without rows', { axis: 0 }, normal(0, 3), normal(2, 3)),
    one('heads', { axis: 2 }, normal(2, 2, 1), normal(2, 2, 3)),
  ],
  slice: [
    one('inside', { begin: [1, 1], size: [2, 2] }, normal(4, 4)),
    one('whole', { begin: [0], size: [3] }, normal(3)),
    one('nothing', { begin: [2, 0], size: [0, 3] }, normal(2, 3)),
    one('three axes', { begin: [0, 1, 2], size: [2, 1, 1] }, normal(2, 2, 3)),
  ],
  reshape: [
    one('flat', { shape: [6] }, normal(2, 3)),
    one('to a scalar', { shape: [] }, normal(1, 1)),
    one('empty', { shape: [2, 0] }, normal(0, 5)),
  ],
  transpose: [
    one('a matrix', { permutation: [1, 0] }, normal(2, 3)),
    one('heads first', { permutation: [1, 0, 2] }, normal(2, 3, 4)),
    one('a rotation', { permutation: [2, 0, 1] }, normal(2, 3, 4)),
  ],
  broadcast: [
    one('a row', { shape: [2, 3] }, normal(3)),
    one('a column', { shape: [2, 3] }, normal(2, 1)),
    one('a scalar', { shape: [2, 2, 2] }, normal()),
  ],
  pad: [
    one('all sides', { before: [1, 2], after: [2, 1] }, normal(2, 3)),
    one('around nothing', { before: [1], after: [2] }, normal(0)),
  ],

  gather: [
    one('one row', {}, normal(4, 3), indices(4)),
    one('repeated rows', {}, normal(3, 2), { shape: [5], fill: { integers: [0, 2, 2, 0, 2] } }),
    one('a matrix of rows', {}, normal(4, 3), indices(4, 2, 2)),
    one('no rows', {}, normal(4, 3), indices(4, 0)),
  ],
  scatterAdd: [
    one('one row', { rows: 4 }, indices(4), normal(3)),
    one('repeated rows', { rows: 3 }, { shape: [5], fill: { integers: [0, 2, 2, 0, 2] } }, normal(5, 2)),
    one('no rows', { rows: 3 }, indices(3, 0), normal(0, 2)),
  ],
  oneHot: [
    one('one', { depth: 4 }, indices(4)),
    one('a matrix', { depth: 3 }, indices(3, 2, 2)),
    one('outside', { depth: 2 }, { shape: [3], fill: { integers: [-1, 1, 2] } }),
  ],

  push: [plain('several slots', normal(3, 2), normal(2)), plain('one slot', normal(1, 2), normal(2))],
  unpush: [plain('several slots', normal(3, 2)), plain('one slot', normal(1, 2))],

  crossEntropy: [
    one('one position', {}, normal(4), indices(4)),
    one('several positions', {}, normal(3, 4), indices(4, 3)),
    one('no position', {}, normal(0, 4), indices(4, 0)),
  ],
  crossEntropyGradient: [
    one('one position', {}, normal(4), indices(4), normal()),
    one('several positions', {}, normal(3, 4), indices(4, 3), normal(3)),
  ],

  tanhGradient: gradientPair(normal),
  sigmoidGradient: gradientPair(normal),
  siluGradient: gradientPair(normal),
  geluGradient: gradientPair(normal),
  reluGradient: gradientPair(kinked),
  softplusGradient: gradientPair(normal),
  eluGradient: gradientPair(kinked),
  softmaxGradient: gradientPair(normal).slice(0, 1),
  standardizeGradient: lastAxisGradient(1e-5),
  rmsNormalizeGradient: lastAxisGradient(1e-6),
  l2NormalizeGradient: lastAxisGradient(1e-12),
  squaredDistanceGradientQuery: distanceGradients,
  squaredDistanceGradientKeys: distanceGradients,
};

/** One example as a program that an executor or the evaluator can run. */
export interface ExampleRun {
  readonly program: Program;
  readonly parameters: Readonly<Record<string, NumericTensor>>;
  readonly batch: EvaluationBatch;
}

/**
 * One step `y = op(operands)` with the loss Σ weights · y, weights fixed and random. Operand i is the parameter `operand{i}`
 * where `shared` says so, else the state `operand{i}`, which the batch brings along; masks and indices are inputs.
 */
export function exampleRun<Op extends OpName>(
  op: Op,
  example: OpExample<Op>,
  shared: (operand: number) => boolean,
  size = 2,
): ExampleRun {
  const g = new GraphBuilder('token');
  const parameters: Record<string, NumericTensor> = {};
  const inputs: Record<string, NumericTensor> = {};
  const state: Record<string, NumericTensor> = {};
  const operands = example.operands.map(({ shape, fill }, i): Value => {
    const name = `operand${i}`;
    const random = new RandomStream(op, example.note, i);
    const count = elementCount(shape);
    if (isDifferentiable(fill) && shared(i)) {
      parameters[name] = { shape, data: filled(fill, count, random) };
      return g.parameter(name, shape, { kind: 'zeros' });
    }
    const data = filled(fill, size * count, random);
    if (!isDifferentiable(fill)) {
      inputs[name] = { shape: [size, 1, ...shape], data };
      return g.input(name, shape, fill === 'mask' ? 'f32' : 'i32');
    }
    state[name] = { shape: [size, ...shape], data };
    const value = g.state(name, shape);
    g.next(name, value);
    return value;
  });
  const y = g.apply(op, operands, example.attributes);
  g.output('y', y);
  const weights = filled('normal', elementCount(y.shape), new RandomStream(op, 'weights'));
  g.loss(g.sum(g.multiply(g.cast(y, 'f32'), g.constant(weights, y.shape))));
  const graph = g.finish();
  const program = { variants: [graph], schedule: [0], length: 1, parameters: graph.parameters };
  return { program, parameters, batch: { size, inputs, state } };
}

/** Whether an operand is a real number that a gradient can belong to. */
export function isDifferentiable(fill: Filling): boolean {
  return typeof fill === 'string' && fill !== 'mask';
}

function filled(fill: Filling, count: number, random: RandomStream): number[] {
  return Array.from({ length: count }, (_, i) => {
    if (typeof fill === 'object') {
      return 'indices' in fill ? random.integer(fill.indices) : fill.integers[i % fill.integers.length]!;
    }
    switch (fill) {
      case 'normal':
        return random.normal();
      case 'positive':
        return 0.5 + random.uniform();
      case 'awayFromZero':
        return (random.integer(2) === 0 ? -1 : 1) * (0.1 + Math.abs(random.normal()));
      case 'mask':
        return random.integer(2);
    }
  });
}

/**
 * What every op computes, for one sample, in double precision: the definition that executors are held against. Written to be
 * read, not to be fast.
 */
import type { Dense } from './evaluate-indexing.ts';
import {
  broadcastStrides,
  broadcastTo,
  checkedRow,
  stridesOf,
  walk,
  walkBlock,
} from './evaluate-indexing.ts';
import * as rows from './evaluate-norms.ts';
import type { OpName } from './ops.ts';
import type { GraphNode } from './types.ts';

type Result<Op extends OpName> = Pick<GraphNode<Op>, 'attributes' | 'shape' | 'dtype'>;

/** Fills `out` (zeros so far) with the op's result. */
type Kernel<Op extends OpName> = (
  operands: readonly [Dense, Dense, Dense],
  out: Float64Array,
  node: Result<Op>,
) => void;

/**
 * Runs one op on one sample.
 * @throws RangeError when an index or a target is out of range.
 */
export function evaluateOp<Op extends OpName>(node: GraphNode<Op>, operands: readonly Dense[]): Float64Array {
  const out = new Float64Array(node.shape.reduce((count, extent) => count * extent, 1));
  // Kernels read only as many operands as their op has; softmax looks whether there is a second.
  kernels[node.op](operands as readonly [Dense, Dense, Dense], out, node);
  return out;
}

const leaf: Kernel<OpName> = (_operands, _out, { attributes }) => {
  throw new Error(`the value of a leaf is missing: ${JSON.stringify(attributes)}`);
};

const unary =
  (f: (x: number) => number): Kernel<OpName> =>
  ([x], out) => {
    for (let i = 0; i < out.length; i++) out[i] = f(x.data[i]!);
  };

const binary =
  (f: (a: number, b: number) => number): Kernel<OpName> =>
  ([a, b], out, { shape }) => {
    const left = broadcastTo(a, shape);
    const right = broadcastTo(b, shape);
    for (let i = 0; i < out.length; i++) out[i] = f(left[i]!, right[i]!);
  };

const copy: Kernel<OpName> = ([x], out) => out.set(x.data);

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const geluInner = (x: number): number => Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3));
const geluSlope = (x: number): number => {
  const t = geluInner(x);
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
};

const kernels: { readonly [Op in OpName]: Kernel<Op> } = {
  parameter: leaf,
  input: leaf,
  state: leaf,
  constant: leaf,
  adjoint: leaf,

  add: binary((a, b) => a + b),
  subtract: binary((a, b) => a - b),
  multiply: binary((a, b) => a * b),
  divide: binary((a, b) => a / b),
  minimum: binary(Math.min),
  maximum: binary(Math.max),
  less: binary((a, b) => (a < b ? 1 : 0)),
  equal: binary((a, b) => (a === b ? 1 : 0)),
  select: ([condition, a, b], out, { shape }) => {
    const chosen = broadcastTo(condition, shape);
    const left = broadcastTo(a, shape);
    const right = broadcastTo(b, shape);
    for (let i = 0; i < out.length; i++) out[i] = chosen[i] !== 0 ? left[i]! : right[i]!;
  },

  negate: unary((x) => -x),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  square: unary((x) => x * x),
  tanh: unary(Math.tanh),
  sigmoid: unary(sigmoid),
  silu: unary((x) => x * sigmoid(x)),
  gelu: unary((x) => 0.5 * x * (1 + geluInner(x))),
  relu: unary((x) => Math.max(x, 0)),
  softplus: unary((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  elu: unary((x) => (x > 0 ? x : Math.expm1(x))),
  sine: unary(Math.sin),
  cosine: unary(Math.cos),
  floor: unary(Math.floor),
  stopGradient: copy,
  cast: (operands, out, node) =>
    (node.attributes.to === 'i32' ? unary(Math.trunc) : copy)(operands, out, node),

  sum: reduce,
  mean: (operands, out, node) => {
    reduce(operands, out, node);
    const averaged = operands[0].data.length / out.length;
    for (let i = 0; i < out.length; i++) out[i]! /= averaged;
  },

  softmax: ([logits, mask], out) => rows.softmax(logits, mask, out),
  standardize: ([x], out, { attributes }) => rows.standardize(x, attributes.epsilon, out),
  rmsNormalize: ([x], out, { attributes }) => rows.normalize(x, 1 / x.shape.at(-1)!, attributes.epsilon, out),
  l2Normalize: ([x], out, { attributes }) => rows.normalize(x, 1, attributes.epsilon, out),

  matmul,
  outer: ([a, b], out) => {
    const [m, n] = [a.shape.at(-1)!, b.shape.at(-1)!];
    for (let i = 0; i < out.length; i++) {
      const row = Math.floor(i / n);
      out[i] = a.data[row]! * b.data[Math.floor(row / m) * n + (i % n)]!;
    }
  },
  squaredDistance: ([query, keys], out) => {
    eachPair(query, keys, (pair, q, k, width) => {
      for (let c = 0; c < width; c++) out[pair]! += (query.data[q + c]! - keys.data[k + c]!) ** 2;
    });
  },

  concat: (operands: readonly Dense[], out, { attributes: { axis }, shape }) => {
    let before = 0;
    for (const operand of operands) {
      const begin = shape.map((_, i) => (i === axis ? before : 0));
      walkBlock(shape, begin, operand.shape, (position, offset) => {
        out[offset] = operand.data[position]!;
      });
      before += operand.shape[axis]!;
    }
  },
  slice: ([x], out, { attributes: { begin, size } }) =>
    walkBlock(x.shape, begin, size, (position, offset) => {
      out[position] = x.data[offset]!;
    }),
  reshape: copy,
  transpose: ([x], out, { attributes: { permutation }, shape }) => {
    const strides = stridesOf(x.shape);
    walk(
      shape,
      permutation.map((axis) => strides[axis]!),
      (position, offset) => {
        out[position] = x.data[offset]!;
      },
    );
  },
  broadcast: ([x], out, { shape }) => out.set(broadcastTo(x, shape)),
  pad: ([x], out, { attributes: { before }, shape }) =>
    walkBlock(shape, before, x.shape, (position, offset) => {
      out[offset] = x.data[position]!;
    }),

  gather: ([table, indices], out) => {
    const [count, width] = table.shape as [number, number];
    indices.data.forEach((index, i) => {
      const begin = checkedRow(index, count) * width;
      out.set(table.data.subarray(begin, begin + width), i * width);
    });
  },
  scatterAdd: ([indices, values], out, { attributes: { rows: count } }) => {
    const width = values.shape.at(-1)!;
    indices.data.forEach((index, i) => {
      const begin = checkedRow(index, count) * width;
      for (let c = 0; c < width; c++) out[begin + c]! += values.data[i * width + c]!;
    });
  },
  oneHot: ([indices], out, { attributes: { depth } }) => {
    indices.data.forEach((index, i) => {
      if (index >= 0 && index < depth) out[i * depth + index] = 1;
    });
  },

  push: ([buffer, row], out) => {
    out.set(row.data.subarray(0, out.length));
    out.set(buffer.data.subarray(0, Math.max(0, out.length - row.data.length)), row.data.length);
  },
  unpush: ([dy], out, { shape }) => out.set(dy.data.subarray(shape.at(-1))),

  crossEntropy: ([logits, targets], out) => rows.crossEntropy(logits, targets, out),
  crossEntropyGradient: ([logits, targets, dLoss], out) =>
    rows.crossEntropyGradient(logits, targets, dLoss, out),

  tanhGradient: binary((y, dy) => dy * (1 - y * y)),
  sigmoidGradient: binary((y, dy) => dy * y * (1 - y)),
  siluGradient: binary((x, dy) => dy * sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
  geluGradient: binary((x, dy) => dy * geluSlope(x)),
  reluGradient: binary((x, dy) => (x > 0 ? dy : 0)),
  softplusGradient: binary((x, dy) => dy * sigmoid(x)),
  eluGradient: binary((x, dy) => (x > 0 ? dy : dy * Math.exp(x))),
  softmaxGradient: ([y, dy], out) => rows.softmaxGradient(y, dy, out),
  standardizeGradient: ([x, dy], out, { attributes }) =>
    rows.standardizeGradient(x, dy, attributes.epsilon, out),
  rmsNormalizeGradient: ([x, dy], out, { attributes }) =>
    rows.normalizeGradient(x, dy, 1 / x.shape.at(-1)!, attributes.epsilon, out),
  l2NormalizeGradient: ([x, dy], out, { attributes }) =>
    rows.normalizeGradient(x, dy, 1, attributes.epsilon, out),
  squaredDistanceGradientQuery: ([query, keys, dy], out) => {
    eachPair(query, keys, (pair, q, k, width) => {
      for (let c = 0; c < width; c++)
        out[q + c]! += 2 * dy.data[pair]! * (query.data[q + c]! - keys.data[k + c]!);
    });
  },
  squaredDistanceGradientKeys: ([query, keys, dy], out) => {
    eachPair(query, keys, (pair, q, k, width) => {
      for (let c = 0; c < width; c++)
        out[k + c]! += 2 * dy.data[pair]! * (keys.data[k + c]! - query.data[q + c]!);
    });
  },
};

function reduce(
  [x]: readonly [Dense, Dense, Dense],
  out: Float64Array,
  { attributes: { axes } }: Result<'sum' | 'mean'>,
): void {
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  walk(x.shape, broadcastStrides(kept, x.shape), (position, offset) => {
    out[offset]! += x.data[position]!;
  });
}

function matmul(
  [a, b]: readonly [Dense, Dense, Dense],
  out: Float64Array,
  { attributes, shape }: Result<'matmul'>,
): void {
  const { transposeA, transposeB } = attributes;
  const [aRows, aColumns] = a.shape.length === 1 ? [1, a.shape[0]!] : (a.shape.slice(-2) as [number, number]);
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const [m, depth] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const n = transposeB ? bRows : bColumns;
  const [aRow, aDepth] = transposeA ? [1, aColumns] : [aColumns, 1];
  const [bDepth, bColumn] = transposeB ? [1, bColumns] : [bColumns, 1];
  const heads = shape.length === 3 ? shape[0]! : 1;
  for (let head = 0; head < heads; head++) {
    const aBegin = head * aRows * aColumns;
    const bBegin = b.shape.length === 3 ? head * bRows * bColumns : 0;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let total = 0;
        for (let k = 0; k < depth; k++) {
          total += a.data[aBegin + i * aRow + k * aDepth]! * b.data[bBegin + k * bDepth + j * bColumn]!;
        }
        out[(head * m + i) * n + j] = total;
      }
    }
  }
}

/** Calls `visit` for every query row and key row: their pair's index, where both rows begin, and their width. */
function eachPair(
  query: Dense,
  keys: Dense,
  visit: (pair: number, queryBegin: number, keyBegin: number, width: number) => void,
): void {
  const [count, width] = keys.shape as [number, number];
  const queries = query.shape.length === 1 ? 1 : query.shape[0]!;
  for (let pair = 0; pair < queries * count; pair++) {
    visit(pair, Math.floor(pair / count) * width, (pair % count) * width, width);
  }
}

/** Layers that several memories share, written once: norms with their gains, multi-head attention, feed-forward, blocks. */
import type { GraphBuilder, Value } from '../graph/builder.ts';
import type { Initializer } from '../graph/types.ts';

export const fanIn: Initializer = { kind: 'fanIn', scale: 1 };
/** Output and down projections start at half size, so that a residual stream starts close to the identity. */
export const fanInHalf: Initializer = { kind: 'fanIn', scale: 0.5 };
export const embedding: Initializer = { kind: 'normal', standardDeviation: 0.5 };
export const positionEmbedding: Initializer = { kind: 'normal', standardDeviation: 0.1 };

/** LN(x) = (x − mean) / √(var + 1e-5) ⊙ gain + bias over the last axis; parameters NAME.gain, NAME.bias [D]. */
export function layerNorm(g: GraphBuilder, name: string, x: Value): Value {
  const width = x.shape.at(-1)!;
  const gain = g.parameter(`${name}.gain`, [width], { kind: 'ones' });
  const bias = g.parameter(`${name}.bias`, [width], { kind: 'zeros' });
  return g.add(g.multiply(g.standardize(x, 1e-5), gain), bias);
}

/** RMS(x) = x / √(mean(x²) + 1e-6) ⊙ gain over the last axis; parameter NAME.gain [width]. */
export function rmsNorm(g: GraphBuilder, name: string, x: Value): Value {
  const gain = g.parameter(`${name}.gain`, [x.shape.at(-1)!], { kind: 'ones' });
  return g.multiply(g.rmsNormalize(x, 1e-6), gain);
}

/** [rows, D] → [heads, rows, D / heads]: head h owns the columns h·d … (h+1)·d − 1. */
export function splitHeads(g: GraphBuilder, x: Value, heads: number): Value {
  const [rows, width] = x.shape as [number, number];
  return g.transpose(g.reshape(x, [rows, heads, width / heads]), [1, 0, 2]);
}

/** [heads, rows, d] → [rows, heads · d] */
export function joinHeads(g: GraphBuilder, x: Value): Value {
  const [heads, rows, width] = x.shape as [number, number, number];
  return g.reshape(g.transpose(x, [1, 0, 2]), [rows, heads * width]);
}

export interface AttentionOptions {
  readonly heads: number;
  /** 1 where row i may see column j, [Tq, Tk]; absent: everything is visible. */
  readonly mask?: Value | undefined;
  /** Added to the logits, broadcast to [heads, Tq, Tk]. */
  readonly bias?: Value | undefined;
}

/**
 * Multi-head attention (Vaswani et al. 2017): parameters NAME.query, .key, .value, .output [D, D], no biases.
 * queries [Tq, D], context [Tk, D] → result [Tq, D] and weights [heads, Tq, Tk].
 */
export function attention(
  g: GraphBuilder,
  name: string,
  queries: Value,
  context: Value,
  { heads, mask, bias }: AttentionOptions,
): { readonly result: Value; readonly weights: Value } {
  const width = queries.shape[1]!;
  const project = (part: string, x: Value): Value =>
    splitHeads(g, g.matmul(x, g.parameter(`${name}.${part}`, [width, width], fanIn)), heads);
  const q = project('query', queries);
  const k = project('key', context);
  const v = project('value', context);
  const scaled = g.multiply(g.matmul(q, k, { transposeB: true }), 1 / Math.sqrt(width / heads));
  const weights = g.softmax(bias ? g.add(scaled, bias) : scaled, mask);
  const joined = joinHeads(g, g.matmul(weights, v));
  return { result: g.matmul(joined, g.parameter(`${name}.output`, [width, width], fanInHalf)), weights };
}

/** FFN(x) = gelu(x W_inner + b_inner) W_outer + b_outer. */
function feedForward(g: GraphBuilder, name: string, x: Value, innerWidth: number): Value {
  const width = x.shape.at(-1)!;
  const inner = g.add(
    g.matmul(x, g.parameter(`${name}.inner.weight`, [width, innerWidth], fanIn)),
    g.parameter(`${name}.inner.bias`, [innerWidth], { kind: 'zeros' }),
  );
  return g.add(
    g.matmul(g.gelu(inner), g.parameter(`${name}.outer.weight`, [innerWidth, width], fanInHalf)),
    g.parameter(`${name}.outer.bias`, [width], { kind: 'zeros' }),
  );
}

export interface BlockOptions extends AttentionOptions {
  readonly feedForwardDim: number;
  /** Rows before the norm that attention sees besides x itself, e.g. a cache; absent: x alone. */
  readonly context?: Value;
}

/** Pre-norm block: x ← x + MHA(LN x; LN context), x ← x + FFN(LN x). */
export function block(
  g: GraphBuilder,
  name: string,
  x: Value,
  options: BlockOptions,
): { readonly x: Value; readonly weights: Value } {
  const queries = layerNorm(g, `${name}.selfNorm`, x);
  const context = options.context ? layerNorm(g, `${name}.selfNorm`, options.context) : queries;
  const { result, weights } = attention(g, `${name}.selfAttention`, queries, context, options);
  return { x: feedForwardResidual(g, name, g.add(x, result), options.feedForwardDim), weights };
}

/** x + FFN(LN x), with the names of a block. */
export function feedForwardResidual(g: GraphBuilder, name: string, x: Value, innerWidth: number): Value {
  return g.add(
    x,
    feedForward(g, `${name}.feedForward`, layerNorm(g, `${name}.feedForwardNorm`, x), innerWidth),
  );
}

/** A constant 0/1 matrix [rows, columns]. */
export function maskWhere(
  g: GraphBuilder,
  rows: number,
  columns: number,
  visible: (row: number, column: number) => boolean,
): Value {
  const data = Array.from({ length: rows * columns }, (_, i) =>
    visible(Math.floor(i / columns), i % columns) ? 1 : 0,
  );
  return g.constant(data, [rows, columns]);
}

export function causalMask(g: GraphBuilder, length: number): Value {
  return maskWhere(g, length, length, (row, column) => column <= row);
}

/** Logits of a language model: x head.weight [D, V], no bias. */
export function languageHead(g: GraphBuilder, x: Value, vocabularySize: number): Value {
  return g.matmul(x, g.parameter('head.weight', [x.shape.at(-1)!, vocabularySize], fanIn));
}

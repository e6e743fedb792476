/**
 * Fast-weight memory: a matrix per head that is written by the delta rule (DeltaNet, Yang et al. 2024) or by plain outer
 * products (linear attention, Katharopoulos et al. 2020), and read by a query. W [heads, d, d], rows on the key axis.
 */
import type { GraphBuilder, Value } from '../../graph/builder.ts';
import type { MemoryPlace } from '../../graph/types.ts';

export interface FastWeightConfig {
  readonly modelDim: number;
  readonly heads: number;
  readonly fwKernel: 'delta' | 'linear';
  /** β runs up to this: 1, or 2 for negative eigenvalues. */
  readonly betaScale: number;
  readonly outputGate: boolean;
  /** 0: off; else the width c ≥ 2 of a causal depthwise convolution on q, k and v. */
  readonly convolutionSize: number;
}

/** W, and for the linear kernel the normaliser z [heads, d]. */
export interface FastWeights {
  readonly weights: Value;
  readonly normalizer: Value | null;
}

/** φ of each head: silu, then unit length (delta); elu + 1 (linear). [heads, d] → [heads, d]. */
function feature(g: GraphBuilder, config: FastWeightConfig, x: Value): Value {
  return config.fwKernel === 'delta' ? g.l2Normalize(g.silu(x), 1e-6) : g.add(g.elu(x), 1);
}

/** One row for each head, [heads, d], as [heads, 1, d]. */
const asRows = (g: GraphBuilder, x: Value): Value => g.reshape(x, [x.shape[0]!, 1, x.shape[1]!]);

/** φ(x) W → [heads, d]. */
function product(g: GraphBuilder, x: Value, weights: Value): Value {
  return g.reshape(g.matmul(asRows(g, x), weights), [x.shape[0]!, weights.shape[2]!]);
}

/**
 * Declares the states `PREFIXfastWeights` and, for the linear kernel, `PREFIXnormalizer`; both start at zero.
 * @param bank what the rows are called as a memory to operate on; null where they are only a copy of one
 */
export function fastWeightState(
  g: GraphBuilder,
  prefix: string,
  config: FastWeightConfig,
  bank: string | null,
  names = ['fastWeights', 'normalizer'],
): FastWeights {
  const d = config.modelDim / config.heads;
  const options = bank === null ? {} : { memory: { bank, axes: ['head', 'row'] } satisfies MemoryPlace };
  return {
    weights: g.state(`${prefix}${names[0]!}`, [config.heads, d, d], options),
    normalizer:
      config.fwKernel === 'linear' ? g.state(`${prefix}${names[1]!}`, [config.heads, d], options) : null,
  };
}

export function nextFastWeights(
  g: GraphBuilder,
  prefix: string,
  next: FastWeights,
  names = ['fastWeights', 'normalizer'],
): void {
  g.next(`${prefix}${names[0]!}`, next.weights);
  if (next.normalizer) g.next(`${prefix}${names[1]!}`, next.normalizer);
}

/**
 * delta: W ← W + φ(κ) ⊗ β (ν − φ(κ) W).  linear: W ← W + φ(κ) ⊗ ν, z ← z + φ(κ).
 * key, value [heads, d]; beta [heads, 1] (delta). `gate` [] of 0 or 1 can hold back a linear write.
 */
export function writeFastWeights(
  g: GraphBuilder,
  config: FastWeightConfig,
  state: FastWeights,
  {
    key,
    value,
    beta,
    gate,
  }: { readonly key: Value; readonly value: Value; readonly beta: Value | null; readonly gate?: Value },
): FastWeights {
  const plain = feature(g, config, key);
  const phi = gate ? g.multiply(plain, gate) : plain;
  if (!state.normalizer) {
    const error = g.subtract(value, product(g, phi, state.weights));
    return { weights: g.add(state.weights, g.outer(phi, g.multiply(beta!, error))), normalizer: null };
  }
  return { weights: g.add(state.weights, g.outer(phi, value)), normalizer: g.add(state.normalizer, phi) };
}

/** delta: φ(q) W / √d.  linear: φ(q) W / (φ(q) · z + 1e-6).  → [heads, d] */
export function readFastWeights(
  g: GraphBuilder,
  config: FastWeightConfig,
  state: FastWeights,
  query: Value,
): Value {
  const phi = feature(g, config, query);
  const read = product(g, phi, state.weights);
  if (!state.normalizer) return g.multiply(read, 1 / Math.sqrt(config.modelDim / config.heads));
  return g.divide(read, g.add(g.sum(g.multiply(phi, state.normalizer), [1], true), 1e-6));
}

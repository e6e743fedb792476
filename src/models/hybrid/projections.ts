/** Queries, keys, values and write strength of a fast-weight layer, with the optional short convolution. */
import type { GraphBuilder, Value } from '../../graph/builder.ts';
import { fanIn, fanInHalf } from '../layers.ts';
import type { FastWeightConfig } from './fast-weights.ts';

export interface Projections {
  /** [D] each; no activation on query and key, silu on value. */
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  /** [heads, 1], scaled by betaScale; null for the linear kernel. */
  readonly beta: Value | null;
}

/**
 * q = conv(x query), k = conv(x key), v = silu(conv(x value)); β = betaScale · σ(x beta), one for each head.
 * Parameters PREFIXquery … [D, D], PREFIXbeta [D, H]; with a convolution PREFIXqueryConvolution … [c, D] and the states
 * STATEqueryHistory … [c − 1, D]: the last projections before the convolution, oldest first.
 */
export function project(
  g: GraphBuilder,
  parameters: string,
  states: string,
  config: FastWeightConfig,
  x: Value,
): Projections {
  const { modelDim, heads, convolutionSize } = config;
  const projected = (part: string): Value => {
    const u = g.matmul(x, g.parameter(`${parameters}${part}`, [modelDim, modelDim], fanIn));
    if (convolutionSize === 0) return u;
    return convolve(g, `${parameters}${part}Convolution`, `${states}${part}History`, u, convolutionSize);
  };
  const query = projected('query');
  const key = projected('key');
  const value = g.silu(projected('value'));
  if (config.fwKernel === 'linear') return { query, key, value, beta: null };
  const logits = g.matmul(x, g.parameter(`${parameters}beta`, [modelDim, heads], fanIn));
  return { query, key, value, beta: g.reshape(g.multiply(g.sigmoid(logits), config.betaScale), [heads, 1]) };
}

/** conv(u)_t = Σ_j w[j] ⊙ u_{t−(c−1)+j}: depthwise, causal; w[c−1] meets the current step. */
function convolve(g: GraphBuilder, parameter: string, state: string, u: Value, size: number): Value {
  const width = u.shape[0]!;
  const weight = g.parameter(parameter, [size, width], {
    kind: 'normal',
    standardDeviation: 1 / Math.sqrt(size),
  });
  const history = g.state(state, [size - 1, width]);
  const rows = g.concat([history, g.reshape(u, [1, width])]);
  g.next(state, g.sliceAxis(rows, 0, 1, size - 1));
  return g.sum(g.multiply(rows, weight), [0]);
}

/** o ← RMS per head, o ⊙ silu(x gate) with an output gate, y = o output. heads [H, d] → [D]. */
export function finish(
  g: GraphBuilder,
  parameters: string,
  config: FastWeightConfig,
  x: Value,
  heads: Value,
): Value {
  const { modelDim, outputGate } = config;
  const gain = g.parameter(`${parameters}headNorm.gain`, [heads.shape[1]!], { kind: 'ones' });
  const normed = g.reshape(g.multiply(g.rmsNormalize(heads, 1e-6), gain), [modelDim]);
  const gated = outputGate
    ? g.multiply(normed, g.silu(g.matmul(x, g.parameter(`${parameters}gate`, [modelDim, modelDim], fanIn))))
    : normed;
  return g.matmul(gated, g.parameter(`${parameters}output`, [modelDim, modelDim], fanInHalf));
}

/**
 * Two transformers without a recurrent memory, to compare with: a decoder that sees the whole sequence (Vaswani et al.
 * 2017, pre-norm), and one that works in segments and caches the hidden rows of earlier ones (Transformer-XL, Dai et al.
 * 2019, with a learned bias per head and distance in place of its relative position encoding).
 */
import type { GraphBuilder, Value } from '../../graph/builder.ts';
import {
  block,
  causalMask,
  embedding,
  languageHead,
  layerNorm,
  maskWhere,
  positionEmbedding,
} from '../layers.ts';
import type { Situation } from '../model.ts';

export interface TransformerConfig {
  readonly vocabularySize: number;
  readonly modelDim: number;
  readonly heads: number;
  readonly feedForwardDim: number;
  readonly layers: number;
}

/** The whole sequence in one step; no state. */
export function transformerStep(
  g: GraphBuilder,
  config: TransformerConfig & { readonly maximumLength: number },
  { tokens: length }: Situation,
): void {
  const { vocabularySize, modelDim, heads, feedForwardDim } = config;
  const tokens = g.input('tokens', [length], 'i32');
  const positions = g.parameter('positionEmbedding', [config.maximumLength, modelDim], positionEmbedding);
  const table = g.parameter('tokenEmbedding', [vocabularySize, modelDim], embedding);
  let x = g.add(g.gather(table, tokens), g.sliceAxis(positions, 0, 0, length));
  const mask = causalMask(g, length);
  for (let layer = 0; layer < config.layers; layer++) {
    const next = block(g, `layers.${layer}`, x, { heads, feedForwardDim, mask });
    x = next.x;
    g.tap(`attention.${layer}`, next.weights, ['head', 'query', 'key']);
  }
  g.output('logits', languageHead(g, layerNorm(g, 'norm', x), vocabularySize));
}

export interface CachedTransformerConfig extends TransformerConfig {
  readonly segmentLength: number;
  readonly cacheLength: number;
}

/** One segment; state `cache.i` [n ≤ cacheLength, D] per layer: cached layer inputs, oldest first, gradient stopped. */
export function cachedTransformerStep(
  g: GraphBuilder,
  config: CachedTransformerConfig,
  { tokens: length, stateShapes }: Situation,
): void {
  const { vocabularySize, modelDim, heads, feedForwardDim, cacheLength } = config;
  const tokens = g.input('tokens', [length], 'i32');
  let x = g.gather(g.parameter('tokenEmbedding', [vocabularySize, modelDim], embedding), tokens);
  for (let layer = 0; layer < config.layers; layer++) {
    const cached = stateShapes?.[`cache.${layer}`]?.[0] ?? 0;
    const cache = g.state(`cache.${layer}`, [cached, modelDim], {
      memory: { bank: 'cache', axes: ['slot'] },
    });
    const all = cached > 0 ? g.concat([cache, x]) : x;
    const kept = Math.min(cacheLength, cached + length);
    g.next(`cache.${layer}`, g.stopGradient(g.sliceAxis(all, 0, cached + length - kept, kept)));
    const next = block(g, `layers.${layer}`, x, {
      heads,
      feedForwardDim,
      context: all,
      mask: maskWhere(g, length, cached + length, (row, column) => cached + row - column >= 0),
      bias: distanceBias(g, `layers.${layer}.relativeBias`, config, length, cached),
    });
    x = next.x;
    g.tap(`attention.{s}.${layer}`, next.weights, ['head', 'query', 'key']);
  }
  g.output('logits', languageHead(g, layerNorm(g, 'norm', x), vocabularySize));
}

/** relativeBias[h, δ] at δ = cached + i − j, [heads, length, cached + length]; columns ahead of the row are masked anyway. */
function distanceBias(
  g: GraphBuilder,
  name: string,
  config: CachedTransformerConfig,
  length: number,
  cached: number,
): Value {
  const table = g.parameter(name, [config.heads, config.cacheLength + config.segmentLength], {
    kind: 'zeros',
  });
  const columns = cached + length;
  const distance = Array.from({ length: length * columns }, (_, i) =>
    Math.max(0, cached + Math.floor(i / columns) - (i % columns)),
  );
  const rows = g.gather(g.transpose(table, [1, 0]), g.constant(distance, [length, columns], 'i32'));
  return g.transpose(rows, [2, 0, 1]);
}

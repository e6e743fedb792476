/**
 * Recurrent Memory Transformer (Bulatov, Kuratov and Burtsev 2022, arXiv 2207.06881): memory tokens stand before the
 * segment (read block) and after it (write block); what the write block becomes is the memory of the next segment.
 */
import type { GraphBuilder } from '../../graph/builder.ts';
import { block, embedding, languageHead, layerNorm, maskWhere, positionEmbedding } from '../layers.ts';
import type { Situation } from '../model.ts';

export interface RmtConfig {
  readonly vocabularySize: number;
  readonly modelDim: number;
  readonly heads: number;
  readonly feedForwardDim: number;
  readonly layers: number;
  readonly segmentLength: number;
  readonly memoryTokens: number;
  readonly memoryMask: 'block' | 'causal';
}

export function rmtStep(g: GraphBuilder, config: RmtConfig, { tokens: length }: Situation): void {
  const { vocabularySize, modelDim, heads, feedForwardDim, memoryTokens: m, segmentLength } = config;
  const tokens = g.input('tokens', [length], 'i32');
  const initial = g.parameter('memory.initial', [m, modelDim], embedding);
  const memory = g.state('memory', [m, modelDim], {
    start: initial,
    memory: { bank: 'memory slots', axes: ['slot'] },
  });
  const positions = g.parameter('positionEmbedding', [segmentLength + 2 * m, modelDim], positionEmbedding);
  const table = g.parameter('tokenEmbedding', [vocabularySize, modelDim], embedding);
  let x = g.concat([
    g.add(memory, g.sliceAxis(positions, 0, 0, m)),
    g.add(g.gather(table, tokens), g.sliceAxis(positions, 0, m, length)),
    // The write block keeps its position rows in a short last segment.
    g.add(memory, g.sliceAxis(positions, 0, m + segmentLength, m)),
  ]);
  const rows = 2 * m + length;
  const writeFrom = m + length;
  const wholeBlocks = config.memoryMask === 'block';
  const mask = maskWhere(g, rows, rows, (i, j) => {
    if (j <= i) return true;
    return wholeBlocks && ((i < m && j < m) || (i >= writeFrom && j >= writeFrom));
  });
  for (let layer = 0; layer < config.layers; layer++) {
    const next = block(g, `layers.${layer}`, x, { heads, feedForwardDim, mask });
    x = next.x;
    g.tap(`attention.{s}.${layer}`, next.weights, ['head', 'row', 'row']);
  }
  x = layerNorm(g, 'norm', x);
  const written = g.sliceAxis(x, 0, writeFrom, m);
  g.output('logits', languageHead(g, g.sliceAxis(x, 0, m, length), vocabularySize));
  g.next('memory', written);
  g.tap('memory.{s}', written, ['slot', 'width']);
}

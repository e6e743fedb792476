/**
 * Associative Recurrent Memory Transformer (Rodkin et al. 2024, arXiv 2407.04841): every layer has an association matrix
 * that memory tokens write with a delta rule at the end of a segment and all rows read at the start of the next.
 */
import type { GraphBuilder, Value } from '../../graph/builder.ts';
import { block, embedding, fanIn, languageHead, layerNorm, maskWhere, positionEmbedding } from '../layers.ts';
import type { Situation } from '../model.ts';

export interface ArmtConfig {
  readonly vocabularySize: number;
  readonly modelDim: number;
  readonly heads: number;
  readonly feedForwardDim: number;
  readonly layers: number;
  readonly segmentLength: number;
  readonly memoryTokens: number;
  readonly memoryMask: 'block' | 'causal';
  readonly associativeDim: number;
  readonly dpfpOrder: number;
  readonly correction: boolean;
}

const epsilon = 1e-5;

export function armtStep(g: GraphBuilder, config: ArmtConfig, { tokens: length }: Situation): void {
  const { vocabularySize, modelDim, heads, feedForwardDim, memoryTokens: m, segmentLength } = config;
  const tokens = g.input('tokens', [length], 'i32');
  const positions = g.parameter('positionEmbedding', [segmentLength + m, modelDim], positionEmbedding);
  const table = g.parameter('tokenEmbedding', [vocabularySize, modelDim], embedding);
  const memoryTokens = g.parameter('memory.tokens', [m, modelDim], embedding);
  const memoryRows = g.add(memoryTokens, g.sliceAxis(positions, 0, segmentLength, m));
  let x = g.concat([g.add(g.gather(table, tokens), g.sliceAxis(positions, 0, 0, length)), memoryRows]);
  const rows = length + m;
  const mask = maskWhere(g, rows, rows, (i, j) => j <= i || (config.memoryMask === 'block' && i >= length));
  for (let layer = 0; layer < config.layers; layer++) {
    x = associativeLayer(g, config, layer, x, length, mask, { heads, feedForwardDim });
  }
  const text = g.sliceAxis(layerNorm(g, 'norm', x), 0, 0, length);
  g.output('logits', languageHead(g, text, vocabularySize));
}

interface Sizes {
  readonly heads: number;
  readonly feedForwardDim: number;
}

/** Read from A and z, block, then write what the memory rows have become. A and z [R, D], [R] are those before this segment. */
function associativeLayer(
  g: GraphBuilder,
  config: ArmtConfig,
  layer: number,
  x: Value,
  length: number,
  mask: Value,
  sizes: Sizes,
): Value {
  const { modelDim, memoryTokens: m, associativeDim, dpfpOrder } = config;
  const name = `layers.${layer}`;
  const features = 2 * associativeDim * dpfpOrder;
  const place = { bank: `associations, layer ${layer}`, axes: ['row'] };
  const associations = g.state(`${name}.associations`, [features, modelDim], { memory: place });
  const normalizer = g.state(`${name}.normalizer`, [features], { memory: place });
  const column = g.reshape(normalizer, [features, 1]);
  const weight = (part: string, width: number): Value =>
    g.parameter(`${name}.associative.${part}`, [modelDim, width], fanIn);

  const query = dpfp(g, g.matmul(x, weight('query', associativeDim)), dpfpOrder);
  const read = g.divide(g.matmul(query, associations), g.add(g.matmul(query, column), epsilon));
  const next = block(g, name, g.add(x, read), { ...sizes, mask });
  g.tap(`attention.{s}.${layer}`, next.weights, ['head', 'row', 'row']);

  const memory = g.sliceAxis(next.x, 0, length, m);
  const key = dpfp(g, g.matmul(memory, weight('key', associativeDim)), dpfpOrder);
  // Zero at first, as in the authors' code: an untrained memory says nothing, and cannot run away.
  const valueWeight = g.parameter(`${name}.associative.value`, [modelDim, modelDim], { kind: 'zeros' });
  const value = g.matmul(memory, valueWeight);
  const strength = g.gate(
    `write strength β, layer ${layer}`,
    g.sigmoid(
      g.add(
        g.matmul(memory, weight('beta.weight', 1)),
        g.parameter(`${name}.associative.beta.bias`, [1], { kind: 'zeros' }),
      ),
    ),
  );
  const overlap = g.matmul(key, column);
  const known = g.divide(g.matmul(key, associations), g.add(overlap, epsilon));
  // Without correction γ is 1, one for each memory row of each sample.
  const gamma = config.correction ? novelty(g, key, overlap) : g.equal(strength, strength);
  const written = g.matmul(g.multiply(key, strength), g.subtract(value, known), { transposeA: true });
  const nextAssociations = g.add(associations, written);
  const nextNormalizer = g.add(normalizer, g.sum(g.multiply(key, gamma), [0]));
  g.next(`${name}.associations`, nextAssociations);
  g.next(`${name}.normalizer`, nextNormalizer);
  g.tap(`associations.{s}.${layer}`, nextAssociations, ['key', 'value']);
  g.tap(`normalizer.{s}.${layer}`, nextNormalizer, ['key']);
  g.tap(`beta.{s}.${layer}`, g.reshape(strength, [m]), ['slot']);
  g.tap(`gamma.{s}.${layer}`, g.reshape(gamma, [m]), ['slot']);
  return next.x;
}

/** γ = clip(1 − k·z / (‖k‖² + ε), 0, 1), gradient stopped: how much of a key the normaliser has not seen yet. */
function novelty(g: GraphBuilder, key: Value, overlap: Value): Value {
  const share = g.divide(overlap, g.add(g.sum(g.square(key), [1], true), epsilon));
  return g.stopGradient(g.minimum(g.maximum(g.subtract(1, share), 0), 1));
}

/** DPFP-ν feature map (Schlag et al. 2021): concat_j r ⊙ roll(r, j), r = [relu(u); relu(−u)]; [rows, a] → [rows, 2aν]. */
function dpfp(g: GraphBuilder, u: Value, order: number): Value {
  const r = g.concat([g.relu(u), g.relu(g.negate(u))], 1);
  const width = r.shape[1]!;
  const products = Array.from({ length: order }, (_, i) => {
    const shift = (i + 1) % width;
    const rolled =
      shift === 0
        ? r
        : g.concat([g.sliceAxis(r, 1, width - shift, shift), g.sliceAxis(r, 1, 0, width - shift)], 1);
    return g.multiply(r, rolled);
  });
  return g.concat(products, 1);
}

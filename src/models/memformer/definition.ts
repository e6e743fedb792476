/**
 * Memformer: the complete encoder-decoder language model on the equations of Wu et al. 2022 (arXiv 2010.06891).
 *
 * The encoder of segment s reads the memory left by earlier segments in every layer and writes it once at the end; the
 * memory reaches the decoder only through the encoder's output. Norm placement, positions, the first segment and the output
 * layer are left open by the paper; see about.ts for the choices.
 */
import type { GraphBuilder, Value } from '../../graph/builder.ts';
import {
  attention,
  causalMask,
  embedding,
  feedForwardResidual,
  languageHead,
  layerNorm,
  positionEmbedding,
} from '../layers.ts';
import type { Situation } from '../model.ts';
import type { Memory, WriteConfig } from './write.ts';
import { memoryState, writeMemory } from './write.ts';

export interface MemformerConfig extends WriteConfig {
  readonly vocabularySize: number;
  readonly feedForwardDim: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly segmentLength: number;
  /** Off: no memory is read or written, the decoder still sees the previous segment. */
  readonly memory: boolean;
  readonly classTokens: number;
}

/** The id that stands for "nothing came before". */
const startSymbol = -1;

export function memformerStep(g: GraphBuilder, config: MemformerConfig, situation: Situation): void {
  const { vocabularySize, modelDim } = config;
  const tokens = g.input('tokens', [situation.tokens], 'i32');
  const contextLength = situation.stateShapes?.['context']?.[0] ?? 1;
  const start = g.constant(new Array<number>(contextLength).fill(startSymbol), [contextLength], 'i32');
  const context = g.state('context', [contextLength], { dtype: 'i32', start });
  const memory = config.memory ? memoryState(g, config) : null;

  const table = g.parameter('tokenEmbedding', [vocabularySize, modelDim], embedding);
  const encoded = encode(g, config, embedContext(g, config, table, context), memory);
  if (memory) {
    const next = writeMemory(g, 'encoder.write', config, memory, encoded);
    g.next('memory', next.memory);
    g.tap('writeAttention.{s}', next.attention, ['head', 'slot', 'source']);
    g.tap('memory.{s}', next.memory, ['slot', 'width']);
  }
  g.next('context', tokens);
  const positions = g.parameter(
    'decoder.positionEmbedding',
    [config.segmentLength, modelDim],
    positionEmbedding,
  );
  const x = g.add(g.gather(table, tokens), g.sliceAxis(positions, 0, 0, situation.tokens));
  g.output('logits', languageHead(g, decode(g, config, x, encoded), vocabularySize));
}

/** Embedded previous segment with positions; class embeddings are appended without a position. */
function embedContext(g: GraphBuilder, config: MemformerConfig, table: Value, context: Value): Value {
  const { modelDim, classTokens, segmentLength } = config;
  const length = context.shape[0]!;
  const startEmbedding = g.parameter('startEmbedding', [modelDim], embedding);
  const known = g.gather(table, g.maximum(context, 0));
  // Only a context of one row can be the start symbol.
  const rows = length === 1 ? g.select(g.reshape(g.less(context, 0), [1, 1]), startEmbedding, known) : known;
  const positions = g.parameter('encoder.positionEmbedding', [segmentLength, modelDim], positionEmbedding);
  const placed = g.add(rows, g.sliceAxis(positions, 0, 0, length));
  if (classTokens === 0) return placed;
  const classes = g.parameter('encoder.classEmbedding', [classTokens, modelDim], embedding);
  return g.concat([placed, classes]);
}

function encode(g: GraphBuilder, config: MemformerConfig, input: Value, memory: Memory | null): Value {
  let x = input;
  for (let layer = 0; layer < config.encoderLayers; layer++) {
    const name = `encoder.layers.${layer}`;
    const z = layerNorm(g, `${name}.selfNorm`, x);
    x = g.add(x, attention(g, `${name}.selfAttention`, z, z, config).result);
    if (memory) {
      const read = attention(
        g,
        `${name}.memoryRead`,
        layerNorm(g, `${name}.readNorm`, x),
        memory.state,
        config,
      );
      x = g.add(x, read.result);
      g.tap(`readAttention.{s}.${layer}`, read.weights, ['head', 'token', 'slot']);
    }
    x = feedForwardResidual(g, name, x, config.feedForwardDim);
  }
  return layerNorm(g, 'encoder.norm', x);
}

function decode(g: GraphBuilder, config: MemformerConfig, input: Value, encoded: Value): Value {
  const { heads, feedForwardDim } = config;
  const mask = causalMask(g, input.shape[0]!);
  let x = input;
  for (let layer = 0; layer < config.decoderLayers; layer++) {
    const name = `decoder.layers.${layer}`;
    const z = layerNorm(g, `${name}.selfNorm`, x);
    x = g.add(x, attention(g, `${name}.selfAttention`, z, z, { heads, mask }).result);
    const cross = attention(g, `${name}.crossAttention`, layerNorm(g, `${name}.crossNorm`, x), encoded, {
      heads,
    });
    x = g.add(x, cross.result);
    g.tap(`crossAttention.{s}.${layer}`, cross.weights, ['head', 'token', 'row']);
    x = feedForwardResidual(g, name, x, feedForwardDim);
  }
  return layerNorm(g, 'decoder.norm', x);
}

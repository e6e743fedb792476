/**
 * The memory writer of Memformer (Wu et al., Findings of AACL-IJCNLP 2022, arXiv 2010.06891): slot attention with
 * temperature, then forgetting by biased memory normalisation (BMN). A slot sees itself and the tokens, never another slot.
 */
import type { GraphBuilder, Value } from '../../graph/builder.ts';
import type { Initializer, MemoryPlace } from '../../graph/types.ts';
import { fanIn, joinHeads, splitHeads } from '../layers.ts';

export interface WriteConfig {
  readonly modelDim: number;
  readonly heads: number;
  readonly memorySlots: number;
  readonly selfValue: 'projected' | 'raw';
  readonly temperature: number;
  readonly forgetting: boolean;
}

/** unit(z) = z / √(‖z‖² + 1e-12) over the last axis. */
const unit = (g: GraphBuilder, z: Value): Value => g.l2Normalize(z, 1e-12);

/** Slots start apart from each other, or they would stay alike for ever: they never interact. */
const biasStart = (width: number): Initializer => ({
  kind: 'normal',
  standardDeviation: 0.3 / Math.sqrt(width),
});

export interface Memory {
  /** [slots, D] */
  readonly state: Value;
  /** The forgetting bias b [slots, D], or null without forgetting. */
  readonly bias: Value | null;
}

const place: MemoryPlace = { bank: 'memory slots', axes: ['slot'] };

/** Declares the state `memory` [slots, D]: it starts at unit(memory.bias), or at memory.initial without forgetting. */
export function memoryState(g: GraphBuilder, { memorySlots, modelDim, forgetting }: WriteConfig): Memory {
  const shape = [memorySlots, modelDim];
  if (!forgetting) {
    const initial = g.parameter('memory.initial', shape, {
      kind: 'normal',
      standardDeviation: 1 / Math.sqrt(modelDim),
    });
    return { state: g.state('memory', shape, { start: initial, memory: place }), bias: null };
  }
  const bias = g.parameter('memory.bias', shape, biasStart(modelDim));
  g.tap('bias', bias, ['slot', 'width']);
  g.tap('biasNorm', g.sqrt(g.add(g.sum(g.square(bias), [1]), 1e-30)), ['slot']);
  return { state: g.state('memory', shape, { start: unit(g, bias), memory: place }), bias };
}

/**
 * One write. tokens [n, D], parameters PREFIX.query, .key, .value [D, D].
 * Returns the memory after it and the attention [heads, slots, 1 + n]; column 0 is the slot itself.
 */
export function writeMemory(
  g: GraphBuilder,
  prefix: string,
  config: WriteConfig,
  memory: Memory,
  tokens: Value,
): { readonly memory: Value; readonly attention: Value } {
  const { modelDim, heads, memorySlots, temperature } = config;
  const weight = (part: string): Value =>
    g.parameter(
      `${prefix}.${part}`,
      [modelDim, modelDim],
      part === 'value' ? { kind: 'identity', gain: 1 } : fanIn,
    );
  const project = (x: Value, part: string): Value => splitHeads(g, g.matmul(x, weight(part)), heads);
  const slots = memory.state;
  const query = project(slots, 'query');
  const selfLogit = g.sum(g.multiply(query, project(slots, 'key')), [2], true);
  const tokenLogits = g.matmul(query, project(tokens, 'key'), { transposeB: true });
  const scale = 1 / (Math.sqrt(modelDim / heads) * temperature);
  const attention = g.softmax(g.multiply(g.concat([selfLogit, tokenLogits], 2), scale));

  const selfValue = config.selfValue === 'projected' ? project(slots, 'value') : splitHeads(g, slots, heads);
  const kept = g.multiply(g.sliceAxis(attention, 2, 0, 1), selfValue);
  const taken = g.matmul(g.sliceAxis(attention, 2, 1, tokens.shape[0]!), project(tokens, 'value'));
  const written = g.reshape(joinHeads(g, g.add(kept, taken)), [memorySlots, modelDim]);
  return { memory: memory.bias ? unit(g, g.add(written, memory.bias)) : written, attention };
}

/** `memformer-write`: the writer alone, one write of `tokensPerWrite` rows a step. */
export function memformerWriteStep(
  g: GraphBuilder,
  config: WriteConfig & { readonly tokensPerWrite: number },
): void {
  const x = g.input('x', [config.tokensPerWrite, config.modelDim]);
  const memory = memoryState(g, config);
  const next = writeMemory(g, 'write', config, memory, x);
  g.output('y', next.memory);
  g.next('memory', next.memory);
  g.tap('writeAttention', next.attention, ['head', 'slot', 'source']);
}

/**
 * Hybrid quadratic-linear transformer (Irie, Yau and Gershman, NeurIPS 2025, arXiv 2506.00744): every layer has a softmax
 * memory of the last S tokens and a fast-weight memory; three blendings say which token goes where and when.
 *
 * | blending         | the window sees      | written at step t               | read at step t            |
 * | synchronous      | the last S tokens    | (k_t, v_t)                      | after the write           |
 * | delayedStreaming | the last S tokens    | (k_{t−S}, v_{t−S}), current β_t | after the write           |
 * | delayedChunk     | the current chunk    | (k_t, v_t)                      | as at the chunk's start   |
 *
 * DeltaNet and linear attention are the same layer without a window ('fastWeightsOnly', ours).
 */
import type { GraphBuilder, Value } from '../../graph/builder.ts';
import { embedding, fanIn, fanInHalf, languageHead, rmsNorm } from '../layers.ts';
import type { FastWeightConfig, FastWeights } from './fast-weights.ts';
import { fastWeightState, nextFastWeights, readFastWeights, writeFastWeights } from './fast-weights.ts';
import { finish, project } from './projections.ts';
import type { Projections } from './projections.ts';
import { windowAttention } from './window.ts';

export type Blending = 'synchronous' | 'delayedStreaming' | 'delayedChunk' | 'fastWeightsOnly';

export interface HybridConfig extends FastWeightConfig {
  readonly vocabularySize: number;
  readonly feedForwardDim: number;
  readonly layers: number;
  readonly window: number;
  readonly blending: Blending;
  readonly mixer: 'sum' | 'staticScalar' | 'dynamicScalar' | 'dynamicVector';
  readonly rope: boolean;
}

/** `deltanet`: the layer alone. x [D] → y [D], no residual, no outer norm. */
export function deltanetStep(g: GraphBuilder, config: FastWeightConfig): void {
  const x = g.input('x', [config.modelDim]);
  const { query, key, value, beta } = project(g, '', '', config, x);
  const state = fastWeightState(g, '', config, 'fast weights');
  const next = writeFastWeights(g, config, state, {
    key: byHead(g, config, key),
    value: byHead(g, config, value),
    beta,
  });
  nextFastWeights(g, '', next);
  g.output('y', finish(g, '', config, x, readFastWeights(g, config, next, byHead(g, config, query))));
  if (beta) {
    g.gate('write strength β', beta, config.betaScale);
    g.tap('beta', g.reshape(beta, [config.heads]), ['head']);
  }
  g.tap('fastWeights', next.weights, ['head', 'key', 'value']);
}

/** `hqlt`: one token of the language model. */
export function hybridStep(g: GraphBuilder, config: HybridConfig): void {
  const { vocabularySize, modelDim, feedForwardDim } = config;
  const token = g.input('tokens', [], 'i32');
  const position = config.blending === 'fastWeightsOnly' ? null : g.state('position', [], { dtype: 'i32' });
  if (position) g.next('position', g.add(position, 1));
  let x = g.gather(g.parameter('tokenEmbedding', [vocabularySize, modelDim], embedding), token);
  for (let layer = 0; layer < config.layers; layer++) {
    const name = `layers.${layer}`;
    x = g.add(x, memoryLayer(g, config, layer, rmsNorm(g, `${name}.memoryNorm`, x), position));
    const z = rmsNorm(g, `${name}.feedForwardNorm`, x);
    const weight = (part: string): Value =>
      g.parameter(`${name}.feedForward.${part}`, [modelDim, feedForwardDim], fanIn);
    const inner = g.multiply(g.silu(g.matmul(z, weight('gate'))), g.matmul(z, weight('up')));
    x = g.add(
      x,
      g.matmul(inner, g.parameter(`${name}.feedForward.down`, [feedForwardDim, modelDim], fanInHalf)),
    );
  }
  g.output('logits', languageHead(g, rmsNorm(g, 'norm', x), vocabularySize));
}

/** [D] → [heads, d] */
function byHead(g: GraphBuilder, { heads, modelDim }: FastWeightConfig, x: Value): Value {
  return g.reshape(x, [heads, modelDim / heads]);
}

function memoryLayer(
  g: GraphBuilder,
  config: HybridConfig,
  layer: number,
  x: Value,
  position: Value | null,
): Value {
  const parameters = `layers.${layer}.memory.`;
  const states = `layers.${layer}.`;
  const projections = project(g, parameters, states, config, x);
  if (projections.beta) {
    g.gate(`write strength β, layer ${layer}`, projections.beta, config.betaScale);
    g.tap(`beta.${layer}`, g.reshape(projections.beta, [config.heads]), ['head']);
  }
  const window = position ? windowMemory(g, config, layer, projections, position) : null;
  const fast = fastMemory(g, config, layer, projections, window, position);
  g.tap(`fastOutput.${layer}`, g.reshape(fast, [config.modelDim]), ['width']);
  if (!window) return finish(g, parameters, config, x, fast);
  g.tap(`windowOutput.${layer}`, g.reshape(window.output, [config.modelDim]), ['width']);
  return finish(g, parameters, config, x, mix(g, config, layer, x, fast, window.output));
}

interface WindowMemory {
  /** [heads, d] */
  readonly output: Value;
  /** The pair that leaves the window at this step, [D] each. */
  readonly leavingKey: Value;
  readonly leavingValue: Value;
}

/** Softmax memory: states `keys`, `values` [S, D], oldest first. */
function windowMemory(
  g: GraphBuilder,
  config: HybridConfig,
  layer: number,
  { query, key, value }: Projections,
  position: Value,
): WindowMemory {
  const { modelDim, window, heads } = config;
  const advance = (name: string, row: Value): { all: Value; leaving: Value } => {
    const state = g.state(`layers.${layer}.${name}`, [window, modelDim], {
      memory: { bank: `window, layer ${layer}`, axes: ['slot'], order: 'oldestFirst' },
    });
    const newest = g.reshape(row, [1, modelDim]);
    const all = window > 1 ? g.concat([g.sliceAxis(state, 0, 1, window - 1), newest]) : newest;
    g.next(`layers.${layer}.${name}`, all);
    return { all, leaving: g.reshape(g.sliceAxis(state, 0, 0, 1), [modelDim]) };
  };
  const keys = advance('keys', key);
  const values = advance('values', value);
  const age = g.constant(
    Array.from({ length: window }, (_, row) => window - 1 - row),
    [window],
    'i32',
  );
  const reach = config.blending === 'delayedChunk' ? positionInChunk(g, position, window) : position;
  const visible = g.less(age, g.add(reach, 1));
  const { output, weights } = windowAttention(g, config, {
    query,
    keys: keys.all,
    values: values.all,
    visible,
  });
  // The contract's tap counts by age, newest first.
  const newestFirst = Array.from({ length: window * window }, (_, i) =>
    (i % window) + Math.floor(i / window) === window - 1 ? 1 : 0,
  );
  g.tap(`attention.${layer}`, g.matmul(weights, g.constant(newestFirst, [window, window])), ['head', 'age']);
  if (weights.shape[0] !== heads) throw new Error('one row of window weights for each head');
  return { output, leavingKey: keys.leaving, leavingValue: values.leaving };
}

/** t mod S, i32. */
function positionInChunk(g: GraphBuilder, position: Value, window: number): Value {
  const t = g.cast(position, 'f32');
  return g.cast(g.subtract(t, g.multiply(g.floor(g.divide(g.add(t, 0.5), window)), window)), 'i32');
}

/** Fast-weight memory: writes the pair that the blending names, then reads; → [heads, d]. */
function fastMemory(
  g: GraphBuilder,
  config: HybridConfig,
  layer: number,
  { query, key, value, beta }: Projections,
  window: WindowMemory | null,
  position: Value | null,
): Value {
  const states = `layers.${layer}.`;
  const state = fastWeightState(g, states, config, `fast weights, layer ${layer}`);
  const delayed = config.blending === 'delayedStreaming' && window && position;
  const next = writeFastWeights(g, config, state, {
    key: byHead(g, config, delayed ? window.leavingKey : key),
    value: byHead(g, config, delayed ? window.leavingValue : value),
    beta,
    // φ(0) is 0 in the delta kernel, but not in the linear one: nothing may be written before a pair leaves the window.
    ...(delayed && config.fwKernel === 'linear' ? { gate: g.less(config.window - 1, position) } : {}),
  });
  nextFastWeights(g, states, next);
  g.tap(`fastWeights.${layer}`, next.weights, ['head', 'key', 'value']);
  const readable =
    config.blending === 'delayedChunk' && position ? frozenWeights(g, config, states, state, position) : next;
  return readFastWeights(g, config, readable, byHead(g, config, query));
}

/** What the current chunk reads: W (and z) as they were before its first write. */
function frozenWeights(
  g: GraphBuilder,
  config: HybridConfig,
  states: string,
  current: FastWeights,
  position: Value,
): FastWeights {
  const names = ['frozenWeights', 'frozenNormalizer'];
  const frozen = fastWeightState(g, states, config, null, names);
  const starts = g.equal(positionInChunk(g, position, config.window), 0);
  const readable = {
    weights: g.select(starts, current.weights, frozen.weights),
    normalizer:
      current.normalizer && frozen.normalizer
        ? g.select(starts, current.normalizer, frozen.normalizer)
        : null,
  };
  nextFastWeights(g, states, readable, names);
  return readable;
}

/** Blends the two outputs [heads, d]. */
function mix(
  g: GraphBuilder,
  config: HybridConfig,
  layer: number,
  x: Value,
  fast: Value,
  window: Value,
): Value {
  const { mixer, heads, modelDim } = config;
  const name = `layers.${layer}.memory.mixing`;
  switch (mixer) {
    case 'sum':
      return g.add(fast, window);
    case 'staticScalar': {
      const scales = g.parameter(name, [2], { kind: 'ones' });
      return g.add(
        g.multiply(g.sliceAxis(scales, 0, 0, 1), fast),
        g.multiply(g.sliceAxis(scales, 0, 1, 1), window),
      );
    }
    case 'dynamicScalar': {
      const gates = g.sigmoid(g.matmul(x, g.parameter(name, [modelDim, 2 * heads], fanIn)));
      g.tap(`mixing.${layer}`, gates, ['gate']);
      const [forFast, forWindow] = g.split(gates, 2).map((gate) => g.reshape(gate, [heads, 1])) as [
        Value,
        Value,
      ];
      g.gate(`gate of the fast weights, layer ${layer}`, forFast);
      g.gate(`gate of the window, layer ${layer}`, forWindow);
      return g.add(g.multiply(forFast, fast), g.multiply(forWindow, window));
    }
    case 'dynamicVector': {
      const gate = g.sigmoid(g.matmul(x, g.parameter(name, [modelDim, modelDim], fanIn)));
      g.gate(`share of the fast weights, layer ${layer}`, gate);
      g.tap(`mixing.${layer}`, gate, ['width']);
      const perHead = byHead(g, config, gate);
      return g.add(g.multiply(perHead, fast), g.multiply(g.subtract(1, perHead), window));
    }
  }
}

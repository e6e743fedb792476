/**
 * Single-layer recurrent networks with a linear readout, in PyTorch's form: Elman RNN, LSTM (Hochreiter and Schmidhuber
 * 1997), GRU (Cho et al. 2014). Gate order along the last axis: LSTM input, forget, cell, output; GRU reset, update, new.
 */
import type { GraphBuilder, Value } from '../../graph/builder.ts';
import type { MemoryPlace } from '../../graph/types.ts';

export interface RecurrentConfig {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly outputSize: number;
}

/** Each unit of the state is addressable; the hidden and the cell value of a unit belong together. */
const memory: MemoryPlace = { bank: 'hidden state', axes: ['unit'] };

/** a = x_t inputWeight + inputBias and r = h_{t−1} recurrentWeight + recurrentBias, each [gates · n]. */
function preActivations(
  g: GraphBuilder,
  config: RecurrentConfig,
  hidden: Value,
  gates: number,
  orthogonal: boolean,
): { a: Value; r: Value } {
  const { inputSize, hiddenSize } = config;
  const width = gates * hiddenSize;
  const x = g.input('x', [inputSize]);
  const recurrent = orthogonal
    ? ({ kind: 'orthogonal', gain: 0.95 } as const)
    : ({ kind: 'fanIn', scale: 1 } as const);
  const a = g.add(
    g.matmul(x, g.parameter('inputWeight', [inputSize, width], { kind: 'fanIn', scale: 1 })),
    g.parameter('inputBias', [width], { kind: 'zeros' }),
  );
  const r = g.add(
    g.matmul(hidden, g.parameter('recurrentWeight', [hiddenSize, width], recurrent)),
    g.parameter('recurrentBias', [width], { kind: 'zeros' }),
  );
  return { a, r };
}

function readOut(g: GraphBuilder, config: RecurrentConfig, hidden: Value): void {
  const weight = g.parameter('readout.weight', [config.hiddenSize, config.outputSize], {
    kind: 'fanIn',
    scale: 1,
  });
  g.output(
    'y',
    g.add(g.matmul(hidden, weight), g.parameter('readout.bias', [config.outputSize], { kind: 'zeros' })),
  );
  g.next('hidden', hidden);
  g.tap('hidden', hidden, ['hidden']);
}

/** h = f(a + r), f = tanh or relu. */
export function rnnStep(
  g: GraphBuilder,
  config: RecurrentConfig & { readonly nonlinearity: 'tanh' | 'relu' },
): void {
  const last = g.state('hidden', [config.hiddenSize], { memory });
  const { a, r } = preActivations(g, config, last, 1, true);
  const sum = g.add(a, r);
  readOut(g, config, config.nonlinearity === 'tanh' ? g.tanh(sum) : g.relu(sum));
}

/** i, f, o = σ(·), g = tanh(·) of the parts of a + r; c = f ⊙ c_{t−1} + i ⊙ g; h = o ⊙ tanh(c). */
export function lstmStep(g: GraphBuilder, config: RecurrentConfig): void {
  const last = g.state('hidden', [config.hiddenSize], { memory });
  const lastCell = g.state('cell', [config.hiddenSize], { memory });
  const { a, r } = preActivations(g, config, last, 4, false);
  const [i, f, c, o] = g.split(g.add(a, r), 4) as [Value, Value, Value, Value];
  const input = g.gate('input gate', g.sigmoid(i));
  const forget = g.gate('forget gate', g.sigmoid(f));
  const candidate = g.tanh(c);
  const output = g.gate('output gate', g.sigmoid(o));
  const cell = g.add(g.multiply(forget, lastCell), g.multiply(input, candidate));
  g.next('cell', cell);
  readOut(g, config, g.multiply(output, g.tanh(cell)));
  g.tap('cell', cell, ['hidden']);
  g.tap('gates', g.concat([input, forget, candidate, output]), ['gate']);
}

/** ρ = σ(a_ρ + r_ρ), z = σ(a_z + r_z), ñ = tanh(a_n + ρ ⊙ r_n); h = (1 − z) ⊙ ñ + z ⊙ h_{t−1}. */
export function gruStep(g: GraphBuilder, config: RecurrentConfig): void {
  const last = g.state('hidden', [config.hiddenSize], { memory });
  const { a, r } = preActivations(g, config, last, 3, false);
  const [aReset, aUpdate, aNew] = g.split(a, 3) as [Value, Value, Value];
  const [rReset, rUpdate, rNew] = g.split(r, 3) as [Value, Value, Value];
  const reset = g.gate('reset gate', g.sigmoid(g.add(aReset, rReset)));
  const update = g.gate('update gate', g.sigmoid(g.add(aUpdate, rUpdate)));
  const candidate = g.tanh(g.add(aNew, g.multiply(reset, rNew)));
  const hidden = g.add(g.multiply(g.subtract(1, update), candidate), g.multiply(update, last));
  readOut(g, config, hidden);
  g.tap('gates', g.concat([reset, update, candidate]), ['gate']);
}

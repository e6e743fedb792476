/**
 * A MemNet that copies, for tests of the instruments: the equations of the cell run forward with weights that solve copy by
 * construction. The hidden state is a clock (a block rotation), keys are its hands, the query is the clock turned back by the
 * lag of the task, values are the input symbols; seeded noise on the weights stands for imperfect training.
 */
import { RandomStream } from '../foundation/random.ts';
import type { Tensor } from '../graph/types.ts';
import type { RunDescription, Snapshot } from '../worker/protocol.ts';

export interface CopyOptions {
  /** Symbols to copy. */
  readonly length?: number;
  readonly slots?: number;
  readonly writeOrder?: 'readFirst' | 'writeFirst';
  readonly kernel?: 'gaussian' | 'gaussianNormalized' | 'gaussianMean' | 'softmaxDot';
  readonly sigma?: number;
  /** Standard deviation of what is added to the stored values: enough of it makes wrong answers. */
  readonly noise?: number;
  readonly seed?: number;
}

const symbols = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const vocabulary: readonly string[] = [...symbols, '|', ' '];
const frequencies = [0.11, 0.29, 0.53, 0.97];

const clock = (time: number): number[] =>
  frequencies.flatMap((w) => [Math.cos(w * time), Math.sin(w * time)]);

function kernelWeights(
  query: readonly number[],
  keys: readonly (readonly number[])[],
  kernel: string,
  sigma: number,
): number[] {
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const distance = (key: readonly number[]): number =>
    key.reduce((sum, value, i) => sum + (value - query[i]!) ** 2, 0);
  if (kernel === 'softmaxDot') {
    const exponentials = keys.map((key) => Math.exp(dot(query, key)));
    const total = exponentials.reduce((a, b) => a + b, 0);
    return exponentials.map((value) => value / total);
  }
  if (kernel === 'gaussianMean') return keys.map((key) => Math.exp((-sigma * distance(key)) / query.length));
  const weights = keys.map((key) => Math.exp(-distance(key) / (2 * sigma ** 2)));
  if (kernel === 'gaussian') return weights;
  const total = weights.reduce((a, b) => a + b, 1e-8);
  return weights.map((value) => value / total);
}

const tensor = (rows: readonly (readonly number[])[]): Tensor => ({
  shape: [rows.length, rows[0]?.length ?? 0],
  dtype: 'f32',
  data: Float32Array.from(rows.flat()),
});

export interface CopyMoment {
  readonly run: RunDescription;
  readonly snapshot: Snapshot;
  readonly position: number;
}

export function copyMoment(options: CopyOptions = {}): CopyMoment {
  const { length = 8, slots = 12, writeOrder = 'readFirst', kernel = 'gaussian', sigma = 0.6 } = options;
  const { noise = 0.12, seed = 1 } = options;
  const stream = new RandomStream('copy fixture', seed);
  const input = Array.from({ length }, () => stream.integer(symbols.length));
  const tokens = [...input, symbols.length, ...input.map(() => symbols.length + 1)];
  const targets = [...input.map(() => 0), 0, ...input];
  const lag = length + 1;

  const keys: number[][] = [];
  const values: number[][] = [];
  const taps: Record<'similarity' | 'queries' | 'content', number[][]> = {
    similarity: [],
    queries: [],
    content: [],
  };
  const predictions: number[] = [];
  tokens.forEach((token, t) => {
    const jitter = (): number => noise * stream.normal();
    keys.push(clock(t).map((hand) => hand + 0.3 * jitter()));
    values.push(vocabulary.map((_, i) => (i === token ? 1 : 0) + jitter()));
    const query = clock(t - lag).map((hand) => hand + 0.3 * jitter());
    const newest = writeOrder === 'readFirst' ? t - 1 : t;
    const stored = <T>(rows: readonly T[], empty: T): T[] =>
      Array.from({ length: slots }, (_, slot) => rows[newest - slot] ?? empty);
    const weights = kernelWeights(query, stored(keys, new Array(8).fill(0) as number[]), kernel, sigma);
    const found = stored(
      values,
      vocabulary.map(() => 0),
    );
    const content = vocabulary.map((_, i) => weights.reduce((sum, s, slot) => sum + s * found[slot]![i]!, 0));
    taps.similarity.push(weights);
    taps.queries.push(query);
    taps.content.push(content);
    const exponentials = content.map((value) => Math.exp(6 * value));
    const total = exponentials.reduce((a, b) => a + b, 0);
    predictions.push(...exponentials.map((value) => value / total));
  });

  const mask = Uint8Array.from(tokens, (_, t) => (t > length ? 1 : 0));
  const classes = vocabulary.length;
  let loss = 0;
  targets.forEach((target, t) => {
    if (mask[t]) loss -= Math.log(predictions[t * classes + target]!) / length;
  });
  const snapshot: Snapshot = {
    step: 1200,
    split: 'heldOut',
    sampleIndex: 3,
    taps: {
      similarity: tensor(taps.similarity),
      queries: tensor(taps.queries),
      content: tensor(taps.content),
      keys: tensor(keys),
      values: tensor(values),
    },
    tokens: Int32Array.from(tokens),
    targets: Int32Array.from(targets),
    inputs: null,
    mask,
    predictions: Float32Array.from(predictions),
    loss,
  };
  return { run: copyRun({ slots, writeOrder, kernel, sigma }), snapshot, position: length + 3 };
}

/** The description of such a run. */
export function copyRun(model: RunDescription['config']['model']['fields'] = {}): RunDescription {
  const fields = { slots: 12, writeOrder: 'readFirst', kernel: 'gaussian', sigma: 0.6, maskEmpty: false };
  return {
    runId: 'fixture',
    config: {
      version: 1,
      task: { id: 'copy', fields: {} },
      model: { id: 'memnet', fields: { ...fields, ...model } },
      training: {},
      seed: 1,
      executor: 'automatic',
    },
    parameterCount: 0,
    parameters: [],
    cost: { batchSize: 32, steps: 3, parameterBytes: 0, forwardFlops: 0, strategies: [] },
    vocabulary,
    kind: 'tokens',
    inputSize: vocabulary.length,
    outputSize: vocabulary.length,
    splits: [
      { name: 'train', label: 'training', explanation: '', length: 17 },
      { name: 'heldOut', label: 'held-out', explanation: '', length: 17 },
      { name: 'longer', label: 'twice the length', explanation: '', length: 33 },
    ],
    baseline: { label: 'guessing', metric: 'tokenAccuracy', value: 0.125 },
    previews: [],
    taps: [
      { name: 'similarity', axes: ['slot'] },
      { name: 'content', axes: ['value'] },
      { name: 'queries', axes: ['key'] },
      { name: 'keys', axes: ['key'] },
      { name: 'values', axes: ['value'] },
    ],
    memory: {
      banks: [
        { name: 'slots', noun: 'slot', count: Number(model['slots'] ?? fields.slots), order: 'newestFirst' },
        { name: 'hidden state', noun: 'unit', count: 8, order: null },
      ],
      gates: [],
    },
    states: ['keys', 'values', 'hidden'],
    executor: 'tfjs-cpu',
  };
}

/**
 * Chaotic series: predict the next sample. One long path of the system is cut in halves, the first to train on and the
 * second held out, each standardised by the first. Windows start anywhere in their half and never reach over the border.
 */
import { checkFields, integer } from '../../foundation/fields.ts';
import type { Fields, ValuesOf } from '../../foundation/fields.ts';
import { RandomStream } from '../../foundation/random.ts';
import { lengthFactor, lengthSplits, trainedSplits } from '../common/splits.ts';
import type { Sample, SplitName, TaskDefinition, TaskInstance, VectorSample } from '../task.ts';
import { advancer, integrate } from './systems.ts';
import type { Series, SystemName } from './systems.ts';

/** Samples in each half of the path. */
const halfLength = 4096;
/** Samples left out at the start, until the path has come to the attractor. */
const settling = 500;

const fields = {
  system: {
    kind: 'choice',
    label: 'System',
    default: 'mackeyGlass',
    options: [
      {
        value: 'mackeyGlass',
        label: 'Mackey-Glass',
        explanation: 'A delay equation: what happens now depends on what was τ ago.',
      },
      { value: 'lorenz', label: 'Lorenz', explanation: 'Two wings; when it changes sides is the hard part.' },
      { value: 'rossler', label: 'Rössler', explanation: 'A slow spiral with sudden peaks.' },
      { value: 'henon', label: 'Hénon', explanation: 'A map, not a flow: it jumps at every step.' },
    ],
    explanation: 'Which equations the series comes from.',
  },
  observed: {
    kind: 'choice',
    label: 'Observed',
    default: 'first',
    options: [
      {
        value: 'first',
        label: 'First coordinate',
        explanation: 'The others are hidden: only their traces in the past tell where the system is.',
      },
      {
        value: 'all',
        label: 'All coordinates',
        explanation: 'The whole state is seen; no memory is needed.',
      },
    ],
    explanation:
      'How much of the state the model sees and predicts. With hidden coordinates it needs a memory.',
    visibleWhen: (values) => values['system'] !== 'mackeyGlass',
  },
  delay: integer(
    'Delay τ',
    [10, 23, 60],
    'How far back Mackey-Glass looks. Below about 17 the series repeats; the longer, the wilder.',
    { unit: 'time units', visibleWhen: (values) => values['system'] === 'mackeyGlass' },
  ),
  stride: integer(
    'Stride',
    [1, 1, 10],
    'Keep every n-th sample. With larger strides the next value is further away and harder to guess from the last one.',
    { unit: 'samples' },
  ),
  windowLength: integer(
    'Window',
    [8, 64, 512],
    'Samples that are read in one go, starting from an empty memory.',
    { unit: 'samples' },
  ),
  warmUp: integer(
    'Warm-up',
    [1, 8, 64],
    'Predictions at the first positions do not count (but at least one does): nothing can be known before something was seen.',
    { unit: 'samples', advanced: true },
  ),
} as const satisfies Fields;

type Values = ValuesOf<typeof fields>;

export const chaos: TaskDefinition = {
  id: 'chaos',
  name: 'Chaotic series',
  summary:
    'A chaotic series goes in sample by sample, and after each the next must be predicted: reading a hidden state off the past.',
  source: 'after Dou and Principe 2023 (MemNet)',
  fields,
  instantiate: (given) => chaosInstance(checkFields(fields, given)),
};

/** Parameters of the systems as they are usually studied; steps as in the MemNet authors' code or finer. */
function seriesOf(values: Pick<Values, 'system' | 'delay'>): Series {
  const tau = values.delay;
  const known: Readonly<Record<SystemName, Omit<Series, 'system'>>> = {
    // Ten steps a time unit, one sample a time unit.
    mackeyGlass: {
      parameters: { a: 0.2, b: 0.1, c: 10, tau },
      initial: [0.5],
      interval: 10,
      substeps: 10 * tau,
    },
    lorenz: {
      parameters: { sigma: 10, rho: 28, beta: 8 / 3 },
      initial: [0, -0.01, 9],
      interval: 0.03,
      substeps: 3,
    },
    rossler: { parameters: { a: 0.2, b: 0.2, c: 5.7 }, initial: [1, 1, 0], interval: 0.2, substeps: 8 },
    henon: { parameters: { a: 1.4, b: 0.3 }, initial: [0, 0.9], interval: 1, substeps: 1 },
  };
  return { system: values.system, ...known[values.system] };
}

/** A standardised path: row r, column i is (raw − means[i]) / deviations[i]. */
interface Path {
  /** [2 · halfLength, size] */
  readonly rows: Float32Array;
  readonly size: number;
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

function pathOf(series: Series, stride: number, size: number): Path {
  const raw = integrate(series, settling + 2 * halfLength * stride);
  const width = series.initial.length;
  const value = (row: number, column: number) => raw[(settling + row * stride) * width + column]!;
  const trained = (column: number) => Array.from({ length: halfLength }, (_, row) => value(row, column));
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const columns = Array.from({ length: size }, (_, column) => column);
  const means = columns.map((column) => mean(trained(column)));
  const deviations = columns.map((column) =>
    Math.sqrt(mean(trained(column).map((x) => (x - means[column]!) ** 2))),
  );
  const rows = new Float32Array(2 * halfLength * size);
  for (let i = 0; i < rows.length; i++) {
    const column = i % size;
    rows[i] = (value((i - column) / size, column) - means[column]!) / deviations[column]!;
  }
  return { rows, size, means, deviations };
}

function chaosInstance(values: Values): TaskInstance {
  const series = seriesOf(values);
  const size = values.observed === 'all' ? series.initial.length : 1;
  const path = pathOf(series, values.stride, size);
  const { windowLength } = values;
  const warmUp = Math.min(values.warmUp, windowLength - 1);

  function sample(seed: number, split: SplitName, index: number): VectorSample {
    const length = lengthFactor(split) * windowLength;
    const first = split === 'train' ? 0 : halfLength;
    // A window needs one row more than it has positions: the last target.
    const start = first + new RandomStream('chaos', seed, split, index).integer(halfLength - length);
    return {
      kind: 'vectors',
      inputs: path.rows.slice(start * size, (start + length) * size),
      targets: path.rows.slice((start + 1) * size, (start + length + 1) * size),
      mask: Uint8Array.from({ length }, (_, position) => (position < warmUp ? 0 : 1)),
    };
  }

  const reference = referenceOf(series, values.stride, path);
  return {
    kind: 'vectors',
    vocabulary: [],
    paddingToken: 0,
    inputSize: size,
    outputSize: size,
    splits: [
      ...trainedSplits(windowLength, 'Windows from the second half of the path, which training never sees.'),
      ...lengthSplits('samples', (factor) => factor * windowLength),
    ],
    sample,
    ...(reference && { reference }),
    baseline: {
      label: 'repeating the last value',
      metric: 'normalizedError',
      value: persistenceError(path),
    },
  };
}

/** Normalised error on the held-out half of predicting that nothing changes. */
function persistenceError({ rows, size }: Path): number {
  const heldOut = rows.subarray(halfLength * size);
  let squared = 0;
  let deviation = 0;
  for (let column = 0; column < size; column++) {
    let sum = 0;
    for (let i = column; i < heldOut.length; i += size) sum += heldOut[i]!;
    const mean = sum / halfLength;
    for (let i = column + size; i < heldOut.length; i += size) {
      squared += (heldOut[i]! - heldOut[i - size]!) ** 2;
      deviation += (heldOut[i]! - mean) ** 2;
    }
  }
  return squared / deviation;
}

/** The equations applied to the inputs, where they show the state: all coordinates, or the last two values of Hénon. */
function referenceOf(series: Series, stride: number, path: Path): TaskInstance['reference'] {
  const { size, means, deviations } = path;
  const width = series.initial.length;
  const hidden = size < width;
  if (series.system === 'mackeyGlass' || (hidden && (series.system !== 'henon' || stride > 1)))
    return undefined;
  const advance = advancer(series);
  return (sample: Sample) => {
    if (sample.kind !== 'vectors') throw new Error('a sample of tokens was given to a task of vectors');
    const { inputs } = sample;
    const raw = (row: number, column: number) =>
      inputs[row * size + column]! * deviations[column]! + means[column]!;
    const targets = new Float32Array(inputs.length);
    for (let row = hidden ? 1 : 0; row < inputs.length / size; row++) {
      const state = hidden
        ? Float64Array.of(raw(row, 0), raw(row - 1, 0)) // Hénon's y is the x before
        : Float64Array.from({ length: width }, (_, column) => raw(row, column));
      for (let step = 0; step < stride; step++) advance(state);
      for (let i = 0; i < size; i++) targets[row * size + i] = (state[i]! - means[i]!) / deviations[i]!;
    }
    return targets;
  };
}

/** Fast weights of a layer: the state matrix of every head at every position, how strongly it is written, how it is mixed in. */
import { layerName } from '../common/banks.ts';
import type { Moment, Run, Tensor } from '../common/data.ts';
import { tapOf } from '../common/data.ts';
import type { Table } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import { singularValues } from './singular-values.ts';

export interface LayerChoice {
  readonly tap: string;
  /** What follows the name of the tap in all taps of the layer: ".0", or nothing. */
  readonly suffix: string;
  /** Its number as taps write it; undefined where there is one layer. */
  readonly layer?: string;
  readonly label: string;
}

export function layerChoices(run: Run): LayerChoice[] {
  return run.taps.flatMap(({ name }) => {
    const [base, layer] = name.split('.');
    if (base !== 'fastWeights') return [];
    const label = layerName(layer);
    return [
      layer === undefined
        ? { tap: name, suffix: '', label }
        : { tap: name, suffix: `.${layer}`, label, layer },
    ];
  });
}

export interface FastWeightsData {
  readonly moment: Moment;
  readonly choice: LayerChoice;
  readonly positions: number;
  readonly heads: number;
  /** Axes of the matrix: keys by values. */
  readonly rows: number;
  readonly columns: number;
  readonly weights: Tensor;
  /** Write strength [T, H], or null for a kernel without one. */
  readonly beta: Tensor | null;
  /** Share of the fast weights and of the window at a position, or null where they are not gated by the input. */
  readonly mixing:
    ((position: number, head: number) => { readonly fast: number; readonly window: number }) | null;
}

export function fastWeightsData(moment: Moment, choice: LayerChoice): FastWeightsData | null {
  const weights = tapOf(moment.snapshot, choice.tap, 4);
  if (!weights) return null;
  const [positions = 0, heads = 0, rows = 0, columns = 0] = weights.shape;
  const beta = tapOf(moment.snapshot, `beta${choice.suffix}`, 2);
  const mixing = tapOf(moment.snapshot, `mixing${choice.suffix}`, 2);
  return {
    moment,
    choice,
    positions,
    heads,
    rows,
    columns,
    weights,
    beta,
    mixing: mixing && mixingOf(moment.run, mixing, heads),
  };
}

/** dynamicScalar: [T, 2H], one gate a head and memory. dynamicVector: [T, D], the window gets the rest; here the mean of a head. */
function mixingOf(run: Run, tap: Tensor, heads: number): FastWeightsData['mixing'] {
  const width = tap.shape[1]!;
  if (run.config.model.fields['mixer'] === 'dynamicScalar') {
    return (position, head) => ({
      fast: tap.data[position * width + head]!,
      window: tap.data[position * width + heads + head]!,
    });
  }
  const size = width / heads;
  return (position, head) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += tap.data[position * width + head * size + i]!;
    return { fast: sum / size, window: 1 - sum / size };
  };
}

/** The matrix of a head after the write of a position, row-major. */
export function matrixAt(
  { weights, heads, rows, columns }: FastWeightsData,
  position: number,
  head: number,
): ArrayLike<number> {
  const size = rows * columns;
  const start = (position * heads + head) * size;
  return weights.data.subarray(start, start + size);
}

/** Frobenius norm: the root of the sum of squares. */
export function normAt(data: FastWeightsData, position: number, head: number): number {
  const matrix = matrixAt(data, position, head);
  let sum = 0;
  for (let i = 0; i < matrix.length; i++) sum += matrix[i]! ** 2;
  return Math.sqrt(sum);
}

const known = new WeakMap<Tensor, Map<number, readonly Float64Array[]>>();

/** Singular values of a head at every position, the largest first; worked out once for each snapshot. */
export function singularValuesOf(data: FastWeightsData, head: number): readonly Float64Array[] {
  const heads = known.get(data.weights) ?? new Map<number, readonly Float64Array[]>();
  known.set(data.weights, heads);
  let values = heads.get(head);
  if (!values) {
    values = Array.from({ length: data.positions }, (_, t) =>
      singularValues(matrixAt(data, t, head), data.rows, data.columns),
    );
    heads.set(head, values);
  }
  return values;
}

/** One record for each position and head, then one for each weight of the matrices at the cursor. */
export function fastWeightsTable(moment: Moment, choice: LayerChoice): Table {
  const data = fastWeightsData(moment, choice);
  if (!data) return emptyTable;
  const count = Math.min(data.rows, data.columns);
  return {
    columns: [
      'position',
      'head',
      'norm',
      'beta',
      'fast gate',
      'window gate',
      ...Array.from({ length: count }, (_, i) => `singular value ${i}`),
      ...['key', 'value', 'weight'],
    ],
    rows: [...coursesOf(data), ...weightsOf(data, count)],
  };
}

type Records = Table['rows'];

const coursesOf = (data: FastWeightsData): Records =>
  Array.from({ length: data.positions }, (_, t) =>
    Array.from({ length: data.heads }, (__, head) => {
      const gates = data.mixing?.(t, head);
      return [
        t,
        head,
        normAt(data, t, head),
        data.beta?.data[t * data.heads + head] ?? '',
        gates?.fast ?? '',
        gates?.window ?? '',
        ...singularValuesOf(data, head)[t]!,
        ...['', '', ''],
      ];
    }),
  ).flat();

function weightsOf(data: FastWeightsData, singularValues: number): Records {
  const { heads, columns, moment } = data;
  const nothing = Array.from({ length: 4 + singularValues }, () => '');
  return Array.from({ length: heads }, (_, head) =>
    Array.from(matrixAt(data, moment.position, head), (weight, i) => [
      ...[moment.position, head, ...nothing],
      ...[Math.floor(i / columns), i % columns, weight],
    ]),
  ).flat();
}

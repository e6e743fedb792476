/** Fast weights of a layer: the state matrix of every head at every position, how strongly it is written, how it is mixed in. */
import type { Moment, Run, Tensor } from '../common/data.ts';
import { tapOf } from '../common/data.ts';
import type { Table } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import type { LayerChoice, Matrices } from './matrices.ts';
import { besideTap, matrixAt, normAt, singularValuesOf } from './matrices.ts';

export interface FastWeightsData extends Matrices {
  /** Write strength [T, H], or null for a kernel without one. */
  readonly beta: Tensor | null;
  /** Share of the fast weights and of the window at a position, or null where they are not gated by the input. */
  readonly mixing:
    ((position: number, head: number) => { readonly fast: number; readonly window: number }) | null;
}

export function fastWeightsData(moment: Moment, choice: LayerChoice): FastWeightsData | null {
  const tap = tapOf(moment.snapshot, choice.tap, 4);
  if (!tap) return null;
  const [positions = 0, heads = 0, rows = 0, columns = 0] = tap.shape;
  const size = heads * rows * columns;
  const mixing = tapOf(moment.snapshot, besideTap(choice, 'mixing'), 2);
  return {
    ...{ moment, choice, heads, rows, columns },
    weights: Array.from({ length: positions }, (_, t) => tap.data.subarray(t * size, (t + 1) * size)),
    beta: tapOf(moment.snapshot, besideTap(choice, 'beta'), 2),
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
  Array.from({ length: data.weights.length }, (_, t) =>
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

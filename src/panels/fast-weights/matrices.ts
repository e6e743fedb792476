/** Memories that are a matrix, after each step of a model: what is the same of every kind of them. */
import { layerName } from '../common/banks.ts';
import type { Moment, Run, Tensor } from '../common/data.ts';
import { largestMagnitude } from '../common/data.ts';
import { singularValues } from './singular-values.ts';

export interface LayerChoice {
  /** Name of the tap of the matrices, with `{s}` for the segment. */
  readonly tap: string;
  /** Its number as taps write it; undefined where there is one layer. */
  readonly layer?: string;
  readonly label: string;
}

export function layerChoices(run: Run): LayerChoice[] {
  return run.taps.flatMap(({ name }) => {
    const [base, ...rest] = name.split('.');
    if (base !== 'fastWeights' && base !== 'associations') return [];
    const layer = rest.find((part) => part !== '{s}');
    const label = layerName(layer);
    return [layer === undefined ? { tap: name, label } : { tap: name, label, layer }];
  });
}

/** Whether the matrix is the association matrix of ARMT, and not the fast weights of heads. */
export const isAssociative = ({ tap }: LayerChoice): boolean => tap.startsWith('associations.');

/** Another tap of the same layer. */
export const besideTap = ({ tap }: LayerChoice, base: string): string => tap.replace(/^[^.]+/, base);

export interface Matrices {
  readonly moment: Moment;
  readonly choice: LayerChoice;
  readonly heads: number;
  /** Axes of a matrix: keys by values. */
  readonly rows: number;
  readonly columns: number;
  /** What the heads hold after the write of each step of the model: [steps][heads · rows · columns]. */
  readonly weights: readonly Tensor['data'][];
}

/** The matrix of a head after the write of a step, row-major. */
export function matrixAt({ weights, rows, columns }: Matrices, step: number, head: number): Tensor['data'] {
  const size = rows * columns;
  return weights[step]!.subarray(head * size, (head + 1) * size);
}

/** Largest magnitude of all matrices of the sequence. */
export const extentOf = ({ weights }: Matrices): number => Math.max(0, ...weights.map(largestMagnitude));

/** Frobenius norm: the root of the sum of squares. */
export function normAt(data: Matrices, step: number, head: number): number {
  let sum = 0;
  for (const weight of matrixAt(data, step, head)) sum += weight ** 2;
  return Math.sqrt(sum);
}

/** By the snapshot and the layer: a layer is looked at again for every move of the cursor. */
const known = new WeakMap<Moment['snapshot'], Map<string, readonly Float64Array[]>>();

/** Singular values of a head after every step, the largest first; worked out once for each snapshot. */
export function singularValuesOf(data: Matrices, head: number): readonly Float64Array[] {
  const { moment, choice, weights, rows, columns } = data;
  const ofSnapshot = known.get(moment.snapshot) ?? new Map<string, readonly Float64Array[]>();
  known.set(moment.snapshot, ofSnapshot);
  const name = `${choice.tap} ${head}`;
  let values = ofSnapshot.get(name);
  if (!values) {
    values = weights.map((_, step) => singularValues(matrixAt(data, step, head), rows, columns));
    ofSnapshot.set(name, values);
  }
  return values;
}

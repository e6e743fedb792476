/**
 * The association matrix of a layer of ARMT after each segment, its normaliser, and how strongly every memory token wrote
 * (Rodkin et al. 2024). It is drawn lying: its many key features go across.
 */
import type { Moment, Tensor } from '../common/data.ts';
import { largestMagnitude, tapOf } from '../common/data.ts';
import type { Table } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import { segmentCount, segmentOf, tapName } from '../common/segments.ts';
import type { LayerChoice, Matrices } from './matrices.ts';
import { besideTap, matrixAt, normAt, singularValuesOf } from './matrices.ts';

export interface AssociationsData extends Matrices {
  /** Segment of the cursor. */
  readonly segment: number;
  /** z [rows] after each segment. */
  readonly normalizer: readonly Tensor['data'][];
  /** Write strength of each memory token in each segment: [segments][memory tokens]. */
  readonly beta: readonly Tensor['data'][];
}

/** Null when the snapshot does not hold the taps of every segment. */
export function associationsData(moment: Moment, choice: LayerChoice): AssociationsData | null {
  const { run, snapshot, position } = moment;
  const count = segmentCount(run, snapshot);
  const ofSegments = (base: string, rank: number): Tensor[] | null => {
    const taps = Array.from({ length: count }, (_, s) =>
      tapOf(snapshot, tapName(besideTap(choice, base), s), rank),
    );
    return taps.every((tap) => tap !== null) ? taps : null;
  };
  const matrices = ofSegments('associations', 2);
  const normalizer = ofSegments('normalizer', 1);
  const beta = ofSegments('beta', 1);
  if (!matrices || !normalizer || !beta) return null;
  const [rows = 0, columns = 0] = matrices[0]?.shape ?? [];
  return {
    ...{ moment, choice, heads: 1, rows, columns },
    weights: matrices.map(({ data }) => data),
    segment: segmentOf(run, snapshot, position).index,
    normalizer: normalizer.map(({ data }) => data),
    beta: beta.map(({ data }) => data),
  };
}

/** The largest entry of z in the sequence: it only grows. */
export const largestNormalizer = ({ normalizer }: AssociationsData): number =>
  Math.max(0, ...normalizer.map(largestMagnitude));

/** One record for each segment, for each memory token in it, and for each entry of z and of the matrix at the cursor. */
export function associationsTable(moment: Moment, choice: LayerChoice): Table {
  const data = associationsData(moment, choice);
  if (!data) return emptyTable;
  const { rows, columns, segment, weights, beta, normalizer } = data;
  const count = Math.min(rows, columns);
  const none = (length: number): string[] => Array.from({ length }, () => '');
  return {
    columns: [
      ...['segment', 'norm'],
      ...Array.from({ length: count }, (_, i) => `singular value ${i}`),
      ...['memory token', 'beta', 'key feature', 'normaliser', 'value', 'association'],
    ],
    rows: [
      ...weights.map((_, s) => [s, normAt(data, s, 0), ...singularValuesOf(data, 0)[s]!, ...none(6)]),
      ...beta.flatMap((strengths, s) =>
        Array.from(strengths, (strength, token) => [s, ...none(count + 1), token, strength, ...none(4)]),
      ),
      ...Array.from(normalizer[segment]!, (z, key) => [...[segment, ...none(count + 3), key, z], ...none(2)]),
      ...Array.from(matrixAt(data, segment, 0), (weight, i) => [
        ...[segment, ...none(count + 3), Math.floor(i / columns), ''],
        ...[i % columns, weight],
      ]),
    ],
  };
}

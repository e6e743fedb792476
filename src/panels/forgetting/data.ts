/** Forgetting of Memformer: the bias of each slot, how far the slot has moved from it, and the way of the biases through training. */
import type { TapEntry } from '../../state/tap-history.ts';
import { slotBank } from '../common/banks.ts';
import type { Moment, Run, Tensor } from '../common/data.ts';
import { rowNorms, tapOf } from '../common/data.ts';
import type { Links, Table } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import { segmentCount, segmentOf, tapName } from '../common/segments.ts';
import { slotSubject } from '../common/subjects.ts';
import { halfLife } from './half-life.ts';
import type { PrincipalAxes } from './principal-axes.ts';
import { principalAxes } from './principal-axes.ts';

const memoryTap = 'memory.{s}';

export const hasForgetting = (run: Run): boolean =>
  ['bias', memoryTap].every((name) => run.taps.some((tap) => tap.name === name));

export interface ForgettingData {
  readonly moment: Moment;
  readonly slots: number;
  readonly segments: number;
  /** Index of the segment of the cursor. */
  readonly segment: number;
  /** ‖b‖ of each slot. */
  readonly norms: Float64Array;
  /** Segments of raw self-copy from a right angle to 60°, by slot. */
  readonly halfLives: readonly number[];
  /** Between a slot after the write of a segment and its bias, in radians. */
  readonly angle: (slot: number, segment: number) => number;
}

/** Null when the snapshot holds no bias or no memory. */
export function forgettingData(moment: Moment): ForgettingData | null {
  const { run, snapshot, position } = moment;
  const bias = tapOf(snapshot, 'bias', 2);
  const segments = segmentCount(run, snapshot);
  const memories = Array.from({ length: segments }, (_, s) => tapOf(snapshot, tapName(memoryTap, s), 2));
  if (!bias || memories[0] === null) return null;
  const norms = rowNorms(bias);
  return {
    moment,
    slots: norms.length,
    segments,
    segment: segmentOf(run, snapshot, position).index,
    norms,
    halfLives: Array.from(norms, halfLife),
    angle: (slot, segment) => {
      const memory = memories[segment];
      return memory ? angleBetween(row(memory, slot), row(bias, slot)) : NaN;
    },
  };
}

/** Of a grid with one row a slot. */
export const overSlots = ({ moment }: ForgettingData): Links => ({
  rows: (slot) => [slotSubject(slotBank(moment.run), slot)],
});

const row = ({ shape, data }: Tensor, index: number): ArrayLike<number> => {
  const width = shape[1]!;
  return data.subarray(index * width, (index + 1) * width);
};

function angleBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
    ab += a[i]! * b[i]!;
  }
  return Math.acos(Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb))));
}

export interface BiasPaths {
  readonly slots: number;
  readonly steps: readonly number[];
  /** ‖b‖ of a slot at entry i. */
  readonly norm: (slot: number, i: number) => number;
  /** Where the direction b/‖b‖ of a slot is on the two axes, at entry i. */
  readonly place: (slot: number, i: number) => readonly [number, number];
  /** Between the direction at entry i and the first one, in radians. */
  readonly turned: (slot: number, i: number) => number;
  readonly shares: PrincipalAxes['shares'];
}

/** More points than this are thinned by whole steps: the axes hardly change, the time does. */
const mostPoints = 128;

interface Bias {
  readonly norms: Float64Array;
  /** b/‖b‖ of each slot. */
  readonly directions: readonly Float64Array[];
}

const biases = new WeakMap<Tensor, Bias>();

function biasOf(tensor: Tensor): Bias {
  let bias = biases.get(tensor);
  if (!bias) {
    const norms = rowNorms(tensor);
    const directions = Array.from(norms, (norm, slot) =>
      Float64Array.from(row(tensor, slot), (value) => value / norm),
    );
    biases.set(tensor, (bias = { norms, directions }));
  }
  return bias;
}

const known = new WeakMap<readonly TapEntry[], BiasPaths>();

/** Null before the first entry. Worked out once for each history. */
export function biasPaths(entries: readonly TapEntry[]): BiasPaths | null {
  const first = entries[0]?.tensor;
  if (first?.shape.length !== 2) return null;
  const found = known.get(entries);
  if (found) return found;
  const slots = first.shape[0]!;
  const path = entries.map(({ tensor }) => biasOf(tensor));
  const stride = Math.ceil((slots * entries.length) / mostPoints);
  const sample = path.filter((_, i) => i % stride === 0);
  const { project, shares } = principalAxes(sample.flatMap(({ directions }) => directions));
  const places = path.map(({ directions }) => directions.map(project));
  const paths: BiasPaths = {
    slots,
    steps: entries.map(({ step }) => step),
    norm: (slot, i) => path[i]!.norms[slot]!,
    place: (slot, i) => places[i]![slot]!,
    turned: (slot, i) => angleBetween(path[i]!.directions[slot]!, path[0]!.directions[slot]!),
    shares,
  };
  known.set(entries, paths);
  return paths;
}

export const degrees = (radians: number): number => (radians * 180) / Math.PI;

/** Records of two kinds: slots over the segments of this sequence, and biases over the steps of training. */
export function forgettingTable(moment: Moment, entries: readonly TapEntry[]): Table {
  const data = forgettingData(moment);
  if (!data) return emptyTable;
  const paths = biasPaths(entries);
  const now = moment.snapshot.step;
  const columns = [
    'training step',
    'slot',
    'segment',
    'angle to bias (degrees)',
    'bias norm',
    'half-life (segments)',
    'axis 1',
    'axis 2',
  ];
  const slots = Array.from({ length: data.slots }, (_, slot) => slot);
  const here = slots.flatMap((slot) =>
    Array.from({ length: data.segments }, (_, s) => [
      now,
      slot,
      s,
      degrees(data.angle(slot, s)),
      data.norms[slot]!,
      data.halfLives[slot]!,
      '',
      '',
    ]),
  );
  const way = (paths?.steps ?? []).flatMap((step, i) =>
    slots.map((slot) => {
      const norm = paths!.norm(slot, i);
      return [step, slot, '', '', norm, halfLife(norm), ...paths!.place(slot, i)];
    }),
  );
  return { columns, rows: [...here, ...way] };
}

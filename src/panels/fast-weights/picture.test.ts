import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../foundation/random.ts';
import { readVectors } from '../../testing/vector-files.ts';
import { vectorMoment } from '../../testing/vector-moment.ts';
import type { Moment } from '../common/data.ts';
import { lightPalette } from '../common/palette.ts';
import type { Picture } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import { fastWeightsData, fastWeightsTable } from './data.ts';
import { layerChoices, matrixAt, normAt, singularValuesOf } from './matrices.ts';
import { fastWeightsPicture, naturalHeight } from './picture.ts';
import { singularValues } from './singular-values.ts';

describe('singular values', () => {
  test('of a diagonal matrix are its magnitudes, the largest first', () => {
    const values = singularValues([1, 0, 0, 0, -3, 0, 0, 0, 2], 3, 3);
    [3, 2, 1].forEach((value, i) => expect(values[i]).toBeCloseTo(value, 10));
  });

  test('of a product of two vectors are its length and zeros', () => {
    const a = [1, 2, 2];
    const b = [3, 4];
    const outer = a.flatMap((x) => b.map((y) => x * y));
    const [first, second] = singularValues(outer, 3, 2);
    expect(first).toBeCloseTo(15, 10);
    expect(second).toBeCloseTo(0, 6);
  });

  test('are the roots of the zeros of det(Wᵀ W − λ)', () => {
    const stream = new RandomStream('two by two', 1);
    for (let i = 0; i < 50; i++) {
      const [a, b, c, d] = Array.from({ length: 4 }, () => stream.normal()) as [
        number,
        number,
        number,
        number,
      ];
      const squares = a * a + b * b + c * c + d * d;
      const determinant = (a * d - b * c) ** 2;
      const root = Math.sqrt(Math.max(0, squares ** 2 / 4 - determinant));
      const [first, second] = singularValues([a, b, c, d], 2, 2);
      expect(first).toBeCloseTo(Math.sqrt(squares / 2 + root), 8);
      expect(second).toBeCloseTo(Math.sqrt(Math.max(0, squares / 2 - root)), 6);
    }
  });

  test('of a matrix that has blown up come to an end', () => {
    expect(singularValues([NaN, 1, 1, 1], 2, 2).length).toBe(2);
  });

  test('have the sum of squares of the entries, and do not change when the matrix is turned over', () => {
    const shape = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.nat());
    fc.assert(
      fc.property(shape, ([rows, columns, seed]) => {
        const stream = new RandomStream('matrix', seed);
        const matrix = Array.from({ length: rows * columns }, () => stream.normal());
        const values = singularValues(matrix, rows, columns);
        const squares = matrix.reduce((sum, value) => sum + value ** 2, 0);
        expect(values.reduce((sum, value) => sum + value ** 2, 0)).toBeCloseTo(squares, 8);
        const turned = Array.from(
          { length: matrix.length },
          (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!,
        );
        singularValues(turned, columns, rows).forEach((value, i) => expect(value).toBeCloseTo(values[i]!, 6));
      }),
    );
  });
});

const [T, H, D] = [8, 2, 4];

/**
 * The delta rule run forward with the β of a golden case and seeded unit keys: the tap `fastWeights` is not part of the
 * contract, so no golden values exist for it.
 */
function deltaMoment(position = 5): Moment {
  const golden = readVectors('hqlt').find(({ name }) => name === 'synchronous')!;
  const moment = vectorMoment(golden, position);
  const beta = moment.snapshot.taps['beta.0']!;
  const stream = new RandomStream('delta rule', 1);
  const data = new Float32Array(T * H * D * D);
  const state = new Float64Array(H * D * D);
  const vector = (): number[] => Array.from({ length: D }, () => stream.normal());
  for (let t = 0; t < T; t++) {
    for (let head = 0; head < H; head++) {
      const raw = vector();
      const length = Math.hypot(...raw);
      const key = raw.map((value) => value / length);
      const value = vector();
      const at = (i: number, j: number): number => (head * D + i) * D + j;
      const found = value.map((_, j) => key.reduce((sum, k, i) => sum + k * state[at(i, j)]!, 0));
      const strength = beta.data[t * H + head]!;
      key.forEach((k, i) => value.forEach((v, j) => (state[at(i, j)]! += k * strength * (v - found[j]!))));
    }
    data.set(state, t * state.length);
  }
  const run = {
    ...moment.run,
    taps: [...moment.run.taps, { name: 'fastWeights.0', axes: ['head', 'key', 'value'] }],
  };
  const taps = {
    ...moment.snapshot.taps,
    'fastWeights.0': { shape: [T, H, D, D], dtype: 'f32' as const, data },
  };
  return { ...moment, run: { ...run, taps: uniqueTaps(run.taps) }, snapshot: { ...moment.snapshot, taps } };
}

function uniqueTaps<T extends { readonly name: string }>(taps: readonly T[]): T[] {
  return [...new Map(taps.map((tap) => [tap.name, tap])).values()];
}

const moment = deltaMoment();
const choice = layerChoices(moment.run)[0]!;

function draw(head = 0): Picture {
  const size = { width: 720, height: naturalHeight(fastWeightsData(moment, choice)!, 720) };
  const drawn = fastWeightsPicture(moment, { size, palette: lightPalette, choice, head, extent: null });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

test('the matrices are those of the cursor, one a head', () => {
  const data = fastWeightsData(moment, choice)!;
  const rasters = draw().marks.filter((mark) => mark.kind === 'raster' && mark.rows === D);
  expect(rasters.length).toBe(H);
  const weights = moment.snapshot.taps['fastWeights.0']!.data;
  expect([...Array.from(matrixAt(data, 5, 1))]).toEqual([
    ...weights.subarray((5 * H + 1) * D * D, (5 * H + 2) * D * D),
  ]);
  expect(draw().grids[1]!.describe(2, 3)).toBe(
    `Head 1, key dimension 3, value dimension 2: ${numberOf(matrixAt(data, 5, 1)[3 * D + 2]!)}`,
  );
});

const numberOf = (value: number): string => String(Number(value.toPrecision(3))).replace('-', '−');

test('the first write has one direction, its norm is the first singular value', () => {
  const data = fastWeightsData(moment, choice)!;
  const [first, second] = singularValuesOf(data, 0)[0]!;
  expect(first).toBeCloseTo(normAt(data, 0, 0), 6);
  expect(second).toBeCloseTo(0, 6);
  expect(singularValuesOf(data, 0)).toBe(singularValuesOf(data, 0));
});

test('write strength, eigenvalue and gates are those of the chosen head', () => {
  const beta = moment.snapshot.taps['beta.0']!.data[3 * H + 1]!;
  const own = Array.from(moment.snapshot.taps['mixing.0']!.data.subarray(3 * 8 + 4, 3 * 8 + 8));
  const gate = own.reduce((a, b) => a + b, 0) / 4;
  const { grids } = draw(1);
  const describe = (id: string): string => grids.find((grid) => grid.id === id)!.describe(3, 0);
  expect(describe('beta')).toBe(
    `Position 3, head 1: write strength: eigenvalue 1 − β ${numberOf(1 - beta)}, β ${numberOf(beta)}`,
  );
  expect(describe('mixing')).toContain(`fast weights ${numberOf(gate)}`);
});

test('without data it says what would fill it', () => {
  const options = { size: { width: 720, height: 300 }, palette: lightPalette, choice, head: 0, extent: null };
  const bare = { ...moment, snapshot: { ...moment.snapshot, taps: {} } };
  for (const without of [null, bare]) {
    expect(fastWeightsPicture(without, options)).toMatchObject({ kind: 'notice' });
  }
});

test('the table holds norm, strength, gates and singular values of every head and position, and the matrices', () => {
  const { columns, rows } = fastWeightsTable(moment, choice);
  expect(rows.length).toBe(T * H + H * D * D);
  const [last] = rows.slice(-1);
  expect(last!.slice(-3)).toEqual([
    D - 1,
    D - 1,
    matrixAt(fastWeightsData(moment, choice)!, 5, H - 1)[D * D - 1],
  ]);
  expect(rows.every((row) => row.length === columns.length)).toBe(true);
});

test('it looks as stored', async () => {
  await expect(svgOf(draw(1), { palette: lightPalette })).toMatchFileSnapshot('reference/delta-light.svg');
});

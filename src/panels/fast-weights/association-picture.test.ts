import { describe, expect, test } from 'vitest';
import { readVectors } from '../../testing/vector-files.ts';
import { vectorMoment } from '../../testing/vector-moment.ts';
import { withAllTaps } from '../../testing/vectors.ts';
import { argMax } from '../common/data.ts';
import type { Moment } from '../common/data.ts';
import { darkPalette, lightPalette } from '../common/palette.ts';
import type { Palette } from '../common/palette.ts';
import type { Picture } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import { numberText } from '../common/text.ts';
import { associationsHeight, associationsPicture } from './association-picture.ts';
import { associationsData, associationsTable } from './associations.ts';
import { layerChoices, matrixAt, normAt, singularValuesOf } from './matrices.ts';

const golden = withAllTaps(readVectors('armt').find(({ name }) => name === 'three segments')!);
const [segments, keys, values, tokens] = [3, 24, 6, 3];
/** In the second of three segments of four. */
const moment: Moment = vectorMoment(golden, 5);
const choice = layerChoices(moment.run)[0]!;
const data = associationsData(moment, choice)!;

function draw(palette: Palette = lightPalette): Picture {
  const size = { width: 720, height: associationsHeight(data) };
  const drawn = associationsPicture(moment, { size, palette, choice, head: 0, extent: null });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

const cellOf = (id: string, column: number, row = 0): string =>
  draw()
    .grids.find((grid) => grid.id === id)!
    .describe(column, row);

test('the matrix and the normaliser after the last segment are the state that the golden case ends with', () => {
  const { state } = golden.expect;
  const last = (name: string, size: number): number[] => Array.from(state[name]!.data.slice(0, size));
  const close = (actual: ArrayLike<number>, wanted: readonly number[]): void => {
    expect(actual.length).toBe(wanted.length);
    wanted.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 5));
  };
  close(matrixAt(data, segments - 1, 0), last('layers.0.associations', keys * values));
  close(data.normalizer[segments - 1]!, last('layers.0.normalizer', keys));
});

test('keys go across and values down, and the brightest cell is the largest entry', () => {
  const heat = draw().marks.find((mark) => mark.kind === 'raster' && mark.rows === values);
  if (heat?.kind !== 'raster') throw new Error('no matrix');
  expect(heat.columns).toBe(keys);
  const matrix = moment.snapshot.taps['associations.1.0']!.data;
  const [largest, brightest] = [argMax(matrix, 0, matrix.length), argMax(heat.levels, 0, heat.levels.length)];
  expect([Math.floor(brightest / keys), brightest % keys]).toEqual([
    largest % values,
    Math.floor(largest / values),
  ]);
  expect(cellOf('associations', 7, 2)).toBe(
    `After segment 1, key feature 7, value dimension 2: ${numberText(matrix[7 * values + 2]!)}`,
  );
});

test('the normaliser stands below its features', () => {
  const z = moment.snapshot.taps['normalizer.1.0']!.data[3]!;
  expect(cellOf('normalizer', 3)).toBe(`After segment 1, normaliser of key feature 3: ${numberText(z)}`);
  const [matrix, strip] = ['associations', 'normalizer'].map((id) =>
    draw().grids.find((grid) => grid.id === id)!,
  );
  expect([strip!.x, strip!.width, strip!.columns]).toEqual([matrix!.x, matrix!.width, matrix!.columns]);
});

describe('over the segments', () => {
  test('the norm is the root of the squares of the singular values', () => {
    for (let s = 0; s < segments; s++) {
      expect(Math.hypot(...singularValuesOf(data, 0)[s]!)).toBeCloseTo(normAt(data, s, 0), 6);
      expect(cellOf('norm', s)).toContain(
        `Segment ${s}, size of the matrix: singular value 0 ${numberText(singularValuesOf(data, 0)[s]![0]!)}`,
      );
    }
  });

  test('every memory token has the write strength that the golden case gives', () => {
    for (let s = 0; s < segments; s++) {
      for (let token = 0; token < tokens; token++) {
        const beta = golden.expect.taps[`beta.${s}.0`]!.data[token]!;
        expect(cellOf('strength', s, token)).toBe(
          `Segment ${s}, memory token ${token}: write strength β ${numberText(beta)}`,
        );
      }
    }
  });
});

test('two layers are two choices', () => {
  const two = vectorMoment(withAllTaps(readVectors('armt').find(({ config }) => config['layers'] === 2)!));
  expect(layerChoices(two.run).map(({ tap, label }) => [tap, label])).toEqual([
    ['associations.{s}.0', 'layer 0'],
    ['associations.{s}.1', 'layer 1'],
  ]);
});

test('the table holds every segment, every write strength, the normaliser and the matrix', () => {
  const { columns, rows } = associationsTable(moment, choice);
  expect(rows.length).toBe(segments + segments * tokens + keys + keys * values);
  expect(rows.every((row) => row.length === columns.length)).toBe(true);
  expect(rows.at(-1)!.slice(-4)).toEqual([keys - 1, '', values - 1, matrixAt(data, 1, 0).at(-1)]);
});

test('without data it says what would fill it', () => {
  const options = { size: { width: 720, height: 300 }, palette: lightPalette, choice, head: 0, extent: null };
  const { 'normalizer.2.0': _, ...taps } = moment.snapshot.taps;
  for (const without of [null, { ...moment, snapshot: { ...moment.snapshot, taps } }]) {
    expect(associationsPicture(without, options)).toMatchObject({ kind: 'notice' });
  }
});

test.each([lightPalette, darkPalette])('it looks as stored', async (palette) => {
  await expect(svgOf(draw(palette), { palette })).toMatchFileSnapshot(
    `reference/associations-${palette.theme}.svg`,
  );
});

import { describe, expect, test } from 'vitest';
import { copyRun } from '../../testing/memnet-moment.ts';
import type { Evaluation } from '../common/data.ts';
import { argMax } from '../common/data.ts';
import { darkPalette, lightPalette } from '../common/palette.ts';
import type { Palette } from '../common/palette.ts';
import type { Picture } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import type { GridMetric } from './data.ts';
import { gridData, gridTable, metricFor } from './data.ts';
import type { GeneralisationData } from './picture.ts';
import { generalisationPicture, naturalHeight, shownGrid } from './picture.ts';

const evaluation = (step: number, split: string, accuracy: number): Evaluation => ({
  step,
  seconds: step / 100,
  tokens: step * 17,
  split,
  loss: 2 - accuracy,
  perplexity: Math.exp(2 - accuracy),
  tokenAccuracy: accuracy,
  sequenceAccuracy: accuracy ** 4,
  normalizedError: 1 - accuracy,
});

/** Longer sequences lag behind; the longer split is not measured at the last step. */
const steps = [0, 50, 100, 150, 200, 250];
const evaluations = steps.flatMap((step) => [
  evaluation(step, 'train', step / 250),
  evaluation(step, 'heldOut', step / 260),
  ...(step === 250 ? [] : [evaluation(step, 'longer', step / 500)]),
]);
const data: GeneralisationData = { run: copyRun(), evaluations };

function draw(palette: Palette = lightPalette, metric: GridMetric = 'tokenAccuracy'): Picture {
  const size = { width: 420, height: naturalHeight(data.run) };
  const drawn = generalisationPicture(data, { size, palette, metric });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

const mapOf = ({ marks }: Picture) => {
  const map = marks.find((mark) => mark.kind === 'raster' && mark.rows === 3);
  if (map?.kind !== 'raster') throw new Error('no map');
  return map;
};

test('the brightest cell is the best evaluation, what was not measured stays empty', () => {
  const { levels, columns } = mapOf(draw());
  const best = argMax(
    evaluations.map(({ tokenAccuracy }) => tokenAccuracy),
    0,
    evaluations.length,
  );
  expect(argMax(levels, 0, levels.length)).toBe(steps.indexOf(evaluations[best]!.step));
  expect(levels[2 * columns + 5]).toBe(0);
});

test('a long run shows its newest evaluations', () => {
  const many = Array.from({ length: 300 }, (_, step) => evaluation(step, 'train', 0.5));
  const shown = shownGrid({ ...data, evaluations: many }, 'tokenAccuracy').steps;
  expect([shown.length, shown[0], shown.at(-1)]).toEqual([20, 280, 299]);
});

describe('cells', () => {
  test('are spoken with step, split and value', () => {
    const [grid] = draw().grids;
    expect(grid!.describe(2, 0)).toBe(
      'Step 100, training (17 positions, trained length): token accuracy 40 %',
    );
    expect(grid!.describe(4, 2)).toBe(
      'Step 200, twice the length (33 positions, never trained): token accuracy 40 %',
    );
    expect(grid!.describe(5, 2)).toContain('not measured');
  });

  test('follow the measure that was chosen', () => {
    expect(draw(lightPalette, 'sequenceAccuracy').grids[0]!.describe(5, 0)).toContain(
      'sequence accuracy 100 %',
    );
  });
});

test('vectors have an error instead, with a scale that reaches 1', () => {
  const vectors = { ...data.run, kind: 'vectors' as const };
  expect(metricFor(vectors, 'tokenAccuracy').name).toBe('normalizedError');
  const size = { width: 420, height: 200 };
  const drawn = generalisationPicture(
    { ...data, run: vectors },
    { size, palette: lightPalette, metric: 'tokenAccuracy' },
  );
  expect(mapOf(drawn as Picture).scale.domain).toEqual([0, 1]);
});

test('splits that were trained stand together, first', () => {
  const mixed = { ...data.run, splits: [...data.run.splits].reverse() };
  expect(gridData(mixed, evaluations, 'tokenAccuracy').rows.map(({ trained }) => trained)).toEqual([
    true,
    true,
    false,
  ]);
});

test('without data it says what would fill it', () => {
  const options = {
    size: { width: 420, height: 200 },
    palette: lightPalette,
    metric: 'tokenAccuracy',
  } as const;
  for (const without of [null, { ...data, evaluations: [] }]) {
    expect(generalisationPicture(without, options)).toMatchObject({ kind: 'notice' });
  }
});

test('the table holds what was measured', () => {
  const { columns, rows } = gridTable(data.run, evaluations, 'tokenAccuracy');
  expect(rows.length).toBe(evaluations.length);
  expect(rows.every((row) => row.length === columns.length)).toBe(true);
});

test.each([lightPalette, darkPalette])('it looks as stored', async (palette) => {
  await expect(svgOf(draw(palette), { palette })).toMatchFileSnapshot(`reference/copy-${palette.theme}.svg`);
});

import { describe, expect, test } from 'vitest';
import { copyRun } from '../../testing/memnet-moment.ts';
import { trainingCurves } from '../../testing/training-curves.ts';
import { darkPalette, lightPalette } from '../common/palette.ts';
import type { Mark, Picture } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import type { CurvesData, CurvesOptions } from './picture.ts';
import { curvesPicture, naturalHeight, referencesOf, stepAt } from './picture.ts';
import { gridColumns } from './plot.ts';
import { curvesTable } from './table.ts';

const all = ['loss', 'perplexity', 'tokenAccuracy', 'sequenceAccuracy', 'normalizedError'] as const;
const data: CurvesData = { run: copyRun(), ...trainingCurves() };
const options: CurvesOptions = {
  size: { width: 720, height: naturalHeight(data.run, 720, all) },
  palette: lightPalette,
  axis: 'step',
  logX: false,
  logY: false,
  metrics: all,
  crosshair: null,
};

function draw(from: CurvesData, changed: Partial<CurvesOptions> = {}): Picture {
  const drawn = curvesPicture(from, { ...options, ...changed });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

const texts = (picture: Picture): string[] =>
  picture.marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));

const paths = (marks: readonly Mark[]): string[] =>
  marks.flatMap((mark) => (mark.kind === 'group' ? paths(mark.marks) : mark.kind === 'path' ? [mark.d] : []));

describe('axes and legends', () => {
  test('name every measure with its unit, and the horizontal axis', () => {
    const shown = texts(draw(data));
    for (const text of ['Loss', 'nats per token', 'Perplexity', 'Token accuracy', 'Sequence accuracy']) {
      expect(shown).toContain(text);
    }
    expect(shown.filter((text) => text === 'training step →')).toHaveLength(2);
    expect(texts(draw(data, { axis: 'seconds' }))).toContain('training time (s) →');
    expect(texts(draw(data, { axis: 'tokens' }))).toContain('tokens seen →');
  });

  test('name every split, and say what the full line is', () => {
    const shown = texts(draw(data));
    for (const { label } of data.run.splits) expect(shown).toContain(label);
    expect(shown).toContain('unsmoothed (line: mean of 15)');
  });

  test('show what a guess reaches', () => {
    expect(texts(draw(data))).toContain('uniform guess, ln 10');
    expect(texts(draw(data))).toContain('guessing');
    expect(referencesOf('perplexity', data.run)).toEqual([{ label: 'uniform guess, 10', value: 10 }]);
  });

  test('show the best that can be reached, where the task knows it', () => {
    const optimum = { label: 'knowing the grammar', metric: 'perplexity', value: 2.5 };
    const run = { ...data.run, optimum };
    expect(texts(draw({ ...data, run }))).toContain('knowing the grammar');
    expect(texts(draw(data))).not.toContain('knowing the grammar');
    expect(referencesOf('loss', run).map(({ label }) => label)).not.toContain('knowing the grammar');
  });

  test('leave out what has no meaning for vectors', () => {
    const run = { ...data.run, kind: 'vectors' as const };
    const evaluations = data.evaluations.map((evaluation) => ({
      ...evaluation,
      perplexity: NaN,
      tokenAccuracy: NaN,
      sequenceAccuracy: NaN,
      normalizedError: evaluation.loss,
    }));
    const shown = texts(draw({ ...data, run, evaluations }));
    expect(shown).toContain('Normalised error');
    expect(shown).toContain('mean squared error');
    expect(shown).not.toContain('Perplexity');
    expect(shown).not.toContain('uniform guess, ln 10');
  });
});

describe('lines', () => {
  test('of a long run are drawn with no more than four points a pixel, its spikes included', () => {
    const points = Array.from({ length: 100_000 }, (_, i) => ({
      step: i,
      seconds: i,
      tokens: i,
      loss: i === 71_234 ? 50 : 1,
      gradientNorm: 1,
      learningRate: 1,
    }));
    const picture = draw({ ...data, points, evaluations: [] }, { metrics: ['loss'] });
    const raw = paths(picture.marks).find((d) => d.split('L').length > 100)!;
    expect(raw.split('L').length).toBeLessThan(4 * 720);
    const heights = [...raw.matchAll(/[ML][\d.]+,([\d.]+)/g)].map((match) => Number(match[1]));
    const top = picture.grids[0]!.y;
    expect(Math.min(...heights)).toBeLessThan(top + 1);
  });

  test('break where a value is not finite, and the picture stays', () => {
    const points = data.points.map((point, i) => (i === 100 ? { ...point, loss: NaN } : point));
    const raw = paths(draw({ ...data, points }, { metrics: ['loss'] }).marks);
    expect(raw.some((d) => d.lastIndexOf('M') > 0)).toBe(true);
    for (const d of raw) expect(d).not.toMatch(/NaN|Infinity/);
  });

  test('on logarithmic axes leave out zeros, and nothing else breaks', () => {
    const evaluations = data.evaluations.map((evaluation) =>
      evaluation.step === 3000 ? { ...evaluation, loss: 0 } : evaluation,
    );
    const picture = draw({ ...data, evaluations }, { logX: true, logY: true });
    for (const d of paths(picture.marks)) expect(d).not.toMatch(/NaN|Infinity/);
  });
});

describe('the crosshair', () => {
  test('shows the values of all lines at its step', () => {
    const last = texts(draw(data, { metrics: ['tokenAccuracy'] }));
    const there = texts(draw(data, { metrics: ['tokenAccuracy'], crosshair: 1200 }));
    const heldOut = data.evaluations.find((e) => e.step === 1200 && e.split === 'heldOut')!;
    expect(there).toContain(`${Math.round(heldOut.tokenAccuracy * 100)} %`);
    expect(there).not.toEqual(last);
  });

  test.each(['step', 'seconds', 'tokens'] as const)('finds the step under a column against %s', (axis) => {
    for (const logX of [false, true]) {
      expect(stepAt(data, { axis, logX, metrics: all }, gridColumns - 1)).toBeGreaterThan(2900);
      expect(stepAt(data, { axis, logX, metrics: all }, 0)).toBeLessThan(30);
    }
  });

  test('speaks every line with its step', () => {
    const grid = draw(data).grids.find(({ id }) => id === 'sequenceAccuracy')!;
    expect(grid.describe(gridColumns - 1, 0)).toMatch(
      /^Sequence accuracy: training 9\d(\.\d)? % at step 3,000; held-out .* at step 3,000; twice the length .*/,
    );
  });
});

test('without measurements it says what would fill it', () => {
  const empty = { ...data, points: [], evaluations: [] };
  expect(curvesPicture(empty, options)).toMatchObject({
    kind: 'notice',
    text: expect.stringContaining('Train') as string,
  });
  expect(curvesPicture(null, options)).toMatchObject({ kind: 'notice' });
  expect(curvesPicture(data, { ...options, metrics: [] })).toMatchObject({ kind: 'notice' });
});

test('a run of one point can be drawn', () => {
  const one = { ...data, points: data.points.slice(0, 1), evaluations: data.evaluations.slice(0, 3) };
  for (const logX of [false, true]) {
    for (const d of paths(draw(one, { logX, logY: logX }).marks)) expect(d).not.toMatch(/NaN|Infinity/);
  }
});

test('the table holds every measurement', () => {
  const { columns, rows } = curvesTable(data);
  expect(rows.length).toBe(data.points.length + data.evaluations.length);
  expect(rows.every((row) => row.length === columns.length)).toBe(true);
  expect(rows[5]![columns.indexOf('loss')]).toBe(data.points[5]!.loss);
});

test.each([
  ['one column', 360, false, null, 'light', lightPalette],
  ['two columns', 720, true, 1200, 'dark', darkPalette],
] as const)('in %s (%i pixels) it looks as stored', async (name, width, logY, crosshair, theme, palette) => {
  const size = { width, height: naturalHeight(data.run, width, all) };
  const picture = draw({ ...data, ...trainingCurves(1500) }, { size, palette, logY, crosshair });
  await expect(svgOf(picture, { palette })).toMatchFileSnapshot(
    `reference/${name.replace(' ', '-')}-${theme}.svg`,
  );
});

import { describe, expect, test } from 'vitest';
import { copyMoment } from '../../testing/memnet-moment.ts';
import { argMax } from '../common/data.ts';
import { darkPalette, lightPalette } from '../common/palette.ts';
import type { Palette } from '../common/palette.ts';
import type { Picture } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import type { TimeGradient } from './data.ts';
import { gradientData, gradientTable, stateChoices, stateLabel, together } from './data.ts';
import { gradientPicture, naturalHeight } from './picture.ts';

const moment = copyMoment();
const { position } = moment;
const length = moment.snapshot.mask.length;

/** Vanishes to the left, and is cut at every fourth position. */
const gradient: TimeGradient = {
  ...{ step: 1200, split: 'heldOut', sampleIndex: 3, position, horizon: 4 },
  starts: Int32Array.from({ length }, (_, t) => t),
  states: ['hidden', 'keys', 'values'].map((name, i) => {
    const full = Float64Array.from({ length }, (_, t) => 10 ** (-0.25 * (length - 1 - t)) * (i + 1));
    return {
      ...{ name, full },
      truncated: full.map((value, t) => (value * (4 - (t % 4))) / 5),
      alone: full.map((value, t) => (t <= position ? value / 3 : 0)),
    };
  }),
};

function draw(palette: Palette = lightPalette, shown: TimeGradient | null = gradient, state = together) {
  const data = gradientData(moment, shown, state);
  const size = { width: 640, height: data ? naturalHeight(data, 640) : 200 };
  return gradientPicture(moment, { size, palette, gradient: shown, state });
}

const pictureOf = (...parameters: Parameters<typeof draw>): Picture => {
  const drawn = draw(...parameters);
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
};

describe('the lines', () => {
  test('of all states together are the norm of all their entries', () => {
    const line = gradientData(moment, gradient, together)!.lines.find(({ kind }) => kind === 'full')!;
    expect(line.values[5]).toBeCloseTo(Math.hypot(...gradient.states.map(({ full }) => full[5]!)), 12);
  });

  test('of one state are its own', () => {
    const line = gradientData(moment, gradient, 'keys')!.lines.find(({ kind }) => kind === 'truncated')!;
    expect(line.values).toEqual(Array.from(gradient.states[1]!.truncated!));
  });

  test('leave out a position that the gradient was not worked out for', () => {
    const data = gradientData({ ...moment, position: position + 1 }, gradient, together)!;
    expect(data.lines.map(({ kind }) => kind)).toEqual(['truncated', 'full']);
    expect(data.aloneMissing).toContain('being followed');
  });

  test('say where no answer counts', () => {
    const without = { ...gradient, states: gradient.states.map((state) => ({ ...state, alone: null })) };
    expect(gradientData(moment, without, together)!.aloneMissing).toBe(
      `no answer counts at position ${position}`,
    );
  });
});

test('boundaries of the horizon are where training cuts', () => {
  expect(gradientData(moment, gradient, together)!.cuts).toEqual([4, 8, 12, 16]);
  const whole = {
    ...gradient,
    horizon: null,
    states: gradient.states.map((s) => ({ ...s, truncated: null })),
  };
  const data = gradientData(moment, whole, together)!;
  expect(data.cuts).toEqual([]);
  expect(data.lines.map(({ kind }) => kind)).toEqual(['alone', 'full']);
});

test('a cell is spoken with its exact norms', () => {
  const [plot, rows] = pictureOf().grids;
  expect(plot!.describe(length - 1, 0)).toMatch(
    /^The memory that position 16 .* step 1,200: gradient norm of the whole loss 3\.74, cut at the horizon of 4 2\.99, loss of position 11 alone 0$/,
  );
  expect(rows!.describe(length - 1, 2)).toBe('values, position 16, step 1,200: gradient norm 3');
});

test('the brightest cell of the map is the largest gradient', () => {
  const map = pictureOf().marks.find((mark) => mark.kind === 'raster' && mark.rows === 3);
  if (map?.kind !== 'raster') throw new Error('no map');
  expect(argMax(map.levels, 0, map.levels.length)).toBe(2 * length + length - 1);
  expect(map.levels.every((level) => level > 0)).toBe(true);
});

test('a gradient of another sequence is not shown', () => {
  expect(draw(lightPalette, { ...gradient, sampleIndex: 4 })).toMatchObject({ kind: 'notice' });
  expect(draw(lightPalette, null)).toMatchObject({ kind: 'notice' });
});

test('a gradient that is zero everywhere has axes all the same', () => {
  const none = gradient.states.map(({ name, full }) => ({
    ...{ name, truncated: null, alone: null },
    full: full.map(() => 0),
  }));
  const { marks } = pictureOf(lightPalette, { ...gradient, horizon: null, states: none });
  expect(JSON.stringify(marks)).not.toMatch(/NaN|null,"y/);
});

test('a model of segments has a column a segment', () => {
  const segments = { ...gradient, starts: Int32Array.of(0, 6, 12), horizon: 1 };
  const data = gradientData(moment, segments, together)!;
  expect([data.unit, data.columns, data.current]).toEqual(['segment', 3, 1]);
});

test('states are named in words', () => {
  expect(['hidden', 'layers.1.fastWeights', 'cache.0'].map(stateLabel)).toEqual([
    'hidden state',
    'fast weights, layer 1',
    'cache, layer 0',
  ]);
  expect(stateChoices(moment.run)[0]).toEqual({ value: together, label: 'all states' });
});

test('the table holds every norm', () => {
  const { columns, rows } = gradientTable(gradient);
  expect(rows.length).toBe(3 * length);
  expect(rows.every((row) => row.length === columns.length)).toBe(true);
  expect(rows[length + 2]!.slice(1, 4)).toEqual(['keys', 2, gradient.states[1]!.full[2]]);
});

test.each([lightPalette, darkPalette])('it looks as stored', async (palette) => {
  await expect(svgOf(pictureOf(palette), { palette })).toMatchFileSnapshot(
    `reference/copy-${palette.theme}.svg`,
  );
});

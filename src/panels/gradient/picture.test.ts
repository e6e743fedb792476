import { describe, expect, test } from 'vitest';
import { copyMoment } from '../../testing/memnet-moment.ts';
import { argMax } from '../common/data.ts';
import { darkPalette, lightPalette } from '../common/palette.ts';
import type { Palette } from '../common/palette.ts';
import type { Picture } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import { numberText } from '../common/text.ts';
import { spanOf, verticalAxis } from './axis.ts';
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

/** What the view can be changed to. */
const usual = { logarithmic: true, wholeRange: false };

function draw(
  palette: Palette = lightPalette,
  shown: TimeGradient | null = gradient,
  state = together,
  view = usual,
) {
  const data = gradientData(moment, shown, state);
  const size = { width: 640, height: data ? naturalHeight(data, 640) : 200 };
  return gradientPicture(moment, { size, palette, gradient: shown, state, ...view });
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

describe('the vertical axis', () => {
  /** Before the first write a memory divides by next to nothing. */
  const stray: TimeGradient = {
    ...gradient,
    states: gradient.states.map((state, i) => ({
      ...state,
      full: state.full.map((value, t) => (t === 0 ? 2e6 / (i + 1) : Math.max(value, 0.01))),
    })),
  };
  const words = (picture: Picture): string[] =>
    picture.marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));
  const linear = { logarithmic: false, wholeRange: true };

  test('says what it is', () => {
    expect(words(pictureOf())).toContain('gradient norm (log)');
    expect(words(draw(lightPalette, gradient, together, linear) as Picture)).toContain('gradient norm');
  });

  test('has a place for zero only when it is linear: on the other one zeros are rings on the bottom edge', () => {
    const box = { x: 0, y: 0, width: 100, height: 100 };
    const span = { low: 0.01, high: 8, stray: null };
    const [log, lin] = [true, false].map((logarithmic) => verticalAxis(span, box, logarithmic));
    expect([log!.reaches(0), lin!.reaches(0), lin!.at(0)]).toEqual([false, true, 100]);
    expect(lin!.at(4)).toBeCloseTo(50, 9);
    expect(log!.at(0.1) - log!.at(1)).toBeCloseTo(log!.at(1) - log!.at(10), 9);
    const rings = (view: typeof usual): number =>
      (draw(lightPalette, gradient, together, view) as Picture).marks.filter(
        (mark) => mark.kind === 'path' && mark.strokeWidth === 1,
      ).length;
    expect([rings(usual), rings(linear)]).toEqual([1, 0]);
  });

  test('cuts off the one column that lies far above all others, with its number', () => {
    const data = gradientData(moment, stray, together)!;
    const most = Math.hypot(2e6, 1e6, 2e6 / 3);
    const [cut, whole] = [false, true].map((wholeRange) => spanOf(data, wholeRange));
    expect([cut!.stray, whole!.stray]).toEqual([0, null]);
    expect(cut!.high).toBeCloseTo(Math.hypot(1, 2, 3), 9);
    expect(whole!.high).toBeCloseTo(most, 6);
    expect(words(pictureOf(lightPalette, stray))).toContain(`↑${numberText(most)}`);
    expect(pictureOf(lightPalette, stray).grids[0]!.describe(0, 0)).toContain(
      `whole loss ${numberText(most)}`,
    );
    expect(words(draw(lightPalette, stray, together, linear) as Picture).join()).not.toContain('↑');
  });

  test('keeps a gradient that explodes step by step whole', () => {
    expect(spanOf(gradientData(moment, gradient, together)!, false).stray).toBe(null);
  });

  test.each([
    ['cut-off', usual],
    ['linear', { logarithmic: false, wholeRange: false }],
  ])('looks as stored: %s', async (name, view) => {
    const picture = draw(lightPalette, stray, together, view) as Picture;
    await expect(svgOf(picture, { palette: lightPalette })).toMatchFileSnapshot(
      `reference/${name}-light.svg`,
    );
  });
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

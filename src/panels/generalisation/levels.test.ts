import { describe, expect, test } from 'vitest';
import { copyRun } from '../../testing/memnet-moment.ts';
import { colourOf, levelOf, sequential } from '../common/colour.ts';
import { csvOf } from '../common/csv.ts';
import type { Run } from '../common/data.ts';
import { darkPalette, lightPalette } from '../common/palette.ts';
import type { Palette } from '../common/palette.ts';
import type { Mark, Picture, RasterMark, RectMark } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import type { Axis, GeneralisationGrid, LevelsMetric } from './levels-data.ts';
import { levelsTable } from './levels-data.ts';
import { levelsPicture, naturalHeight } from './levels-picture.ts';

const pairs: Axis = {
  ...{ name: 'pairs', label: 'pairs', explanation: 'How many pairs are shown.' },
  ...{ values: [1, 2, 3, 4, 6, 8], trained: [1, 4] },
};
const distractors: Axis = {
  ...{
    name: 'distractors',
    label: 'distractors',
    unit: 'tokens',
    explanation: 'How many noise tokens are shown.',
  },
  ...{ values: [0, 2, 4, 8, 16], trained: [0, 4] },
};

/** Of what was never trained the longest is not measured. */
function aRun(axes: readonly Axis[]): Run {
  const [first, second] = axes;
  const rows = second ? second.values : [null];
  const cells = rows.flatMap((row) =>
    first!.values.map((column) => {
      const levels = row === null ? [column] : [column, row];
      const positions = 2 * column + (row ?? 0) + 3;
      return { levels, positions, obstacle: positions > 34 ? 'it is too long' : null };
    }),
  );
  const baseline = { label: 'chance, 1 of 8', metric: 'tokenAccuracy', value: 1 / 8 };
  return { ...copyRun(), baseline, grid: { axes, cells } };
}

/** All right where it was trained, less and less beyond. */
function aGrid(run: Run, step = 600): GeneralisationGrid {
  const cells = run
    .grid!.cells.filter(({ obstacle }) => obstacle === null)
    .map(({ levels: [column = 0, row = 0] }) => {
      const share = Math.max(0.125, 1 - 0.14 * Math.max(0, column - 4) - 0.03 * Math.max(0, row - 4));
      return {
        levels: run.grid!.axes.length > 1 ? [column, row] : [column],
        ...{ answers: 256, tokenAccuracy: share, sequenceAccuracy: share ** 2 },
        tokenInterval: [Math.max(0, share - 0.05), Math.min(1, share + 0.05)] as const,
        sequenceInterval: [Math.max(0, share ** 2 - 0.08), Math.min(1, share ** 2 + 0.08)] as const,
      };
    });
  return { step, samples: 128, cells };
}

const two = aRun([pairs, distractors]);
const one = aRun([pairs]);

interface DrawOptions {
  readonly palette?: Palette;
  readonly metric?: LevelsMetric;
  readonly width?: number;
  readonly grid?: GeneralisationGrid;
}

function draw(run: Run, options: DrawOptions = {}): Picture {
  const { palette = lightPalette, metric = 'tokenAccuracy', width = 420, grid = aGrid(run) } = options;
  const size = { width, height: naturalHeight(run) };
  const drawn = levelsPicture({ run, grid, step: null }, { size, palette, metric });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

const mapOf = ({ marks }: Picture, columns = 6): RasterMark => {
  const map = marks.find((mark): mark is RasterMark => mark.kind === 'raster' && mark.columns === columns);
  if (!map) throw new Error('no map');
  return map;
};

/** The frame itself, without its halo. */
const frameOf = ({ marks }: Picture): RectMark =>
  marks.findLast((mark): mark is RectMark => mark.kind === 'rect' && mark.stroke === lightPalette.trace)!;

const textsOf = (marks: readonly Mark[]): string[] =>
  marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));

describe('the cells', () => {
  test('have the colour of their accuracy on a scale from 0 to 1, the highest level on top', () => {
    const { levels, scale } = mapOf(draw(two));
    expect(scale.domain).toEqual([0, 1]);
    for (const {
      levels: [x, y],
      tokenAccuracy,
    } of aGrid(two).cells) {
      const at = (4 - distractors.values.indexOf(y!)) * 6 + pairs.values.indexOf(x!);
      expect(colourOf(levels[at]!, scale)).toBe(colourOf(levelOf(tokenAccuracy, sequential(0, 1)), scale));
    }
  });

  test('that were trained are framed, and only they', () => {
    const map = mapOf(draw(two));
    const [width, height] = [map.width / 6, map.height / 5];
    const frame = frameOf(draw(two));
    expect(frame.x).toBeCloseTo(map.x, 6);
    expect(frame.width).toBeCloseTo(4 * width, 6);
    expect(frame.y).toBeCloseTo(map.y + 2 * height, 6);
    expect(frame.height).toBeCloseTo(3 * height, 6);
  });

  test('that are too long stay empty, and say why', () => {
    const picture = draw(two);
    expect(mapOf(picture).levels[5]).toBe(0);
    expect(picture.grids[0]!.describe(5, 0)).toBe(
      'Step 600, pairs 8, distractors (tokens) 16 (never trained): not measured: it is too long',
    );
  });

  test('that have not come in yet stay empty, and the picture says how many have', () => {
    const whole = aGrid(two);
    const picture = draw(two, { width: 720, grid: { ...whole, cells: whole.cells.slice(0, 3) } });
    expect(mapOf(picture).levels.filter((level) => level > 0).length).toBe(3);
    expect(picture.grids[0]!.describe(3, 4)).toMatch(/\(trained\): not measured$/);
    const count = `step 600, 3 of ${whole.cells.length} cells`;
    expect(textsOf(picture.marks)).toContain(`${count} · 128 samples a cell`);
    expect(picture.summary).toMatch(new RegExp(`, 3 of ${whole.cells.length} cells\\.$`));
    expect(draw(two).summary).not.toContain('cells');
  });

  test('are spoken with levels, value, interval and number of samples', () => {
    const [grid] = draw(two).grids;
    expect(grid!.describe(4, 4)).toBe(
      'Step 600, pairs 6, distractors (tokens) 0 (never trained): token accuracy 72 % (95 % interval 67 % to 77 %; 256 answers in 128 samples)',
    );
    expect(grid!.describe(3, 2)).toContain('pairs 4, distractors (tokens) 4 (trained): token accuracy 100 %');
  });

  test('follow the accuracy that was chosen', () => {
    const [grid] = draw(two, { metric: 'sequenceAccuracy' }).grids;
    expect(grid!.describe(4, 4)).toContain('sequence accuracy 52 % (95 % interval 44 % to 60 %');
  });

  test('have their number written in them where there is room', () => {
    expect(textsOf(draw(two).marks)).toContain('72 %');
    const narrow = textsOf(draw(two, { width: 190 }).marks);
    expect(narrow).toContain('72');
    expect(narrow).not.toContain('72 %');
    expect(textsOf(draw(two, { width: 110 }).marks)).not.toContain('72');
  });
});

test('axes have titles with units, and the picture says what a guess reaches', () => {
  const texts = textsOf(draw(two).marks);
  expect(texts).toEqual(expect.arrayContaining(['pairs →', '↑ distractors (tokens)']));
  expect(texts).toContain('▭ trained · chance, 1 of 8: 13 %');
  expect(textsOf(draw(two, { metric: 'sequenceAccuracy' }).marks)).toContain(
    '▭ trained · chance: at most 13 %',
  );
  expect(texts).toContain('step 600 · 128 samples a cell');
  expect(draw(two).summary).toBe(
    'Generalisation grid at step 600, token accuracy: trained levels 100 %, others 32 % to 88 %.',
  );
});

test('one axis gives one row', () => {
  const picture = draw(one);
  expect(mapOf(picture).rows).toBe(1);
  expect(picture.grids[0]!.describe(5, 0)).toContain('pairs 8 (never trained): token accuracy 44 %');
});

test('without a grid it says what would fill it', () => {
  const options = {
    size: { width: 420, height: 200 },
    palette: lightPalette,
    metric: 'tokenAccuracy',
  } as const;
  const textOf = (data: Parameters<typeof levelsPicture>[0]): string => {
    const drawn = levelsPicture(data, options);
    if (drawn.kind !== 'notice') throw new Error('a picture of nothing');
    return drawn.text;
  };
  expect(textOf({ run: two, grid: null, step: null })).toContain('level of pairs × distractors (tokens)');
  expect(textOf({ run: two, grid: null, step: 12 })).toContain('up to step 12');
  expect(textOf({ run: copyRun(), grid: null, step: null })).toContain('no measure of difficulty');
});

test('the table holds every measured cell', () => {
  const { columns, rows } = levelsTable(two, aGrid(two));
  expect(rows.length).toBe(aGrid(two).cells.length);
  expect(rows.every((row) => row.length === columns.length)).toBe(true);
  expect(csvOf({ columns, rows }).split('\r\n')[0]).toBe(
    'training step,pairs,distractors (tokens),trained,samples,answers,token accuracy,"token accuracy, 95 % from","token accuracy, 95 % to",sequence accuracy,"sequence accuracy, 95 % from","sequence accuracy, 95 % to"',
  );
  expect(rows[4]!.slice(0, 7)).toEqual([600, 6, 0, 0, 128, 256, 0.72]);
});

test.each([lightPalette, darkPalette])('it looks as stored', async (palette) => {
  const stored = (name: string): string => `reference/${name}-${palette.theme}.svg`;
  await expect(svgOf(draw(two, { palette }), { palette })).toMatchFileSnapshot(stored('levels'));
  await expect(svgOf(draw(one, { palette }), { palette })).toMatchFileSnapshot(stored('levels-one'));
});

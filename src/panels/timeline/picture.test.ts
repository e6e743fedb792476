import { describe, expect, test } from 'vitest';
import { copyMoment } from '../../testing/memnet-moment.ts';
import type { Moment } from '../common/data.ts';
import { argMax } from '../common/data.ts';
import { memoryTrace } from '../common/memory-trace.ts';
import { darkPalette, lightPalette } from '../common/palette.ts';
import type { Picture, RasterMark } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import { numberText } from '../common/text.ts';
import type { TimelineOptions } from './heat.ts';
import { timelinePicture } from './picture.ts';
import { timelineTable } from './table.ts';

const options: TimelineOptions = {
  size: { width: 720, height: 480 },
  palette: lightPalette,
  by: 'event',
  scaleMode: 'fixed',
  event: null,
};

function draw(moment: Moment, changed: Partial<TimelineOptions> = {}): Picture {
  const drawn = timelinePicture(moment, { ...options, ...changed });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

/** The heatmap is the largest raster. */
function heatmap({ marks }: Picture): RasterMark {
  const rasters = marks.filter((mark) => mark.kind === 'raster');
  return rasters.reduce((a, b) => (b.height > a.height ? b : a));
}

const texts = ({ marks }: Picture): string[] =>
  marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));

const column = ({ levels, columns, rows }: RasterMark, t: number): number[] =>
  Array.from({ length: rows }, (_, row) => levels[row * columns + t]!);

const moment = copyMoment();
const trace = memoryTrace(moment.run, moment.snapshot)!;
const answers = [9, 10, 11, 12, 13, 14, 15, 16];

describe('the heatmap', () => {
  test.each(answers)('is brightest at the slot that position %i reads most', (t) => {
    const levels = column(heatmap(draw(moment, { by: 'age' })), t);
    expect(argMax(levels, 0, levels.length)).toBe(argMax(trace.weights, t * trace.slots, trace.slots));
  });

  test('by event shows the diagonal of a network that copies', () => {
    const heat = heatmap(draw(moment, { by: 'event' }));
    expect(answers.map((t) => argMax(column(heat, t), 0, heat.rows))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('by event leaves cells empty before the writing and after the loss of an event', () => {
    const heat = heatmap(draw(moment, { by: 'event' }));
    const filled = (event: number): number[] =>
      Array.from({ length: heat.columns }, (_, t) => t).filter(
        (t) => heat.levels[event * heat.columns + t]! > 0,
      );
    expect(filled(2)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(filled(16)).toEqual([]);
  });

  test('with writing first holds an event from its own position on', () => {
    const heat = heatmap(draw(copyMoment({ writeOrder: 'writeFirst' }), { by: 'event' }));
    expect(heat.levels[4 * heat.columns + 4]).toBeGreaterThan(0);
    expect(heat.levels[4 * heat.columns + 3]).toBe(0);
  });

  test('reaches to the largest weight on the automatic scale, and to 1 on the fixed one', () => {
    const largest = Math.max(...trace.weights);
    expect(heatmap(draw(moment, { scaleMode: 'automatic' })).scale.domain).toEqual([0, largest]);
    expect(heatmap(draw(moment)).scale.domain).toEqual([0, 1]);
    expect(texts(draw(moment))).toContain('1 · fixed');
  });
});

describe('the rows of tokens', () => {
  test('show input, target and output, and how many answers are right', () => {
    const shown = texts(draw(moment));
    expect(shown).toContain(`8 of 8 answers right · loss ${numberText(moment.snapshot.loss)}`);
    for (const title of ['input', 'target', 'output', 'position in the sequence (tokens) →']) {
      expect(shown).toContain(title);
    }
  });

  test('mark a wrong answer by a frame and a cross, not by colour alone', () => {
    const noisy = copyMoment({ noise: 0.5, seed: 3 });
    const { marks, grids } = draw(noisy);
    const wrong = answers.filter((t) =>
      grids
        .find((grid) => grid.id === 'tokens')!
        .describe(t, 2)
        .includes('wrong'),
    );
    const crosses = marks.filter(
      (mark) => mark.kind === 'path' && mark.stroke === lightPalette.wrong && !mark.fill,
    );
    expect(wrong.length).toBeGreaterThan(0);
    expect(crosses.length).toBe(wrong.length);
  });
});

describe('the spoken cell', () => {
  const describeIn = (picture: Picture, id: string, t: number, row: number): string =>
    picture.grids.find((grid) => grid.id === id)!.describe(t, row);

  test('names slot, event, token and weight', () => {
    const weight = trace.weights[11 * trace.slots + 8]!;
    expect(describeIn(draw(moment, { by: 'age' }), 'weights', 11, 8)).toBe(
      `Position 11 reads slot 8, event of position 2 (‘f’): weight ${Number(weight.toPrecision(3))}`,
    );
    expect(describeIn(draw(moment), 'weights', 11, 2)).toMatch(
      /^Position 11 reads the event of position 2 \(‘f’\)/,
    );
  });

  test('says why a cell is empty', () => {
    expect(describeIn(draw(moment), 'weights', 2, 2)).toContain('is not written yet');
    expect(describeIn(draw(moment), 'weights', 16, 2)).toContain('has left the memory');
    expect(describeIn(draw(moment, { by: 'age' }), 'weights', 1, 5)).toContain('never written');
    expect(describeIn(draw(moment), 'tokens', 1, 2)).toContain('no answer is asked here');
  });
});

test('without a snapshot it says what would fill it', () => {
  expect(timelinePicture(null, options)).toMatchObject({
    kind: 'notice',
    text: expect.stringContaining('Train') as string,
  });
});

test('a model without a memory of slots still shows tokens and answers', () => {
  const { similarity: _, ...taps } = moment.snapshot.taps;
  const picture = draw({ ...moment, snapshot: { ...moment.snapshot, taps } });
  expect(picture.grids.map((grid) => grid.id)).toEqual(['tokens', 'confidence']);
});

test('vectors are drawn as lines, with targets and outputs where an answer counts', () => {
  const length = 12;
  const wave = Float32Array.from({ length }, (_, t) => Math.sin(t / 2));
  const picture = draw({
    run: { ...moment.run, kind: 'vectors', inputSize: 1, outputSize: 1, vocabulary: [] },
    position: 3,
    snapshot: {
      ...moment.snapshot,
      tokens: null,
      inputs: wave,
      targets: wave,
      predictions: wave.map((value) => value + 0.1),
      mask: new Uint8Array(length).fill(1, 4),
      taps: {},
    },
  });
  const { describe } = picture.grids.find((grid) => grid.id === 'vectors')!;
  expect(describe(6, 1)).toBe('Position 6: target 0.141, output 0.241');
  expect(describe(2, 1)).toBe('Position 2: no answer is asked here');
});

test('a typed sequence whose answers nobody knows shows its outputs without judging them', () => {
  const mask = new Uint8Array(moment.snapshot.mask.length);
  const untold = { ...moment, snapshot: { ...moment.snapshot, mask, loss: NaN, typed: 'abc' } };
  const picture = draw(untold);
  const tokens = picture.grids.find((grid) => grid.id === 'tokens')!;
  expect(tokens.describe(10, 2)).toMatch(/^Position 10: output ‘.’, probability \d+ %$/);
  expect(tokens.describe(10, 1)).toBe('Position 10: no answer is asked here');
  const texts = picture.marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));
  expect(texts).toContain('no answers to compare with');
  expect(texts.some((text) => text.includes('typed sequence'))).toBe(true);
  expect(texts.some((text) => text.includes('undefined'))).toBe(false);
});

test('the table holds every weight', () => {
  const { columns, rows } = timelineTable(moment);
  expect(rows.length).toBe(trace.positions * trace.slots);
  const weights = rows.map((row) => row[columns.indexOf('read weight')]);
  expect(weights).toEqual([...trace.weights]);
  const values = moment.snapshot.taps['values']!;
  const norm = Math.hypot(...values.data.subarray(0, values.shape[1]));
  expect(rows[0]![columns.indexOf('write norm')]).toBeCloseTo(norm, 12);
});

test('the table of vectors holds inputs everywhere, and targets and outputs where an answer counts', () => {
  const [inputs, predictions] = [new Float32Array([1, 2, 3, 4]), new Float32Array([5, 6])];
  const series: Moment = {
    ...moment,
    run: { ...moment.run, kind: 'vectors', inputSize: 2, outputSize: 1, vocabulary: [] },
    snapshot: {
      ...moment.snapshot,
      ...{ taps: {}, tokens: null, inputs, predictions },
      ...{ targets: new Float32Array([7, 8]), mask: Uint8Array.from([0, 1]) },
    },
  };
  expect(timelineTable(series)).toEqual({
    columns: ['position', 'input 0', 'input 1', 'target 0', 'output 0'],
    rows: [
      [0, 1, 2, '', ''],
      [1, 3, 4, 8, 6],
    ],
  });
});

test('the table of a sequence without targets holds what the network says at every position', () => {
  const untold: Moment = {
    ...moment,
    snapshot: { ...moment.snapshot, taps: {}, mask: moment.snapshot.mask.map(() => 0) },
  };
  const { columns, rows } = timelineTable(untold);
  expect(rows.every((row) => row[columns.indexOf('output')] !== '')).toBe(true);
  expect(rows.every((row) => row[columns.indexOf('target')] === '')).toBe(true);
});

test.each([
  ['age', 'light', lightPalette],
  ['event', 'dark', darkPalette],
] as const)('by %s on a %s page looks as stored', async (by, theme, palette) => {
  const svg = svgOf(draw(copyMoment({ noise: 0.3, seed: 5 }), { by, palette, event: 2 }), { palette });
  await expect(svg).toMatchFileSnapshot(`reference/by-${by}-${theme}.svg`);
});

import { describe, expect, test } from 'vitest';
import { operatedMoment, operatedSeries } from '../../testing/operated-moment.ts';
import { darkPalette, lightPalette } from '../common/palette.ts';
import type { Grid, Picture, RectMark } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import { changeRange } from './bars.ts';
import type { Operated } from './data.ts';
import { operatedTable } from './data.ts';
import { interventionsPicture, naturalHeight } from './picture.ts';
import { slotChoices, slotValue, slotsOfValue } from './slot-choices.ts';
import { eventIn, interventionText } from './words.ts';

const width = 720;

function draw(operated: Operated, palette = lightPalette): Picture {
  const size = { width, height: naturalHeight(operated, width) };
  const drawn = interventionsPicture(operated, { size, palette });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

const gridOf = (picture: Picture, id: string): Grid => picture.grids.find((grid) => grid.id === id)!;

const rects = (picture: Picture): RectMark[] =>
  picture.marks.filter((mark): mark is RectMark => mark.kind === 'rect');

test('without an outcome it says what would fill it, or why there is none', () => {
  const options = { size: { width, height: 90 }, palette: lightPalette };
  expect(interventionsPicture(null, options)).toMatchObject({
    kind: 'notice',
    text: expect.stringContaining('Choose an operation') as string,
  });
  expect(interventionsPicture(null, options, 'No slot was chosen.')).toMatchObject({
    text: 'No slot was chosen.',
  });
});

describe('the outputs', () => {
  const picture = draw(operatedMoment());
  const outputs = gridOf(picture, 'outputs');

  test('changed answers stand beside the original ones, with their probabilities', () => {
    expect(outputs.rows).toBe(4);
    expect(outputs.describe(11, 2)).toMatch(/^Position 11: original output ‘.’, right, probability \d+ %$/);
    expect(outputs.describe(11, 3)).toMatch(
      /^Position 11: changed output ‘a’, (right|wrong), probability 82 %; originally ‘.’, right/,
    );
    expect(outputs.describe(2, 3)).toBe('Position 2: no answer is asked here');
  });

  test('an answer that is another one than before is framed together with it, no other is', () => {
    const cell = outputs.width / outputs.columns;
    const frames = rects(picture).filter(
      ({ stroke, y, height }) =>
        stroke === lightPalette.trace && y > outputs.y && y + height <= outputs.y + outputs.height + 2,
    );
    expect(frames.map(({ x }) => Math.round((x - outputs.x) / cell))).toEqual([11]);
  });

  test('the loss changes only where the outputs do', () => {
    const losses = gridOf(picture, 'losses');
    expect(losses.describe(11, 0)).toMatch(/the loss changes by \+\d/);
    expect(losses.describe(12, 0)).toBe('Position 12: the loss changes by 0');
    expect(losses.describe(0, 0)).toBe('Position 0: no answer is asked here');
  });
});

describe('the survey', () => {
  const picture = draw(operatedMoment());
  const survey = gridOf(picture, 'survey');
  const inside = rects(picture).filter(({ y }) => y >= survey.y - 1);

  test('the largest bar is that of the slot without which the loss grows most', () => {
    const cell = survey.width / survey.columns;
    const tallest = inside.reduce((best, rect) => (rect.height > best.height ? rect : best));
    expect(Math.floor((tallest.x - survey.x) / cell)).toBe(8);
    expect(survey.describe(8, 0)).toMatch(/^Without slot 8 \(‘.’ of position 2\) the loss changes by \+0.9$/);
    expect(picture.summary).toContain('slot 8 matters most');
  });

  test('what gets better without a slot points down', () => {
    const up = inside.filter(({ fill }) => fill === lightPalette.wrong);
    const down = inside.filter(({ fill }) => fill === lightPalette.right);
    expect(down).toHaveLength(1);
    expect(down[0]!.y).toBeCloseTo(up[0]!.y + up[0]!.height, 6);
  });

  test('without targets it tells how far the outputs move, and no loss is drawn', () => {
    const untold = draw(operatedMoment({ targets: false }));
    expect(untold.grids.map(({ id }) => id)).toEqual(['outputs', 'probability', 'survey']);
    expect(gridOf(untold, 'outputs').rows).toBe(3);
    expect(gridOf(untold, 'survey').describe(8, 0)).toContain('the outputs change by +0.4');
    expect(gridOf(untold, 'outputs').describe(2, 1)).toMatch(/original output ‘.’, probability/);
  });
});

test('with nothing done yet the survey stands beside the outputs as they are', () => {
  const picture = draw(operatedMoment({ interventions: [] }));
  expect(picture.grids.map(({ id }) => id)).toEqual(['outputs', 'probability', 'survey']);
  expect(gridOf(picture, 'outputs').rows).toBe(3);
});

test('a series is drawn as lines', () => {
  const outputs = gridOf(draw(operatedSeries()), 'outputs');
  expect(outputs.describe(20, 0)).toMatch(/^Position 20: target 0.374, original 0.424, changed 0.824$/);
});

test('the table holds every position and every slot', () => {
  const { columns, rows } = operatedTable(operatedMoment());
  expect(rows.filter(([what]) => what === 'position')).toHaveLength(17);
  expect(rows.filter(([what]) => what === 'slot')).toHaveLength(12);
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([columns.length]));
  const eleven = rows[11]!;
  expect(eleven[columns.indexOf('changed output')]).toBe('a');
  expect(eleven[columns.indexOf('change of loss')]).toBeGreaterThan(1);
});

test('an axis of changes holds zero, leaves out what is negligible and never blows up rounding', () => {
  expect(changeRange([0.3, NaN, -0.001])).toEqual([0, 0.3]);
  expect(changeRange([0.3, -0.2])).toEqual([-0.2, 0.3]);
  expect(changeRange([1e-7, -1e-8])).toEqual([0, 1e-4]);
  expect(changeRange([])).toEqual([0, 1e-4]);
});

describe('words', () => {
  const slots = { name: 'slots', noun: 'slot', count: 4, order: 'newestFirst' } as const;
  const unit = { name: 'hidden state', noun: 'unit', count: 64, order: null } as const;

  test.each([
    [{ kind: 'erase', bank: 'slots', slots: [3], position: 0 }, 'erase slot 3'],
    [
      { kind: 'freeze', bank: 'hidden state', slots: [0, 1, 2], position: 0 },
      'freeze units 0–2 of the hidden state',
    ],
    [{ kind: 'swap', bank: 'slots', slots: [0, 3], position: 0 }, 'swap slots 0, 3'],
    [
      { kind: 'overwrite', bank: 'slots', slots: [0], source: 2, position: 0 },
      'overwrite slot 0 with what slot 2 holds',
    ],
    [
      { kind: 'noise', bank: 'slots', slots: [1], amount: 0.5, seed: 3, position: 0 },
      'add noise × 0.5 to slot 1, seed 3',
    ],
    [{ kind: 'cutWrites', bank: 'slots', position: 0 }, 'cut the writes to the slots'],
    [{ kind: 'clamp', gate: 'forget gate', value: 0, position: 0 }, 'hold the forget gate at 0'],
  ] as const)('%o', (intervention, text) => {
    expect(interventionText(intervention, [slots, unit])).toBe(text);
  });

  test('a queue knows which position wrote a slot', () => {
    expect([0, 1, 2, 3].map((slot) => eventIn(slots, slot, 3))).toEqual([2, 1, 0, -1]);
    const oldest = { ...slots, order: 'oldestFirst' } as const;
    expect([0, 1, 2, 3].map((slot) => eventIn(oldest, slot, 3))).toEqual([-1, 0, 1, 2]);
    expect(eventIn(unit, 0, 3)).toBeNull();
  });

  test('every choice of slots can be chosen and read back; large banks come in groups as well', () => {
    const choices = slotChoices(unit, 0, true, () => undefined);
    expect(choices).toHaveLength(64 + 1 + 8);
    expect(choices.map(({ value }) => slotValue(slotsOfValue(value)))).toEqual(
      choices.map(({ value }) => value),
    );
    expect(slotsOfValue('8-15')).toEqual([8, 15]);
    expect(slotChoices(slots, 2, true, () => 'c').map(({ label }) => label)).toEqual([
      'slot 0 (‘c’ of position 1)',
      'slot 1 (‘c’ of position 0)',
      'slot 2 (empty)',
      'slot 3 (empty)',
      'all 4 slots',
    ]);
  });
});

test.each([
  ['operated', 'light', lightPalette, operatedMoment()],
  ['stale', 'dark', darkPalette, operatedMoment({ stale: 'the run is at 1,300', survey: false })],
  ['untold', 'light', lightPalette, operatedMoment({ targets: false })],
  ['series', 'dark', darkPalette, operatedSeries()],
] as const)('%s on a %s page looks as stored', async (name, theme, palette, operated) => {
  const svg = svgOf(draw(operated, palette), { palette });
  await expect(svg).toMatchFileSnapshot(`reference/${name}-${theme}.svg`);
});

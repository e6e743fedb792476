import { expect, test } from 'vitest';
import type { ArmRun } from '../../state/fleet/arms.ts';
import { copyRun } from '../../testing/memnet-moment.ts';
import { trainingCurves } from '../../testing/training-curves.ts';
import { lightPalette } from '../common/palette.ts';
import type { Mark, Picture } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import { textWidth } from '../common/text.ts';
import type { ComparedArm } from './compared.ts';
import { comparedSeries } from './compared.ts';
import type { CurvesData, CurvesOptions } from './picture.ts';
import { curvesPicture, hasCurves, naturalHeight, stepAt } from './picture.ts';
import { curvesTable } from './table.ts';

const all = ['loss', 'perplexity', 'tokenAccuracy', 'sequenceAccuracy', 'normalizedError'] as const;

/** A seed that learns later by a factor, evaluated at the same steps as any other. */
function seed(number: number, factor: number, steps: number): ArmRun {
  const { points, evaluations } = trainingCurves(3000);
  const late = evaluations
    .filter(({ step }) => step <= steps)
    .map((evaluation) => {
      const source = Math.round(evaluation.step / factor / 200) * 200;
      const there = evaluations.find(({ step, split }) => step === source && split === evaluation.split)!;
      const { step, seconds, tokens } = evaluation;
      return { ...there, step, seconds, tokens };
    });
  return {
    id: `seed ${number}`,
    seed: number,
    points: points.filter(({ step }) => step <= steps),
    evaluations: late,
  };
}

const arms: readonly ComparedArm[] = [
  { key: 'a', letter: 'A', index: 0, label: 'learning rate 0.003 → 0.001', runs: [seed(1, 1.3, 3000)] },
  {
    ...{ key: 'b', letter: 'B', index: 1, label: 'LSTM instead of MemNet, 3 seeds' },
    runs: [seed(1, 1.5, 2600), seed(2, 2, 2600), seed(3, 1.2, 2600)],
  },
];

const data: CurvesData = { run: copyRun(), ...trainingCurves(1500), arms };
const options: CurvesOptions = {
  size: { width: 720, height: naturalHeight(data.run, 720, all, arms) },
  palette: lightPalette,
  axis: 'step',
  logX: false,
  logY: false,
  metrics: all,
  crosshair: null,
  allSplits: false,
  pointed: null,
};

function draw(from: CurvesData, changed: Partial<CurvesOptions> = {}): Picture {
  const drawn = curvesPicture(from, { ...options, ...changed });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

const flat = (marks: readonly Mark[]): Mark[] =>
  marks.flatMap((mark) => (mark.kind === 'group' ? flat(mark.marks) : [mark]));
const texts = (picture: Picture): string[] =>
  flat(picture.marks).flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));

test('an arm is one line: the median of its seeds, from the lowest to the highest', () => {
  const [one, several] = comparedSeries('sequenceAccuracy', arms, 'step', null);
  expect(one!.ys).toEqual(
    arms[0]!.runs[0]!.evaluations.filter(({ split }) => split === 'heldOut').map((e) => e.sequenceAccuracy),
  );
  const at = several!.steps.indexOf(1600);
  const measured = arms[1]!.runs.map(
    ({ evaluations }) => evaluations.find((e) => e.split === 'heldOut' && e.step === 1600)!.sequenceAccuracy,
  );
  expect(several!.band!.low[at]).toBe(Math.min(...measured));
  expect(several!.band!.high[at]).toBe(Math.max(...measured));
  expect(several!.ys[at]).toBe([...measured].sort((a, b) => a - b)[1]);
  expect(several!.band!.counts[at]).toBe(3);
});

test('letters stand at the lines, in the legend and in what is spoken', () => {
  const picture = draw(data);
  expect(texts(picture)).toContain('A learning rate 0.003 → 0.001');
  expect(texts(picture).some((text) => /^A \d/.test(text))).toBe(true);
  const spoken = picture.grids.find(({ id }) => id === 'sequenceAccuracy')!.describe(26, 0);
  expect(spoken).toMatch(/A, learning rate .*; B, LSTM .* \(median of 3 seeds, .* to .*\) at step/);
  expect(picture.summary).toContain('step 3,000');
});

test('a long name is told whole in the legend, in lines that fit, and the plots stay as high', () => {
  const label = 'learning rate 0.003 → 0.001, slots 8 → 64, LSTM instead of MemNet, 12 more';
  const long = [arms[0]!, { ...arms[1]!, label }];
  const width = 300;
  const picture = draw(
    { ...data, arms: long },
    { size: { width, height: naturalHeight(data.run, width, all, long) } },
  );
  const lines = flat(picture.marks).filter((mark) => mark.kind === 'text' && mark.x === 32);
  const told = lines.map((mark) => (mark.kind === 'text' ? mark.text : '')).join(' ');
  expect(told).toContain(`B ${label} (median; band: lowest to highest seed)`);
  for (const mark of lines) {
    if (mark.kind === 'text') expect(mark.x + textWidth(mark.text, mark.size)).toBeLessThanOrEqual(width);
  }
  const short = draw(data, { size: { width, height: naturalHeight(data.run, width, all, arms) } });
  const heightOf = ({ grids }: Picture): number => grids[0]!.height;
  expect(Math.abs(heightOf(picture) - heightOf(short))).toBeLessThan(3);
});

test('beside compared runs the current one leaves other lengths out, unless asked', () => {
  const longer = data.run.splits.find(({ name }) => name === 'longer')!.label;
  expect(texts(draw(data))).not.toContain(longer);
  expect(texts(draw(data, { allSplits: true }))).toContain(longer);
  expect(texts(draw({ ...data, arms: [] }))).toContain(longer);
});

test('pointing at a run fades the others', () => {
  const [a, b] = comparedSeries('loss', arms, 'step', 'b');
  expect([a!.band!.faded, b!.band!.faded]).toEqual([true, false]);
});

test('compared runs are drawn before the current one has trained, and the crosshair finds their steps', () => {
  const fresh = { ...data, points: [], evaluations: [] };
  expect(hasCurves(fresh)).toBe(true);
  expect(draw(fresh).grids).toHaveLength(4);
  expect(stepAt(fresh, options, 99)).toBe(3000);
  expect(stepAt(data, options, 99)).toBe(3000);
  expect(stepAt(data, options, 10)).toBe(310);
});

test('nothing breaks on logarithmic axes, or for an arm that was not measured yet', () => {
  const waiting = {
    key: 'c',
    letter: 'C',
    index: 2,
    label: 'waiting',
    runs: [{ id: 'c', seed: 1, points: [], evaluations: [] }],
  };
  const picture = draw({ ...data, arms: [...arms, waiting] }, { logX: true, logY: true });
  for (const mark of flat(picture.marks)) {
    if (mark.kind === 'path') expect(mark.d).not.toMatch(/NaN|Infinity/);
  }
  expect(texts(picture).some((text) => text.startsWith('C'))).toBe(false);
});

test('the table holds the held-out evaluations of every seed', () => {
  const { rows, columns } = curvesTable(data);
  const compared = rows.filter(([name]) => String(name).startsWith('B LSTM'));
  expect(new Set(compared.map(([name]) => name)).size).toBe(3);
  expect(rows.every((row) => row.length === columns.length)).toBe(true);
});

test('it looks as stored', async () => {
  await expect(svgOf(draw(data), { palette: lightPalette })).toMatchFileSnapshot(
    'reference/compared-light.svg',
  );
});

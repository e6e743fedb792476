import { expect, test } from 'vitest';
import { framesOf } from '../../state/slow-motion.ts';
import type { Phase, SlowMotion } from '../../state/slow-motion.ts';
import { copyMoment } from '../../testing/memnet-moment.ts';
import { darkPalette, lightPalette } from '../common/palette.ts';
import { svgOf } from '../common/svg.ts';
import { numberText } from '../common/text.ts';
import { sentenceOf, slowMotionData, slowMotionTable } from './data.ts';
import { naturalHeight, slowMotionPicture } from './picture.ts';

const { run, snapshot } = copyMoment();
const { mask } = snapshot;
const names = ['input', 'memory.key', 'memory.value', 'output'];
const rehearsal: NonNullable<SlowMotion['rehearsal']> = {
  ...{ step: 1200, batchSize: 32, snapshot, batchLoss: 0.8 },
  losses: Float32Array.from(mask, (counts, t) => (counts ? (t % 4) / 4 + 0.25 : NaN)),
  gradient: {
    ...{ step: 1200, split: 'train', sampleIndex: 3, position: null, horizon: null },
    starts: Int32Array.from(mask, (_, t) => t),
    states: [
      {
        name: 'hidden',
        full: Float64Array.from(mask, (_, t) => 10 ** (t / 6 - 3)),
        truncated: null,
        alone: null,
      },
    ],
  },
  groups: names.map((name, i) => ({ name, numbers: 100 * (i + 1), norm: i, gradient: 2 ** -i })),
};
const update: NonNullable<SlowMotion['update']> = {
  ...{ step: 1201, loss: 0.8, gradientNorm: 1.15, learningRate: 0.003 },
  groups: names.map((name, i) => ({ name, numbers: 100 * (i + 1), norm: i, change: 0.01 * (i + 1) })),
};

function at(phase: Phase, offset = 0) {
  const frame = framesOf(rehearsal).findIndex((candidate) => candidate.phase === phase) + offset;
  const made = phase === 'update' ? update : null;
  return slowMotionData({ rehearsal, update: made, frame, playing: false, speed: 4, waiting: false }, run)!;
}

test('numbers appear when the work has passed them', () => {
  const answer = mask.indexOf(1);
  const known = (values: readonly number[]): number => values.filter((value) => !Number.isNaN(value)).length;
  expect(known(at('forward', answer - 1).losses)).toBe(0);
  expect(known(at('forward', answer + 1).losses)).toBe(2);
  expect(at('forward', 3).loss).toBeNull();
  expect(at('loss').loss).toMatchObject({ batch: 0.8, batchSize: 32 });
  expect(known(at('loss').gradients)).toBe(0);
  expect(known(at('backward', 2).gradients)).toBe(3);
  expect(at('backward', 2).groups.every(({ gradient }) => gradient === null)).toBe(true);
  expect(at('backward', mask.length - 1).groups[1]!.gradient).toBe(0.5);
  expect(at('backward', mask.length - 1).groups[1]!.change).toBeNull();
  expect(at('update').groups[1]!.change).toEqual({ norm: 0.02, share: 0.02 });
});

test('each part is told in a sentence with its number', () => {
  const told = (data: ReturnType<typeof at>): string => sentenceOf(data, numberText);
  expect(told(at('forward'))).toBe('Forward, position 0 of 16 (‘d’): no answer counts here.');
  expect(told(at('loss'))).toMatch(/^Loss: 0\.\d+ on this sequence, 0\.8 on the batch of 32\.$/);
  expect(told(at('backward', 16))).toContain('has the norm 0.001 here');
  expect(told(at('update'))).toContain('step 1201 is made with the learning rate 0.003');
});

test('the table holds what was shown, and no more', () => {
  expect(slowMotionTable(at('forward')).rows).toEqual([]);
  expect(slowMotionTable(at('update')).rows.length).toBe(8 + 1 + 17 + 4 + 4);
});

test('weights that were zero have no share', () => {
  const data = at('update');
  expect(data.groups[0]!.change!.share).toBeNaN();
  const drawn = slowMotionPicture(data, { size: { width: 900, height: 180 }, palette: lightPalette });
  expect(JSON.stringify(drawn)).toContain('from 0 to 0.01');
  expect(JSON.stringify(drawn)).not.toContain('NaN');
});

test.each([
  ['backward', lightPalette, 900],
  ['update', darkPalette, 900],
  ['update', lightPalette, 360],
] as const)('%s looks as stored', async (phase, palette, width) => {
  const data = at(phase, phase === 'backward' ? 4 : 0);
  const drawn = slowMotionPicture(data, { size: { width, height: naturalHeight(data, width) }, palette });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  const name = `reference/${phase}-${palette.theme}-${width}.svg`;
  await expect(svgOf(drawn, { palette })).toMatchFileSnapshot(name);
});

import { describe, expect, test } from 'vitest';
import { copyMoment, copyRun } from '../../testing/memnet-moment.ts';
import { readVectors } from '../../testing/vector-files.ts';
import type { VectorCase } from '../../testing/vectors.ts';
import type { Moment } from '../common/data.ts';
import { lightPalette } from '../common/palette.ts';
import type { Picture } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import { entropies, readAt, similarityTable, weightsWith } from './data.ts';
import { entropyBits } from './kernel.ts';
import { similarityPicture } from './picture.ts';

const cases = readVectors('memnet').filter((golden) => golden.state === null);

/** Sample 0 of a golden case, as the page would see it. */
function momentOf({ config, expect: { taps } }: VectorCase, position: number): Moment {
  const first = Object.entries(taps).map(([name, { shape, data }]) => {
    const [, ...own] = shape;
    const size = own.reduce((a, b) => a * b, 1);
    return [
      name,
      { shape: own, dtype: 'f32' as const, data: Float32Array.from(data.slice(0, size)) },
    ] as const;
  });
  const { snapshot } = copyMoment();
  return {
    run: copyRun(config),
    snapshot: { ...snapshot, tokens: null, taps: Object.fromEntries(first) },
    position,
  };
}

describe.each(cases.map((golden) => [golden.name, golden] as const))('the golden case “%s”', (_, golden) => {
  test('is read with the weights that the kernel gives for its queries and keys', () => {
    const sigma = Number(golden.config['sigma']);
    const length = golden.expect.taps['similarity']!.shape[1]!;
    for (let position = 0; position < length; position++) {
      const read = readAt(momentOf(golden, position))!;
      const weights = weightsWith(read, sigma);
      read.comparisons.forEach(({ weight }, i) => expect(weights[i]).toBeCloseTo(weight, 5));
    }
  });
});

test('golden cases of all four kernels take part, with and without mask', () => {
  expect(new Set(cases.map((golden) => golden.config['kernel'])).size).toBe(4);
  expect(new Set(cases.map((golden) => golden.config['maskEmpty'])).size).toBe(2);
});

test('entropy is 0 bits for one slot, log₂ n for n alike, and undefined for no read', () => {
  expect(entropyBits([0, 3, 0])).toBe(0);
  expect(entropyBits([0.2, 0.2, 0.2, 0.2])).toBeCloseTo(2, 12);
  expect(entropyBits([0, 0])).toBeNaN();
});

test('a copying network reads sharply while it answers', () => {
  const { trace } = readAt(copyMoment({ noise: 0, sigma: 0.4 }))!;
  const bits = entropies(trace);
  expect(Math.max(...bits.slice(10))).toBeLessThan(1);
  expect(bits[2]!).toBeGreaterThan(2);
});

const draw = (moment: Moment): Picture => {
  const drawn = similarityPicture(moment, {
    size: { width: 720, height: 380 },
    palette: lightPalette,
    event: 2,
  });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
};

test('axes are named, with the closeness that the kernel uses', () => {
  const texts = (picture: Picture): string[] =>
    picture.marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));
  const shown = texts(draw(copyMoment()));
  for (const text of [
    'distance ‖q − k‖ →',
    'position (tokens) →',
    'kernel width σ →',
    'weight of each slot',
  ]) {
    expect(shown).toContain(text);
  }
  const dot = texts(draw(copyMoment({ kernel: 'softmaxDot' })));
  expect(dot).toContain('dot product q · k →');
  expect(dot).toContain('The softmax of dot products has no σ.');
});

test('the cell near a point speaks of that slot', () => {
  const moment = copyMoment();
  const { grids } = draw(moment);
  const closest = readAt(moment)!.comparisons.reduce((a, b) => (b.at < a.at ? b : a));
  expect(grids[0]!.describe(0, 0)).toContain(`Slot ${closest.slot}, event of position ${closest.event}`);
});

test('without a kernel, or before anything is written, it says what would fill it', () => {
  const options = { size: { width: 720, height: 380 }, palette: lightPalette, event: null };
  const moment = copyMoment();
  const run = copyRun({ kernel: 'unknown' });
  const masked = { ...moment, run: copyRun({ maskEmpty: true }), position: 0 };
  for (const without of [null, { ...moment, run }, masked]) {
    expect(similarityPicture(without, options)).toMatchObject({ kind: 'notice' });
  }
});

test('the table holds closeness and weight of every slot, and the entropy of every position', () => {
  const moment = copyMoment();
  const { columns, rows } = similarityTable(moment);
  expect(rows.length).toBe(12 + moment.snapshot.mask.length);
  expect(rows.every((row) => row.length === columns.length)).toBe(true);
  expect(rows[8]![columns.indexOf('weight')]).toBe(
    moment.snapshot.taps['similarity']!.data[moment.position * 12 + 8],
  );
});

test('it looks as stored', async () => {
  const svg = svgOf(draw(copyMoment({ noise: 0.22, sigma: 0.9 })), { palette: lightPalette });
  await expect(svg).toMatchFileSnapshot('reference/gaussian-light.svg');
});

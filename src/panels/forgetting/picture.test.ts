import { describe, expect, test } from 'vitest';
import type { TapEntry } from '../../state/tap-history.ts';
import { RandomStream } from '../../foundation/random.ts';
import { readVectors } from '../../testing/vector-files.ts';
import { vectorMoment } from '../../testing/vector-moment.ts';
import type { Moment } from '../common/data.ts';
import { argMax } from '../common/data.ts';
import { darkPalette, lightPalette } from '../common/palette.ts';
import type { Palette } from '../common/palette.ts';
import type { Picture } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import { biasPaths, degrees, forgettingData, forgettingTable, hasForgetting } from './data.ts';
import { halfLife, mostSegments, segmentsUntil } from './half-life.ts';
import { forgettingPicture, naturalHeight } from './picture.ts';
import { principalAxes } from './principal-axes.ts';

const caseName = 'two encoder layers, class token, raw self value';

/** The bias is a parameter of the case; its tap is not part of the golden values. */
function momentOf(position = 6): Moment {
  const golden = readVectors('memformer').find(({ name }) => name === caseName)!;
  const moment = vectorMoment(golden, position);
  const { shape, data } = golden.parameters['memory.bias']!;
  const bias = { shape, dtype: 'f32' as const, data: Float32Array.from(data) };
  return { ...moment, snapshot: { ...moment.snapshot, step: 40, taps: { ...moment.snapshot.taps, bias } } };
}

const moment = momentOf();

/** Biases that wander by seeded noise and end at those of the moment. */
function entriesOf({ snapshot }: Moment): TapEntry[] {
  const { shape, data } = snapshot.taps['bias']!;
  const stream = new RandomStream('bias path', 1);
  const steps = [0, 10, 20, 30, 40];
  return steps.map((step) => {
    const wander = (40 - step) / 200;
    const moved = Float32Array.from(data, (value) => value + wander * stream.normal());
    return { step, tensor: { shape, dtype: 'f32', data: moved } };
  });
}

const entries = entriesOf(moment);

function draw(slot: number | null = null, palette: Palette = lightPalette): Picture {
  const size = { width: 760, height: naturalHeight(forgettingData(moment)!, 760) };
  const drawn = forgettingPicture(moment, { size, palette, scaleMode: 'fixed', slot, entries });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

describe('the half-life', () => {
  // Counted independently, on whole vectors.
  test.each([
    [0.05, 90, 30],
    [0.05, 135, 48],
    [0.1, 90, 16],
    [0.1, 170, 39],
    [0.3, 135, 9],
    [1.15, 170, 2],
    [3.2, 90, 1],
  ])('of the recurrence with norm %f from %d° to cosine 0.9 is %d segments', (norm, from, segments) => {
    expect(segmentsUntil(0.9, (from / 180) * Math.PI, norm)).toBe(segments);
  });

  test('is the number of times that vectors go through m ← unit(m + b)', () => {
    for (const norm of [0.02, 0.11, 0.4, 0.9, 2]) {
      let m = [0, 0.6, 0.8];
      let count = 0;
      while (m[0]! <= 0.5) {
        const moved = [m[0]! + norm, m[1]!, m[2]!];
        const length = Math.hypot(...moved);
        m = moved.map((value) => value / length);
        count++;
      }
      expect(halfLife(norm)).toBe(count);
    }
  });

  test('does not end without a bias', () => {
    expect(halfLife(0)).toBe(Infinity);
    expect(halfLife(0.2 / mostSegments)).toBe(Infinity);
  });
});

describe('principal axes', () => {
  test('find the plane that points lie in, the wider direction first', () => {
    const stream = new RandomStream('points', 1);
    const points = Array.from({ length: 200 }, () => {
      const [a, b] = [3 * stream.normal(), stream.normal()];
      return Float64Array.of(5 + 0.6 * a, 0.8 * a, -b, 2);
    });
    const { project, shares } = principalAxes(points);
    expect(shares[0] + shares[1]).toBeCloseTo(1, 9);
    expect(shares[0]).toBeGreaterThan(0.8);
    const distance = (p: ArrayLike<number>, q: ArrayLike<number>): number =>
      Math.hypot(...Array.from(p, (value, i) => value - q[i]!));
    expect(distance(project(points[0]!), project(points[1]!))).toBeCloseTo(
      distance(points[0]!, points[1]!),
      9,
    );
  });

  test('of points without spread are nowhere', () => {
    const { project, shares } = principalAxes([Float64Array.of(1, 2), Float64Array.of(1, 2)]);
    expect(shares).toEqual([0, 0]);
    expect(project(Float64Array.of(1, 2))).toEqual([0, 0]);
  });
});

test('it is offered to a memory with forgetting only', () => {
  expect(hasForgetting(moment.run)).toBe(true);
  const without = readVectors('memformer').find(({ config }) => config['forgetting'] === false)!;
  expect(hasForgetting(vectorMoment(without).run)).toBe(false);
  expect(hasForgetting(vectorMoment(readVectors('rmt')[0]!).run)).toBe(false);
});

test('the angle is the one between the memory after a write and its bias', () => {
  const data = forgettingData(moment)!;
  const bias = moment.snapshot.taps['bias']!;
  const memory = moment.snapshot.taps['memory.1']!;
  const width = bias.shape[1]!;
  const part = (values: ArrayLike<number>, slot: number): number[] =>
    Array.from({ length: width }, (_, i) => values[slot * width + i]!);
  const [b, m] = [part(bias.data, 2), part(memory.data, 2)];
  const product = b.reduce((sum, value, i) => sum + value * m[i]!, 0);
  const cosine = product / (Math.hypot(...b) * Math.hypot(...m));
  expect(Math.cos(data.angle(2, 1))).toBeCloseTo(cosine, 6);
  expect(data.norms[2]).toBeCloseTo(Math.hypot(...b), 6);
});

test('the brightest cell is the largest angle', () => {
  const { slots, segments, angle } = forgettingData(moment)!;
  const map = draw().marks.find((mark) => mark.kind === 'raster' && mark.rows === slots);
  if (map?.kind !== 'raster') throw new Error('no map');
  const angles = Array.from({ length: slots * segments }, (_, i) =>
    angle(Math.floor(i / segments), i % segments),
  );
  expect(argMax(map.levels, 0, map.levels.length)).toBe(argMax(angles, 0, angles.length));
});

test('cells are spoken with angle and outlook, bars with their value', () => {
  const { grids } = draw();
  const say = (id: string, column: number, row: number): string =>
    grids.find((grid) => grid.id === id)!.describe(column, row);
  const data = forgettingData(moment)!;
  expect(say('angles', 1, 0)).toMatch(/^Slot 0, segment 1: \d+(\.\d+)?° to its bias, /);
  expect(say('norms', 0, 1)).toContain(String(Number(data.norms[1]!.toPrecision(3))));
  expect(say('half-lives', 0, 1)).toContain(`in ${data.halfLives[1]!} segment`);
  expect(say('norm-path', 0, 0)).toMatch(/^Step 0, norm of the bias: slot 0 /);
});

test('a path is read where the pointer is nearest to it', () => {
  const picture = draw();
  const grid = picture.grids.find(({ id }) => id === 'direction-path')!;
  const dots = picture.marks.filter((mark) => mark.kind === 'path' && mark.fill === lightPalette.series[1]);
  const [, x = NaN, y = NaN] = /^M([\d.]+),([\d.]+)a/.exec((dots[0] as { d: string }).d)!.map(Number);
  const column = Math.floor(((x + 4 - grid.x) / grid.width) * grid.columns);
  const row = Math.floor(((y - grid.y) / grid.height) * grid.rows);
  expect(grid.describe(column, row)).toMatch(/^Nearest: slot 1 at step [34]0: .* turned by \d/);
});

test('the way starts without a turn and its variance is a share', () => {
  const paths = biasPaths(entries)!;
  expect(paths.turned(0, 0)).toBeCloseTo(0, 6);
  expect(degrees(paths.turned(0, 4))).toBeGreaterThan(1);
  const [first, second] = paths.shares;
  expect(first).toBeGreaterThanOrEqual(second);
  expect(first + second).toBeLessThanOrEqual(1 + 1e-9);
  expect(biasPaths(entries)).toBe(paths);
});

test('a long history keeps every slot in its variance', () => {
  const last = entries.at(-1)!;
  const still = Array.from({ length: 800 }, (_, step) => ({ ...last, step }));
  const [short, long] = [biasPaths([last])!, biasPaths(still)!];
  expect(long.shares[0]).toBeCloseTo(short.shares[0], 6);
  expect(long.place(2, 799)[0]).toBeCloseTo(short.place(2, 0)[0], 6);
});

test('without data it says what would fill it', () => {
  const size = { width: 760, height: 300 };
  const options = { size, palette: lightPalette, scaleMode: 'fixed' as const, slot: null, entries };
  const bare = { ...moment, snapshot: { ...moment.snapshot, taps: {} } };
  for (const without of [null, bare]) {
    expect(forgettingPicture(without, options)).toMatchObject({ kind: 'notice' });
  }
  expect(forgettingTable(bare, entries).rows).toEqual([]);
});

test('the table holds slots over segments, then biases over steps', () => {
  const { columns, rows } = forgettingTable(moment, entries);
  const { slots, segments } = forgettingData(moment)!;
  expect(rows.length).toBe(slots * segments + slots * entries.length);
  expect(rows.every((record) => record.length === columns.length)).toBe(true);
});

test.each([
  ['all slots', null, lightPalette],
  ['one slot', 1, darkPalette],
] as const)('%s look as stored', async (_, slot, palette) => {
  const svg = svgOf(draw(slot, palette), { palette });
  await expect(svg).toMatchFileSnapshot(`reference/memformer-${palette.theme}.svg`);
});

import { describe, expect, test } from 'vitest';
import { copyMoment } from '../../testing/memnet-moment.ts';
import type { Moment } from '../common/data.ts';
import { levelOf } from '../common/colour.ts';
import { darkPalette, lightPalette } from '../common/palette.ts';
import type { Picture, RasterMark } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import { extentsOf, slotsData, slotsTable } from './data.ts';
import type { SlotsOptions } from './picture.ts';
import { slotsPicture } from './picture.ts';

const options: SlotsOptions = {
  size: { width: 720, height: 420 },
  palette: lightPalette,
  extents: null,
  afterWrite: false,
  event: null,
};

function draw(moment: Moment, changed: Partial<SlotsOptions> = {}): Picture {
  const drawn = slotsPicture(moment, { ...options, ...changed });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

const rasters = (picture: Picture, rows: number): RasterMark[] =>
  picture.marks.filter((mark) => mark.kind === 'raster').filter((mark) => mark.rows === rows);

const moment = copyMoment();
const slots = 12;

describe.each(['keys', 'values'] as const)('the heatmap of %s', (name) => {
  const tap = moment.snapshot.taps[name]!;
  const width = tap.shape[1]!;
  const index = name === 'keys' ? 0 : 1;

  test('shows in slot i the row that position t − 1 − i wrote, and nothing where nothing was written', () => {
    const { levels, scale, columns } = rasters(draw(moment), slots)[index]!;
    expect(columns).toBe(width);
    for (let slot = 0; slot < slots; slot++) {
      const event = moment.position - 1 - slot;
      for (let i = 0; i < width; i++) {
        const expected = event < 0 ? 0 : levelOf(tap.data[event * width + i]!, scale);
        expect(levels[slot * width + i]).toBe(expected);
      }
    }
  });

  test('holds the event of the cursor in slot 0 after the write', () => {
    const { levels, scale } = rasters(draw(moment, { afterWrite: true }), slots)[index]!;
    expect(levels[0]).toBe(levelOf(tap.data[moment.position * width]!, scale));
  });

  test('shares its colours with the row above it, through the whole sequence', () => {
    const { scale } = rasters(draw(moment), slots)[index]!;
    const now = moment.snapshot.taps[name === 'keys' ? 'queries' : 'content']!;
    const largest = Math.max(...[...tap.data, ...now.data].map(Math.abs));
    expect(scale.domain).toEqual([-largest, largest]);
    expect(rasters(draw({ ...moment, position: 1 }), slots)[index]!.scale.domain).toEqual(scale.domain);
  });
});

test('a memory that writes first is shown with the event of the cursor in it', () => {
  const data = slotsData(copyMoment({ writeOrder: 'writeFirst' }), false)!;
  expect(data.slots[0]!.event).toBe(data.moment.position);
});

test('every slot names its writer and carries the weight of the read', () => {
  const { grids } = draw(moment);
  const { weights } = { weights: moment.snapshot.taps['similarity']!.data };
  const grid = (id: string) => grids.find((candidate) => candidate.id === id)!;
  const token = moment.run.vocabulary[moment.snapshot.tokens![2]!];
  const weight = Number(weights[moment.position * slots + 8]!.toPrecision(3));
  expect(grid('who').describe(0, 8)).toBe(`Slot 8, written by position 2 (‘${token}’)`);
  expect(grid('weight').describe(0, 8)).toContain(`position 11 reads it with weight ${weight}`);
  expect(grid('keys').describe(0, 11)).toBe('Slot 11, never written: holds nothing');
});

test('a traced event is framed while it is in memory, and only then', () => {
  const frames = (event: number): number =>
    draw(moment, { event }).marks.length - draw(moment, { event: null }).marks.length;
  expect(frames(2)).toBe(2);
  expect(frames(13)).toBe(0);
});

test('held colours stay when the data change', () => {
  const extents = { keys: 2, values: 5 };
  const domains = rasters(draw(moment, { extents }), slots).map((raster) => raster.scale.domain);
  expect(domains).toEqual([
    [-2, 2],
    [-5, 5],
  ]);
  expect(extentsOf(slotsData(moment, false)!)).not.toEqual(extents);
});

test('without data it says what would fill it', () => {
  expect(slotsPicture(null, options)).toMatchObject({ kind: 'notice' });
  const other = { ...moment, snapshot: { ...moment.snapshot, taps: {} } };
  expect(slotsPicture(other, options)).toMatchObject({ text: expect.stringContaining('MemNet') as string });
});

test('the table holds writer, weight, key and value of every slot', () => {
  const { columns, rows } = slotsTable(moment, false);
  expect(rows.slice(slots).map(([what]) => what)).toEqual(['query', 'content']);
  expect(rows.every((row) => row.length === columns.length)).toBe(true);
  const queries = moment.snapshot.taps['queries']!;
  expect(rows[slots]![columns.indexOf('key 2')]).toBe(queries.data[moment.position * queries.shape[1]! + 2]);
  const keys = moment.snapshot.taps['keys']!;
  expect(rows[3]![columns.indexOf('key 5')]).toBe(keys.data[7 * keys.shape[1]! + 5]);
  expect(rows[11]!.slice(1, 3)).toEqual(['', '']);
});

test.each([
  ['wide', 720, 'light', lightPalette],
  ['narrow', 380, 'dark', darkPalette],
] as const)('%s (%i pixels, %s) it looks as stored', async (name, width, theme, palette) => {
  const picture = draw(moment, { palette, size: { width, height: 420 }, event: 2 });
  await expect(svgOf(picture, { palette })).toMatchFileSnapshot(`reference/${name}-${theme}.svg`);
});

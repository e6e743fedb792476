import { describe, expect, test } from 'vitest';
import { readVectors } from '../../testing/vector-files.ts';
import { vectorMoment } from '../../testing/vector-moment.ts';
import { levelOf } from '../common/colour.ts';
import type { Moment } from '../common/data.ts';
import { lightPalette } from '../common/palette.ts';
import type { Picture } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import type { StateChoice } from './data.ts';
import { stateChoices, stateData } from './data.ts';
import { naturalHeight, statesPicture, statesTable } from './picture.ts';

const momentOf = (model: string, position = 3): Moment => vectorMoment(readVectors(model)[0]!, position);

const choiceOf = (moment: Moment, tap: string): StateChoice =>
  stateChoices(moment.run).find((choice) => choice.tap === tap)!;

function draw(moment: Moment, choice: StateChoice): Picture {
  const size = { width: 720, height: naturalHeight(stateData(moment, choice)!) };
  const drawn = statesPicture(moment, { size, palette: lightPalette, choice, extent: null });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

describe('what can be shown', () => {
  test.each([
    ['lstm', ['hidden', 'cell', 'gates']],
    ['gru', ['hidden', 'gates']],
    ['hqlt', ['beta.0', 'fastOutput.0', 'windowOutput.0', 'mixing.0']],
    ['rmt', ['memory.{s}']],
    ['armt', ['beta.{s}.0', 'gamma.{s}.0']],
    ['transformer', []],
  ])('of %s is %j', (model, taps) => {
    const offered = stateChoices(momentOf(model).run).map((choice) => choice.tap);
    expect(offered).toEqual(expect.arrayContaining(taps));
    if (taps.length === 0) expect(offered).toEqual([]);
  });
});

test('a cell holds the unit of its row at the position of its column', () => {
  const moment = momentOf('lstm');
  const { levels, scale, columns } = draw(moment, choiceOf(moment, 'cell')).marks.find(
    (mark) => mark.kind === 'raster' && mark.rows === 4,
  ) as { levels: Uint8Array; scale: Parameters<typeof levelOf>[1]; columns: number };
  const tap = moment.snapshot.taps['cell']!;
  for (let unit = 0; unit < 4; unit++) {
    for (let t = 0; t < columns; t++) {
      expect(levels[unit * columns + t]).toBe(levelOf(tap.data[t * 4 + unit]!, scale));
    }
  }
});

test('gates are named in the order of the contract', () => {
  const moment = momentOf('lstm');
  const { grids } = draw(moment, choiceOf(moment, 'gates'));
  const value = moment.snapshot.taps['gates']!.data[3 * 16 + 5]!;
  expect(grids[0]!.describe(3, 5)).toBe(
    `gates, forget gate, unit 1, position 3: ${Number(value.toPrecision(3))}`,
  );
});

test('vectors of segments stand side by side, the memory of the segment of the cursor as slots', () => {
  const armt = momentOf('armt', 5);
  const beta = stateData(armt, choiceOf(armt, 'beta.{s}.0'))!;
  expect([beta.rows, beta.columns, beta.currentColumn]).toEqual([3, 3, 1]);
  expect(beta.value(2, 1)).toBe(armt.snapshot.taps['beta.1.0']!.data[2]);
  const rmt = momentOf('rmt', 9);
  const memory = stateData(rmt, choiceOf(rmt, 'memory.{s}'))!;
  expect(memory.value(1, 4)).toBe(rmt.snapshot.taps['memory.2']!.data[10]);
});

test('what cannot be negative has a scale from zero', () => {
  const moment = momentOf('hqlt');
  const raster = draw(moment, choiceOf(moment, 'beta.0')).marks.find((mark) => mark.kind === 'raster');
  expect(raster).toMatchObject({ scale: { kind: 'sequential' } });
});

test('without data it says what would fill it', () => {
  const moment = momentOf('lstm');
  const options = { size: { width: 720, height: 300 }, palette: lightPalette, extent: null };
  const choice = choiceOf(moment, 'hidden');
  const bare = { ...moment, snapshot: { ...moment.snapshot, taps: {} } };
  for (const without of [null, bare]) {
    expect(statesPicture(without, { ...options, choice })).toMatchObject({ kind: 'notice' });
  }
});

test('the table holds every value', () => {
  const moment = momentOf('gru');
  const { rows } = statesTable(moment, choiceOf(moment, 'hidden'));
  expect(rows[2]![1 + 4]).toBe(moment.snapshot.taps['hidden']!.data[4 * 4 + 2]);
});

test('it looks as stored', async () => {
  const moment = momentOf('lstm');
  const svg = svgOf(draw(moment, choiceOf(moment, 'gates')), { palette: lightPalette });
  await expect(svg).toMatchFileSnapshot('reference/lstm-gates-light.svg');
});

import { describe, expect, test } from 'vitest';
import { readVectors } from '../../testing/vector-files.ts';
import { vectorMoment } from '../../testing/vector-moment.ts';
import type { Moment } from '../common/data.ts';
import { argMax } from '../common/data.ts';
import { darkPalette, lightPalette } from '../common/palette.ts';
import type { Palette } from '../common/palette.ts';
import type { Picture } from '../common/picture.ts';
import { svgOf } from '../common/svg.ts';
import type { AttentionChoice, Family } from './data.ts';
import { attentionChoices, attentionData } from './data.ts';
import { attentionPicture, attentionTable, naturalHeight } from './picture.ts';
import { slotType, typeCounts } from './slot-types.ts';

function momentOf(model: string, name: string, position: number): Moment {
  const golden = readVectors(model).find((candidate) => candidate.name === name);
  if (!golden) throw new Error(`no case ${name}`);
  return vectorMoment(golden, position);
}

const choiceOf = (moment: Moment, family: Family, index = 0): AttentionChoice =>
  attentionChoices(moment.run, family)[index]!;

function draw(moment: Moment, choice: AttentionChoice, palette: Palette = lightPalette): Picture {
  const size = { width: 720, height: naturalHeight(moment, choice, 720)! };
  const drawn = attentionPicture(moment, { size, palette, choice, scaleMode: 'fixed' });
  if (drawn.kind !== 'picture') throw new Error(drawn.text);
  return drawn;
}

const memformer = momentOf('memformer', 'two encoder layers, class token, raw self value', 6);

describe('labels', () => {
  test('of the writer: the slot itself, the tokens of the segment before, then class tokens', () => {
    const data = attentionData(memformer, choiceOf(memformer, 'writer'))!;
    const before = [0, 1, 2, 3].map((t) => memformer.run.vocabulary[memformer.snapshot.tokens![t]!]);
    expect(data.columns).toEqual(['self', ...before, 'class 0']);
    expect(data.rows).toEqual(['0', '1', '2']);
    expect(data.columnPositions).toEqual([-1, 0, 1, 2, 3, -1]);
  });

  test('of the first segment: the start symbol', () => {
    const first = { ...memformer, position: 0 };
    expect(attentionData(first, choiceOf(first, 'writer'))!.columns).toEqual(['self', 'start', 'class 0']);
    expect(attentionData(first, choiceOf(first, 'reader'))!.rows).toEqual(['start', 'class 0']);
  });

  test('of RMT: memory to read, tokens, memory to write', () => {
    const rmt = momentOf('rmt', 'three segments', 5);
    const data = attentionData(rmt, choiceOf(rmt, 'tokens'))!;
    expect(data.rows.slice(0, 2)).toEqual(['read 0', 'read 1']);
    expect(data.rows.slice(-2)).toEqual(['write 0', 'write 1']);
    expect(data.rowPositions).toEqual([-1, -1, 4, 5, 6, 7, -1, -1]);
    expect(data.currentRow).toBe(3);
  });

  test('of ARMT: tokens, then memory', () => {
    const armt = momentOf('armt', 'three segments', 5);
    expect(attentionData(armt, choiceOf(armt, 'tokens'))!.rowPositions).toEqual([4, 5, 6, 7, -1, -1, -1]);
  });

  test('of a cache: earlier positions first', () => {
    const cached = momentOf('transformer-xl-bias', 'short cache', 9);
    const data = attentionData(cached, choiceOf(cached, 'tokens'))!;
    expect(data.columnPositions).toEqual([5, 6, 7, 8, 9, 10, 11]);
    expect(data.rowPositions).toEqual([8, 9, 10, 11]);
  });
});

test.each([
  ['memformer', 'three segments', 'writer'],
  ['memformer', 'three segments', 'reader'],
  ['rmt', 'three segments', 'tokens'],
  ['armt', 'three segments', 'tokens'],
  ['transformer', 'one layer', 'tokens'],
  ['transformer-xl-bias', 'cache longer than a segment', 'tokens'],
  ['hqlt', 'synchronous', 'tokens'],
] as const)('every row of %s (%s, %s) adds up to one', (model, name, family) => {
  for (const position of [0, 5]) {
    const moment = momentOf(model, name, position);
    const data = attentionData(moment, choiceOf(moment, family))!;
    for (let head = 0; head < data.heads; head++) {
      data.rows.forEach((_, row) => {
        const weights = data.columns.map((__, column) => data.weight(head, row, column));
        const sum = weights.reduce((total, weight) => (Number.isNaN(weight) ? total : total + weight), 0);
        expect(sum).toBeCloseTo(1, 5);
      });
    }
  }
});

test('window weights by age stand at the positions that they look at', () => {
  const moment = momentOf('hqlt', 'synchronous', 5);
  const tap = moment.snapshot.taps['attention.0']!;
  const data = attentionData(moment, choiceOf(moment, 'tokens'))!;
  const [, heads = 0, window = 0] = tap.shape;
  expect(data.weight(1, 5, 4)).toBe(tap.data[(5 * heads + 1) * window + 1]);
  expect(data.weight(1, 5, 6)).toBeNaN();
  expect(data.weight(1, 5, 5 - window)).toBeNaN();
});

test('the brightest cell of each head is the largest weight of the tap', () => {
  const choice = choiceOf(memformer, 'writer');
  const { data, shape } = memformer.snapshot.taps['writeAttention.1']!;
  const size = shape[1]! * shape[2]!;
  const maps = draw(memformer, choice).marks.filter((mark) => mark.kind === 'raster' && mark.rows === 3);
  expect(maps.length).toBe(2);
  maps.forEach((mark, head) => {
    if (mark.kind !== 'raster') return;
    expect(argMax(mark.levels, 0, size)).toBe(argMax(data, head * size, size));
  });
});

describe('slot types', () => {
  test('follow the weight of a slot on itself', () => {
    expect([0.9, 0.5, 0.1].map(slotType)).toEqual(['retaining', 'aggregating', 'rewriting']);
  });

  test('are counted for every segment', () => {
    const counts = typeCounts(memformer.run, memformer.snapshot, 'writeAttention.{s}');
    expect(counts.map((c) => c.retaining + c.aggregating + c.rewriting)).toEqual([3, 3, 3]);
  });
});

test('cells are spoken with who looks at what', () => {
  const { grids } = draw(memformer, choiceOf(memformer, 'writer'));
  expect(grids[0]!.describe(0, 2)).toMatch(/^Head 0: slot 2 looks at itself: weight 0\.\d+$/);
  expect(grids[1]!.describe(2, 0)).toMatch(/^Head 1: slot 0 looks at position 1 \(‘[a-z]’\): weight/);
  expect(grids.at(-1)!.describe(1, 0)).toMatch(/^Write of segment 1: \d retaining/);
});

test('without data it says what would fill it', () => {
  const options = { size: { width: 720, height: 300 }, palette: lightPalette, scaleMode: 'fixed' } as const;
  const choice = choiceOf(memformer, 'writer');
  const bare = { ...memformer, snapshot: { ...memformer.snapshot, taps: {} } };
  for (const moment of [null, bare]) {
    expect(attentionPicture(moment, { ...options, choice })).toMatchObject({ kind: 'notice' });
  }
  expect(attentionTable(bare, choice).rows).toEqual([]);
});

test('the table holds every weight', () => {
  const { columns, rows } = attentionTable(memformer, choiceOf(memformer, 'writer'));
  const weights = rows.map((row) => row[columns.indexOf('weight')]);
  expect(weights).toEqual([...memformer.snapshot.taps['writeAttention.1']!.data]);
});

test.each([
  ['memformer', 'two encoder layers, class token, raw self value', 'writer', lightPalette],
  ['transformer', 'two layers, four heads, masked', 'tokens', darkPalette],
] as const)('%s (%s) looks as stored', async (model, name, family, palette) => {
  const moment = momentOf(model, name, 6);
  const svg = svgOf(draw(moment, choiceOf(moment, family), palette), { palette });
  await expect(svg).toMatchFileSnapshot(`reference/${model}-${family}-${palette.theme}.svg`);
});

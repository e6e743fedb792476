/**
 * The instruments of other memories show what these hold: the slots of a Memformer, the attention of RMT, the associations of
 * ARMT, the fast weights of a hybrid, against the same networks worked out from their saved weights.
 */
import type { Browser } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { expectBrightest, expectExact, expectHeat } from './support/checks.ts';
import { expectLine, expectLyingBar, expectSaid } from './support/checks.ts';
import { InstrumentDriver } from './support/instrument.ts';
import { around } from './support/picture-reading.ts';
import type { PictureReading } from './support/picture-reading.ts';
import type { Pass, Tap } from './support/reference.ts';
import { openTrained } from './support/trained-page.ts';
import type { TrainedPage } from './support/trained-page.ts';

const copy = {
  ...{ task: 'copy', 'task.symbols': 6, 'task.minimumLength': 5, 'task.maximumLength': 5 },
  ...{ 'training.batchSize': 8, 'training.evaluationSamples': 8, 'training.learningRate': 0.01, seed: 2 },
};
/** Positions 4 to 7 are the second of three segments. */
const segment = { 'model.segmentLength': 4, position: 5 } as const;
const small = { 'model.modelDim': 16, 'model.heads': 2, 'model.feedForwardDim': 16 } as const;

async function withTrained(
  browser: Browser,
  settings: Readonly<Record<string, string | number>>,
  look: (opened: TrainedPage, pass: Pass) => Promise<void>,
): Promise<void> {
  const opened = await openTrained(browser, { ...copy, ...small, ...settings }, 60);
  await look(opened, opened.reference.pass('heldOut', 0));
  expect(opened.playground.problems).toEqual([]);
  await opened.page.close();
}

/** What an attention map calls the tokens of a segment, the class tokens behind them, or memory. */
const tokensOf = ({ tokens }: Pass, start: number, end: number): string[] =>
  tokens.slice(start, end).map((token, i) => `position ${start + i} (‘${token}’)`);

/** Every weight of every head, by the names of who looks at what. */
function expectAttention(
  picture: PictureReading,
  weights: Tap,
  looking: readonly string[],
  lookedAt: readonly string[],
): void {
  const [heads = 0, rows = 0, columns = 0] = weights.shape;
  expect([looking.length, lookedAt.length]).toEqual([rows, columns]);
  const words = /^Head (\d+): (.+) looks at (.+): weight (.+)$/;
  const at = (head: string, row: string, column: string): number =>
    weights.at(Number(head), looking.indexOf(row), lookedAt.indexOf(column));
  const cells = expectHeat(picture, words, at, heads * rows * columns);
  expectBrightest(picture, cells, ([head, row]) => `${head} ${row}`);
}

/** Colours reach to the largest weight, so that small differences can be seen. */
const toTheLargest = ({ region }: InstrumentDriver): Promise<void> =>
  region.getByRole('radio', { name: 'auto' }).check();

async function expectWeights(
  instrument: InstrumentDriver,
  weights: Tap,
  segmentIndex: string,
): Promise<void> {
  for (const row of await instrument.csv()) {
    const place = ['head', 'row', 'column'].map((axis) => Number(row[axis]));
    expect(row['segment']).toBe(segmentIndex);
    expectExact(row['weight'], weights.at(...place), `weight ${place.join(' ')}`);
  }
}

test('Memformer: writer attention, memory reader, forgetting', async ({ browser }) => {
  const memformer = { model: 'memformer', 'model.memorySlots': 4, ...segment };
  await withTrained(browser, memformer, async ({ page }, pass) => {
    const slots = Array.from({ length: 4 }, (_, slot) => `slot ${slot}`);
    // The encoder sees the segment before.
    const seen = pass.taps['readAttention.1.0']!.shape[1]! - 4;
    const encoded = [...tokensOf(pass, 0, 4), ...Array.from({ length: seen }, (_, i) => `class ${i}`)];

    const writer = new InstrumentDriver(page, 'Writer attention');
    await toTheLargest(writer);
    const written = await writer.read();
    const writes = pass.taps['writeAttention.1']!;
    expectAttention(written, writes, slots, ['itself', ...encoded]);
    await expectWeights(writer, writes, '1');
    expectSlotTypes(written, pass);

    const reader = new InstrumentDriver(page, 'Memory reader');
    const reads = pass.taps['readAttention.1.0']!;
    await toTheLargest(reader);
    expectAttention(await reader.read(), reads, encoded, Array.from(slots));
    await expectWeights(reader, reads, '1');

    await expectForgetting(new InstrumentDriver(page, 'Forgetting'), pass);
  });
});

/** How many slots keep at least two thirds of themselves, less than a third, or something between. */
function expectSlotTypes(picture: PictureReading, pass: Pass): void {
  const strips = picture.cellsOf(
    /^Write of segment (\d+): (\d+) retaining, (\d+) aggregating, (\d+) rewriting$/,
  );
  expect(strips.length).toBe(3);
  for (const { cell, groups } of strips) {
    const [s = 0, ...said] = groups.map(Number);
    const writes = pass.taps[`writeAttention.${s}`]!;
    const [heads = 0, slots = 0] = writes.shape;
    const kept = Array.from({ length: slots }, (_, slot) => {
      const own = Array.from({ length: heads }, (__, head) => writes.at(head, slot, 0));
      return own.reduce((a, b) => a + b, 0) / heads;
    });
    const retaining = kept.filter((share) => share >= 2 / 3).length;
    const rewriting = kept.filter((share) => share < 1 / 3).length;
    expect(said, cell.text).toEqual([retaining, slots - retaining - rewriting, rewriting]);
    // Stacked from below: where the colour changes, another type begins.
    let bottom = cell.y + cell.height;
    for (const count of said) {
      if (count === 0) continue;
      const top = bottom - (count / slots) * cell.height;
      const at = (y: number) => picture.colourAt(cell.x + 4, y);
      expect(at(bottom - 2.5), `${cell.text}: one colour from ${bottom} to ${top}`).toEqual(at(top + 2.5));
      if (top > cell.y + 3) expect(at(top - 2.5)).not.toEqual(at(top + 2.5));
      bottom = top;
    }
  }
}

async function expectForgetting(instrument: InstrumentDriver, { taps }: Pass): Promise<void> {
  const bias = taps['bias']!;
  const slots = bias.shape[0]!;
  const angle = (slot: string, s: string): number => {
    const [m, b] = [taps[`memory.${s}`]!.row(Number(slot)), bias.row(Number(slot))];
    const along = m.reduce((sum, value, i) => sum + value * b[i]!, 0);
    return (Math.acos(along / Math.hypot(...m) / Math.hypot(...b)) * 180) / Math.PI;
  };
  const picture = await instrument.read();
  const cells = expectHeat(picture, /^Slot (\d+), segment (\d+): (.+)° to its bias/, angle, slots * 3);
  expectBrightest(picture, cells, () => 'all');

  const norms = picture.cellsOf(/^Slot (\d+): norm of the bias (.+)$/);
  const longest = Math.max(...norms.map((_, slot) => Math.hypot(...bias.row(slot))));
  const lengths = norms.map(({ cell, groups }) => {
    const norm = Math.hypot(...bias.row(Number(groups[0])));
    expectSaid(groups[1]!, norm, cell.text);
    return { cell, norm };
  });
  // Without an axis the lengths only stand in the ratio of the norms.
  const whole = picture.lyingBar(lengths.find(({ norm }) => norm === longest)!.cell);
  for (const { cell, norm } of lengths)
    expectLyingBar(picture, cell.y + cell.height / 2, cell.x, cell.x + (norm / longest) * whole, cell.text);

  for (const { cell, groups } of picture.cellsOf(
    /^Slot (\d+): from 90° to 60° by copying itself alone in (\d+) seg/,
  )) {
    const norm = Math.hypot(...bias.row(Number(groups[0])));
    expect(Number(groups[1]), cell.text).toBe(segmentsToHalf(norm));
  }
  const [path] = picture.cellsOf(/^Step 60, norm of the bias: slot 0 ([^,]+)/);
  expectSaid(path!.groups[0]!, Math.hypot(...bias.row(0)), path!.cell.text);
  for (const row of await instrument.csv()) {
    if (row['segment'] === '') continue;
    expectExact(row['angle to bias (degrees)'], angle(row['slot']!, row['segment']!), `slot ${row['slot']}`);
    expectExact(row['bias norm'], Math.hypot(...bias.row(Number(row['slot']))), `slot ${row['slot']}`);
  }
}

/** m ← unit(m + b) in the plane of a slot and its bias, from a right angle to one of 60°. */
function segmentsToHalf(norm: number): number {
  let [across, along] = [1, 0];
  for (let segments = 0; ; segments++) {
    if (along > 0.5) return segments;
    const length = Math.hypot(across, along + norm);
    [across, along] = [across / length, (along + norm) / length];
  }
}

test('RMT: attention', async ({ browser }) => {
  const rmt = { model: 'rmt', 'model.layers': 1, 'model.memoryTokens': 3, ...segment };
  await withTrained(browser, rmt, async ({ page }, pass) => {
    const memory = (name: string): string[] => [0, 1, 2].map((i) => `${name} ${i}`);
    const rows = [...memory('read'), ...tokensOf(pass, 4, 8), ...memory('write')];
    const instrument = new InstrumentDriver(page, 'Attention');
    const picture = await instrument.read();
    expectAttention(picture, pass.taps['attention.1.0']!, rows, rows);
    await expectWeights(instrument, pass.taps['attention.1.0']!, '1');
  });
});

test('ARMT: the association matrix', async ({ browser }) => {
  const sizes = {
    'model.layers': 1,
    'model.memoryTokens': 2,
    'model.associativeDim': 8,
    'model.dpfpOrder': 1,
  };
  await withTrained(browser, { model: 'armt', ...sizes, ...segment }, async ({ page }, pass) => {
    const [keys, values, segments] = [16, 16, 3];
    const matrix = (s: number): Tap => pass.taps[`associations.${s}.0`]!;
    const z = pass.taps['normalizer.1.0']!;
    const strength = (s: string, token: string): number => pass.taps[`beta.${s}.0`]!.at(Number(token));
    const instrument = new InstrumentDriver(page, 'Fast weights');
    const picture = await instrument.read();
    const cells = expectHeat(
      picture,
      /^After segment 1, key feature (\d+), value dimension (\d+): (.+)$/,
      (key, value) => matrix(1).at(Number(key), Number(value)),
      keys * values,
    );
    const shown = cells.map(({ cell }) => Math.abs(picture.valueOf(cell).value));
    const strongest = cells[shown.indexOf(Math.max(...shown))]!;
    const largest = Math.max(...cells.map(({ value }) => Math.abs(value)));
    expect(Math.abs(strongest.value), 'the strongest colour is the largest entry').toBeCloseTo(largest, 2);
    const known = /^After segment 1, normaliser of key feature (\d+): (.+)$/;
    expectHeat(picture, known, (key) => z.at(Number(key)), keys);
    const words = /^Segment (\d+), memory token (\d+): write strength β (.+)$/;
    expectHeat(picture, words, strength, segments * 2);

    const norm = (s: number): number => Math.hypot(...matrix(s).row());
    const columns = picture.cellsOf(/^Segment \d+, size of the matrix: .*norm ‖A‖ (.+)$/);
    expect(columns.length).toBe(segments);
    columns.forEach(({ cell, groups }, s) => expectSaid(groups[0]!, norm(s), cell.text));
    const line = columns.map(({ cell }, s) => ({ cell, value: norm(s) }));
    const axis = picture.leftAxis(around(columns.map(({ cell }) => cell)));
    expectLine(picture, line, picture.colourOfName(/norm ‖A‖$/), axis);

    for (const row of await instrument.csv()) {
      const s = Number(row['segment']);
      const place = [Number(row['key feature']), Number(row['value'])];
      if (row['association']) expectExact(row['association'], matrix(1).at(...place), place.join(' '));
      else if (row['normaliser']) expectExact(row['normaliser'], z.at(place[0]!), `z ${place[0]}`);
      else if (row['beta'])
        expectExact(row['beta'], strength(row['segment']!, row['memory token']!), `β ${s}`);
      else {
        expectExact(row['norm'], norm(s), `norm after ${s}`);
        const stretch = largestStretch(matrix(s).row(), keys, values);
        expectExact(row['singular value 0'], stretch, `largest singular value after ${s}`);
      }
    }
  });
});

test('Hybrid: fast weights, and attention to a window', async ({ browser }) => {
  const hybrid = {
    ...{ model: 'hqlt', 'model.layers': 1, 'model.window': 3, 'model.mixer': 'dynamicScalar' },
    position: 9,
  };
  await withTrained(browser, hybrid, async ({ page }, pass) => {
    const [length, heads] = [pass.tokens.length, 2];
    const weights = pass.taps['fastWeights.0']!;
    const [, , keys = 0, values = 0] = weights.shape;
    const instrument = new InstrumentDriver(page, 'Fast weights');
    const picture = await instrument.read();
    const at = (...index: string[]): number => weights.at(9, ...index.map(Number));
    expectHeat(
      picture,
      /^Head (\d+), key dimension (\d+), value dimension (\d+): (.+)$/,
      at,
      heads * keys * values,
    );

    const head = 0;
    const norm = (t: number): number => Math.hypot(...weights.row(t, head));
    const beta = (t: number): number => pass.taps['beta.0']!.at(t, head);
    const gate = (memory: number) => (t: number) => pass.taps['mixing.0']!.at(t, memory * heads + head);
    const lines = [
      { words: /size of the state: .*norm ‖W‖ (.+)$/, name: /norm ‖W‖$/, valueOf: norm },
      { words: /write strength: .* β ([^ ]+)$/, name: /— β$/, valueOf: beta },
      { words: /write strength: eigenvalue 1 − β ([^,]+),/, name: null, valueOf: (t: number) => 1 - beta(t) },
      { words: /two memories: .*fast weights (.+)$/, name: /— fast weights$/, valueOf: gate(0) },
      { words: /two memories: window ([^,]+),/, name: null, valueOf: gate(1) },
    ];
    for (const { words, name, valueOf } of lines) {
      const columns = picture.cellsOf(words).map(({ cell, groups }, t) => {
        expect(cell.text).toContain(`Position ${t}, head 0`);
        expectSaid(groups[0]!, valueOf(t), cell.text);
        return { cell, value: valueOf(t) };
      });
      expect(columns.length).toBe(length);
      // A dashed line has gaps just where a position may be.
      if (name)
        expectLine(
          picture,
          columns,
          picture.colourOfName(name),
          picture.leftAxis(around(columns.map(({ cell }) => cell))),
        );
    }
    for (const row of await instrument.csv()) {
      const [t, h] = [Number(row['position']), Number(row['head'])];
      const matrix = weights.row(t, h);
      if (row['weight']) {
        const place = [Number(row['key']), Number(row['value'])];
        expectExact(row['weight'], weights.at(t, h, ...place), `weight ${place.join(' ')} at ${t}`);
        continue;
      }
      const singular = Array.from({ length: Math.min(keys, values) }, (_, i) =>
        Number(row[`singular value ${i}`]),
      );
      expectExact(row['norm'], Math.hypot(...matrix), `norm at ${t}`);
      expectExact(String(Math.hypot(...singular)), Math.hypot(...matrix), `root of squares at ${t}`);
      expectExact(
        String(singular[0]),
        largestStretch(matrix, keys, values),
        `largest singular value at ${t}`,
      );
    }

    const attention = new InstrumentDriver(page, 'Attention');
    const map = await attention.read();
    const tokens = tokensOf(pass, 0, length);
    const look = (h: string, row: string, column: string): number => {
      const t = tokens.indexOf(row);
      return pass.taps['attention.0']!.at(t, Number(h), t - tokens.indexOf(column));
    };
    const inSight = heads * (3 * length - 3);
    const cells = expectHeat(map, /^Head (\d+): (.+) looks at (.+): weight (.+)$/, look, inSight);
    expectBrightest(map, cells, ([h, row]) => `${h} ${row}`);
    expect(map.cellsOf(/out of sight$/).length).toBe(heads * length * length - inSight);
  });
});

/** The largest singular value of a matrix, by iterating x ← Wᵀ W x. */
function largestStretch(matrix: readonly number[], rows: number, columns: number): number {
  let x = Array.from({ length: columns }, (_, i) => Math.cos(i));
  let stretch = 0;
  for (let iteration = 0; iteration < 2000; iteration++) {
    const y = Array.from({ length: rows }, (_, r) =>
      x.reduce((sum, value, c) => sum + value * matrix[r * columns + c]!, 0),
    );
    stretch = Math.hypot(...y) / Math.hypot(...x);
    const back = x.map((_, c) => y.reduce((sum, value, r) => sum + value * matrix[r * columns + c]!, 0));
    const length = Math.hypot(...back);
    if (length === 0) return 0;
    x = back.map((value) => value / length);
  }
  return stretch;
}

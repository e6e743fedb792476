/**
 * Every instrument of a trained MemNet shows what its memory holds: pixels, words and tables against the same network worked
 * out from its saved weights. The other memories are in instruments-models.spec.ts.
 */
import { expect, test } from '@playwright/test';
import {
  expectBars,
  expectBrightest,
  expectExact,
  expectHeat,
  expectLine,
  expectLyingBar,
  expectSaid,
} from './support/checks.ts';
import { InstrumentDriver } from './support/instrument.ts';
import { around } from './support/picture-reading.ts';
import { openTrained } from './support/trained-page.ts';
import type { TrainedPage } from './support/trained-page.ts';
import { meanLoss } from './support/reference.ts';
import type { Pass, Tap } from './support/reference.ts';

/** Too little hidden state to carry the symbols: they have to go through the slots. Learned within two hundred steps. */
const settings = {
  ...{ 'task.symbols': 6, 'task.minimumLength': 3, 'task.maximumLength': 3 },
  ...{
    'model.slots': 6,
    'model.hiddenSize': 2,
    'model.keySize': 16,
    'model.valueSize': 16,
    'model.sigma': 1,
  },
  ...{ 'training.steps': 10_000, 'training.learningRate': 0.02, 'training.warmupSteps': 10 },
  ...{ 'training.batchSize': 16, 'training.evaluationSamples': 8, 'training.evaluationInterval': 50 },
  ...{ seed: 1, probe: 'heldOut.0', position: 6 },
};
const [length, slots, width, cursor] = [7, 6, 16, 6];

let opened: TrainedPage;
let pass: Pass;

test.beforeAll(async ({ browser }) => {
  opened = await openTrained(browser, settings, 200);
  pass = opened.reference.pass('heldOut', 0);
});
test.afterEach(() => expect(opened.playground.problems).toEqual([]));
test.afterAll(() => opened.page.close());

/** Of an event: the position that wrote what a slot holds as a position reads it, −1 for nothing. */
const eventIn = (slot: number, position = cursor): number => Math.max(-1, position - 1 - slot);

const blue = [0, 98, 168] as const;
const green = [0, 120, 90] as const;

/** In bits, of weights as shares of their sum. */
function entropyOf(weights: readonly number[]): number {
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.reduce(
    (bits, weight) => (weight > 0 ? bits - (weight / sum) * Math.log2(weight / sum) : bits),
    0,
  );
}

test('Memory timeline', async () => {
  const instrument = new InstrumentDriver(opened.page, 'Memory timeline');
  const weight = pass.taps['similarity']!;
  await instrument.region.getByRole('radio', { name: 'by age' }).check();
  const byAge = await instrument.read();
  const cells = expectHeat(
    byAge,
    /^Position (\d+) reads slot (\d+), .*: weight (.+)$/,
    (t, slot) => weight.at(Number(t), Number(slot)),
    length * slots,
  );
  expectBrightest(byAge, cells, ([t]) => t!);
  for (const { groups, cell } of byAge.cellsOf(/^Position (\d+) reads slot (\d+), (.*): weight/)) {
    const event = eventIn(Number(groups[1]), Number(groups[0]));
    const holds = event < 0 ? 'never written' : `event of position ${event} (‘${pass.tokens[event]}’)`;
    expect(groups[2], cell.text).toBe(holds);
  }

  await instrument.region.getByRole('radio', { name: 'by event' }).check();
  const byEvent = await instrument.read();
  const read = /^Position (\d+) reads the event of position (\d+) .*, slot \d+: weight (.+)$/;
  const ofEvents = expectHeat(
    byEvent,
    read,
    (t, event) => weight.at(Number(t), Number(t) - 1 - Number(event)),
    21,
  );
  expectBrightest(byEvent, ofEvents, ([t]) => t!);

  const sum = (t: number): number => weight.row(t).reduce((a, b) => a + b, 0);
  expectBars(byEvent, /^Position (\d+): the read weights add up to ([^ ,]+)/, (t) => sum(Number(t)), length);
  const norm = (t: number): number => Math.hypot(...pass.taps['values']!.row(t));
  expectBars(byEvent, /^Position (\d+): writes a value of norm (.+)$/, (t) => norm(Number(t)), length);
  for (const { groups, cell } of byEvent.cellsOf(/^Position (\d+): (input|target|output) ‘(.)’/)) {
    const word = { input: pass.tokens, target: pass.targets, output: pass.outputs }[groups[1]!]!;
    expect(groups[2], cell.text).toBe(word[Number(groups[0])]);
    expect(byEvent.lettersIn(cell)).toContain(groups[2]);
  }

  for (const row of await instrument.csv()) {
    const t = Number(row['position']);
    expectExact(row['read weight'], weight.at(t, Number(row['slot'])), `position ${t}`);
    if (pass.counts[t])
      expectExact(row['output probability'], Math.max(...pass.probabilities[t]!), `position ${t}`);
  }
});

test('Slots', async () => {
  const instrument = new InstrumentDriver(opened.page, 'Slots');
  const picture = await instrument.read();
  const [keys, values] = [pass.taps['keys']!, pass.taps['values']!];
  const number = (tap: Tap) => (event: string, i: string) => tap.at(Number(event), Number(i));
  const written = String.raw`^Slot \d+, written by position (\d+) \(‘.’\)`;
  expectHeat(picture, new RegExp(`${written}, key dimension (\\d+): (.+)`), number(keys), slots * width);
  expectHeat(picture, new RegExp(`${written}, value dimension (\\d+): (.+)`), number(values), slots * width);
  const now = (tap: Tap) => (i: string) => tap.at(cursor, Number(i));
  expectHeat(picture, /^Query of position 6, dimension (\d+): (.+)/, now(pass.taps['queries']!), width);
  expectHeat(
    picture,
    /^Content read of position 6, dimension (\d+): (.+)/,
    now(pass.taps['content']!),
    width,
  );

  const reads = picture.cellsOf(
    /^Slot (\d+), written by position (\d+) \(‘(.)’\): position 6 reads it with weight (.+)/,
  );
  expect(reads.length).toBe(slots);
  const axis = picture.bottomAxis(around(reads.map(({ cell }) => cell)));
  for (const { cell, groups } of reads) {
    const slot = Number(groups[0]);
    const weight = pass.taps['similarity']!.at(cursor, slot);
    expect(groups.slice(1, 3), cell.text).toEqual([String(eventIn(slot)), pass.tokens[eventIn(slot)]]);
    expectSaid(groups[3]!, weight, cell.text);
    expectLyingBar(picture, cell.y + cell.height / 2, axis.placeOf(0), axis.placeOf(weight), cell.text);
  }

  const table = (await instrument.csv()).slice(0, slots);
  expect(table.map((row) => row['slot'])).toEqual(Array.from({ length: slots }, (_, slot) => String(slot)));
  table.forEach((row, slot) => {
    expectExact(row['read weight'], pass.taps['similarity']!.at(cursor, slot), `slot ${slot}`);
    for (let i = 0; i < width; i++) {
      expectExact(row[`key ${i}`], keys.at(eventIn(slot), i), `key ${i} of slot ${slot}`);
      expectExact(row[`value ${i}`], values.at(eventIn(slot), i), `value ${i} of slot ${slot}`);
    }
  });
});

test('Similarity', async () => {
  const instrument = new InstrumentDriver(opened.page, 'Similarity');
  const picture = await instrument.read();
  const weights = pass.taps['similarity']!.row(cursor);
  const query = pass.taps['queries']!.row(cursor);
  const distances = weights.map((_, slot) => {
    const key = pass.taps['keys']!.row(eventIn(slot));
    return Math.hypot(...query.map((value, i) => value - key[i]!));
  });

  const columns = picture.cellsOf(
    /^Slot (\d+), event of position (\d+) \(.\): distance ‖q − k‖ (.+), weight (.+)$/,
  );
  const plot = around(columns.map(({ cell }) => cell));
  const [x, y] = [picture.bottomAxis(plot), picture.leftAxis(plot)];
  for (const { cell, groups } of columns) {
    const slot = Number(groups[0]);
    expect(Number(groups[1]), cell.text).toBe(eventIn(slot));
    expectSaid(groups[2]!, distances[slot]!, cell.text);
    expectSaid(groups[3]!, weights[slot]!, cell.text);
  }
  distances.forEach((distance, slot) => {
    const point = [x.placeOf(distance), y.placeOf(weights[slot]!)] as const;
    expect(picture.hasColour(blue, ...point), `slot ${slot} at ${point.join(', ')}`).toBe(true);
  });

  const entropies = picture.cellsOf(/^Position (\d+): entropy (.+) bits/).map(({ cell, groups }) => {
    const value = entropyOf(pass.taps['similarity']!.row(Number(groups[0])));
    expectSaid(groups[1]!, value, cell.text);
    return { cell, value };
  });
  expect(entropies.length).toBe(length);
  expectLine(picture, entropies, green, picture.leftAxis(around(entropies.map(({ cell }) => cell))));

  const others = picture.cellsOf(/^With σ = (.+), as if (.+) slots were read alike; .* add up to (.+)$/);
  for (const { cell, groups } of others) {
    const i = Math.round((cell.x - others[0]!.cell.x) / cell.width);
    const sigma = 16 ** (i / 32 - 1);
    const other = distances.map((distance) => Math.exp(-(distance ** 2) / (2 * sigma ** 2)));
    expectSaid(groups[0]!, sigma, cell.text);
    if (Math.max(...other) > 1e-30) expectSaid(groups[1]!, 2 ** entropyOf(other), cell.text);
    expectSaid(
      groups[2]!,
      other.reduce((a, b) => a + b, 0),
      cell.text,
    );
  }

  (await instrument.csv()).slice(0, slots).forEach((row, slot) => {
    expectExact(row['closeness'], distances[slot]!, `slot ${slot}`);
    expectExact(row['weight'], weights[slot]!, `slot ${slot}`);
  });
});

test('Log', async () => {
  const instrument = new InstrumentDriver(opened.page, 'Log');
  // Words follow the pictures half a second later.
  await expect(async () => {
    const lines = await instrument.region.getByRole('listitem').allInnerTexts();
    expect(lines.length).toBe(length);
    lines.forEach(expectLogLine);
  }).toPass({ timeout: 10_000 });
  for (const row of await instrument.csv()) {
    const [t, event] = [Number(row['position']), Number(row['event'])];
    expectExact(row['weight'], pass.taps['similarity']!.at(t, t - 1 - event), `${t} reads ${event}`);
  }
});

/** "Position 6 (‘.’) reads the event of position 2 (‘a’), 0.83; answers ‘a’ with 98 %, right." */
function expectLogLine(line: string, t: number): void {
  expect(line).toContain(`Position ${t} (‘${pass.tokens[t]}’) reads `);
  const named = pass.taps['similarity']!.row(t)
    .map((weight, slot) => ({ weight, event: eventIn(slot, t) }))
    .filter(({ weight, event }) => event >= 0 && weight >= 0.1)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 3);
  const said = [...line.matchAll(/(\d+) \(‘(.)’\), (\d\.\d\d)/g)].map(([, event, token, weight]) => {
    expect(token, line).toBe(pass.tokens[Number(event)]);
    return { event: Number(event), weight: Number(weight) };
  });
  expect(said.length, line).toBe(named.length);
  said.forEach(({ event, weight }, i) => {
    expect(event, line).toBe(named[i]!.event);
    expect(Math.abs(weight - named[i]!.weight), line).toBeLessThan(0.0052);
  });
  const right = pass.outputs[t] === pass.targets[t] ? 'right' : `wrong, it was ‘${pass.targets[t]}’`;
  if (!pass.counts[t]) expect(line).not.toContain('answers');
  else {
    expect(line).toContain(`; answers ‘${pass.outputs[t]}’ with `);
    expect(line).toContain(`, ${right}.`);
  }
}

test('Interventions', async () => {
  const instrument = new InstrumentDriver(opened.page, 'Interventions');
  await instrument.region.scrollIntoViewIfNeeded();
  const survey = instrument.region.getByRole('checkbox', { name: 'which slots matter' });
  await survey.check();
  await expect(instrument.canvas).toHaveAttribute('aria-label', /matters? most/);
  const without = (slot: number) => {
    const entries = [slot * width, (slot + 1) * width] as const;
    return opened.reference.lossesWithout('heldOut', 0, cursor, { keys: entries, values: entries });
  };
  const before = meanLoss(pass.losses);
  const changes = Array.from({ length: slots }, (_, slot) => meanLoss(without(slot).losses) - before);
  expect(Math.max(...changes)).toBeGreaterThan(0.1);
  const picture = await instrument.read();
  const bars = /^Without slot (\d+) \(.* of position \d+\) the loss changes by (.+)$/;
  expectBars(picture, bars, (slot) => changes[Number(slot)]!, slots);

  const most = changes.indexOf(Math.max(...changes));
  await instrument.region.getByRole('combobox', { name: 'Which slots' }).selectOption(String(most));
  await instrument.region.getByRole('button', { name: 'Operate' }).click();
  await expect(instrument.canvas).toHaveAttribute('aria-label', /^1 operation/);
  const operated = await instrument.read();
  const after = without(most);
  const change = (t: string): number => after.losses[Number(t)]! - pass.losses[Number(t)]!;
  const answers = pass.counts.filter(Boolean).length;
  expectBars(operated, /^Position (\d+): the loss changes by (.+)$/, change, answers);
  for (const { cell, groups } of operated.cellsOf(
    /^Position (\d+): changed output ‘(.)’, .*; originally ‘(.)’/,
  )) {
    const t = Number(groups[0]);
    expect(groups.slice(1), cell.text).toEqual([after.outputs[t], pass.outputs[t]]);
    expect(operated.lettersIn(cell)).toContain(after.outputs[t]);
  }
  for (const row of await instrument.csv()) {
    const i = Number(row['index']);
    if (row['what'] === 'slot') expectExact(row['change of loss'], changes[i]!, `slot ${i}`);
    else if (pass.counts[i]) expectExact(row['changed loss'], after.losses[i]!, `position ${i}`);
  }
  await instrument.region.getByRole('button', { name: 'Undo all' }).click();
  await survey.uncheck();
});

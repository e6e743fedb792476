/**
 * The instruments of training show what was measured: states, gradients, curves, generalisation, cost, a step in slow motion, and
 * two runs side by side, of an LSTM that is worked out from its saved weights.
 */
import { expect, test } from '@playwright/test';
import {
  expectBar,
  expectBars,
  expectExact,
  expectHeat,
  expectLine,
  expectLyingBar,
  expectSaid,
} from './support/checks.ts';
import { InstrumentDriver } from './support/instrument.ts';
import { around, numberOf } from './support/picture-reading.ts';
import { Reference } from './support/reference.ts';
import type { Pass } from './support/reference.ts';
import { openTrained, trainOn } from './support/trained-page.ts';
import type { TrainedPage } from './support/trained-page.ts';

const batchSize = 8;
const settings = {
  ...{ task: 'copy', 'task.symbols': 6, 'task.minimumLength': 3, 'task.maximumLength': 3 },
  ...{ model: 'lstm', 'model.hiddenSize': 6, 'training.learningRate': 0.02, 'training.batchSize': batchSize },
  ...{ 'training.evaluationSamples': 8, 'training.evaluationInterval': 20, seed: 3, position: 5 },
};
const [length, units, steps] = [7, 6, 60];
const orange = [196, 74, 0] as const;

let opened: TrainedPage;
let pass: Pass;

test.beforeAll(async ({ browser }) => {
  opened = await openTrained(browser, settings, steps);
  pass = opened.reference.pass('heldOut', 0);
});
test.afterEach(() => expect(opened.playground.problems).toEqual([]));
test.afterAll(() => opened.page.close());

test('States', async () => {
  const instrument = new InstrumentDriver(opened.page, 'States');
  const choice = instrument.region.getByRole('combobox');
  await choice.selectOption({ label: 'gates' });
  const gates = ['input', 'forget', 'cell', 'output'];
  const gate = (name: string, unit: string, t: string): number =>
    pass.taps['gates']!.at(Number(t), gates.indexOf(name) * units + Number(unit));
  expectHeat(
    await instrument.read(),
    /^gates, (\w+) gate, unit (\d+), position (\d+) \(‘.’\): (.+)$/,
    gate,
    4 * units * length,
  );
  for (const [label, name] of [
    ['hidden state', 'hidden'],
    ['cell state', 'cell'],
  ] as const) {
    await choice.selectOption({ label });
    const value = (unit: string, t: string): number => pass.taps[name]!.at(Number(t), Number(unit));
    const picture = await instrument.read();
    expectHeat(picture, / state, unit (\d+), position (\d+) \(‘.’\): (.+)$/, value, units * length);
  }
});

test('Gradient through time', async () => {
  const instrument = new InstrumentDriver(opened.page, 'Gradient through time');
  await expect(instrument.canvas).toHaveAttribute('aria-label', new RegExp(`at step ${steps}:`), {
    timeout: 30_000,
  });
  const names = ['hidden', 'cell'];
  const norm = (name: string, t: number, only?: number): number =>
    opened.reference.stateGradient('heldOut', 0, t, name, only);
  const whole = Array.from({ length }, (_, t) => Math.hypot(...names.map((name) => norm(name, t))));
  const alone = Array.from({ length }, (_, t) => Math.hypot(...names.map((name) => norm(name, t, 5))));
  const picture = await instrument.read();
  const columns = picture.cellsOf(
    /^The memory that position (\d+) .* whole loss (.+), loss of position 5 alone (.+)$/,
  );
  expect(columns.length).toBe(length);
  for (const { cell, groups } of columns) {
    const t = Number(groups[0]);
    expectNear(numberOf(groups[1]!), whole[t]!, cell.text);
    expectNear(numberOf(groups[2]!), alone[t]!, cell.text);
  }
  const plot = around(columns.map(({ cell }) => cell));
  const axis = picture.leftAxis(plot, true);
  const line = (values: readonly number[]) =>
    columns.map(({ cell }, t) => ({ cell, value: values[t]! })).filter(({ value }) => value > 1e-9);
  // Where both are at the same height, only the upper line is seen.
  const apart = (_: unknown, t: number): boolean =>
    Math.abs(axis.placeOf(whole[t]!) - axis.placeOf(alone[t]!)) > 4;
  const seen = line(whole).filter(apart);
  expect(seen.length).toBeGreaterThan(2);
  expectLine(picture, seen, picture.colourOfName(/^— whole loss$/), axis);
  expectLine(picture, line(alone), picture.colourOfName(/^— loss of position 5 alone$/), axis);

  const byState = picture.cellsOf(/^(hidden|cell) state, position (\d+), step 60: gradient norm (.+)$/);
  expect(byState.length).toBe(2 * length);
  for (const { cell, groups } of byState) {
    const expected = norm(groups[0]!, Number(groups[1]));
    expectNear(numberOf(groups[2]!), expected, cell.text);
    const shown = picture.valueOf(cell);
    expect(Math.abs(shown.value - Math.log10(expected)), cell.text).toBeLessThan(shown.tolerance);
  }
  await instrument.region.getByText('View', { exact: true }).click();
  await instrument.region.getByRole('checkbox', { name: 'Logarithmic axis' }).uncheck();
  const linear = await instrument.read();
  const zeroBased = linear.leftAxis(plot);
  const lone = columns.map(({ cell }, t) => ({ cell, value: alone[t]! })).slice(0, 6);
  expectLine(linear, lone, linear.colourOfName(/^— loss of position 5 alone$/), zeroBased);

  for (const row of await instrument.csv()) {
    const expected = norm(row['state']!, Number(row['position']));
    expect(Math.abs(Number(row['gradient norm']) / expected - 1), row['state']).toBeLessThan(1e-3);
  }
});

/** Three digits. */
function expectNear(said: number, value: number, what: string): void {
  expect(Math.abs(said - value), `${what}, is ${value}`).toBeLessThan(0.006 * value + 1e-8);
}

test('Curves', async () => {
  const instrument = new InstrumentDriver(opened.page, 'Curves');
  const picture = await instrument.read();
  for (const { title, measure, share } of [
    { title: 'Loss', measure: 'loss', share: false },
    { title: 'Token accuracy', measure: 'tokenAccuracy', share: true },
    { title: 'Sequence accuracy', measure: 'sequenceAccuracy', share: true },
  ] as const) {
    const columns = picture.cellsOf(new RegExp(`^${title}: (.*)$`));
    const { groups } = columns.at(-1)!;
    for (const { name, label } of opened.reference.splits.filter((split) => split.name !== 'train')) {
      const value = opened.reference.scores(name, 8)[measure];
      const said = groups[0]!.split('; ').find((part) => part.startsWith(`${label} `));
      const [, number = ''] = /^(.+) at step 60$/.exec(said!.slice(label.length + 1)) ?? [];
      if (share) expect(Math.abs(numberOf(number) - value), said).toBeLessThan(0.0051);
      else expectSaid(number, value, said!);
    }
    const plot = around(columns.map(({ cell }) => cell));
    const heldOut = opened.reference.scores('heldOut', 8)[measure];
    const [x, y] = [picture.bottomAxis(plot).placeOf(steps), picture.leftAxis(plot).placeOf(heldOut)];
    expect(picture.hasColour(orange, x, y, 4), `${title} of held-out samples at ${x}, ${y}`).toBe(true);
    expect(picture.hasColour(orange, x, y + 14, 2) && picture.hasColour(orange, x, y - 14, 2)).toBe(false);
  }
  const saved = (await opened.playground.saved())!;
  const table = (await instrument.csv()).filter((row) => row['split'] === 'training batches');
  expect(table.map((row) => Math.fround(Number(row['loss'])))).toEqual(saved.losses.map(Math.fround));
});

test('Generalisation', async () => {
  const instrument = new InstrumentDriver(opened.page, 'Generalisation');
  const picture = await instrument.read();
  const table = await instrument.csv();
  for (const { name, label } of opened.reference.splits) {
    const { tokenAccuracy } = opened.reference.scores(name, 8);
    const { cell } = picture.cellsOf(/^Step 60, /).find((found) => found.cell.text.includes(`, ${label} (`))!;
    const said = numberOf(/token accuracy (.+)$/.exec(cell.text)?.[1] ?? '');
    expect(Math.abs(said - tokenAccuracy), cell.text).toBeLessThan(0.0051);
    const shown = picture.valueOf(cell);
    expect(Math.abs(shown.value - tokenAccuracy), cell.text).toBeLessThan(shown.tolerance);
    const row = table.find((one) => one['split'] === label && one['training step'] === '60');
    expectExact(row?.['token accuracy'], tokenAccuracy, label);
  }
});

test('Cost', async () => {
  const instrument = new InstrumentDriver(opened.page, 'Cost');
  const numbers = Object.values(opened.reference.weights).reduce((sum, { data }) => sum + data.length, 0);
  const flops = opened.reference.forwardFlops();
  const picture = await instrument.read();
  const said = (words: RegExp): number[] => picture.cellsOf(words)[0]!.groups.map(numberOf);
  expect(said(/^parameters: (.+) numbers, (.+) bytes$/)).toEqual([numbers, 4 * numbers]);
  expect(said(/^forward pass of a batch: (.+) floating-point operations for (.+) seq/)).toEqual([
    flops,
    batchSize,
  ]);
  // Every weight of a matrix is multiplied and added once for each token; the rest of an LSTM is small beside that.
  const { weights } = opened.reference;
  const matrices = Object.values(weights).filter(({ shape }) => shape.length === 2);
  const products = matrices.reduce((sum, { data }) => sum + 2 * data.length, 0) * length * batchSize;
  expect(flops / products).toBeGreaterThan(1);
  expect(flops / products).toBeLessThan(1.5);
  const table = await instrument.csv();
  expect(table.map((row) => [row['parameters'], row['operations of one forward pass']])).toEqual(
    table.map(() => [String(numbers), String(flops)]),
  );

  const bars = picture.cellsOf(/^(.+): (.+) bytes of activations, (.+) of working space, (.+) operations$/);
  expect(bars.length).toBe(4);
  const axis = picture.bottomAxis(around(bars.map(({ cell }) => cell)));
  const totals = bars.map(({ cell, groups }) => {
    const [activations = 0, working = 0] = groups.slice(1).map(numberOf);
    const [y, start] = [cell.y + 0.66 * cell.height, axis.placeOf(0)];
    expectLyingBar(picture, y, start, axis.placeOf(activations), `${cell.text}: activations`);
    expectLyingBar(picture, y, axis.placeOf(activations), axis.placeOf(activations + working), cell.text);
    return activations;
  });
  const [full = 0, , checkpointed = 0, replay = 0] = totals;
  expect([checkpointed < full, replay < full]).toEqual([true, true]);
});

test('Slow motion', async () => {
  const { page, playground, reference } = opened;
  await page.keyboard.press('w');
  const bar = page.getByRole('region', { name: 'Slow motion of a step' });
  await bar.getByRole('button', { name: 'Update' }).click();
  await expect(bar.getByRole('status').last()).toContainText('is made', { timeout: 30_000 });
  const instrument = new InstrumentDriver(page, 'Slow motion');
  const picture = await instrument.read();
  const first = reference.pass('train', steps * batchSize);
  const answers = first.counts.filter(Boolean).length;
  expectBars(picture, /^Position (\d+) \(.\): loss (.+)$/, (t) => first.losses[Number(t)]!, answers);
  const norm = (t: string): number =>
    Math.hypot(
      ...['hidden', 'cell'].map((name) =>
        reference.stateGradient('train', steps * batchSize, Number(t), name),
      ),
    );
  const gradients = picture.cellsOf(/^Position (\d+) \(.\): gradient norm (.+)$/);
  expect(gradients.length).toBe(length);
  for (const { cell, groups } of gradients) {
    expectNear(numberOf(groups[1]!), norm(groups[0]!), cell.text);
    const { placeOf } = picture.rightAxis(cell, true);
    expectBar(picture, cell, cell.y + cell.height, placeOf(norm(groups[0]!)));
  }

  const { loss, gradients: batch } = reference.batchGradients(steps);
  const after = new Reference(await playground.savedAt(steps + 1)).weights;
  const groups = picture.cellsOf(
    /^(\S+), (\d+) numbers: gradient norm (.+), moved by ([^,]+), .* of its norm$/,
  );
  for (const { cell, groups: said } of groups) {
    const members = Object.keys(batch).filter((name) => name === said[0] || name.startsWith(`${said[0]}.`));
    const gradient = Math.hypot(...members.flatMap((name) => [...batch[name]!.data]));
    const moved = members.flatMap((name) =>
      Array.from(after[name]!.data, (value, i) => value - reference.weights[name]!.data[i]!),
    );
    expect(Number(said[1]), cell.text).toBe(moved.length);
    expectNear(numberOf(said[2]!), gradient, cell.text);
    expectNear(numberOf(said[3]!), Math.hypot(...moved), cell.text);
  }
  const table = await instrument.csv();
  expectExact(table.find((row) => row['where'] === 'batch')?.['value'], loss, 'loss of the batch');
  await bar.getByRole('button', { name: 'Leave' }).click();
});

test('Side by side', async () => {
  const { page, playground } = opened;
  const pinned = new Reference(await playground.savedAt(await playground.step())).pass('heldOut', 0);
  const runs = page.getByRole('region', { name: 'Compared runs' });
  await runs.getByRole('button', { name: 'Pin run' }).click();
  const current = (await trainOn(page, playground, 10)).pass('heldOut', 0);
  await runs.getByRole('button', { name: 'Side by side' }).click();
  const instrument = new InstrumentDriver(page, 'Side by side');
  const views = instrument.region.getByRole('combobox', { name: 'Instrument of both runs' });
  await views.selectOption('States');
  const value = (side: string, state: string, unit: string, t: string): number => {
    const { taps } = side === 'this run' ? current : pinned;
    return taps[state]!.at(Number(t), Number(unit));
  };
  const words = /^(this run|A, .*): (hidden|cell) state, unit (\d+), position (\d+) \(‘.’\): (.+)$/;
  expectHeat(await instrument.read(), words, value, 2 * units * length);
});

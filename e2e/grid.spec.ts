/** The generalisation grid: measured on a trained model, framed where it was trained, kept with the run, equal to its numbers. */
import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

/** As in interventions.spec.ts, but of two lengths. */
const settings = {
  ...{ 'task.symbols': 6, 'task.minimumLength': 2, 'task.maximumLength': 3 },
  ...{
    'model.slots': 6,
    'model.hiddenSize': 8,
    'model.keySize': 16,
    'model.valueSize': 16,
    'model.sigma': 1,
  },
  ...{ 'training.steps': 10_000, 'training.learningRate': 0.02, 'training.warmupSteps': 10 },
  ...{ 'training.evaluationSamples': 32, seed: 1 },
};

test('fills cell by cell; what was measured before the first training step is kept, also when it was stopped', async ({
  page,
}) => {
  const playground = new PlaygroundPage(page);
  // So many samples that one cell takes a while.
  await playground.open({ ...settings, 'training.evaluationSamples': 4096 });
  await playground.chooseExecutor('wasm');
  const instrument = page.getByRole('region', { name: 'Generalisation' });
  await instrument.getByRole('button', { name: 'Measure now' }).click();
  const canvas = instrument.locator('canvas');
  await instrument.scrollIntoViewIfNeeded();
  await expect(canvas).toHaveAttribute('aria-label', /at step 0, .*, [1-9]\d* of \d+ cells\.$/, {
    timeout: 20_000,
  });
  await instrument.getByRole('button', { name: 'Stop' }).click();
  await expect(instrument.getByRole('button', { name: 'Measure now' })).toBeVisible();
  await expect(canvas).toHaveAttribute('aria-label', /, [1-9]\d* of \d+ cells\.$/);
  const label = await canvas.getAttribute('aria-label');
  await expect.poll(async () => (await playground.saved())?.gridSteps, { timeout: 20_000 }).toEqual([0]);
  await page.reload();
  await playground.ready();
  await instrument.scrollIntoViewIfNeeded();
  await expect(canvas).toHaveAttribute('aria-label', label!);
});

test('measures levels that were never trained beside those that were', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open(settings);
  await playground.chooseExecutor('wasm');
  await playground.trainSteps(200);
  const { weights } = await playground.savedAt(200);

  const instrument = page.getByRole('region', { name: 'Generalisation' });
  await instrument.getByRole('button', { name: 'Measure now' }).click();
  const canvas = instrument.locator('canvas');
  await expect(canvas).toHaveAttribute('aria-label', /^Generalisation grid at step 200, token accuracy: /);
  await expect(instrument.getByRole('button', { name: 'Measure now' })).toBeVisible();

  // The numbers that are saved: what was trained is known, what is four times as long is not.
  const download = page.waitForEvent('download');
  await instrument.getByText('Save', { exact: true }).click();
  await instrument.getByRole('button', { name: 'Numbers as CSV' }).click();
  const text = await readFile(await (await download).path(), 'utf8');
  const [head = '', ...rows] = text.trim().split('\r\n');
  expect(head).toMatch(
    /^training step,length \(symbols\),symbols in use,trained,samples,answers,token accuracy,/,
  );
  const cells = rows.map((row) => row.split(',').map(Number));
  const trained = cells.filter((cell) => cell[3] === 1);
  expect(trained.map((cell) => cell.slice(0, 3))).toEqual([
    [200, 2, 6],
    [200, 3, 6],
  ]);
  for (const cell of trained) expect(cell[6]).toBeGreaterThan(0.9);
  expect(Math.min(...cells.map((cell) => cell[6]!))).toBeLessThan(0.5);

  // The picture says of its cells what the file says, by keyboard: the lengths with all six symbols are its top row.
  const picture = instrument.getByRole('application');
  await picture.focus();
  const readout = instrument.locator('p[data-idle]');
  await picture.press('ArrowRight');
  for (const cell of cells.filter((one) => one[2] === 6)) {
    await expect(readout).toContainText(
      `Step 200, length (symbols) ${cell[1]}, symbols in use 6 (${cell[3] === 1 ? 'trained' : 'never trained'})`,
    );
    await expect(readout).toContainText(`${Math.round(cell[6]! * 100)} % (95 % interval`);
    await expect(readout).toContainText(`${cell[5]} answers in 32 samples`);
    await picture.press('ArrowRight');
  }

  // The frame round the two trained cells is in the picture that is saved.
  const saved = page.waitForEvent('download');
  await instrument.getByText('Save', { exact: true }).click();
  await instrument.getByRole('button', { name: /SVG/ }).click();
  const svg = await readFile(await (await saved).path(), 'utf8');
  const frame =
    /<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" rx="3"[^>]*stroke-width="2"/.exec(
      svg,
    );
  const well = /<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="[^"]+"\/?>/g;
  const [map] = [...svg.matchAll(well)];
  const columns = new Set(cells.map((cell) => cell[1])).size;
  expect(Number(frame![3])).toBeCloseTo((2 / columns) * Number(map![3]), 1);
  expect(Number(frame![2])).toBeCloseTo(Number(map![2]), 1);

  // It was another look, nothing more, and it is there again after a reload; an earlier step has none.
  expect((await playground.savedAt(200)).weights).toEqual(weights);
  await expect.poll(async () => (await playground.saved())?.gridSteps, { timeout: 20_000 }).toEqual([200]);
  await page.reload();
  await playground.ready();
  await instrument.scrollIntoViewIfNeeded(); // only pictures in view are drawn
  await expect(canvas).toHaveAttribute('aria-label', /^Generalisation grid at step 200, token accuracy: /);
  await playground.trainSteps(1);
  await page.keyboard.press('g');
  await expect(canvas).toHaveAttribute('aria-label', /^Generalisation grid at step 201, token accuracy: /);
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(canvas).toHaveAttribute('aria-label', /^Generalisation grid at step 200, token accuracy: /);
  expect(playground.problems).toEqual([]);
});

/** Comparing runs: a pin outlives a reload, seeds are one run and can be opened, a race trains two models at once. */
import { expect, test } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

const settings = {
  'task.maximumLength': 2,
  'model.slots': 8,
  'training.batchSize': 8,
  'training.steps': 150,
  'training.evaluationInterval': 25,
  'training.evaluationSamples': 16,
};

/** A row of the table of differences, without its name. */
async function row(runs: Locator, name: string): Promise<string[]> {
  return runs
    .getByRole('row', { name: new RegExp(`^${name} (\\d|\\p{Lu}\\p{L}*[A-Z])`, 'u') })
    .getByRole('cell')
    .allInnerTexts();
}

async function workers(page: Page): Promise<number> {
  return page.workers().filter((worker) => worker.url().includes('training.worker')).length;
}

test('runs are pinned, repeated with other seeds, raced, and compared', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open(settings);
  await playground.chooseExecutor('wasm');
  const runs = page.getByRole('region', { name: 'Compared runs' });
  const pin = runs.getByRole('button', { name: 'Pin run' });
  await expect(pin).toHaveAttribute('aria-disabled', 'true');
  await playground.trainSteps(100);
  const alone = await playground.pixels('Curves');
  await pin.click();
  await expect(runs.getByText('pinned at step 100 · seed 1')).toBeVisible();
  await expect.poll(() => playground.pixels('Curves')).not.toBe(alone);

  // Seeds train in a worker of their own, which is gone afterwards; the visible run trains with them.
  await runs.getByRole('spinbutton', { name: 'Seeds' }).fill('3');
  await runs.getByRole('button', { name: 'Train seeds' }).click();
  await expect(runs.getByText(/\d of 3 solved the task/)).toBeVisible({ timeout: 60_000 });
  await playground.reaches(150, 60_000);
  await expect.poll(() => workers(page)).toBe(1);
  await expect.poll(() => row(runs, 'Seed')).toEqual(['1', '1', '1–3']);
  await expect.poll(() => row(runs, 'Steps')).toEqual(['150', '100', '150']);

  // A seed that is clicked becomes the current run.
  await runs.getByRole('button', { name: /^seed 2/ }).click();
  await expect(runs.getByRole('button', { name: /^seed 2 · open/ })).toBeDisabled();
  await expect(page.getByTestId('step')).toHaveText('step 150');
  await expect.poll(() => row(runs, 'Seed')).toEqual(['2', '1', '1–3']);

  // A race on the same samples, with both memories side by side.
  await runs.getByRole('combobox', { name: 'Against' }).selectOption({ label: 'LSTM' });
  await runs.getByRole('button', { name: 'Race', exact: true }).click();
  await expect(runs.getByText('finished at step 150 · seed 2')).toBeVisible({ timeout: 60_000 });
  await playground.reaches(150, 60_000);
  await expect.poll(() => row(runs, 'Model')).toEqual(['MemNet', 'MemNet', 'MemNet', 'LSTM']);
  const beside = page.getByRole('region', { name: 'Side by side' });
  await beside.getByRole('combobox', { name: 'Instrument of both runs' }).selectOption('States');
  await expect(beside.getByRole('img')).toHaveAttribute(
    'aria-label',
    /C, LSTM instead of MemNet.*training step 150/,
  );

  // The grid of the other one is measured in the background, and kept with it.
  await beside.getByRole('combobox', { name: 'Instrument of both runs' }).selectOption('Generalisation');
  await beside.getByRole('button', { name: 'Measure compared run' }).click();
  await expect(beside.getByRole('img')).toHaveAttribute(
    'aria-label',
    /C, LSTM instead of MemNet.*Generalisation grid at step 150, token accuracy: trained levels \d.* %\.$/,
    { timeout: 30_000 },
  );
  await expect(beside.getByRole('button', { name: 'Measure compared run' })).toBeVisible();

  // All of it is there after a reload; a removed run can be put back.
  await runs.getByRole('textbox', { name: 'Name of A' }).fill('half way');
  await runs.getByRole('textbox', { name: 'Name of A' }).press('Enter');
  await page.waitForTimeout(1500);
  await page.reload();
  await playground.ready();
  await expect(runs.getByRole('textbox', { name: 'Name of A' })).toHaveValue('half way');
  await expect.poll(() => row(runs, 'Model')).toEqual(['MemNet', 'MemNet', 'MemNet', 'LSTM']);
  await runs.getByRole('button', { name: 'Remove C' }).click();
  await expect(runs.getByRole('button', { name: 'Remove C' })).toBeHidden();
  await runs.getByRole('button', { name: 'Undo' }).click();
  await expect(runs.getByRole('button', { name: 'Remove C' })).toBeVisible();
  await runs.getByRole('button', { name: 'Open', exact: true }).first().click();
  await expect(page.getByTestId('step')).toHaveText('step 100');
  expect(playground.problems).toEqual([]);
});

test('a compared run that one tab trains is refused to another, in a sentence', async ({ context, page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open({ ...settings, 'training.steps': 1_000_000 });
  await playground.chooseExecutor('wasm');
  const runs = page.getByRole('region', { name: 'Compared runs' });
  await runs.getByRole('spinbutton', { name: 'Seeds' }).fill('2');
  await runs.getByRole('button', { name: 'Train seeds' }).click();
  await expect(runs.getByText(/training seed 2: \d/)).toBeVisible({ timeout: 30_000 });
  await playground.pause();
  await page.waitForTimeout(1500); // stored half a second after a change

  const other = new PlaygroundPage(await context.newPage());
  await other.open(settings);
  const there = other.page.getByRole('region', { name: 'Compared runs' });
  const stopped = there.getByText(/stopped at step \d/);
  await expect(stopped).toBeVisible();
  await there.getByRole('button', { name: 'Continue' }).click();
  await expect(other.page.getByText(/belongs to another tab of this page/)).toBeVisible();
  await expect(stopped).toBeVisible();

  // When the first tab is gone the run can go on.
  await page.close();
  await there.getByRole('button', { name: 'Continue' }).click();
  await expect(there.getByText(/training at step \d/)).toBeVisible({ timeout: 30_000 });
  expect([...playground.problems, ...other.problems]).toEqual([]);
});

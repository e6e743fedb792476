/** A claim of a paper as a ready-made comparison: chosen rows are trained beside the recorded table, and the result is alike. */
import { expect, test } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

test('an experiment is opened, a part of it trained, and its result stands beside the recorded one', async ({
  page,
}) => {
  const playground = new PlaygroundPage(page);
  await playground.open();
  await page.keyboard.press('x');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('heading', { name: 'Experiments' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Chaotic series' }).click();
  await expect(dialog.getByText(/^Recorded on \d{4}-\d\d-\d\d: budget small, seeds 1, 2, 3/)).toBeVisible();
  await expect(dialog.getByRole('region', { name: 'What was found' })).toContainText('disagrees');

  for (const all of await dialog.getByRole('checkbox', { name: 'all' }).all()) await all.uncheck();
  await expect(dialog.getByRole('button', { name: 'Train 0 runs' })).toBeDisabled();
  const table = dialog.getByRole('group', { name: /^Mackey-Glass/ });
  await table.getByRole('checkbox', { name: 'RNN', exact: true }).check();
  await dialog.getByLabel('Seeds').selectOption('2');
  await dialog.getByRole('button', { name: 'Train 2 runs' }).click();
  const row = table.getByRole('row', { name: /RNN/ });
  await expect(row).toContainText('2 seeds done', { timeout: 90_000 });

  // “1.1e-4 (1.0e-4–1.2e-4)”: the same task, learned as well as when it was recorded.
  const errors = await row.getByRole('cell').allInnerTexts();
  const [recorded, here] = errors.map((text) => Number.parseFloat(text));
  expect(recorded).toBeGreaterThan(0);
  expect(here).toBeGreaterThan(0);
  expect(Math.abs(Math.log10(here! / recorded!))).toBeLessThan(0.5);

  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('combobox', { name: 'Task' })).toHaveValue('chaos');
  expect(playground.problems).toEqual([]);
});

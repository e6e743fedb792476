/** Axe over what the first page does not show: other models' instruments, compared runs, slow motion, every dialog. */
import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { seriousViolations } from './support/axe.ts';
import { PlaygroundPage } from './support/playground.ts';

const quick = {
  ...{ 'training.batchSize': 8, 'training.steps': 1_000_000, 'training.evaluationSamples': 8 },
};

async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Commands' }).getByRole('searchbox').fill(words);
  await page.keyboard.press('Enter');
}

/** Everything that can be unfolded is, except menus, which cover what is below them. */
async function unfold(page: Page): Promise<void> {
  await page.locator('details:not([class*="menu"])').evaluateAll((all) => {
    for (const details of all) (details as HTMLDetailsElement).open = true;
  });
}

for (const [preset, scheme, instrument] of [
  ['memformer-segments', 'light', 'Forgetting'],
  ['hqlt-parity', 'dark', 'Fast weights'],
] as const) {
  test(`the instruments of ${preset} (${scheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    const playground = new PlaygroundPage(page);
    await playground.open({ preset, ...quick });
    await playground.trainSteps(1);
    await page.getByRole('checkbox', { name: /matter/ }).check();
    await unfold(page);
    const canvas = page.getByRole('region', { name: instrument, exact: true }).locator('canvas');
    await canvas.scrollIntoViewIfNeeded();
    await expect(canvas).toBeVisible();
    expect(await seriousViolations(page, '#region-memory')).toEqual([]);
    expect(playground.problems).toEqual([]);
  });
}

test('compared runs, side by side, slow motion and every dialog', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open({ ...quick, 'task.maximumLength': 2, 'model.slots': 8 });
  for (let runs = 0; runs < 2; runs++) {
    await playground.trainSteps(1);
    await page.getByRole('button', { name: 'Pin run' }).click();
  }
  const compared = page.getByRole('region', { name: 'Compared runs' });
  await expect(compared.getByText(/pinned at step 2/)).toBeVisible();
  await compared
    .getByRole('button', { name: /side by side/i })
    .first()
    .click();
  await expect(page.getByRole('region', { name: 'Side by side' }).locator('canvas')).toBeVisible();
  await unfold(page);
  expect(await seriousViolations(page, '#region-progress'), 'compared runs').toEqual([]);
  expect(await seriousViolations(page, '#region-memory'), 'side by side').toEqual([]);

  for (const [words, title] of [
    ['Export', 'Export'],
    ['Run library', 'Run library'],
    ['Share link', 'Share'],
    ['Experiments', 'Experiments'],
  ] as const) {
    await command(page, words);
    await expect(page.getByRole('dialog', { name: title, exact: true })).toBeVisible();
    expect(await seriousViolations(page, 'dialog[open]'), title).toEqual([]);
    if (words === 'Run library') {
      await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
      expect(await seriousViolations(page, 'dialog[open]'), `${title}, dark`).toEqual([]);
      await page.evaluate(() => (document.documentElement.dataset['theme'] = 'light'));
    }
    await page.keyboard.press('Escape');
  }
  await page.keyboard.press('w');
  await expect(page.getByRole('region', { name: 'Slow motion of a step' })).toContainText('Forward');
  expect(await seriousViolations(page, '[aria-label="Slow motion of a step"]'), 'slow motion').toEqual([]);
  expect(playground.problems).toEqual([]);
});

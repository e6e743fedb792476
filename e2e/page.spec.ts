/** The page itself: regions, controls, keyboard, files, messages, themes; with nothing wrong in the console. */
import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { seriousViolations } from './support/axe.ts';
import { PlaygroundPage } from './support/playground.ts';

/** Small and quick on any machine. */
const quick = {
  'task.maximumLength': 2,
  'model.slots': 8,
  'training.batchSize': 8,
  'training.steps': 1_000_000,
  'training.evaluationSamples': 8,
};

async function dropText(page: Page, name: string, bytes: number[] | string): Promise<void> {
  await page.evaluate(
    ({ name, bytes }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([typeof bytes === 'string' ? bytes : Uint8Array.from(bytes)], name));
      for (const type of ['dragenter', 'dragover', 'drop']) {
        window.dispatchEvent(
          new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }),
        );
      }
    },
    { name, bytes },
  );
}

test('opens ready to train, with its regions and six live samples', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await page.goto('./');
  await expect(page.getByRole('heading', { level: 1, name: 'Memory Playground' })).toBeVisible();
  await playground.ready();
  await expect(page.getByRole('banner')).toBeVisible();
  await expect(page.getByRole('main', { name: 'Memory' })).toBeVisible();
  for (const name of ['Settings', 'Progress']) {
    await expect(page.getByRole('complementary', { name })).toBeVisible();
  }
  for (const name of ['Task', 'Model', 'Training', 'Position in the sequence', 'Memory timeline', 'Slots']) {
    await expect(page.getByRole('region', { name, exact: true })).toBeVisible();
  }
  const samples = page.getByRole('group', { name: 'Samples: input over target' });
  await expect(samples.locator('svg, [aria-hidden]')).toHaveCount(6);
  await expect(page.getByText(/parameters in \d+ tensors/)).toBeVisible();
  expect(playground.problems).toEqual([]);
});

test('every control explains itself to a mouse and to a keyboard', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open(quick);
  for (const more of await page.getByText(/^More .* settings/).all()) await more.click();
  const fields = page.locator('[data-field]');
  expect(await fields.count()).toBeGreaterThan(20);
  for (const field of await fields.all()) {
    const label = await field.getAttribute('data-field');
    const help = field.getByRole('button', { name: `What is ${label}?` });
    await help.focus();
    await page.keyboard.press('Enter');
    await expect(help).toHaveAttribute('aria-expanded', 'true');
    const explanation = page.locator(`[id="${await help.getAttribute('aria-controls')}"]`);
    await expect(explanation).toBeVisible();
    expect((await explanation.innerText()).length, `explanation of ${label}`).toBeGreaterThan(20);
    await help.click();
    await expect(explanation).toBeHidden();
  }
});

test('commands work by keyboard, and not while somebody types', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open(quick);
  await page.keyboard.press('2');
  await playground.reaches(10, 60_000);
  await expect(playground.trainButton()).toBeEnabled();
  expect(await playground.step()).toBe(10);

  await page.getByRole('textbox', { name: 'Batch size' }).click();
  await page.keyboard.type('1 r');
  expect(await playground.step()).toBe(10);
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { level: 1 }).click();

  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  await playground.reaches(12, 60_000);
  await page.keyboard.press('Space');
  await expect(playground.trainButton()).toBeVisible();

  const slider = page.getByRole('slider', { name: 'Position in the sequence' });
  await page.keyboard.press('Home');
  await expect(slider).toHaveValue('0');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(slider).toHaveValue('2');

  await page.keyboard.press('r');
  await expect.poll(() => playground.step()).toBe(0);
  const trained = await page.getByText(/kept as it was at step/).innerText();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect
    .poll(() => playground.step(), { timeout: 60_000 })
    .toBe(Number(/at step ([\d,]+)/.exec(trained)![1]!.replace(',', '')));
  expect(playground.problems).toEqual([]);
});

test('the command list finds and performs every command', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open(quick);
  await page.keyboard.press('Control+k');
  const dialog = page.getByRole('dialog', { name: 'Commands' });
  await expect(dialog).toBeVisible();
  expect(await dialog.getByRole('listitem').count()).toBeGreaterThan(15);
  await dialog.getByRole('searchbox').fill('no such words');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await page.keyboard.press('Control+k');
  await dialog.getByRole('searchbox').fill('dark');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('a change says that it starts a new run, and the run stays until then', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open(quick);
  const slots = page.getByRole('textbox', { name: /^Slots/ });
  // Before anything was trained there is nothing to lose: the run follows at once.
  await slots.fill('12');
  await expect(page).toHaveURL(/model\.slots=12/, { timeout: 60_000 });
  await expect(page.getByRole('region', { name: 'Changed settings' })).toBeHidden();

  await playground.trainSteps(10);
  await slots.fill('16');
  const bar = page.getByRole('region', { name: 'Changed settings' });
  await expect(bar).toContainText('Slots: 12 → 16');
  expect(await playground.step()).toBe(10);
  await bar.getByRole('button', { name: 'Keep this run' }).click();
  await expect(slots).toHaveValue('12');

  await slots.fill('400');
  await expect(page.getByText('Slots must be between 1 and 128, not 400.')).toBeVisible();
  await expect(bar).toBeHidden();
  await slots.fill('20');
  await bar.getByRole('button', { name: 'Start new run' }).click();
  await expect(page.getByText('A new run has started.')).toBeVisible({ timeout: 60_000 });
  expect(await playground.step()).toBe(0);
  await expect(page).toHaveURL(/model\.slots=20/);
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('Control+z');
  await expect.poll(() => playground.step(), { timeout: 60_000 }).toBe(10);
  await expect(slots).toHaveValue('12');
  expect(playground.problems).toEqual([]);
});

test('a text is trained on when it is dropped; a file that cannot be used gets a sentence', async ({
  page,
}) => {
  const playground = new PlaygroundPage(page);
  await playground.open(quick);
  await playground.trainSteps(1);
  const failures = page.getByRole('alert');
  await dropText(page, 'nothing.txt', '');
  await expect(failures.filter({ hasText: '“nothing.txt” is empty' })).toBeVisible();
  await dropText(page, 'torn.txt', [0x61, 0xc3, 0x28, 0x61]);
  await expect(failures.filter({ hasText: '“torn.txt” is not valid UTF-8' })).toBeVisible();
  await dropText(page, 'picture.png', [0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]);
  await expect(failures.filter({ hasText: '“picture.png” is not a text' })).toBeVisible();
  expect(await playground.step()).toBe(1);
  while ((await failures.count()) > 0) {
    await page.getByRole('button', { name: 'Dismiss this message' }).first().click();
  }

  await dropText(page, 'rain.txt', 'the rain in spain stays mainly in the plain. '.repeat(80));
  await expect(page.getByText('rain.txt')).toBeVisible();
  await page.getByRole('button', { name: 'Start new run' }).click();
  await expect(page.getByText('A new run has started.')).toBeVisible({ timeout: 60_000 });
  expect(await playground.step()).toBe(0);
  await playground.trainSteps(1);
  await playground.savedAt(1);
  await page.reload();
  await playground.ready();
  expect(await playground.step()).toBe(1);
  await expect(page.getByText('rain.txt')).toBeVisible();
  expect(playground.problems).toEqual([]);
});

test('a preset for a text waits for one, without an error', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await page.goto('./#v=1&preset=memnet-text');
  await expect(page.getByText('This task needs a text: open it')).toBeVisible();
  await expect(page.getByRole('banner')).toContainText('no run yet');
  await expect(page.getByRole('main')).toContainText('This task needs a text');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await dropText(page, 'rain.txt', 'the rain in spain stays mainly in the plain. '.repeat(80));
  await playground.ready();
  await expect(page.getByRole('region', { name: 'Memory timeline' })).toBeVisible();
  expect(playground.problems).toEqual([]);
});

test('a link sets what it knows and reports what it does not', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open({
    ...quick,
    seed: 7,
    'model.sigma': 2,
    'model.wings': 2,
    'training.batchSize': 100_000,
  });
  await expect(page.getByRole('textbox', { name: 'Seed' })).toHaveValue('7');
  await expect(page.getByRole('textbox', { name: /^Kernel width/ })).toHaveValue('2');
  const notice = page.getByRole('status').filter({ hasText: 'Parts of the link were left out' });
  await expect(notice).toContainText('model.wings');
  await expect(notice).toContainText('Batch size must be between');
});

test('two tabs do not touch each other’s run', async ({ context, page }) => {
  const first = new PlaygroundPage(page);
  await first.open(quick);
  await first.trainSteps(10);
  await first.savedAt(10);

  const second = new PlaygroundPage(await context.newPage());
  await second.page.goto('./');
  await second.ready();
  // The run of the first tab is taken, so the second starts afresh.
  expect(await second.step()).toBe(0);
  await second.trainSteps(1);
  await second.savedAt(1);

  await page.reload();
  await first.ready();
  expect(await first.step()).toBe(10);
  await second.page.reload();
  await second.ready();
  expect(await second.step()).toBe(1);

  // A closed tab's run is there again for the next one.
  await second.page.close();
  const third = new PlaygroundPage(await context.newPage());
  await third.page.goto('./');
  await third.ready();
  expect(await third.step()).toBe(1);
});

for (const theme of ['light', 'dark'] as const) {
  test(`is ${theme} when the system is, and accessible`, async ({ browser }) => {
    const context = await browser.newContext({ colorScheme: theme });
    const page = await context.newPage();
    const playground = new PlaygroundPage(page);
    await playground.open(quick);
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    const surface = await page
      .locator('header')
      .first()
      .evaluate((node) => getComputedStyle(node).backgroundColor);
    const [red = 0] = surface.match(/\d+/g)!.map(Number);
    expect(red > 128).toBe(theme === 'light');

    await playground.trainSteps(10);
    await page.getByText('Equations and what to look for').click();
    await expect(page.locator('.katex').first()).toBeVisible();
    await page.getByRole('textbox', { name: /^Slots/ }).fill('999');
    await page.getByRole('button', { name: 'What is Slots?' }).click();
    expect(await seriousViolations(page)).toEqual([]);
    await page.keyboard.press('Control+k');
    expect(await seriousViolations(page)).toEqual([]);
    expect(playground.problems).toEqual([]);
    await context.close();
  });
}

test('fits a phone: one region at a time, nothing wider than the screen', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true });
  const page = await context.newPage();
  const playground = new PlaygroundPage(page);
  await playground.open(quick);
  const tabs = page.getByRole('navigation', { name: 'Regions' });
  for (const [tab, heading] of [
    ['Task', 'Task'],
    ['Model', 'Training'],
    ['Memory', 'Memory timeline'],
    ['Progress', 'Curves'],
  ] as const) {
    await tabs.getByRole('button', { name: tab }).tap();
    await expect(page.getByRole('heading', { name: heading, exact: true })).toBeVisible();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, `${tab} is wider than the screen`).toBeLessThanOrEqual(0);
    expect(await seriousViolations(page), tab).toEqual([]);
  }
  expect(playground.problems).toEqual([]);
  await context.close();
});

/** Runs that leave the page and come back: exported with proof, imported, shared, kept through a tab that is killed. */
import { readFile } from 'node:fs/promises';
import type { BrowserContext, Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { dropFile, PlaygroundPage } from './support/playground.ts';

const small = {
  'task.symbols': 3,
  'task.maximumLength': 2,
  'model.slots': 4,
  'model.hiddenSize': 8,
  'model.keySize': 8,
  'model.valueSize': 8,
  'training.batchSize': 8,
  'training.evaluationInterval': 1000,
  'training.evaluationSamples': 8,
};
const executor = 'wasm';

async function choose(page: Page, command: string): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: new RegExp(`^${command}`) }).click();
}

/** Exports and gives the file's bytes and name; the dialog stays open. */
async function exported(page: Page, command: string): Promise<{ name: string; buffer: Buffer }> {
  const download = page.waitForEvent('download');
  await choose(page, command);
  const file = await download;
  return { name: file.suggestedFilename(), buffer: await readFile(await file.path()) };
}

async function fresh(context: BrowserContext, settings?: Record<string, string | number>) {
  const playground = new PlaygroundPage(await context.newPage());
  await playground.open(settings);
  return playground;
}

for (const { preset, command } of [
  { preset: {}, command: 'Export ONNX step' },
  { preset: {}, command: 'Export ONNX sequence' },
  { preset: { model: 'memformer' }, command: 'Export ONNX sequence' },
]) {
  test(`${command} of ${preset.model ?? 'memnet'} is proven in onnxruntime`, async ({ page }) => {
    const playground = new PlaygroundPage(page);
    await playground.open(preset.model ? preset : small);
    await playground.trainSteps(10);
    const file = await exported(page, command);
    expect(file.name).toMatch(/\.onnx$/);
    const proof = page.getByTestId('proof');
    await expect(proof).toBeVisible({ timeout: 60_000 });
    await expect(proof).toHaveAttribute('data-passed', 'true');
    await expect(page.getByRole('dialog', { name: 'Export' })).toContainText('50 steps');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeFocused();
    // Training goes on after the executor was borrowed.
    await playground.trainSteps(1);
    expect(playground.problems).toEqual([]);
  });
}

for (const command of ['Export ONNX step', 'Save run']) {
  test(`a run that left by “${command}” goes on in a fresh browser to the same weights`, async ({
    browser,
  }) => {
    const [here, there] = [await browser.newContext(), await browser.newContext()];
    const stays = await fresh(here, small);
    await stays.chooseExecutor(executor);
    await stays.trainSteps(10);
    const file = await exported(stays.page, command);
    if (command !== 'Save run')
      await expect(stays.page.getByTestId('proof')).toBeVisible({ timeout: 60_000 });
    await stays.page.keyboard.press('Escape');
    await stays.trainSteps(20);

    const leaves = await fresh(there);
    await dropFile(leaves.page, file);
    await expect.poll(() => leaves.step(), { timeout: 30_000 }).toBe(10);
    await leaves.chooseExecutor(executor);
    await leaves.trainSteps(20);
    const [a, b] = [await stays.savedAt(30), await leaves.savedAt(30)];
    expect(b.weights).toEqual(a.weights);
    expect(b.losses).toEqual(a.losses);
    expect(leaves.problems).toEqual([]);
    await here.close();
    await there.close();
  });
}

test('the pictures of earlier steps come back with a reload, and with a saved run elsewhere', async ({
  browser,
}) => {
  const [here, there] = [await browser.newContext(), await browser.newContext()];
  const place = (playground: PlaygroundPage) =>
    playground.page.getByRole('group', { name: 'Training step' }).locator('output');
  const stays = await fresh(here, small);
  for (const count of [1, 1, 10, 10]) await stays.trainSteps(count);
  await stays.page.getByRole('slider', { name: 'Training step' }).press('Home');
  await expect(place(stays)).toHaveText('step 0 of 22');
  const first = await stays.pixels('Memory timeline');
  await stays.savedAt(22);
  const file = await exported(stays.page, 'Save run');
  await stays.page.keyboard.press('Escape');

  const leaves = await fresh(there);
  await dropFile(leaves.page, file);
  await expect.poll(() => leaves.step(), { timeout: 30_000 }).toBe(22);
  const slider = leaves.page.getByRole('slider', { name: 'Training step' });
  await expect(slider).toBeEnabled();
  await slider.press('Home');
  await expect(place(leaves)).toHaveText('step 0 of 22');

  await expect.poll(() => storedFiles(stays.page)).toBeGreaterThan(1000);
  await stays.page.waitForTimeout(600); // the place that is looked at is stored a moment later
  await stays.page.reload();
  await stays.ready();
  await expect(place(stays)).toHaveText('step 0 of 22');
  await expect.poll(() => stays.pixels('Memory timeline')).toBe(first);
  expect([...stays.problems, ...leaves.problems]).toEqual([]);
  await here.close();
  await there.close();
});

test('when space runs out, pictures of earlier steps go and weights stay', async ({ browser }) => {
  const context = await browser.newContext();
  const playground = await fresh(context, small);
  const { page } = playground;
  await playground.trainSteps(20);
  await playground.savedAt(20);
  await expect.poll(() => storedFiles(page)).toBeGreaterThan(1000);
  await page.getByRole('button', { name: 'New seed', exact: true }).click();
  await expect.poll(() => playground.step()).toBe(0);
  const origin = new URL(page.url()).origin;
  const used = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: used + 1000 });
  await playground.trainSteps(3);
  await expect(
    page.getByText(/Space in this browser ran out|There is no space in this browser/),
  ).toBeVisible();
  await playground.trainSteps(4);
  const { losses } = await playground.savedAt(7);
  expect(losses).toHaveLength(7);
  expect(playground.problems).toEqual([]);
  await context.close();
});

/** Bytes in the page's private file system. */
const storedFiles = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('snapshots', { create: true });
    let bytes = 0;
    for await (const handle of (
      folder as unknown as { values(): AsyncIterable<FileSystemFileHandle> }
    ).values())
      bytes += (await handle.getFile()).size;
    return bytes;
  });

test('a link brings cursors and the instrument that fills the page, and says what it could not read', async ({
  page,
}) => {
  const playground = new PlaygroundPage(page);
  await playground.open({
    v: 2,
    ...small,
    probe: 'train.3',
    position: 2,
    step: 4,
    open: 'slots',
    colour: 'red',
  });
  await expect(page.getByRole('region', { name: 'Slots' })).toHaveAttribute('data-maximised', 'true');
  await expect(page.getByText('“colour” is not a setting of this page.')).toBeVisible();
  await expect(page.getByRole('slider', { name: 'Position in the sequence' })).toHaveValue('2');
  for (let step = 1; step <= 6; step++) await playground.trainSteps(1);
  const place = page.getByRole('group', { name: 'Training step' }).locator('output');
  await expect(place).toHaveText('step 4 of 6');
  await choose(page, 'Share link');
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  for (const part of ['probe=train.3', 'position=2', 'step=4', 'open=slots']) expect(link).toContain(part);
  expect(playground.problems).toEqual([]);
});

test('a damaged file gets a sentence and leaves the run as it is', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open(small);
  await playground.trainSteps(10);
  const file = await exported(page, 'Save run');
  await page.keyboard.press('Escape');
  await dropFile(page, { name: file.name, buffer: file.buffer.subarray(0, file.buffer.length - 100) });
  await expect(page.getByRole('alert')).toContainText('reaches beyond the end of the file');
  await page.getByRole('button', { name: 'Dismiss this message' }).click();
  await dropFile(page, { name: 'other.onnx', buffer: Buffer.from('<html>not a model</html>') });
  await expect(page.getByRole('alert')).toContainText('not ONNX');
  expect(await playground.step()).toBe(10);
  await playground.trainSteps(1);
});

test('a share link opened elsewhere gives the same first fifty losses', async ({ browser }) => {
  const [here, there] = [await browser.newContext(), await browser.newContext()];
  const teacher = await fresh(here, { ...small, seed: 11 });
  await choose(teacher.page, 'Share link');
  await expect(teacher.page.getByRole('img', { name: 'QR code of the link' })).toBeVisible();
  const link = await teacher.page.getByRole('textbox', { name: 'Link' }).inputValue();
  await teacher.page.keyboard.press('Escape');

  const pupil = new PlaygroundPage(await there.newPage());
  await pupil.page.goto(link);
  await pupil.ready();
  for (const playground of [teacher, pupil]) {
    await playground.chooseExecutor(executor);
    await playground.trainSteps(50);
  }
  const [a, b] = [await teacher.savedAt(50), await pupil.savedAt(50)];
  expect(a.losses.length).toBeGreaterThan(10);
  expect(b.losses).toEqual(a.losses);
  await here.close();
  await there.close();
});

test('the library opens, names, copies, deletes and brings back', async ({ page }) => {
  // Some browsers ask the person whether to keep what is stored, who may not answer.
  await page.addInitScript(() => {
    navigator.storage.persist = () => new Promise(() => undefined);
  });
  const playground = new PlaygroundPage(page);
  await playground.open(small);
  await playground.trainSteps(10);
  await playground.savedAt(10);
  await page.getByRole('button', { name: 'New seed', exact: true }).click();
  await expect.poll(() => playground.step()).toBe(0);
  await playground.trainSteps(3);
  await choose(page, 'Run library');
  const library = page.getByRole('dialog', { name: 'Run library' });
  await expect(library.getByRole('article')).toHaveCount(2);
  const first = library.getByRole('article').filter({ hasText: 'step 10' });
  await first.getByRole('textbox', { name: 'Name of the run' }).fill('First try');
  await first.getByRole('textbox', { name: 'Name of the run' }).press('Enter');
  await expect(library.getByRole('article', { name: 'First try' })).toBeVisible();
  await first.getByRole('button', { name: 'Duplicate' }).click();
  await expect(library.getByRole('article', { name: 'Copy of First try' })).toBeVisible();
  await library
    .getByRole('article', { name: 'Copy of First try' })
    .getByRole('button', { name: 'Delete' })
    .click();
  await expect(library.getByText('is deleted')).toBeVisible();
  await library.getByRole('button', { name: 'Undo' }).click();
  await expect(library.getByRole('article')).toHaveCount(3);
  await library
    .getByRole('article', { name: 'First try', exact: true })
    .getByRole('button', { name: 'Open' })
    .click();
  await expect(library).toBeHidden();
  await expect.poll(() => playground.step()).toBe(10);
  expect(playground.problems).toEqual([]);
});

test('a tab killed in mid-save, 20 times, loses at most the last autosave interval', async ({ browser }) => {
  const context = await browser.newContext();
  const [kills, stride] = [20, 37];
  let before = 0;
  for (let kill = 0; kill < kills; kill++) {
    const playground = new PlaygroundPage(await context.newPage());
    if (kill === 0)
      await playground.open({ ...small, 'training.steps': 1_000_000, 'training.batchSize': 256 });
    else {
      // Another tab adopts the newest run that nobody holds.
      await playground.page.goto('./');
      await playground.ready();
    }
    const restored = await playground.step();
    expect(restored, `after kill ${kill}`).toBeGreaterThanOrEqual(before);
    await playground.train();
    await playground.reaches(restored + 1, 20_000);
    await playground.pause(); // begins a save
    const complete = (await playground.saved())?.step ?? 0;
    before = Math.max(before, complete);
    // Somewhere in or after the save: moments spread over 60 ms by a fixed rule.
    await playground.page.waitForTimeout((kill * stride) % 60);
    await playground.page.close();
  }
  // While it trains, nothing older than the last autosave interval (3 s) is lost.
  const training = new PlaygroundPage(await context.newPage());
  await training.page.goto('./');
  await training.ready();
  await training.train();
  await training.reaches(before + 1, 20_000);
  before = await training.step();
  await training.page.waitForTimeout(4500);
  await training.page.close();

  const last = new PlaygroundPage(await context.newPage());
  await last.page.goto('./');
  await last.ready();
  expect(await last.step()).toBeGreaterThanOrEqual(before);
  expect(before).toBeGreaterThan(0);
  await last.trainSteps(1);
  expect(last.problems).toEqual([]);
  await context.close();
});

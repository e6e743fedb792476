/** Two versions of the page in one browser: each leaves what the other has stored alone, says so, and still trains. */
import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

const settings = { 'task.maximumLength': 2, 'model.slots': 8, 'training.batchSize': 4 };

/** Opens a database of the site as another version of the page would, and holds it unless it is closed. */
async function openDatabase(page: Page, name: string, version: number, close: boolean): Promise<void> {
  await page.evaluate(
    async ([database, number, closes]) => {
      const opened = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(database, number);
        request.onupgradeneeded = () => request.result.createObjectStore('of another version');
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('no database'));
      });
      if (closes) opened.close();
      else Object.assign(globalThis, { held: opened });
    },
    [name, version, close] as const,
  );
}

const versions = (page: Page): Promise<Record<string, number | undefined>> =>
  page.evaluate(async () =>
    Object.fromEntries((await indexedDB.databases()).map(({ name, version }) => [name ?? '', version])),
  );

test('what a newer version has stored is left alone, and the page says what is not kept', async ({
  page,
}) => {
  await page.goto('./favicon.svg');
  await openDatabase(page, 'memory-playground', 99, true);
  await openDatabase(page, 'memory-playground-compared', 99, true);
  const playground = new PlaygroundPage(page);
  await playground.open(settings);
  await expect(page.getByText('The run library was written by a newer version of this page.')).toBeVisible();
  await expect(
    page.getByText('The compared runs were written by a newer version of this page'),
  ).toBeVisible();
  await playground.trainSteps(10);
  await page.getByRole('button', { name: 'Pin run' }).click();
  await expect(page.getByText('pinned at step 10 · seed 1')).toBeVisible();
  expect(await versions(page)).toMatchObject({ 'memory-playground': 99, 'memory-playground-compared': 99 });
  expect(playground.problems).toEqual([]);
});

test('an older version in another tab is told to be closed, and training works meanwhile', async ({
  context,
  page,
}) => {
  await page.goto('./favicon.svg');
  await openDatabase(page, 'memory-playground', 1, false);
  const playground = new PlaygroundPage(await context.newPage());
  await playground.open(settings);
  await expect(
    playground.page.getByText(
      'An older version of this page is open in another tab and holds the run library.',
    ),
  ).toBeVisible();
  await playground.trainSteps(1);
  expect(await versions(page)).toMatchObject({ 'memory-playground': 1 });
  expect(playground.problems).toEqual([]);
});

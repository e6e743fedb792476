/** What is pointed at in one instrument is outlined in the others, at the place where they say the same. */
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

const quick = {
  ...{ 'task.minimumLength': 3, 'task.maximumLength': 3 },
  ...{ 'model.slots': 6, 'training.batchSize': 8 },
  ...{ 'training.steps': 1_000_000, 'training.evaluationSamples': 8 },
};

const instrument = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });

const readout = (region: Locator): Locator => region.locator('p[data-idle]');

/** The outline on top of an instrument's picture, in the coordinates of the page; null while nothing is outlined. */
async function outline(region: Locator) {
  return region
    .locator('svg path')
    .last()
    .evaluate((path) => {
      const { x, y, width, height } = path.getBoundingClientRect();
      return path.getAttribute('d') ? { x, y, width, height } : null;
    });
}

async function outlined(region: Locator) {
  await expect.poll(() => outline(region)).not.toBeNull();
  return (await outline(region))!;
}

/** Trains a little and goes to the last position, where the memory holds most. */
async function prepare(page: Page): Promise<PlaygroundPage> {
  const playground = new PlaygroundPage(page);
  await playground.open(quick);
  await playground.trainSteps(2);
  await playground.lookAtTheEnd();
  return playground;
}

test('a slot that is pointed at is outlined where other instruments show it', async ({ page }) => {
  await page.setViewportSize({ width: 1600, height: 2200 });
  const playground = await prepare(page);
  const [slots, timeline] = [instrument(page, 'Slots'), instrument(page, 'Memory timeline')];
  const keys = (await slots.locator('canvas').boundingBox())!;
  const pixels = await playground.pixels('Memory timeline');

  await page.mouse.move(keys.x + 200, keys.y + 150);
  await expect(readout(slots)).toContainText(/^Slot \d, written by position \d/);
  const [, slot, event] = /^Slot (\d), written by position (\d)/.exec(await readout(slots).innerText())!;
  const row = await outlined(timeline);
  // Nothing of the picture itself has changed.
  expect(await playground.pixels('Memory timeline')).toBe(pixels);

  // The last column of the outlined row reads that event in that slot, and from there it is outlined in the slots.
  await page.mouse.move(row.x + row.width - 10, row.y + row.height / 2);
  await expect(readout(timeline)).toContainText(
    new RegExp(`^Position 6 reads the event of position ${event!} .*slot ${slot!}: weight`),
  );
  const back = await outlined(slots);
  expect(keys.y + 150).toBeGreaterThan(back.y);
  expect(keys.y + 150).toBeLessThan(back.y + back.height);
  expect(back.height).toBeLessThan(keys.height / 4);

  // A position is a column, and in words a line.
  const states = await outlined(instrument(page, 'States'));
  await page.mouse.move(states.x + states.width / 2, states.y + states.height / 2);
  await expect(readout(instrument(page, 'States'))).toContainText('position 6');
  await expect(instrument(page, 'Log').locator('li[data-pointed]')).toContainText(/Position 6/);

  await page.mouse.move(5, 5);
  for (const region of [slots, timeline]) await expect.poll(() => outline(region)).toBeNull();

  // The arrow keys point, too.
  await slots.getByRole('application').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect(slots.locator('p[role=status]')).toContainText('Slot');
  await outlined(timeline);
  await page.keyboard.press('Tab');
  await expect.poll(() => outline(timeline)).toBeNull();
  expect(playground.problems).toEqual([]);
});

test('a finger that was lifted leaves what it tapped outlined', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true });
  const page = await context.newPage();
  const playground = new PlaygroundPage(page);
  await playground.open(quick);
  await playground.trainSteps(2);
  await page.getByRole('navigation', { name: 'Regions' }).getByRole('button', { name: 'Memory' }).tap();
  await playground.lookAtTheEnd();
  const [slots, timeline] = [instrument(page, 'Slots'), instrument(page, 'Memory timeline')];
  await slots.locator('canvas').tap({ position: { x: 150, y: 150 } });
  await expect(readout(slots)).toContainText('Slot');
  await timeline.scrollIntoViewIfNeeded();
  await outlined(timeline);
  await timeline.getByRole('heading').tap();
  await expect.poll(() => outline(timeline)).toBeNull();
  expect(playground.problems).toEqual([]);
  await context.close();
});

/** The arrangement of the page: borders that move, instruments that fold, controls that are remembered. */
import { expect, test } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

test('widths, folded and maximised instruments and their settings survive a reload', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await page.setViewportSize({ width: 1500, height: 900 });
  await playground.open({ 'task.maximumLength': 2, 'model.slots': 8, 'training.batchSize': 8 });
  const settings = page.getByRole('complementary', { name: 'Settings' });
  const width = async (): Promise<number> => (await settings.boundingBox())!.width;
  const border = page.getByRole('separator', { name: 'Width of the settings' });
  const before = await width();

  await border.focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
  await expect.poll(width).toBe(before + 48);
  await expect(border).toHaveAttribute('aria-valuenow', String(before + 48));
  const box = (await border.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 - 100, box.y + 300, { steps: 5 });
  await page.mouse.up();
  await expect.poll(width).toBe(before - 52);

  const progress = page.getByRole('complementary', { name: 'Progress' });
  const progressBefore = (await progress.boundingBox())!.width;
  await page.getByRole('separator', { name: 'Width of the progress' }).press('ArrowLeft');
  await expect.poll(async () => (await progress.boundingBox())!.width).toBe(progressBefore + 16);

  const timeline = page.getByRole('region', { name: 'Memory timeline' });
  await timeline.getByRole('radio', { name: 'by age' }).check();
  await page.getByRole('button', { name: 'Fold Slots' }).click();
  await expect(page.getByRole('region', { name: 'Slots' }).locator('canvas')).toHaveCount(0);
  await page.getByRole('button', { name: 'Maximise Curves' }).click();
  await page.waitForTimeout(200); // the layout is written a moment after the last change

  await page.reload();
  await playground.ready();
  await expect(page.getByRole('button', { name: 'Shrink Curves' })).toBeVisible();
  await page.getByRole('button', { name: 'Shrink Curves' }).click();
  expect(await width()).toBe(before - 52);
  await expect(timeline.getByRole('radio', { name: 'by age' })).toBeChecked();
  await page.getByRole('button', { name: 'Unfold Slots' }).click();
  await expect(page.getByRole('region', { name: 'Slots' }).locator('canvas')).toHaveCount(1);

  await border.dblclick();
  await expect.poll(width).toBe(before);

  // A window that is not as wide has a header of two rows at most, with all of its commands.
  for (const size of [1000, 900, 800, 700, 620]) {
    await page.setViewportSize({ width: size, height: 700 });
    const header = (await page.getByRole('banner').boundingBox())!;
    expect(header.height, `header at ${size} pixels`).toBeLessThan(95);
    for (const name of ['Reset', 'Save', 'All commands']) {
      const button = (await page
        .getByRole('banner')
        .getByRole('button', { name, exact: true })
        .boundingBox())!;
      expect(button.x + button.width, `${name} at ${size} pixels`).toBeLessThanOrEqual(size);
    }
  }
  expect(playground.problems).toEqual([]);
});

test('instruments are moved by keys and by dragging, stay there, and go back to their usual places', async ({
  page,
}) => {
  const playground = new PlaygroundPage(page);
  await page.setViewportSize({ width: 1500, height: 1000 });
  await playground.open({ 'task.maximumLength': 2, 'model.slots': 8, 'training.batchSize': 8 });
  const memory = page.getByRole('main');
  const titles = (): Promise<string[]> => memory.getByRole('heading', { level: 3 }).allInnerTexts();
  const usual = await titles();
  expect(usual.slice(0, 3)).toEqual(['Memory timeline', 'Slots', 'Similarity']);
  for (const title of usual) await page.getByRole('button', { name: `Fold ${title}` }).click();

  const grip = page.getByRole('button', { name: 'Move Similarity' });
  await grip.press('ArrowUp');
  await expect.poll(titles).toEqual(['Memory timeline', 'Similarity', 'Slots', ...usual.slice(3)]);
  await expect(grip).toBeFocused();
  await expect(memory.getByRole('status').filter({ hasText: 'Similarity is now 2 of' })).toHaveCount(1);
  await page.keyboard.press('ArrowUp');
  await expect.poll(titles).toEqual(['Similarity', 'Memory timeline', 'Slots', ...usual.slice(3)]);
  await page.keyboard.press('ArrowUp');
  await expect(memory.getByRole('status').filter({ hasText: 'already first' })).toHaveCount(1);

  await page.getByRole('heading', { name: 'Log' }).hover();
  await page.getByRole('button', { name: 'Move Log' }).hover();
  await page.mouse.down();
  const { x, y } = (await page.getByRole('heading', { name: 'Memory timeline' }).boundingBox())!;
  await page.mouse.move(x + 20, y - 8, { steps: 4 });
  await expect(page.locator('[data-drop]')).toHaveCount(1);
  await page.mouse.up();
  await expect(page.locator('[data-drop]')).toHaveCount(0);
  const moved = ['Similarity', 'Log', 'Memory timeline', 'Slots'];
  await expect.poll(titles).toEqual([...moved, ...usual.filter((title) => !moved.includes(title))]);

  // The layout is written a moment after the last change.
  await expect
    .poll(() => page.evaluate(() => localStorage.getItem('memory-playground.layout')))
    .toContain('"order":["similarity","log",');
  await page.reload();
  await playground.ready();
  expect((await titles()).slice(0, 4)).toEqual(moved);
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Commands' }).getByRole('searchbox').fill('usual layout');
  await page.keyboard.press('Enter');
  await expect.poll(titles).toEqual(usual);
});

test('the Tab key walks the header as the eye does, however wide it is', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open({ 'task.maximumLength': 2, 'model.slots': 8, 'training.batchSize': 8 });
  for (const width of [390, 620, 800, 1099, 1100, 1600]) {
    await page.setViewportSize({ width, height: 700 });
    const header = page.getByRole('banner');
    await expect
      .poll(() => header.evaluate(outOfOrder), { message: `at ${width} pixels` })
      .toEqual({ controls: 15, jumps: [] });
  }
});

/** Runs in the page: how many controls there are, and which stand before the one that comes before them. */
function outOfOrder(header: HTMLElement | SVGElement): { controls: number; jumps: string[] } {
  const places = [...header.querySelectorAll<HTMLElement>('button, select')]
    .filter((control) => control.checkVisibility())
    .map((control) => {
      const { x, y, height } = control.getBoundingClientRect();
      return { name: control.ariaLabel ?? control.title, x, middle: y + height / 2 };
    });
  const follows = (one: (typeof places)[number], before: (typeof places)[number]): boolean =>
    Math.abs(one.middle - before.middle) < 12 ? one.x > before.x : one.middle > before.middle;
  const jumps = places.slice(1).flatMap((place, i) => {
    const before = places[i]!;
    return follows(place, before) ? [] : [`${before.name} → ${place.name}`];
  });
  return { controls: places.length, jumps };
}

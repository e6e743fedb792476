/** The cursor over training: going back shows what the memory was then, bit for bit, and live returns. */
import { expect, test } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

test('scrubs through training and returns to live', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open({
    'task.maximumLength': 2,
    'model.slots': 8,
    'training.batchSize': 8,
    'training.steps': 1_000_000,
    'training.evaluationSamples': 8,
  });
  await playground.trainSteps(200);
  await playground.lookAtTheEnd();
  const cursor = page.getByRole('group', { name: 'Training step' });
  const slider = cursor.getByRole('slider', { name: 'Training step' });
  await expect(slider).toHaveValue('200');
  await expect(cursor.getByRole('button', { name: 'Live' })).toHaveAttribute('aria-disabled', 'true');
  const live = await playground.pixels('Slots');

  // Fewer than all snapshots are sent, so which steps were kept is read from the page.
  await slider.press('ArrowLeft');
  await expect(slider).not.toHaveValue('200');
  const before = await slider.inputValue();
  await slider.press('ArrowLeft');
  await expect(slider).not.toHaveValue(before);
  const kept = Number(await slider.inputValue());
  expect(kept).toBeLessThan(Number(before));
  await expect(cursor.getByRole('status')).toHaveText(`step ${kept} of 200`);
  await expect.poll(() => playground.pixels('Slots')).not.toBe(live);
  const then = await playground.pixels('Slots');

  await slider.press('Home');
  await expect(slider).toHaveValue('0');
  await expect.poll(() => playground.pixels('Slots')).not.toBe(then);
  await slider.fill(String(kept));
  await expect(slider).toHaveValue(String(kept));
  await expect.poll(() => playground.pixels('Slots')).toBe(then);

  // Training goes on, the picture stays.
  await playground.train();
  await playground.reaches(220, 60_000);
  await expect(cursor.getByRole('status')).toContainText(`step ${kept} of`);
  await expect(cursor.getByRole('status')).toContainText('live is ahead');
  expect(await playground.pixels('Slots')).toBe(then);
  await playground.pause();

  await cursor.getByRole('button', { name: 'Live' }).click();
  const step = await playground.step();
  await expect(slider).toHaveValue(String(step));
  await expect.poll(() => playground.pixels('Slots')).not.toBe(then);

  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('Shift+Home');
  await expect(slider).toHaveValue('0');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(slider).not.toHaveValue('0');
  await page.keyboard.press('Shift+Home');
  await cursor.getByRole('button', { name: 'Play training forward' }).click();
  await expect(slider).toHaveValue(String(step), { timeout: 60_000 });
  await expect(cursor.getByRole('button', { name: 'Play training forward' })).toBeVisible();

  // A reset can be undone, with the pictures of all steps.
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('r');
  await expect.poll(() => playground.step()).toBe(0);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect.poll(() => playground.step(), { timeout: 60_000 }).toBe(step);
  await slider.fill(String(kept));
  await expect(slider).toHaveValue(String(kept));
  await expect.poll(() => playground.pixels('Slots')).toBe(then);
  expect(playground.problems).toEqual([]);
});

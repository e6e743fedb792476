/** Time inside a step: the gradient through time, and one training step in slow motion. */
import { expect, test } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

const quick = {
  'task.maximumLength': 3,
  'task.minimumLength': 3,
  'model.slots': 8,
  'training.batchSize': 8,
  'training.steps': 1_000_000,
  'training.evaluationSamples': 8,
  'training.strategy': 'truncated',
  'training.horizon': 3,
};

test('shows how far the loss reaches back, and what the horizon cuts off', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open(quick);
  await playground.trainSteps(20);
  await playground.lookAtTheEnd();
  const gradient = page.getByRole('region', { name: 'Gradient through time' });
  await gradient.scrollIntoViewIfNeeded();
  await expect(gradient.locator('canvas')).toBeVisible({ timeout: 30_000 });
  const picture = gradient.getByRole('application');
  await picture.focus();
  const read = gradient.locator('p[role=status]');
  // The gradient is computed beside everything else, and there is nothing to move in before.
  await expect(async () => {
    await page.keyboard.press('End');
    await expect(read).toContainText('position 6', { timeout: 500 });
  }).toPass({ timeout: 30_000 });
  await expect(read).toContainText('step 20: gradient norm of the whole loss');
  const valueOf = async (name: string): Promise<number> =>
    Number(new RegExp(`${name} ([0-9.e−]+)`).exec(await read.innerText())![1]!.replace('−', '-'));
  // Nothing is cut in the last stretch; at the start only the loss of its own stretch is left, and there is none.
  expect(await valueOf('cut at the horizon of 3')).toBe(await valueOf('whole loss'));
  expect(await valueOf('loss of position 6 alone')).toBeGreaterThan(0);
  await page.keyboard.press('Home');
  await expect(read).toContainText('position 0');
  expect(await valueOf('whole loss')).toBeGreaterThan(0);
  expect(await valueOf('cut at the horizon of 3')).toBe(0);
  expect(playground.problems).toEqual([]);
});

test('follows one step in slow motion; left early it was none, finished it was one like any other', async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const playground = new PlaygroundPage(page);
  await playground.open(quick);
  await playground.trainSteps(2);
  const motion = page.getByRole('region', { name: 'Slow motion of a step' });
  const sentence = motion.getByRole('status').last();
  const slider = page.getByRole('slider', { name: 'Position in the sequence' });

  await page.keyboard.press('w');
  await expect(sentence).toContainText('Forward, position 0 of 6');
  for (let i = 0; i < 4; i++) await page.keyboard.press('.');
  await expect(sentence).toContainText(/position 4 .*loss of its answer [0-9]/);
  await expect(slider).toHaveValue('4');
  await page.keyboard.press('w');
  await expect(motion).toBeHidden();
  expect(await playground.step()).toBe(2);

  await page.keyboard.press('w');
  await expect(sentence).toContainText('Forward');
  await motion.getByRole('button', { name: 'Backward' }).click();
  await expect(sentence).toContainText(/Backward, position 6 .* norm [0-9]/);
  await motion.getByRole('button', { name: 'Update' }).click();
  await expect(sentence).toContainText('Update: step 3 is made', { timeout: 30_000 });
  expect(await playground.step()).toBe(3);
  await motion.getByRole('button', { name: 'Leave slow motion' }).click();
  await playground.trainSteps(1);
  const slow = (await playground.savedAt(4)).weights;

  await page.getByRole('button', { name: 'Reset', exact: true }).click();
  await expect.poll(() => playground.step()).toBe(0);
  await playground.trainSteps(4);
  expect((await playground.savedAt(4)).weights).toEqual(slow);
  expect(playground.problems).toEqual([]);
});

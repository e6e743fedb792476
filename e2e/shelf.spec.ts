/** Every model of the shelf on the page: it is chosen while another run exists, trains a few steps and shows its instruments. */
import { expect, test } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

const quick = { 'task.maximumLength': 3, 'training.batchSize': 8, 'training.evaluationSamples': 8 };

test('every preset of the shelf can be chosen while another run exists, and trains', async ({ page }) => {
  test.setTimeout(300_000);
  const playground = new PlaygroundPage(page);
  await playground.open(quick);
  const presets = page.getByRole('combobox', { name: 'Preset' });
  const ids = await presets
    .locator('option')
    .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
  // A text must be given first; e2e/text.spec.ts does that.
  const ready = ids.filter((id) => id !== '' && !id.endsWith('-text'));
  expect(ready.length).toBeGreaterThan(20);
  for (const id of ready) {
    await presets.selectOption(id);
    await playground.applyIfAsked();
    await playground.ready();
    await expect.poll(() => playground.step(), { message: id }).toBe(0);
    await playground.trainSteps(2);
    await expect(page.getByRole('main', { name: 'Memory' }).locator('canvas').first()).toBeVisible();
    await expect(page.getByRole('alert'), id).toHaveCount(0);
  }
  expect(playground.problems).toEqual([]);
});

test('changing any switch or choice of a model never breaks the page', async ({ page }) => {
  test.setTimeout(300_000);
  const playground = new PlaygroundPage(page);
  await playground.open({ ...quick, preset: 'memformer-copy' });
  for (const preset of ['memnet-copy', 'memformer-copy', 'hqlt-copy']) {
    await page.getByRole('combobox', { name: 'Preset' }).selectOption(preset);
    await playground.applyIfAsked();
    await playground.ready();
    await playground.trainSteps(1);
    const model = page.getByRole('region', { name: 'Model', exact: true });
    const more = model.getByText('More model settings');
    if (await more.isVisible()) await more.click();
    const switches = await model.getByRole('switch').count();
    for (let i = 0; i < switches; i++) {
      const control = model.getByRole('switch').nth(i);
      if (!(await control.isVisible())) continue;
      await control.click();
      await playground.applyIfAsked();
      await playground.ready();
      await playground.trainSteps(1);
      await expect(page.getByRole('alert')).toHaveCount(0);
    }
  }
  expect(playground.problems).toEqual([]);
});

/** Real training in a real browser: on software WebGPU and on WebAssembly, in the worker, with the instruments open. */
import { expect, test } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Small enough that software WebGPU, at a millisecond a dispatch, makes steps within seconds. */
const tiny = {
  'task.symbols': 2,
  'task.maximumLength': 1,
  'model.slots': 4,
  'model.hiddenSize': 8,
  'model.keySize': 8,
  'model.valueSize': 8,
  'training.batchSize': 8,
  'training.learningRate': 0.02,
  'training.warmupSteps': 0,
  'training.evaluationInterval': 1000,
  'training.evaluationSamples': 8,
};

for (const { executor, steps } of [
  { executor: 'tfjs-webgpu', steps: 30 },
  { executor: 'tfjs-wasm', steps: 60 },
  { executor: 'wasm', steps: 60 },
]) {
  test(`${executor} trains in the worker, shows it, and resumes in mid-training after a reload`, async ({
    page,
  }) => {
    const playground = new PlaygroundPage(page);
    // So that the quick executor is still training when it is paused; a longer plan records fewer points.
    await playground.open(executor === 'wasm' ? { ...tiny, 'training.steps': 1_000_000 } : tiny);
    await playground.chooseExecutor(executor);
    await expect.poll(() => playground.pixels('Slots'), { timeout: 30_000 }).not.toBe('data:,');
    await playground.lookAtTheEnd();
    await playground.page.waitForTimeout(1000);
    const before = await playground.pixels('Slots');

    await playground.train();
    await playground.reaches(steps, 150_000);
    await playground.pause();
    const step = await playground.step();
    const saved = await playground.savedAt(step);
    expect(mean(saved.losses.slice(-5))).toBeLessThan(mean(saved.losses.slice(0, 5)) * 0.9);
    await expect.poll(() => playground.pixels('Slots')).not.toBe(before);

    await page.reload();
    await playground.ready();
    expect(await playground.step()).toBe(step);
    expect((await playground.saved())!.weights).toEqual(saved.weights);
    await playground.trainSteps(1);
    const next = await playground.savedAt(step + 1);
    expect(next.weights).not.toEqual(saved.weights);
    expect(next.losses.length).toBeGreaterThanOrEqual(saved.losses.length);
    expect(playground.problems).toEqual([]);
  });
}

test('a run that was reloaded goes on exactly as one that was not', async ({ browser }) => {
  const run = async (reloadAt: number | null): Promise<PlaygroundPage> => {
    const context = await browser.newContext();
    const playground = new PlaygroundPage(await context.newPage());
    await playground.open(tiny);
    await playground.chooseExecutor('tfjs-wasm');
    if (reloadAt !== null) {
      await playground.trainSteps(reloadAt);
      await playground.savedAt(reloadAt);
      await playground.page.reload();
      await playground.ready();
    }
    await playground.trainSteps(20 - (reloadAt ?? 0));
    return playground;
  };
  const whole = await run(null);
  const broken = await run(10);
  const [a, b] = [await whole.savedAt(20), await broken.savedAt(20)];
  expect(b.weights).toEqual(a.weights);
  await whole.page.context().close();
  await broken.page.context().close();
});

test('reset goes back to the same weights bit for bit, and a new seed does not', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open(tiny);
  await playground.chooseExecutor('tfjs-wasm');
  await playground.trainSteps(1);
  const first = await playground.savedAt(1);
  await playground.trainSteps(10);
  await page.getByRole('button', { name: 'Reset', exact: true }).click();
  await expect.poll(() => playground.step()).toBe(0);
  await playground.trainSteps(1);
  expect((await playground.savedAt(1)).weights).toEqual(first.weights);
});

/** A graphics device that goes away while the page trains on it: training goes on, nothing is lost, and the page says so. */
import { expect, test } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

test('goes on from the last checkpoint when the device is lost, and says so', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open({
    'task.maximumLength': 2,
    'model.slots': 8,
    'training.batchSize': 4,
    'training.steps': 1_000_000,
    'training.evaluationSamples': 8,
  });
  const worker = page.workers().find((candidate) => candidate.url().includes('training.worker'))!;
  await worker.evaluate(() => {
    type Request = (this: GPUAdapter, descriptor?: GPUDeviceDescriptor) => Promise<GPUDevice>;
    const original: Request = Reflect.get<GPUAdapter, 'requestDevice'>(GPUAdapter.prototype, 'requestDevice');
    GPUAdapter.prototype.requestDevice = async function (descriptor) {
      const device = await original.call(this, descriptor);
      Object.assign(globalThis, { lastDevice: device });
      return device;
    };
  });
  await page.getByLabel('Computes on').selectOption('webgpu');
  await expect(page.getByLabel('Computes on')).toHaveValue('webgpu', { timeout: 60_000 });
  await playground.ready();
  await playground.train();
  await playground.reaches(20, 60_000);

  await worker.evaluate(() => (globalThis as unknown as { lastDevice: GPUDevice }).lastDevice.destroy());
  await expect(page.getByText('The graphics device went away')).toBeVisible({ timeout: 30_000 });
  await playground.reaches((await playground.step()) + 20, 60_000);
  await playground.pause();
  expect(playground.problems).toEqual([]);
});

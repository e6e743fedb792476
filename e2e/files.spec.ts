/** MNIST as a person has it: four gzipped files dropped together are trained on, and a damaged one gets a sentence. */
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

/** An IDX file of bytes: type, extents as big-endian numbers, data. */
function idx(extents: readonly number[], value: (i: number) => number): Buffer {
  const header = Buffer.alloc(4 + 4 * extents.length);
  header.set([0, 0, 0x08, extents.length]);
  extents.forEach((extent, axis) => header.writeUInt32BE(extent, 4 + 4 * axis));
  const count = extents.reduce((product, extent) => product * extent, 1);
  return Buffer.concat([header, Buffer.from(Array.from({ length: count }, (_, i) => value(i)))]);
}

/** Image i has as many full rows as its digit, i mod 10. */
const images = (count: number): Buffer =>
  idx([count, 28, 28], (i) => (Math.floor((i % 784) / 28) < Math.floor(i / 784) % 10 ? 255 : 0));
const labels = (count: number): Buffer => idx([count], (i) => i % 10);

async function drop(page: Page, files: Readonly<Record<string, Buffer>>): Promise<void> {
  const contents = Object.entries(files).map(([name, bytes]) => [name, bytes.toString('base64')] as const);
  const data = await page.evaluateHandle((dropped) => {
    const transfer = new DataTransfer();
    for (const [name, base64] of dropped) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
    }
    return transfer;
  }, contents);
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}

test('four gzipped files of MNIST are trained on as they are dropped, a damaged one is named', async ({
  page,
}) => {
  const playground = new PlaygroundPage(page);
  await playground.open({ model: 'lstm', 'model.hiddenSize': 8, 'training.batchSize': 2 });
  await drop(page, { 'train-images-idx3-ubyte': images(40).subarray(0, 3000) });
  await expect(
    page.getByRole('alert').filter({ hasText: '“train-images-idx3-ubyte” is cut off' }),
  ).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Task' })).toHaveValue('copy');

  await drop(page, {
    'train-labels-idx1-ubyte.gz': gzipSync(labels(40)),
    't10k-images-idx3-ubyte.gz': gzipSync(images(20)),
    'train-images-idx3-ubyte.gz': gzipSync(images(40)),
    't10k-labels-idx1-ubyte.gz': gzipSync(labels(20)),
  });
  await expect(page.getByRole('combobox', { name: 'Task' })).toHaveValue('mnist');
  await expect(page.getByText('train-labels-idx1-ubyte.gz').first()).toBeVisible();
  await page.getByRole('combobox', { name: 'What is asked' }).selectOption('digit');
  await expect(page.getByRole('img', { name: 'Picture of 14 × 14 pixels' })).toHaveCount(6);
  await expect(page.getByText(/^digit \d$/).first()).toBeVisible();
  await playground.ready();
  await playground.trainSteps(1);
  expect(playground.problems).toEqual([]);
});

/** What leaves the screen: a picture as PNG and SVG, and the page on paper. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { InstrumentDriver } from './support/instrument.ts';
import { PlaygroundPage } from './support/playground.ts';

const quick = {
  ...{ 'task.minimumLength': 3, 'task.maximumLength': 3, 'model.slots': 8, 'training.batchSize': 8 },
  ...{ 'training.steps': 10_000, 'training.evaluationSamples': 8, probe: 'heldOut.0', position: 6 },
};

/** Room that a saved picture has for its title above, its source below, and at the sides. */
const added = { width: 32, height: 88, x: 16, y: 46 };

async function saved(page: Page, instrument: InstrumentDriver, button: string): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await instrument.region.getByText('Save', { exact: true }).click();
  await instrument.region.getByRole('button', { name: button }).click();
  return readFile(await (await download).path());
}

/** Runs in the page: places of the canvas in the middle of even ground, and how many of them the image shows in another colour. */
async function compare(
  canvas: HTMLElement | SVGElement,
  { base64, x, y }: { readonly base64: string; readonly x: number; readonly y: number },
): Promise<{ width: number; height: number; compared: number; colours: number; different: string[] }> {
  const blob = await (await fetch(`data:image/png;base64,${base64}`)).blob();
  const image = await createImageBitmap(blob);
  const copy = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
  copy.drawImage(image, 0, 0);
  const screen = (canvas as HTMLCanvasElement).getContext('2d')!;
  const { width, height } = canvas as HTMLCanvasElement;
  const [shown, file] = [
    screen.getImageData(0, 0, width, height),
    copy.getImageData(0, 0, image.width, image.height),
  ];
  const at = ({ data, width: row }: ImageData, px: number, py: number): string =>
    [...data.subarray(4 * (py * row + px), 4 * (py * row + px) + 4)].join(' ');
  const seen = new Set<string>();
  const different: string[] = [];
  let compared = 0;
  for (let py = 2; py < height - 2; py += 3) {
    for (let px = 2; px < width - 2; px += 3) {
      const colour = at(shown, px, py);
      const around = [-2, 0, 2].flatMap((dy) => [-2, 0, 2].map((dx) => at(shown, px + dx, py + dy)));
      if (!colour.endsWith(' 255') || around.some((other) => other !== colour)) continue;
      compared++;
      seen.add(colour);
      const found = at(file, 2 * (px + x) + 1, 2 * (py + y) + 1);
      if (found !== colour) different.push(`${px}, ${py}: ${colour} is ${found}`);
    }
  }
  return { width: image.width, height: image.height, compared, colours: seen.size, different };
}

test('a picture is saved as PNG of twice its size in the colours of the screen, and as SVG with its name', async ({
  page,
}) => {
  const playground = new PlaygroundPage(page);
  await playground.open(quick);
  await playground.trainSteps(10);
  const slots = new InstrumentDriver(page, 'Slots');
  await slots.shown();
  const png = await saved(page, slots, 'Picture as PNG (2×)');
  const screen = await slots.canvas.evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    return { width, height };
  });
  const found = await slots.canvas.evaluate(compare, { base64: png.toString('base64'), ...added });
  expect([found.width, found.height]).toEqual([
    2 * (screen.width + added.width),
    2 * (screen.height + added.height),
  ]);
  expect(found.compared).toBeGreaterThan(500);
  expect(found.colours).toBeGreaterThan(20);
  expect(found.different).toEqual([]);

  const svg = (await saved(page, slots, 'Picture as SVG')).toString('utf8');
  const read = await page.evaluate((text) => {
    const { documentElement: root } = new DOMParser().parseFromString(text, 'image/svg+xml');
    const words = [...root.querySelectorAll('text')].map((node) => node.textContent);
    return {
      name: root.nodeName,
      size: [root.getAttribute('width'), root.getAttribute('height')].map(Number),
      said: root.querySelector('title, desc')?.textContent ?? root.getAttribute('aria-label') ?? '',
      words,
    };
  }, svg);
  expect(read.name).toBe('svg');
  expect(read.size).toEqual([screen.width + added.width, screen.height + added.height]);
  expect(read.said).toContain('slots hold an event at position 6');
  expect(read.words).toEqual(expect.arrayContaining(['Slots', 'keys stored', 'read weight']));
  expect(playground.problems).toEqual([]);
});

test('a dark page is printed light, with the pictures that are out of view, and is dark again afterwards', async ({
  browser,
}) => {
  const page = await browser.newPage({ viewport: { width: 1400, height: 700 }, colorScheme: 'dark' });
  const playground = new PlaygroundPage(page);
  await playground.open(quick);
  await playground.trainSteps(10);
  // What is drawn for paper is looked at before the paper is gone.
  await page.evaluate(() => {
    addEventListener('beforeprint', () => {
      const colours = [...document.querySelectorAll('canvas')].map((canvas) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        const found = { dark: 0, light: 0 };
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 3] !== 255) continue;
          const ink = `${data[i]} ${data[i + 1]} ${data[i + 2]}`;
          if (ink === '22 25 29') found.dark++;
          if (ink === '236 239 243') found.light++;
        }
        return found;
      });
      document.body.dataset['printed'] = JSON.stringify(colours);
    });
  });
  const pdf = await page.pdf({ format: 'A4' });
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  const printed = JSON.parse((await page.locator('body').getAttribute('data-printed'))!) as {
    dark: number;
    light: number;
  }[];
  expect(printed.length).toBeGreaterThan(5);
  // Letters in the ink of the light page; the ink of the dark one is nowhere.
  for (const { dark, light } of printed.slice(0, 4)) {
    expect(dark).toBeGreaterThan(100);
    expect(light).toBe(0);
  }
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(playground.problems).toEqual([]);
  await page.close();
});

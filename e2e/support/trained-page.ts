/** A page with a network trained by exactly so many steps, and the same network worked out from its weights. */
import { expect } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import { InstrumentDriver } from './instrument.ts';
import { PlaygroundPage } from './playground.ts';
import { Reference } from './reference.ts';

export interface TrainedPage {
  readonly page: Page;
  readonly playground: PlaygroundPage;
  readonly reference: Reference;
}

/** Paused at a step of the wasm executor, on a light page that looks at the first held-out sample. */
export async function openTrained(
  browser: Browser,
  settings: Readonly<Record<string, string | number>>,
  steps: number,
): Promise<TrainedPage> {
  const page = await browser.newPage({
    viewport: { width: 1500, height: 1000 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  const playground = new PlaygroundPage(page);
  await playground.open({ 'training.steps': 10_000, probe: 'heldOut.0', ...settings });
  await playground.chooseExecutor('wasm');
  return { page, playground, reference: await trainOn(page, playground, steps) };
}

/** Trains that many steps and waits until the pictures show the last one. */
export async function trainOn(page: Page, playground: PlaygroundPage, steps: number): Promise<Reference> {
  await playground.trainSteps(steps);
  const step = await playground.step();
  const saved = await playground.savedAt(step);
  const { canvas } = new InstrumentDriver(page, 'Memory timeline');
  await expect(canvas).toHaveAttribute('aria-label', new RegExp(`at training step ${step}\\.`));
  return new Reference(saved);
}

/** Driving the page as a person does, and looking at what it keeps and draws. */
import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';
import { heapBytes } from './heap.ts';
import type { HeapBytes } from './heap.ts';

export interface SavedRun {
  readonly step: number;
  /** What defines the run: task, model and training with all their fields, and the seed. */
  readonly config: unknown;
  readonly seconds: number;
  /** The weights, little-endian float32 in base64, by parameter name. */
  readonly weights: Readonly<Record<string, string>>;
  readonly losses: readonly number[];
  readonly evaluations: readonly {
    readonly step: number;
    readonly split: string;
    readonly perplexity: number;
    readonly sequenceAccuracy: number;
  }[];
  /** Training steps whose generalisation grid is kept. */
  readonly gridSteps: readonly number[];
}

export class PlaygroundPage {
  readonly page: Page;
  readonly problems: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text());
    });
  }

  /** Opens the page with settings in the address and waits until it can train. */
  async open(settings: Readonly<Record<string, string | number>> = {}): Promise<void> {
    await this.goTo(settings);
    await this.ready();
  }

  async goTo(settings: Readonly<Record<string, string | number>>): Promise<void> {
    const hash = new URLSearchParams({ v: '1' });
    for (const [key, value] of Object.entries(settings)) hash.set(key, String(value));
    await this.page.goto(`./#${hash.toString()}`);
  }

  async ready(): Promise<void> {
    await expect(this.page.getByTestId('step')).toBeVisible({ timeout: 120_000 });
    await expect(this.trainButton()).toBeEnabled();
  }

  /** Confirms a new run where the page says that the changes start one. */
  async applyIfAsked(): Promise<void> {
    const bar = this.page.getByRole('region', { name: 'Changed settings' });
    if (await bar.isVisible()) await bar.getByRole('button').first().click();
    await expect(bar).toBeHidden();
  }

  trainButton() {
    return this.page.getByRole('button', { name: /^Train( on)?$/ });
  }

  async chooseExecutor(name: string): Promise<void> {
    await this.page.getByLabel('Computes on').selectOption(name);
    await this.ready();
    await expect(this.page.getByLabel('Computes on')).toHaveValue(name);
  }

  async train(): Promise<void> {
    await this.trainButton().click();
  }

  async pause(): Promise<void> {
    await this.page.getByRole('button', { name: 'Pause', exact: true }).click();
    await expect(this.trainButton()).toBeVisible();
  }

  async step(): Promise<number> {
    const text = await this.page.getByTestId('step').innerText();
    return Number(text.replace(/[^0-9]/g, ''));
  }

  async reaches(step: number, timeout: number): Promise<void> {
    await expect.poll(() => this.step(), { timeout, intervals: [200] }).toBeGreaterThanOrEqual(step);
  }

  /** Trains exactly this many steps with the buttons 1, 10 and 100. */
  async trainSteps(count: number, timeout = 60_000): Promise<void> {
    let target = await this.step();
    for (const size of [100, 10, 1]) {
      for (let left = Math.floor((count % (size * 10)) / size); left > 0; left--) {
        await this.page
          .getByRole('button', { name: `Train ${size} step${size > 1 ? 's' : ''}`, exact: true })
          .click();
        target += size;
        await expect.poll(() => this.step(), { timeout, intervals: [50] }).toBe(target);
        await expect(this.trainButton()).toBeEnabled();
      }
    }
  }

  /** Moves the cursor to the last position, where the memory holds most. */
  async lookAtTheEnd(): Promise<void> {
    const slider = this.page.getByRole('slider', { name: 'Position in the sequence' });
    await expect(slider).toBeEnabled({ timeout: 30_000 });
    await slider.press('End');
  }

  /** The pixels of an instrument's picture; only pictures in view are drawn. */
  async pixels(title: string): Promise<string> {
    const canvas = this.page.getByRole('region', { name: title }).locator('canvas').first();
    await canvas.scrollIntoViewIfNeeded();
    return canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());
  }

  /** "… MiB in … tensors and buffers", as the page tells of its executor. */
  async executorMemory(): Promise<string> {
    return (await this.page.getByText('Memory in use').textContent()) ?? '';
  }

  /** MiB of the snapshots that are kept for looking back, as the page tells. */
  async historyMebibytes(): Promise<number> {
    const text = (await this.page.getByText('Kept for looking back').textContent()) ?? '';
    return Number(/([0-9.]+) of at most/.exec(text)?.[1]);
  }

  /** Bytes that the page and its training worker hold, after a collection. */
  heapBytes(): Promise<HeapBytes> {
    return heapBytes(this.page);
  }

  /** What is stored of the run of this step, once that is saved. */
  async savedAt(step: number): Promise<SavedRun> {
    let saved: SavedRun | null = null;
    await expect
      .poll(async () => (saved = await this.saved())?.step, {
        timeout: 30_000,
        message: `a save of step ${step}`,
      })
      .toBe(step);
    return saved!;
  }

  async saved(): Promise<SavedRun | null> {
    return this.page.evaluate(readNewestRun);
  }
}

/** Drops a file anywhere on the page. */
export async function dropFile(
  page: Page,
  { name, buffer }: { readonly name: string; readonly buffer: Buffer },
): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ({ name: fileName, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], fileName));
      return transfer;
    },
    { name, base64: buffer.toString('base64') },
  );
  await page.dispatchEvent('body', 'drop', { dataTransfer });
}

/** Runs in the page: the newest run of the library, straight from IndexedDB. */
async function readNewestRun(): Promise<SavedRun | null> {
  interface Stored {
    savedAt: number;
    checkpoint: {
      step: number;
      config: unknown;
      seconds: number;
      training: { parameters: Record<string, { data: Float32Array }> };
      metrics: { loss: number }[];
      evaluations: SavedRun['evaluations'];
      grids?: { step: number }[];
    };
  }
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('memory-playground');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error('no database'));
  });
  try {
    if (!database.objectStoreNames.contains('runs')) return null;
    const runs = await new Promise<Stored[]>((resolve, reject) => {
      const request = database.transaction('runs').objectStore('runs').getAll() as IDBRequest<Stored[]>;
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error('no runs'));
    });
    const newest = runs.sort((a, b) => b.savedAt - a.savedAt)[0];
    if (!newest) return null;
    const text = (data: Float32Array): string =>
      btoa(
        Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), (byte) =>
          String.fromCharCode(byte),
        ).join(''),
      );
    const { step, config, seconds, training, metrics, evaluations, grids = [] } = newest.checkpoint;
    return {
      step,
      config,
      seconds,
      weights: Object.fromEntries(
        Object.entries(training.parameters).map(([name, { data }]) => [name, text(data)]),
      ),
      losses: metrics.map(({ loss }) => loss),
      evaluations,
      gridSteps: grids.map((grid) => grid.step),
    };
  } finally {
    database.close();
  }
}

/**
 * An instrument as somebody sees, hears and saves it: the pixels of its canvas, the words of its cells, the axes and the
 * colour bars that say what a place or a colour means, and the numbers of its CSV.
 */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { expect } from '@playwright/test';
import { PictureReading } from './picture-reading.ts';
import type { SpokenCell } from './picture-reading.ts';

/** One record of a CSV, by column. */
export type Row = Readonly<Record<string, string>>;

export class InstrumentDriver {
  readonly region: Locator;
  readonly canvas: Locator;
  readonly #page: Page;

  constructor(page: Page, title: string) {
    this.#page = page;
    this.region = page.getByRole('region', { name: title, exact: true });
    this.canvas = this.region.locator('canvas');
  }

  /** Brings it into view and waits for its picture; only pictures in view are drawn. */
  async shown(): Promise<void> {
    await this.region.scrollIntoViewIfNeeded();
    await this.canvas.scrollIntoViewIfNeeded();
    await expect(this.canvas).toBeVisible();
    await expect(this.canvas).toHaveAttribute('aria-label', / /);
  }

  /** Everything of the picture as it stands now; what a key makes the page say is said to the pointer too. */
  async read(): Promise<PictureReading> {
    await this.shown();
    const svg = await this.save('Picture as SVG');
    // The picture follows the cursors in an animation frame.
    await this.#page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    const { pixels, ...rest } = await this.canvas.evaluate(lookAt);
    expect(rest.cells.map(({ text }) => text)).toContain(await this.#spoken('ArrowDown'));
    return new PictureReading({ ...rest, pixels: Buffer.from(pixels, 'base64') }, svg);
  }

  async csv(): Promise<Row[]> {
    const [head, ...lines] = (await this.save('Numbers as CSV')).trimEnd().split('\r\n').map(fields);
    return lines.map((line) => Object.fromEntries(head!.map((name, i) => [name, line[i]!])));
  }

  /** The text of a file that it can be saved as. */
  async save(button: string): Promise<string> {
    const download = this.#page.waitForEvent('download');
    await this.region.getByText('Save', { exact: true }).click();
    await this.region.getByRole('button', { name: button }).click();
    return readFile(await (await download).path(), 'utf8');
  }

  /** What a key makes the page say to those who do not see the frame. */
  async #spoken(key: string): Promise<string> {
    const picture = this.region.getByRole('application');
    await picture.press(key);
    // The grip in the heading has words of its own.
    const words = await this.region.locator('p[role=status]').first().innerText();
    await picture.blur();
    return words;
  }
}

/** The fields of a line (RFC 4180) without line breaks inside. */
function fields(line: string): string[] {
  return [...line.matchAll(/("(?:[^"]|"")*"|[^",]*)(?:,|$)/g)]
    .slice(0, -1)
    .map(([, field = '']) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field));
}

/** Runs in the page: points at every cell of the picture and writes down what is said and where its frame stands. */
function lookAt(element: HTMLElement | SVGElement): {
  cells: SpokenCell[];
  width: number;
  height: number;
  /** RGBA in base64. */
  pixels: string;
} {
  const canvas = element as HTMLCanvasElement;
  const root = canvas.parentElement!;
  const frame = canvas.nextElementSibling as HTMLElement;
  const readout = root.nextElementSibling!;
  const place = canvas.getBoundingClientRect();
  const scale = canvas.width / place.width;
  const cells: SpokenCell[] = [];
  const pointAt = (x: number, y: number): SpokenCell | null => {
    const point = { clientX: place.left + x, clientY: place.top + y, bubbles: true };
    root.dispatchEvent(new PointerEvent('pointermove', point));
    if (frame.hidden) return null;
    const [left = 0, top = 0] = (/translate\((.*)\)/.exec(frame.style.transform)?.[1] ?? '')
      .split(',')
      .map(parseFloat);
    const [width, height] = [parseFloat(frame.style.width), parseFloat(frame.style.height)];
    return { text: readout.textContent, x: left, y: top, width, height };
  };
  // A row of cells is walked along once from its left end; what is no cell is searched in steps that no row escapes.
  const rows: { x: number; y: number; width: number; height: number }[] = [];
  const holds = (x: number, y: number) => (row: (typeof rows)[number]) =>
    x >= row.x && x < row.x + row.width && y >= row.y && y < row.y + row.height;
  for (let y = 1.5; y < place.height; y += 3) {
    for (let x = 1.5; x < place.width; x += 10) {
      if (rows.some(holds(x, y))) continue;
      let cell = pointAt(x, y);
      if (!cell) continue;
      const inRow = (next: SpokenCell | null): boolean => next?.y === cell!.y && next.height === cell!.height;
      for (let left = pointAt(cell.x - 0.25, y); inRow(left); left = pointAt(left!.x - 0.25, y)) cell = left!;
      const row = { ...cell };
      for (
        let next: SpokenCell | null = cell;
        next && inRow(next);
        next = pointAt(next.x + next.width + 0.25, y)
      ) {
        cells.push(next);
        row.width = next.x + next.width - row.x;
      }
      rows.push(row);
    }
  }
  // React hears of a pointer that leaves by where it goes to.
  root.dispatchEvent(new PointerEvent('pointerout', { bubbles: true, relatedTarget: document.body }));
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
  let pixels = '';
  for (let start = 0; start < data.length; start += 8192)
    pixels += String.fromCharCode(...data.subarray(start, start + 8192));
  if (scale !== 1) throw new Error(`the canvas has ${scale} pixels for one of the page`);
  return { cells, width, height, pixels: btoa(pixels) };
}

/** A picture as a file: SVG, PNG at twice the size, and the numbers as CSV. Pictures carry their title and where they come from. */
import { fontSize } from './axes.ts';
import { CanvasRenderer } from './canvas.ts';
import { csvOf } from './csv.ts';
import type { Palette } from './palette.ts';
import type { Mark, Picture, Table } from './picture.ts';
import { svgOf } from './svg.ts';

export interface Caption {
  readonly title: string;
  /** Which run, step and sample. */
  readonly source: string;
}

const padding = 16;
const titleHeight = 30;
const sourceHeight = 26;

/** The picture with its title above and its source below, as it can stand in a paper or on a slide. */
function captioned(picture: Picture, { title, source }: Caption, palette: Palette): Picture {
  const height = picture.height + titleHeight + sourceHeight + 2 * padding;
  const text = (content: string, y: number, size: number, fill: string, weight: 400 | 600): Mark => {
    return { kind: 'text', x: padding, y, text: content, size, fill, weight, baseline: 'middle' };
  };
  return {
    ...picture,
    width: picture.width + 2 * padding,
    height,
    marks: [
      text(title, padding + 8, 16, palette.ink, 600),
      { kind: 'group', x: padding, y: padding + titleHeight, marks: picture.marks },
      text(source, height - padding - 4, fontSize.tick, palette.inkMuted, 400),
    ],
    grids: [],
  };
}

export const exportFormats = ['svg', 'png', 'csv'] as const;

export type ExportFormat = (typeof exportFormats)[number];

export const exportLabels: Readonly<Record<ExportFormat, string>> = {
  svg: 'Picture as SVG',
  png: 'Picture as PNG (2×)',
  csv: 'Numbers as CSV',
};

export interface Exportable {
  readonly picture: Picture;
  readonly palette: Palette;
  readonly caption: Caption;
  readonly table: () => Table;
}

/** Pixels of the exported PNG per CSS pixel. */
const pngScale = 2;

export async function blobOf(
  { picture, palette, caption, table }: Exportable,
  format: ExportFormat,
): Promise<Blob> {
  switch (format) {
    case 'svg':
      return new Blob([svgOf(captioned(picture, caption, palette), { palette })], { type: 'image/svg+xml' });
    case 'png':
      return pngOf(captioned(picture, caption, palette), palette);
    case 'csv':
      return new Blob([csvOf(table())], { type: 'text/csv;charset=utf-8' });
  }
}

async function pngOf(picture: Picture, palette: Palette): Promise<Blob> {
  const canvas = new OffscreenCanvas(picture.width * pngScale, picture.height * pngScale);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The browser gives no 2-D canvas');
  context.scale(pngScale, pngScale);
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, picture.width, picture.height);
  new CanvasRenderer().draw(context, picture, palette);
  return canvas.convertToBlob({ type: 'image/png' });
}

/** Hands a file to the browser's downloads. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers read the blob only after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

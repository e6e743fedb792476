/** A picture on a canvas. The context's transform says where and how large (device pixels, or twice that for export). */
import type { Palette } from './palette.ts';
import type { Mark, Picture, RasterMark, TextMark } from './picture.ts';
import { haloWidth, middleShift } from './svg.ts';

/** What is used of a 2-D context; an OffscreenCanvas has it too. */
export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

interface Scratch {
  readonly canvas: OffscreenCanvas;
  readonly context: OffscreenCanvasRenderingContext2D;
}

/** Holds the one small canvas that heatmaps pass through, so that drawing allocates nothing that grows. */
export class CanvasRenderer {
  #scratch: Scratch | null = null;
  /** As the context has it: a browser reads a font's text anew each time that it is set. */
  #font = '';

  /** Paints over whatever is there, in the current transform. */
  draw(context: Context, picture: Picture, palette: Palette): void {
    context.save();
    this.#font = '';
    context.lineJoin = 'round';
    for (const mark of picture.marks) this.#mark(context, mark, palette);
    context.restore();
  }

  #mark(context: Context, mark: Mark, palette: Palette): void {
    switch (mark.kind) {
      case 'rect':
        context.beginPath();
        if (mark.radius) context.roundRect(mark.x, mark.y, mark.width, mark.height, mark.radius);
        else context.rect(mark.x, mark.y, mark.width, mark.height);
        paint(context, mark);
        return;
      case 'line':
        context.beginPath();
        context.moveTo(mark.x1, mark.y1);
        context.lineTo(mark.x2, mark.y2);
        paint(context, mark);
        return;
      case 'path':
        paint(context, mark, new Path2D(mark.d));
        return;
      case 'text':
        this.#text(context, mark, palette);
        return;
      case 'raster':
        this.#raster(context, mark);
        return;
      case 'group': {
        const font = this.#font;
        context.save();
        context.translate(mark.x ?? 0, mark.y ?? 0);
        if (mark.clip) {
          context.beginPath();
          context.rect(mark.clip.x, mark.clip.y, mark.clip.width, mark.clip.height);
          context.clip();
        }
        for (const part of mark.marks) this.#mark(context, part, palette);
        context.restore();
        this.#font = font;
        return;
      }
    }
  }

  #text(context: Context, mark: TextMark, palette: Palette): void {
    const shift = mark.baseline === 'middle' ? mark.size * middleShift : 0;
    const family = mark.family === 'mono' ? palette.mono : palette.sans;
    const font = `${mark.weight ?? 400} ${mark.size}px ${family}`;
    if (font !== this.#font) context.font = this.#font = font;
    context.globalAlpha = mark.opacity ?? 1;
    context.fillStyle = mark.fill;
    context.textAlign = mark.anchor === 'middle' ? 'center' : (mark.anchor ?? 'start');
    context.textBaseline = 'alphabetic';
    if (!mark.rotate) {
      letters(context, mark, mark.x, mark.y + shift);
      return;
    }
    context.save();
    context.translate(mark.x, mark.y);
    context.rotate((mark.rotate * Math.PI) / 180);
    letters(context, mark, 0, shift);
    context.restore();
  }

  /** One pixel a cell into the scratch canvas, then enlarged without smoothing. */
  #raster(context: Context, { x, y, width, height, columns, rows, levels, scale }: RasterMark): void {
    if (columns === 0 || rows === 0) return;
    const { canvas, context: scratch } = this.#scratchOf(columns, rows);
    const image = scratch.createImageData(columns, rows);
    const { data } = image;
    const { table } = scale;
    for (let cell = 0; cell < levels.length; cell++) {
      const level = levels[cell]!;
      if (level === 0) continue;
      data[4 * cell] = table[3 * level]!;
      data[4 * cell + 1] = table[3 * level + 1]!;
      data[4 * cell + 2] = table[3 * level + 2]!;
      data[4 * cell + 3] = 255;
    }
    scratch.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, 0, 0, columns, rows, x, y, width, height);
  }

  #scratchOf(columns: number, rows: number): Scratch {
    if (!this.#scratch) {
      const canvas = new OffscreenCanvas(columns, rows);
      // Written by the processor at every redraw: kept where it can be written fast.
      const context = canvas.getContext('2d', { willReadFrequently: true });
      if (!context) throw new Error('The browser gives no 2-D canvas');
      this.#scratch = { canvas, context };
    }
    const { canvas } = this.#scratch;
    if (canvas.width < columns) canvas.width = columns;
    if (canvas.height < rows) canvas.height = rows;
    return this.#scratch;
  }
}

interface Painted {
  readonly fill?: string;
  readonly stroke?: string;
  readonly strokeWidth?: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
}

function paint(context: Context, mark: Painted, path?: Path2D): void {
  context.globalAlpha = mark.opacity ?? 1;
  if (mark.fill) {
    context.fillStyle = mark.fill;
    if (path) context.fill(path);
    else context.fill();
  }
  if (mark.stroke) {
    context.strokeStyle = mark.stroke;
    context.lineWidth = mark.strokeWidth ?? 1;
    context.setLineDash(mark.dash ? [...mark.dash] : []);
    if (path) context.stroke(path);
    else context.stroke();
  }
}

function letters(context: Context, { text: content, halo }: TextMark, x: number, y: number): void {
  if (halo) {
    context.strokeStyle = halo;
    context.lineWidth = haloWidth;
    context.setLineDash([]);
    context.strokeText(content, x, y);
  }
  context.fillText(content, x, y);
}

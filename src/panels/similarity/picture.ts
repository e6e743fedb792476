/**
 * Similarity: the read at the cursor as the kernel sees it. Every slot is a point on the curve that turns closeness into
 * weight; below, how many slots lie at which closeness. Beside it, how spread out the read is at every position, and what
 * another σ would make of the same query and the same keys.
 */
import type { Moment } from '../common/data.ts';
import type { Box, Drawn, Size } from '../common/picture.ts';
import { notice } from '../common/picture.ts';
import { numberText } from '../common/text.ts';
import type { Read } from './data.ts';
import { readAt } from './data.ts';
import type { PointOptions } from './kernel-plot.ts';
import { kernelPlot } from './kernel-plot.ts';
import { entropyPlot, widthPlot } from './side-plots.ts';

export interface SimilarityOptions extends PointOptions {
  readonly size: Size;
}

const narrow = 620;

export function naturalHeight(width: number): number {
  return width < narrow ? 640 : 380;
}

export function similarityPicture(moment: Moment | null, options: SimilarityOptions): Drawn {
  if (!moment) {
    return notice('Train the network, or step once: the read at the cursor is then drawn on its kernel.');
  }
  const read = readAt(moment);
  if (!read) return notice('This model does not read by a similarity kernel. MemNet fills this instrument.');
  if (read.comparisons.length === 0) {
    return notice('Nothing is written yet at this position: move the cursor on to see a read.');
  }
  const { palette, size } = options;
  const layout = boxes(size);
  const curve = kernelPlot(read, layout.kernel, layout.histogram, options);
  const entropy = entropyPlot(read, layout.entropy, palette);
  const width = widthPlot(read, layout.width, palette);
  return {
    kind: 'picture',
    ...size,
    summary: summaryOf(read),
    marks: [...curve.marks, ...entropy.marks, ...width.marks],
    grids: [...curve.grids, ...entropy.grids, ...width.grids],
  };
}

interface Boxes {
  readonly kernel: Box;
  readonly histogram: Box;
  readonly entropy: Box;
  readonly width: Box;
}

function boxes({ width, height }: Size): Boxes {
  const left = 40;
  const right = 12;
  const place = (x: number, y: number, w: number, h: number): Box => ({
    x,
    y,
    width: Math.max(20, w),
    height: Math.max(10, h),
  });
  if (width < narrow) {
    const room = height - 26 - 22 - 2 * (38 + 26) - 38;
    const kernel = place(left, 26, width - left - right, room * 0.46);
    const histogram = place(left, kernel.y + kernel.height + 22, kernel.width, room * 0.12);
    const entropy = place(left, histogram.y + histogram.height + 38 + 26, kernel.width, room * 0.2);
    return {
      kernel,
      histogram,
      entropy,
      width: place(left, entropy.y + entropy.height + 38 + 26, kernel.width, room * 0.22),
    };
  }
  const half = Math.floor(width * 0.56);
  const kernelHeight = height - 26 - 22 - 38 - 56;
  const kernel = place(left, 26, half - left - right, kernelHeight);
  const histogram = place(left, 26 + kernelHeight + 22, kernel.width, 56);
  const sideHeight = (height - 2 * 26 - 2 * 38) / 2;
  const x = half + left + 14;
  const entropy = place(x, 26, width - x - right, sideHeight);
  return {
    kernel,
    histogram,
    entropy,
    width: place(x, 26 + sideHeight + 38 + 26, entropy.width, sideHeight),
  };
}

function summaryOf({ moment, comparisons, kernel }: Read): string {
  const best = comparisons.reduce((a, b) => (b.weight > a.weight ? b : a));
  return `Read at position ${moment.position} with the kernel ${kernel.name}, σ ${numberText(kernel.sigma)}: the largest weight ${numberText(best.weight)} falls on slot ${best.slot}.`;
}

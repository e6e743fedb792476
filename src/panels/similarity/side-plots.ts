/** How spread out the read is at every position, and what σ does to the read at the cursor. */
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { bottomAxis, fontSize, indexTicks, leftAxis, plotHeading } from '../common/axes.ts';
import { cursorFrame } from '../common/heat-marks.ts';
import { overPositions } from '../common/outlines.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Mark } from '../common/picture.ts';
import { axisNumber, numberText, textWidth } from '../common/text.ts';
import type { Read } from './data.ts';
import { entropies, weightsWith } from './data.ts';
import { entropyBits, hasWidth } from './kernel.ts';

const effective = (bits: number): string => numberText(2 ** bits);

/** Entropy of the read at every position, from 0 (one slot) to log₂ N (all alike). */
export function entropyPlot({ trace, moment }: Read, box: Box, palette: Palette): Drawing {
  const bits = entropies(trace);
  const most = Math.max(1, Math.log2(trace.slots));
  const y = scaleLinear([0, most], [box.y + box.height, box.y]);
  const cell = box.width / bits.length;
  const path = line<number>()
    .defined((t) => Number.isFinite(bits[t]))
    .x((t) => box.x + (t + 0.5) * cell)
    .y((t) => y(bits[t]!));
  const cursor = { x: box.x + moment.position * cell, y: box.y, width: cell, height: box.height };
  const ticks = y.ticks(3).map((value) => ({ at: y(value), text: axisNumber(value) }));
  return {
    marks: [
      plotHeading('entropy of the read (bits)', box, palette),
      ...leftAxis(box, ticks, palette, { rules: true }),
      { kind: 'line', x1: box.x, y1: y(0), x2: box.x + box.width, y2: y(0), stroke: palette.inkMuted },
      { kind: 'path', d: path(bits.map((_, t) => t)) ?? '', stroke: palette.series[2]!, strokeWidth: 2 },
      ...bottomAxis(box, indexTicks(bits.length, box.x, cell, 26), 'position (tokens)', palette),
      ...cursorFrame(cursor, palette),
    ],
    grids: [
      {
        ...box,
        id: 'entropy',
        label: 'entropy of the read',
        columns: bits.length,
        rows: 1,
        links: overPositions,
        describe: (t) =>
          Number.isFinite(bits[t])
            ? `Position ${t}: entropy ${numberText(bits[t]!)} bits, as if ${effective(bits[t]!)} slots were read alike`
            : `Position ${t}: nothing is read`,
      },
    ],
  };
}

/** Names the two lines in the row of the heading, in their colours. */
function lineNames(box: Box, palette: Palette): Mark[] {
  const y = box.y - 15;
  const right = box.x + box.width;
  const name = (text: string, x: number, series: number): Mark => {
    const style = {
      fill: palette.series[series]!,
      size: fontSize.tick,
      anchor: 'end',
      baseline: 'middle',
    } as const;
    return { kind: 'text', x, y, text, ...style };
  };
  const mass = '- - read mass';
  return [name(mass, right, 1), name('— slots read alike', right - textWidth(mass, fontSize.tick) - 12, 2)];
}

/** σ is tried from a sixteenth to sixteen times its value. */
const span = 16;
const samples = 64;

/** Slots read alike, for other σ: with the same query and the same keys, as they are now. */
export function widthPlot(read: Read, box: Box, palette: Palette): Drawing {
  const { kernel, trace } = read;
  if (!hasWidth(kernel)) {
    const text = 'The softmax of dot products has no σ.';
    return {
      marks: [{ kind: 'text', x: box.x, y: box.y + 12, text, fill: palette.inkMuted, size: fontSize.label }],
      grids: [],
    };
  }
  const domain = [kernel.sigma / span, kernel.sigma * span];
  const x = scaleLog(domain, [box.x, box.x + box.width]);
  const y = scaleLinear([0, trace.slots], [box.y + box.height, box.y]);
  const sigmas = Array.from(
    { length: samples + 1 },
    (_, i) => domain[0]! * (domain[1]! / domain[0]!) ** (i / samples),
  );
  const slots = sigmas.map((sigma) => 2 ** entropyBits(weightsWith(read, sigma)));
  const mass = sigmas.map((sigma) => weightsWith(read, sigma).reduce((sum, weight) => sum + weight, 0));
  const path = (values: readonly number[]): string =>
    line<number>()
      .defined((i) => Number.isFinite(values[i]))
      .x((i) => x(sigmas[i]!))
      .y((i) => y(values[i]!))(sigmas.map((_, i) => i)) ?? '';
  const xTicks = x
    .ticks()
    .filter((value) => [1, 2, 5].includes(Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9))))
    .map((value) => ({ at: x(value), text: axisNumber(value) }));
  const yTicks = y.ticks(3).map((value) => ({ at: y(value), text: axisNumber(value) }));
  const here = x(kernel.sigma);
  return {
    marks: [
      plotHeading('other σ', box, palette),
      ...lineNames(box, palette),
      ...leftAxis(box, yTicks, palette, { rules: true }),
      { kind: 'line', x1: box.x, y1: y(0), x2: box.x + box.width, y2: y(0), stroke: palette.inkMuted },
      { kind: 'path', d: path(mass), stroke: palette.series[1]!, strokeWidth: 2, dash: [5, 4] },
      { kind: 'path', d: path(slots), stroke: palette.series[2]!, strokeWidth: 2 },
      {
        kind: 'line',
        x1: here,
        y1: box.y,
        x2: here,
        y2: box.y + box.height,
        stroke: palette.ink,
        strokeWidth: 1.5,
      },
      {
        kind: 'text',
        x: here + 5,
        y: box.y + 9,
        text: `σ = ${numberText(kernel.sigma)}`,
        fill: palette.ink,
        size: fontSize.tick,
        weight: 600,
        baseline: 'middle',
      },
      ...bottomAxis(box, xTicks, 'kernel width σ', palette),
    ],
    grids: [
      {
        ...box,
        id: 'sigma',
        label: 'other widths',
        columns: samples,
        rows: 1,
        describe: (i) =>
          `With σ = ${numberText(sigmas[i]!)}, as if ${numberText(slots[i]!)} slots were read alike; the weights would add up to ${numberText(mass[i]!)}`,
      },
    ],
  };
}

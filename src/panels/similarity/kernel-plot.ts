/** The read at the cursor on its kernel: a point a slot, and below how many slots lie at which closeness. */
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { bottomAxis, fontSize, leftAxis, plotHeading } from '../common/axes.ts';
import type { Tick } from '../common/axes.ts';
import { queueBank } from '../common/banks.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Grid, Mark } from '../common/picture.ts';
import type { SlotSubject } from '../common/subjects.ts';
import { isSame, slotSubject } from '../common/subjects.ts';
import { axisNumber, numberText, textWidth } from '../common/text.ts';
import type { Comparison, Read } from './data.ts';
import { histogram } from './histogram.ts';
import { axisTitle, hasWidth, normalizer, rawWeight } from './kernel.ts';

function domainOf({ kernel, comparisons }: Read): [number, number] {
  const places = comparisons.map(({ at }) => at);
  const [low, high] = [Math.min(...places), Math.max(...places)];
  if (kernel.name === 'softmaxDot') {
    const margin = Math.max(0.5, (high - low) * 0.08);
    return [low - margin, high + margin];
  }
  return [0, Math.max(high * 1.08, 0.1)];
}

const kernelSamples = 120;

export function kernelPlot(read: Read, box: Box, below: Box, options: PointOptions): Drawing {
  const { palette } = options;
  const { kernel, comparisons } = read;
  const domain = domainOf(read);
  const x = scaleLinear(domain, [box.x, box.x + box.width]);
  const y = scaleLinear([0, 1], [box.y + box.height, box.y]);
  const places = comparisons.map(({ at }) => at);
  const curveFor = (sigma: number): string => {
    const other = { ...kernel, sigma };
    const divisor = normalizer(other, places);
    const samples = Array.from({ length: kernelSamples + 1 }, (_, i) => {
      const at = domain[0] + ((domain[1] - domain[0]) * i) / kernelSamples;
      return [x(at), y(Math.min(1.02, rawWeight(other, at) / divisor))] as const;
    });
    return line()(samples.map(([px, py]) => [px, py])) ?? '';
  };
  const others = hasWidth(kernel) ? [0.5, 2] : [];
  const xTicks = x
    .ticks(Math.max(2, box.width / 80))
    .map((value): Tick => ({ at: x(value), text: axisNumber(value) }));
  const yTicks = [0, 0.25, 0.5, 0.75, 1].map((value): Tick => ({ at: y(value), text: axisNumber(value) }));
  const bars = histogram(read, x, below, palette);
  return {
    marks: [
      plotHeading('weight of each slot', box, palette),
      ...leftAxis(box, yTicks, palette, { rules: true }),
      { kind: 'line', x1: box.x, y1: y(0), x2: box.x + box.width, y2: y(0), stroke: palette.inkMuted },
      {
        kind: 'group',
        clip: { ...box, y: box.y - 4, height: box.height + 5 },
        marks: [
          ...others.map((factor): Mark => ({
            kind: 'path',
            d: curveFor(kernel.sigma * factor),
            stroke: palette.inkMuted,
            dash: [4, 4],
            opacity: 0.7,
          })),
          { kind: 'path', d: curveFor(kernel.sigma), stroke: palette.ink, strokeWidth: 2 },
        ],
      },
      ...curveNames(read, others, x, y, box, palette),
      ...points(read, x, y, box.x + box.width, options),
      ...bars.marks,
      ...bottomAxis(below, xTicks, axisTitle[kernel.name], palette),
    ],
    grids: [pointGrid(read, x, y, box), ...bars.grids],
  };
}

/** How the points are drawn. */
export interface PointOptions {
  readonly palette: Palette;
  /** The traced event, or null. */
  readonly event: number | null;
}

type Linear = (value: number) => number;

/** Names the curves at the height where they are well apart. */
function curveNames(
  { kernel, comparisons }: Read,
  factors: readonly number[],
  x: Linear,
  y: Linear,
  box: Box,
  palette: Palette,
): Mark[] {
  if (!hasWidth(kernel)) return [];
  const places = comparisons.map(({ at }) => at);
  return [1, ...factors].flatMap((factor): Mark[] => {
    const sigma = kernel.sigma * factor;
    const height = factor === 1 ? 0.62 : factor < 1 ? 0.34 : 0.86;
    const raw = height * normalizer({ ...kernel, sigma }, places);
    if (raw >= 1) return [];
    const at =
      kernel.name === 'gaussianMean'
        ? Math.sqrt(-Math.log(raw) / sigma)
        : sigma * Math.sqrt(-2 * Math.log(raw));
    const text = factor === 1 ? `σ = ${numberText(kernel.sigma)}` : factor < 1 ? 'σ / 2' : '2 σ';
    if (!(x(at) + textWidth(text, fontSize.tick) + 8 < box.x + box.width)) return [];
    return [
      {
        kind: 'text',
        x: x(at) + 7,
        y: y(height),
        text,
        fill: factor === 1 ? palette.ink : palette.inkMuted,
        size: fontSize.tick,
        weight: factor === 1 ? 600 : 400,
        baseline: 'middle',
      },
    ];
  });
}

/** How many points carry their token, and the least weight that earns it. */
const named = { most: 5, least: 0.05 } as const;

const circle = (x: number, y: number, r: number): string =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;

function points(
  { comparisons }: Read,
  x: Linear,
  y: Linear,
  right: number,
  { palette, event }: PointOptions,
): Mark[] {
  const written = comparisons.filter((comparison) => comparison.event >= 0);
  const empty = comparisons.find((comparison) => comparison.event < 0);
  const path = written.map(({ at, weight }) => circle(x(at), y(weight), 4)).join('');
  const edge = { stroke: palette.surface, strokeWidth: 1 } as const;
  const traced = written.find((comparison) => comparison.event === event);
  return [
    ...(empty
      ? emptySlots(x(empty.at), y(empty.weight), comparisons.length - written.length, right, palette)
      : []),
    { kind: 'path', d: path, fill: palette.right, ...edge, opacity: 0.85 },
    ...pointNames(written, x, y, palette),
    ...(traced ? [tracedRing(x(traced.at), y(traced.weight), palette)] : []),
  ];
}

function tracedRing(x: number, y: number, palette: Palette): Mark {
  return { kind: 'path', d: circle(x, y, 8), stroke: palette.trace, strokeWidth: 2 };
}

/** Slots that were never written share one key, zero, and so one point; its name stands on the side that has room. */
function emptySlots(x: number, y: number, count: number, right: number, palette: Palette): Mark[] {
  const text = `${count} never written`;
  const fits = x + 9 + textWidth(text, fontSize.tick) < right;
  const place = { x: fits ? x + 9 : right, y: y - 13, anchor: fits ? 'start' : 'end' } as const;
  const style = {
    fill: palette.inkMuted,
    halo: palette.surface,
    size: fontSize.tick,
    baseline: 'middle',
  } as const;
  return [
    { kind: 'path', d: circle(x, y, 5), fill: palette.surface, stroke: palette.inkMuted, strokeWidth: 1.5 },
    { kind: 'text', ...place, ...style, text },
  ];
}

/** Names the points of large weight, except where a name would cover one already there. */
function pointNames(written: readonly Comparison[], x: Linear, y: Linear, palette: Palette): Mark[] {
  const placed: { readonly x: number; readonly y: number }[] = [];
  const heaviest = [...written].sort((a, b) => b.weight - a.weight).slice(0, named.most);
  return heaviest.flatMap(({ at, weight, token, event }): Mark[] => {
    const place = { x: x(at) - 8, y: y(weight) };
    const covered = placed.some(
      (other) => Math.abs(other.y - place.y) < 13 && Math.abs(other.x - place.x) < 30,
    );
    if (weight < named.least || covered) return [];
    placed.push(place);
    const style = {
      fill: palette.right,
      size: fontSize.label,
      weight: 600,
      anchor: 'end',
      baseline: 'middle',
    } as const;
    return [{ kind: 'text', ...place, ...style, text: token ? `${token} ${event}` : String(event) }];
  });
}

/** Every column speaks of the slot whose closeness is nearest, so that the arrow keys walk along the curve. */
function pointGrid(
  { comparisons, kernel, moment }: Read,
  x: Linear & { invert(at: number): number },
  y: Linear,
  box: Box,
): Grid {
  const columns = 80;
  const bank = queueBank(moment.run);
  const subjectOf = ({ slot, event }: Comparison): SlotSubject => slotSubject(bank, slot, event);
  const nearestTo = (column: number): Comparison => {
    const at = x.invert(box.x + ((column + 0.5) / columns) * box.width);
    return comparisons.reduce((best, comparison) =>
      Math.abs(comparison.at - at) < Math.abs(best.at - at) ? comparison : best,
    );
  };
  return {
    ...box,
    id: 'kernel',
    label: 'kernel',
    columns,
    rows: 1,
    describe: (column) => {
      const nearest = nearestTo(column);
      const holds =
        nearest.event < 0
          ? 'never written'
          : `event of position ${nearest.event}${nearest.token && ` (${nearest.token})`}`;
      return `Slot ${nearest.slot}, ${holds}: ${axisTitle[kernel.name]} ${numberText(nearest.at)}, weight ${numberText(nearest.weight)}`;
    },
    links: {
      cells: {
        at: (column) => [subjectOf(nearestTo(column))],
        shapes: (subject) =>
          comparisons
            .filter((comparison) => isSame(subject, subjectOf(comparison)))
            .map(({ at, weight }) => ({ kind: 'circle', x: x(at), y: y(weight), r: 8 })),
      },
    },
  };
}

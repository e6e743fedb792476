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
import type { Kernel } from './kernel.ts';
import { axisTitle, hasWidth, normalizer, rawWeight } from './kernel.ts';
import type { Curve, Label } from './place-labels.ts';
import { freeLabel, labelBox } from './place-labels.ts';

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
  const heightAt = (sigma: number): ((at: number) => number) => {
    const other = { ...kernel, sigma };
    const divisor = normalizer(other, places);
    return (at) => y(Math.min(1.02, rawWeight(other, at) / divisor));
  };
  const curveFor = (sigma: number): string => {
    const height = heightAt(sigma);
    const samples = Array.from({ length: kernelSamples + 1 }, (_, i): [number, number] => {
      const at = domain[0] + ((domain[1] - domain[0]) * i) / kernelSamples;
      return [x(at), height(at)];
    });
    return line()(samples) ?? '';
  };
  const others = hasWidth(kernel) ? [0.5, 2] : [];
  const xTicks = x
    .ticks(Math.max(2, box.width / 80))
    .map((value): Tick => ({ at: x(value), text: axisNumber(value) }));
  const yTicks = [0, 0.25, 0.5, 0.75, 1].map((value): Tick => ({ at: y(value), text: axisNumber(value) }));
  const bars = histogram(read, x, below, palette);
  const shown = points(read, x, y, box, options);
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
      ...curveNames(read, others, { x, y, box, heightAt }, shown.names, palette),
      ...shown.marks,
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

interface Plot {
  readonly x: Linear & { invert(at: number): number };
  readonly y: Linear;
  readonly box: Box;
  /** Of a σ: its curve, in pixels, over closeness. */
  readonly heightAt: (sigma: number) => (at: number) => number;
}

/** Weights at which a curve may be named, the best first: where the three are well apart, then wherever there is room. */
const nameHeights = {
  half: [0.34, 0.22, 0.12, 0.5],
  one: [0.62, 0.75, 0.5, 0.86, 0.35],
  double: [0.86, 0.75, 0.93, 0.6],
};

/** Names the curves, each where its name covers nothing; one without room stays unnamed. */
function curveNames(
  { kernel, comparisons }: Read,
  factors: readonly number[],
  { x, y, box, heightAt }: Plot,
  pointLabels: readonly Label[],
  palette: Palette,
): Mark[] {
  if (!hasWidth(kernel)) return [];
  const places = comparisons.map(({ at }) => at);
  const taken = pointLabels.map(labelBox);
  const curveOf = (factor: number): Curve => {
    const height = heightAt(kernel.sigma * factor);
    return (px) => height(x.invert(px));
  };
  const all = [1, ...factors];
  const curves = all.map(curveOf);
  return all.flatMap((factor): Mark[] => {
    const sigma = kernel.sigma * factor;
    const divisor = normalizer({ ...kernel, sigma }, places);
    const text = factor === 1 ? `σ = ${numberText(kernel.sigma)}` : factor < 1 ? 'σ / 2' : '2 σ';
    const heights = factor === 1 ? nameHeights.one : factor < 1 ? nameHeights.half : nameHeights.double;
    const candidates = heights.flatMap((height): Label[] => {
      const at = closenessAt(kernel, sigma, height * divisor);
      if (at === null || x(at) + 7 + textWidth(text, fontSize.tick) * 1.2 > box.x + box.width) return [];
      const place = { text, size: fontSize.tick, x: x(at) + 7, anchor: 'start' } as const;
      return [0, 5, 10].map((up) => ({ ...place, y: y(height) - up }));
    });
    const label = freeLabel(candidates, taken, curves);
    if (!label) return [];
    taken.push(labelBox(label));
    const style =
      factor === 1
        ? ({ fill: palette.ink, weight: 600 } as const)
        : ({ fill: palette.inkMuted, weight: 400 } as const);
    return [{ kind: 'text', ...label, ...style, baseline: 'middle' }];
  });
}

/** Where the kernel gives this raw weight, or null where it is never so large. */
function closenessAt({ name }: Kernel, sigma: number, raw: number): number | null {
  if (raw >= 1) return null;
  return name === 'gaussianMean' ? Math.sqrt(-Math.log(raw) / sigma) : sigma * Math.sqrt(-2 * Math.log(raw));
}

/** How many points carry their token, and the least weight that earns it. */
const named = { most: 5, least: 0.05 } as const;

const circle = (x: number, y: number, r: number): string =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;

function points(
  { comparisons }: Read,
  x: Linear,
  y: Linear,
  { x: left, width: across }: Box,
  { palette, event }: PointOptions,
): { readonly marks: readonly Mark[]; readonly names: readonly Label[] } {
  const written = comparisons.filter((comparison) => comparison.event >= 0);
  const empty = comparisons.find((comparison) => comparison.event < 0);
  const path = written.map(({ at, weight }) => circle(x(at), y(weight), 4)).join('');
  const edge = { stroke: palette.surface, strokeWidth: 1 } as const;
  const traced = written.find((comparison) => comparison.event === event);
  const names = pointNames(written, x, y, left);
  const count = comparisons.length - written.length;
  const emptyName = empty ? emptyLabel(x(empty.at), y(empty.weight), count, left + across) : null;
  return {
    names: [...names, ...(emptyName ? [emptyName] : [])],
    marks: [
      ...(empty && emptyName ? emptySlots(x(empty.at), y(empty.weight), emptyName, palette) : []),
      { kind: 'path', d: path, fill: palette.right, ...edge, opacity: 0.85 },
      ...names.map((name): Mark => {
        return { kind: 'text', ...name, fill: palette.right, weight: 600, baseline: 'middle' };
      }),
      ...(traced ? [tracedRing(x(traced.at), y(traced.weight), palette)] : []),
    ],
  };
}

function tracedRing(x: number, y: number, palette: Palette): Mark {
  return { kind: 'path', d: circle(x, y, 8), stroke: palette.trace, strokeWidth: 2 };
}

/** Slots that were never written share one key, zero, and so one point; its name stands on the side that has room. */
function emptyLabel(x: number, y: number, count: number, right: number): Label {
  const text = `${count} never written`;
  const fits = x + 9 + textWidth(text, fontSize.tick) < right;
  const place = { x: fits ? x + 9 : right, y: y - 13, anchor: fits ? 'start' : 'end' } as const;
  return { ...place, text, size: fontSize.tick };
}

function emptySlots(x: number, y: number, label: Label, palette: Palette): Mark[] {
  const style = { fill: palette.inkMuted, halo: palette.surface, baseline: 'middle' } as const;
  return [
    { kind: 'path', d: circle(x, y, 5), fill: palette.surface, stroke: palette.inkMuted, strokeWidth: 1.5 },
    { kind: 'text', ...label, ...style },
  ];
}

/** Names the points of large weight, except where a name would cover one already there. */
function pointNames(written: readonly Comparison[], x: Linear, y: Linear, left: number): Label[] {
  const placed: Label[] = [];
  const heaviest = [...written].sort((a, b) => b.weight - a.weight).slice(0, named.most);
  for (const { at, weight, token, event } of heaviest) {
    const place = { x: x(at) - 8, y: y(weight) };
    const covered = placed.some(
      (other) => Math.abs(other.y - place.y) < 13 && Math.abs(other.x - place.x) < 30,
    );
    if (weight < named.least || covered) continue;
    const text = token ? `${token} ${event}` : String(event);
    const label = { ...place, text, size: fontSize.label, anchor: 'end' } as const;
    const beyondAxis = labelBox(label).x < left;
    placed.push(beyondAxis ? { ...label, x: x(at) + 8, anchor: 'start' } : label);
  }
  return placed;
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

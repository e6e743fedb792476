/** One plot of the curves: a metric against the shared horizontal axis. */
import { scaleLinear, scaleLog } from 'd3-scale';
import { area, line } from 'd3-shape';
import { bottomAxis, fontSize, leftAxis } from '../common/axes.ts';
import type { Tick } from '../common/axes.ts';
import type { Box, Grid, Mark } from '../common/picture.ts';
import { axisNumber, headingWidth, numberText, percentText, textWidth } from '../common/text.ts';
import { crosshairMarks, endLabels, referenceLine, referenceName } from './annotations.ts';
import type { Point, Series } from './series.ts';
import { decimate, nearestIndex } from './series.ts';
import type { AxisScale, PlotOptions } from './style.ts';
import { fadedOpacity, markerAt, styleOf, valueText } from './style.ts';

function horizontalScale(domain: readonly [number, number], logarithmic: boolean, box: Box): AxisScale {
  const range = [box.x, box.x + box.width];
  return logarithmic ? scaleLog(domain, range) : scaleLinear(domain, range);
}

/** What never was trained can be wrong by any factor: up to this many times the trained lines it stays on the axis. */
const excess = 4;

/** The highest value that a linear axis must show; data of other lengths beyond it is drawn at the upper edge. */
function ceilingOf({ lines, references }: PlotOptions): number {
  const trained = lines.filter(
    ({ split, kind }) => kind === 'compared' || split === 'train' || split === 'heldOut',
  );
  let highest = -Infinity;
  for (const values of [...trained.map(({ ys }) => ys), references.map(({ value }) => value)])
    for (const value of values) if (Number.isFinite(value)) highest = Math.max(highest, value);
  return highest === -Infinity ? Infinity : excess * Math.max(0, highest);
}

function verticalScale(options: PlotOptions): AxisScale {
  const { metric, lines, references, logY, box } = options;
  const range = [box.y + box.height, box.y];
  if (metric.share) return scaleLinear([0, 1], range);
  let [low, high] = [Infinity, -Infinity];
  const include = (value: number): void => {
    if (!Number.isFinite(value) || (logY && value <= 0)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const { ys, band } of lines) [ys, band?.low, band?.high].forEach((values) => values?.forEach(include));
  for (const { value } of references) include(value);
  if (low > high) [low, high] = logY ? [0.1, 1] : [0, 1];
  if (logY) return scaleLog([low / 1.15, high * 1.15], range);
  const floor = metric.name === 'perplexity' ? 1 : 0;
  const top = Math.min(high, ceilingOf(options));
  return scaleLinear([Math.min(floor, low), top > floor ? top : floor + 1], range)
    .nice(4)
    .clamp(true);
}

/** Whether something lies above the axis. */
function isCut({ metric, lines, logY }: PlotOptions, y: AxisScale): boolean {
  const top = y.domain()[1]!;
  return !metric.share && !logY && lines.some(({ ys }) => ys.some((value) => value > top));
}

/** On a logarithmic axis 1, 2 and 5 times powers of ten; on any axis no more than fit. */
function ticksOf(
  scale: AxisScale,
  logarithmic: boolean,
  count: number,
  text: (value: number) => string,
): Tick[] {
  const values = logarithmic
    ? scale.ticks(10).filter((value) => {
        const lead = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
        return [1, 2, 5].some((digit) => Math.abs(lead - digit) < 1e-6);
      })
    : scale.ticks(count);
  return values.map((value) => ({ at: scale(value), text: text(value) }));
}

export function plot(options: PlotOptions): { readonly marks: readonly Mark[]; readonly grid: Grid } {
  const { box, metric, lines, palette, logX, logY } = options;
  const x = horizontalScale(options.domain, logX, box);
  const y = verticalScale(options);
  const yText = metric.share ? percentText : axisNumber;
  const yTicks = ticksOf(y, logY && !metric.share, Math.max(2, Math.min(5, box.height / 26)), yText);
  const xTicks = ticksOf(x, logX, Math.max(2, box.width / 70), axisNumber);
  const inside = { x: box.x - 5, y: box.y - 5, width: box.width + 10, height: box.height + 10 };
  const drawn = paintOrder(lines).map((series) => ({ series, points: pixelsOf(series, x, y, options) }));
  const points = drawn.flatMap((one) => one.points);
  return {
    marks: [
      ...title(options, isCut(options, y)),
      ...leftAxis(box, yTicks, palette, { rules: true }),
      ...bottomAxis(box, xTicks, options.axisTitle, palette),
      {
        kind: 'line',
        x1: box.x,
        y1: box.y + box.height,
        x2: box.x + box.width,
        y2: box.y + box.height,
        stroke: palette.inkMuted,
      },
      ...options.references.flatMap((reference) => referenceLine(reference, y, options)),
      {
        kind: 'group',
        clip: inside,
        marks: drawn.flatMap((one) => lineMarks(one.series, one.points, x, y, options)),
      },
      ...options.references.flatMap((reference) => referenceName(reference, points, y, options)),
      ...endLabels(lines, y, options),
      ...crosshairMarks(x, y, options),
    ],
    grid: plotGrid(x, options),
  };
}

/** Compared runs at the bottom, the first splits on top, and what was measured in every step under its own mean. */
function paintOrder(lines: readonly Series[]): Series[] {
  const layer = ({ kind, band }: Series): number => (kind === 'compared' ? (band?.faded ? 0 : 1) : 2);
  return [...lines].sort((a, b) => layer(a) - layer(b) || b.index - a.index || (a.kind === 'raw' ? -1 : 1));
}

function title({ metric, kind, box, palette }: PlotOptions, cut: boolean): Mark[] {
  const y = box.y - 14;
  const whole = metric.unit(kind);
  const short = whole.replace('share of ', '');
  const units = cut ? [`${whole} · cut at the top`, `${short} · cut`] : [whole, short];
  const room = box.width + 88 - headingWidth(metric.label, fontSize.title) - 8;
  const unit = units.find((one) => textWidth(one, fontSize.tick) * 1.05 <= room) ?? units[1]!;
  const base = { kind: 'text', y, size: fontSize.title, baseline: 'middle' } as const;
  return [
    { ...base, x: box.x - 44, text: metric.label, fill: palette.ink, weight: 600 },
    {
      ...base,
      x: box.x + box.width + 44,
      text: unit,
      fill: palette.inkMuted,
      size: fontSize.tick,
      anchor: 'end',
    },
  ];
}

/** Markers closer than this are not drawn. */
const markerRoom = 9;

/**
 * The points of a line in pixels, ascending in x, as many as its columns of pixels can show: the heights are thinned before
 * they are scaled. NaN stands where nothing can be drawn.
 */
function pixelsOf(
  { xs, ys }: Series,
  x: AxisScale,
  y: AxisScale,
  { logX, logY, metric, domain }: PlotOptions,
): Point[] {
  const onLog = logY && !metric.share;
  const points = xs.map((value, i): Point => {
    const height = ys[i]!;
    const drawable = Number.isFinite(height) && !(onLog && height <= 0) && !(logX && value <= 0);
    return { x: x(logX && value <= 0 ? domain[0] : value), y: drawable ? height : NaN };
  });
  return decimate(points).map((point) => ({ x: point.x, y: y(point.y) }));
}

function lineMarks(
  series: Series,
  points: readonly Point[],
  x: AxisScale,
  y: AxisScale,
  options: PlotOptions,
): Mark[] {
  const { kind, xs } = series;
  const { palette } = options;
  const path = line<Point>()
    .defined((point) => Number.isFinite(point.y))
    .x((point) => point.x)
    .y((point) => point.y);
  const { stroke, dash, symbol: type } = styleOf(series, palette);
  const width = kind === 'raw' ? 1 : 2;
  const marks: Mark[] = [
    ...bandMarks(series, x, y, options),
    {
      kind: 'path',
      d: path(points) ?? '',
      stroke,
      strokeWidth: width,
      opacity: kind === 'raw' ? 0.35 : series.band?.faded ? fadedOpacity : 1,
      ...(dash.length > 0 ? { dash } : {}),
    },
  ];
  const spread = xs.length > 1 ? (points.at(-1)!.x - points[0]!.x) / (xs.length - 1) : Infinity;
  if (kind === 'measured' && spread >= markerRoom) {
    const drawn = points.filter((point) => Number.isFinite(point.y));
    marks.push({
      kind: 'path',
      d: drawn.map((point) => markerAt(type, point.x, point.y, 26)).join(''),
      fill: palette.surface,
      stroke,
      strokeWidth: 1.5,
    });
  }
  return marks.filter((mark) => mark.kind !== 'path' || mark.d !== '');
}

/** From the lowest to the highest seed, behind their median. */
function bandMarks(
  { xs, band, kind, index }: Series,
  x: AxisScale,
  y: AxisScale,
  { logX, logY, metric, palette, domain }: PlotOptions,
): Mark[] {
  if (!band || !band.counts.some((count) => count > 1)) return [];
  const onLog = logY && !metric.share;
  const floor = y.domain()[0]!;
  const points = xs.map((value, i) => ({
    x: logX && value <= 0 ? x(domain[0]) : x(value),
    low: y(onLog && band.low[i]! <= 0 ? floor : band.low[i]!),
    high: y(onLog && band.high[i]! <= 0 ? floor : band.high[i]!),
  }));
  const shape = area<(typeof points)[number]>()
    .x((point) => point.x)
    .y0((point) => point.low)
    .y1((point) => point.high);
  const { stroke } = styleOf({ kind, index }, palette);
  return [{ kind: 'path', d: shape(points) ?? '', fill: stroke, opacity: band.faded ? 0.06 : 0.16 }];
}

/** Cells along the horizontal axis: one press of an arrow key moves the crosshair by one of them. */
export const gridColumns = 100;

function plotGrid(x: AxisScale, { box, metric, lines }: PlotOptions): Grid {
  return {
    ...box,
    id: metric.name,
    label: metric.label,
    columns: gridColumns,
    rows: 1,
    describe: (column) => {
      const value = x.invert(box.x + ((column + 0.5) / gridColumns) * box.width);
      const parts = lines
        .filter((series) => series.kind !== 'raw')
        .map((series) => {
          const i = nearestIndex(series.xs, value);
          const smoothed = series.kind === 'smoothed' ? ', smoothed' : '';
          const { letter, counts, low, high } = series.band ?? { counts: [], low: [], high: [] };
          const name = letter === undefined ? series.label : `${letter}, ${series.label},`;
          const span =
            (counts[i] ?? 1) > 1
              ? ` (median of ${counts[i]} seeds, ${valueText(metric, low[i]!)} to ${valueText(metric, high[i]!)})`
              : '';
          return `${name}${smoothed} ${valueText(metric, series.ys[i]!)}${span} at step ${numberText(series.steps[i]!)}`;
        });
      return `${metric.label}: ${parts.join('; ')}`;
    },
  };
}

/** What is written and drawn on top of the lines: references, values at the end or at the crosshair. */
import { symbolCircle } from 'd3-shape';
import { fontSize } from '../common/axes.ts';
import type { Box, Mark } from '../common/picture.ts';
import { textWidth } from '../common/text.ts';
import type { Point, Series } from './series.ts';
import { nearestIndex } from './series.ts';
import type { AxisScale, PlotOptions, Reference } from './style.ts';
import { fadedOpacity, markerAt, styleOf, valueText } from './style.ts';

export function referenceLine({ value }: Reference, y: AxisScale, { box, palette }: PlotOptions): Mark[] {
  const at = y(value);
  if (!isInside(at, box)) return [];
  const style = { stroke: palette.inkMuted, strokeWidth: 1.25, dash: [5, 4] } as const;
  return [{ kind: 'line', x1: box.x, y1: at, x2: box.x + box.width, y2: at, ...style }];
}

const isInside = (at: number, box: Box): boolean => at >= box.y - 1 && at <= box.y + box.height + 1;

/**
 * The name of a reference stands above or below its line, at the left, middle or right: where it covers least of the lines,
 * whose points in pixels are given.
 */
export function referenceName(
  { label, value }: Reference,
  points: readonly Point[],
  y: AxisScale,
  { box, palette }: PlotOptions,
): Mark[] {
  const at = y(value);
  if (!isInside(at, box)) return [];
  const width = textWidth(label, fontSize.tick);
  const places = [1, 0, 0.5].flatMap((share) =>
    [-5, 13].map((shift) => ({ x: box.x + 3 + share * (box.width - width - 6), y: at + shift })),
  );
  const near = points.filter((point) => point.y > at - 19 && point.y < at + 18);
  const covered = (place: (typeof places)[number]): number =>
    near.filter(
      (point) =>
        point.x > place.x - 8 &&
        point.x < place.x + width + 8 &&
        point.y > place.y - 14 &&
        point.y < place.y + 5,
    ).length;
  const fitting = places.filter((place) => place.y > box.y && place.y < box.y + box.height);
  const [first, ...others] = fitting.length > 0 ? fitting : places;
  const best = others.reduce((least, place) => (covered(place) < covered(least) ? place : least), first!);
  const style = { fill: palette.inkMuted, halo: palette.surface, size: fontSize.tick } as const;
  return [{ kind: 'text', ...best, ...style, text: label }];
}

/** The value of each line at its end, or at the crosshair, pushed apart so that none covers another. */
export function endLabels(
  lines: readonly Series[],
  y: AxisScale,
  { box, metric, palette, crosshair }: PlotOptions,
): Mark[] {
  const labels = lines
    .filter((series) => series.kind !== 'raw')
    .map((series) => {
      const at = crosshair === null ? series.ys.length - 1 : nearestIndex(series.xs, crosshair);
      const value = series.ys[at]!;
      const text = `${series.band ? `${series.band.letter} ` : ''}${valueText(metric, value)}`;
      const opacity = series.band?.faded ? fadedOpacity : 1;
      return { value, text, opacity, at: y(value), stroke: styleOf(series, palette).stroke };
    })
    .filter(({ at, value }) => Number.isFinite(at) && Number.isFinite(value))
    .sort((a, b) => a.at - b.at);
  const height = 13;
  const bottom = box.y + box.height;
  const places = labels.map(({ at }) => Math.max(box.y + 4, Math.min(bottom - 2, at)));
  for (let i = 1; i < places.length; i++) places[i] = Math.max(places[i]!, places[i - 1]! + height);
  for (let i = places.length - 1; i >= 0; i--) {
    places[i] = Math.min(places[i]!, i === places.length - 1 ? bottom : places[i + 1]! - height);
  }
  return labels.map(({ text, opacity, stroke }, i) => ({
    kind: 'text',
    x: box.x + box.width + 8,
    y: places[i]!,
    text,
    ...(opacity < 1 && { opacity }),
    fill: stroke,
    size: fontSize.tick,
    weight: 600,
    baseline: 'middle',
  }));
}

export function crosshairMarks(x: AxisScale, y: AxisScale, options: PlotOptions): Mark[] {
  const { crosshair, box, palette, lines } = options;
  if (crosshair === null || !Number.isFinite(x(crosshair))) return [];
  const at = x(crosshair);
  const dots: Mark[] = lines
    .filter((series) => series.kind !== 'raw')
    .flatMap((series): Mark[] => {
      const i = nearestIndex(series.xs, crosshair);
      const [px, py] = [x(series.xs[i]!), y(series.ys[i]!)];
      if (!Number.isFinite(px) || !Number.isFinite(py)) return [];
      const { stroke } = styleOf(series, palette);
      return [
        {
          kind: 'path',
          d: markerAt(symbolCircle, px, py, 50),
          fill: stroke,
          stroke: palette.surface,
          strokeWidth: 1.5,
        },
      ];
    });
  return [
    {
      kind: 'line',
      x1: at,
      y1: box.y,
      x2: at,
      y2: box.y + box.height,
      stroke: palette.accent,
      strokeWidth: 1.5,
    },
    ...dots,
  ];
}

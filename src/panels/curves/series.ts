/** From the metrics of a run to lines: which series a metric has, how they are smoothed, and how many points are drawn. */
import type { Evaluation, MetricPoint, Run } from '../common/data.ts';

export type HorizontalAxis = 'step' | 'seconds' | 'tokens';

export type MetricName = 'loss' | 'perplexity' | 'tokenAccuracy' | 'sequenceAccuracy' | 'normalizedError';

export interface Metric {
  readonly name: MetricName;
  readonly label: string;
  /** Shown after the label; empty when the label says it all. */
  readonly unit: (kind: Run['kind']) => string;
  readonly kinds: readonly Run['kind'][];
  /** A share lies between 0 and 1 and is never drawn on a logarithmic axis. */
  readonly share: boolean;
}

export const metrics: readonly Metric[] = [
  {
    name: 'loss',
    label: 'Loss',
    unit: (kind) => (kind === 'tokens' ? 'nats per token' : 'mean squared error'),
    kinds: ['tokens', 'vectors'],
    share: false,
  },
  {
    name: 'perplexity',
    label: 'Perplexity',
    unit: () => 'effective choices',
    kinds: ['tokens'],
    share: false,
  },
  {
    name: 'tokenAccuracy',
    label: 'Token accuracy',
    unit: () => 'share of answers right',
    kinds: ['tokens'],
    share: true,
  },
  {
    name: 'sequenceAccuracy',
    label: 'Sequence accuracy',
    unit: () => 'share of samples all right',
    kinds: ['tokens'],
    share: true,
  },
  {
    name: 'normalizedError',
    label: 'Normalised error',
    unit: () => 'error ÷ variance',
    kinds: ['vectors'],
    share: false,
  },
];

export interface Series {
  readonly split: string;
  readonly label: string;
  /** Position among the splits of the task: decides colour and marker. */
  readonly index: number;
  readonly steps: readonly number[];
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /**
   * 'raw' is drawn faint behind 'smoothed'; 'measured' has a marker at every evaluation; 'compared' belongs to another run
   * than the current one.
   */
  readonly kind: 'raw' | 'smoothed' | 'measured' | 'compared';
  /** Of a line of kind 'compared'. */
  readonly band?: SeriesBand;
}

/** What a line that stands for several seeds shows beside their median. */
export interface SeriesBand {
  /** Written at the end of the line. */
  readonly letter: string;
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Seeds that were measured at each point. */
  readonly counts: readonly number[];
  /** Another line is pointed at. */
  readonly faded: boolean;
}

/** How many points the mean is taken over. */
export const smoothingSpan = 15;

/**
 * Mean over a window of points centred on each, so that the line does not lag behind; at the ends the window is cut. Values
 * that are not finite are passed over.
 */
export function smooth(values: readonly number[], span = smoothingSpan): number[] {
  const half = (span - 1) / 2;
  return values.map((_, i) => {
    let sum = 0;
    let count = 0;
    for (let j = Math.max(0, i - half); j <= Math.min(values.length - 1, i + half); j++) {
      if (!Number.isFinite(values[j])) continue;
      sum += values[j]!;
      count++;
    }
    return sum / count;
  });
}

/** All lines of one metric, in the order in which they are painted. */
export function seriesOf(
  metric: MetricName,
  run: Run,
  points: readonly MetricPoint[],
  evaluations: readonly Evaluation[],
  axis: HorizontalAxis,
): Series[] {
  const lines: Series[] = [];
  run.splits.forEach(({ name, label }, index) => {
    const base = { split: name, label, index };
    if (metric === 'loss' && name === 'train') {
      const ys = points.map((point) => point.loss);
      const xs = points.map((point) => point[axis]);
      const steps = points.map((point) => point.step);
      lines.push({ ...base, kind: 'raw', steps, xs, ys });
      lines.push({ ...base, kind: 'smoothed', steps, xs, ys: smooth(ys) });
      return;
    }
    const own = evaluations.filter((evaluation) => evaluation.split === name);
    lines.push({
      ...base,
      kind: 'measured',
      steps: own.map((evaluation) => evaluation.step),
      xs: own.map((evaluation) => evaluation[axis]),
      ys: own.map((evaluation) => evaluation[metric] ?? NaN),
    });
  });
  return lines.filter((line) => line.ys.some(Number.isFinite));
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * At most four points for every column of `width` pixels: the first, the lowest, the highest and the last, in order. A line
 * through them covers the same pixels as a line through all points; no extreme is lost. Points are in pixels, ascending in x;
 * y may be NaN, which breaks the line.
 */
export function decimate(points: readonly Point[], width = 1): Point[] {
  const kept: Point[] = [];
  for (let start = 0; start < points.length;) {
    const column = Math.floor(points[start]!.x / width);
    let end = start;
    let low = start;
    let high = start;
    let broken = false;
    for (; end < points.length && Math.floor(points[end]!.x / width) === column; end++) {
      const { y } = points[end]!;
      broken ||= !Number.isFinite(y);
      if (!(y >= points[low]!.y)) low = end;
      if (!(y <= points[high]!.y)) high = end;
    }
    const chosen = broken
      ? Array.from({ length: end - start }, (_, i) => start + i)
      : [...new Set([start, low, high, end - 1])].sort((a, b) => a - b);
    for (const index of chosen) kept.push(points[index]!);
    start = end;
  }
  return kept;
}

/** Index of the entry nearest to `value` in an ascending list; −1 for an empty one. */
export function nearestIndex(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length - 1;
  if (high < 0) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= value) low = middle;
    else high = middle;
  }
  return value - values[low]! <= values[high]! - value ? low : high;
}

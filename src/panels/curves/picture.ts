/**
 * The curves: how well the network does, against steps, seconds or tokens. One plot for each metric, all with the same
 * horizontal axis and crosshair. The training loss is drawn twice, as it was measured (faint) and smoothed.
 */
import { fontSize } from '../common/axes.ts';
import type { Evaluation, MetricPoint, Run } from '../common/data.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawn, Grid, Mark, Size } from '../common/picture.ts';
import { notice } from '../common/picture.ts';
import { numberText, textWidth } from '../common/text.ts';
import type { ComparedArm } from './compared.ts';
import {
  comparedSeries,
  legendLines,
  legendRows,
  legendSample,
  legendSampleRoom,
  legendText,
  letterRoom,
} from './compared.ts';
import { gridColumns, plot } from './plot.ts';
import type { HorizontalAxis, Metric, MetricName, Series } from './series.ts';
import { metrics, nearestIndex, seriesOf, smoothingSpan } from './series.ts';
import type { Reference } from './style.ts';
import { markerAt, styleOf, valueText } from './style.ts';

export interface CurvesData {
  readonly run: Run;
  readonly points: readonly MetricPoint[];
  readonly evaluations: readonly Evaluation[];
  /** Runs that are drawn with the current one; none where absent. */
  readonly arms?: readonly ComparedArm[];
}

export interface CurvesOptions {
  readonly size: Size;
  readonly palette: Palette;
  readonly axis: HorizontalAxis;
  readonly logX: boolean;
  readonly logY: boolean;
  /** Those of them that have a meaning for the task are shown. */
  readonly metrics: readonly MetricName[];
  /** Training step of the crosshair, or null. */
  readonly crosshair: number | null;
  /** Beside compared runs, the current one shows what they show too: its held-out samples, and its training loss. */
  readonly allSplits?: boolean;
  /** Key of the arm that is pointed at, or null. */
  readonly pointed?: string | null;
}

const axisTitles: Readonly<Record<HorizontalAxis, string>> = {
  step: 'training step',
  seconds: 'training time (s)',
  tokens: 'tokens seen',
};

const margin = { left: 46, right: 62, title: 26, axis: 22 } as const;
const plotHeight = 96;
/** Lines whose end labels fit into a plot of that height. */
const roomyLines = 6;
const legendLine = 18;
const lastAxis = 16;

/** Metrics that have a meaning for this kind of task, among those asked for. */
function shownMetrics(run: Run, asked: readonly MetricName[]): Metric[] {
  return metrics.filter((metric) => metric.kinds.includes(run.kind) && asked.includes(metric.name));
}

const columnsOf = (width: number, plots: number): number => (width >= 620 && plots > 1 ? 2 : 1);

/** @param arms the compared runs that are drawn */
export function naturalHeight(
  run: Run,
  width: number,
  asked: readonly MetricName[],
  arms: readonly ComparedArm[] = [],
): number {
  const plots = shownMetrics(run, asked).length;
  const rows = Math.ceil(plots / columnsOf(width, plots));
  const lines = arms.length === 0 ? 0 : arms.length + 3;
  const height = plotHeight + 13 * Math.max(0, lines - roomyLines);
  return 60 + legendRows(arms, width) * legendLine + rows * (margin.title + margin.axis + height) + lastAxis;
}

/** Whether anything was measured that can be drawn. */
export function hasCurves({ points, evaluations, arms = [] }: CurvesData): boolean {
  const measured = arms.some(({ runs }) => runs.some((run) => run.evaluations.length > 0));
  return points.length > 0 || evaluations.length > 0 || measured;
}

/** All lines of a metric: those of the current run, and one for each arm. */
function linesOf(
  metric: MetricName,
  data: CurvesData,
  { axis, allSplits = true, pointed = null }: Pick<CurvesOptions, 'axis' | 'allSplits' | 'pointed'>,
): Series[] {
  const { run, points, evaluations, arms = [] } = data;
  const compared = comparedSeries(metric, arms, axis, pointed);
  const own = seriesOf(metric, run, points, evaluations, axis).filter(
    ({ split }) => allSplits || compared.length === 0 || split === 'train' || split === 'heldOut',
  );
  return [...own, ...compared];
}

export function curvesPicture(data: CurvesData | null, options: CurvesOptions): Drawn {
  if (!data || !hasCurves(data)) {
    return notice('Press Train, or take a step: loss and accuracy are then drawn as they are measured.');
  }
  const shown = shownMetrics(data.run, options.metrics);
  if (shown.length === 0) return notice('Choose at least one measure to draw.');
  const plots = shown.map((metric) => ({
    metric,
    lines: linesOf(metric.name, data, options),
  }));
  const legend = legendMarks(
    plots.flatMap(({ lines }) => lines),
    options,
  );
  const domain = domainOf(
    plots.flatMap(({ lines }) => lines),
    options.logX,
  );
  const crosshair = options.crosshair === null ? null : atStep(data, options.crosshair, options.axis);
  const right = margin.right + ((data.arms ?? []).length > 0 ? letterRoom : 0);
  const boxes = plotBoxes(shown.length, legend.height, options.size, right);
  const drawings = plots.map(({ metric, lines }, i) =>
    plot({
      metric,
      kind: data.run.kind,
      lines,
      references: referencesOf(metric.name, data.run),
      box: boxes[i]!.box,
      domain,
      logX: options.logX,
      logY: options.logY && !metric.share,
      axisTitle: boxes[i]!.last ? axisTitles[options.axis] : null,
      crosshair,
      palette: options.palette,
    }),
  );
  const grids: Grid[] = drawings.map((drawing) => drawing.grid);
  return {
    kind: 'picture',
    ...options.size,
    summary: summaryOf(data, plots),
    marks: [...legend.marks, ...drawings.flatMap((drawing) => drawing.marks)],
    grids,
  };
}

interface PlacedBox {
  readonly box: Box;
  /** Nothing stands below it in its column. */
  readonly last: boolean;
}

function plotBoxes(count: number, top: number, size: Size, right: number): PlacedBox[] {
  const columns = columnsOf(size.width, count);
  const rows = Math.ceil(count / columns);
  const height = (size.height - top - lastAxis) / rows;
  const width = size.width / columns;
  return Array.from({ length: count }, (_, i) => ({
    box: {
      x: (i % columns) * width + margin.left,
      y: top + Math.floor(i / columns) * height + margin.title,
      width: Math.max(20, width - margin.left - right),
      height: Math.max(10, height - margin.title - margin.axis),
    },
    last: i + columns >= count,
  }));
}

function domainOf(lines: readonly Series[], logarithmic: boolean): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const { xs } of lines) {
    for (const x of xs) {
      if (logarithmic && x <= 0) continue;
      low = Math.min(low, x);
      high = Math.max(high, x);
    }
  }
  if (low > high) return logarithmic ? [1, 10] : [0, 1];
  if (logarithmic) return [low, high > low ? high : low * 10];
  return [0, high > 0 ? high : 1];
}

/** Where a step stands on the horizontal axis: at the recorded point nearest to it. */
function atStep({ points, evaluations }: CurvesData, step: number, axis: HorizontalAxis): number | null {
  if (axis === 'step') return step;
  const recorded = points.length > 0 ? points : evaluations;
  const i = nearestIndex(
    recorded.map((point) => point.step),
    step,
  );
  return recorded[i]?.[axis] ?? null;
}

/** The recorded step nearest to the middle of a column of the plots' grid. */
export function stepAt(
  data: CurvesData,
  options: Pick<CurvesOptions, 'axis' | 'logX' | 'metrics' | 'allSplits'>,
  column: number,
): number {
  const lines = shownMetrics(data.run, options.metrics).flatMap((metric) =>
    linesOf(metric.name, data, options),
  );
  const share = (column + 0.5) / gridColumns;
  const [low, high] = domainOf(lines, options.logX);
  const x = options.logX ? low * (high / low) ** share : low + (high - low) * share;
  const recorded = data.points.length > 0 ? data.points : data.evaluations;
  // Where the current run has not come yet, the compared ones tell.
  const further = lines.filter(({ kind, xs }) => kind === 'compared' && (xs.at(-1) ?? 0) >= x)[0];
  if (further && !(x <= (recorded.at(-1)?.[options.axis] ?? -1))) {
    return further.steps[nearestIndex(further.xs, x)]!;
  }
  const i = nearestIndex(
    recorded.map((point) => point[options.axis]),
    x,
  );
  return recorded[i]?.step ?? 0;
}

/**
 * What a guess reaches: the baseline of the task, and a uniform guess among all that can be predicted; and the best that any
 * model can reach, where the task knows it.
 */
export function referencesOf(metric: MetricName, run: Run): Reference[] {
  const references: Reference[] = [];
  if (run.baseline?.metric === metric)
    references.push({ label: run.baseline.label, value: run.baseline.value });
  if (run.optimum?.metric === metric) {
    references.push({ label: run.optimum.label, value: run.optimum.value });
  }
  if (run.kind === 'tokens' && metric === 'loss') {
    references.push({ label: `uniform guess, ln ${run.outputSize}`, value: Math.log(run.outputSize) });
  }
  if (run.kind === 'tokens' && metric === 'perplexity') {
    references.push({ label: `uniform guess, ${run.outputSize}`, value: run.outputSize });
  }
  return references;
}

/** One entry a split, wrapped to the width, and a line that says what faint and smoothed mean. */
function legendMarks(
  lines: readonly Series[],
  { palette, size }: CurvesOptions,
): { marks: Mark[]; height: number } {
  const marks: Mark[] = [];
  let x = 2;
  let y = 10;
  const entries = lines.filter(
    (series, i) =>
      lines.findIndex((other) => other.split === series.split && other.kind === series.kind) === i,
  );
  const splits = entries.filter(
    (series, i) => entries.findIndex((other) => other.split === series.split) === i,
  );
  const place = (whole: string, sample: (x: number, y: number) => Mark[]): void => {
    const texts = legendLines(whole, size.width);
    const widest = Math.max(...texts.map((text) => textWidth(text, fontSize.label)));
    const width = legendSampleRoom + widest + 14;
    if (x > 2 && x + width > size.width) [x, y] = [2, y + legendLine];
    marks.push(...sample(x, y));
    texts.forEach((text, i) => {
      if (i > 0) y += legendLine;
      const place = { x: x + legendSampleRoom, y, baseline: 'middle' } as const;
      marks.push({ kind: 'text', ...place, text, fill: palette.ink, size: fontSize.label });
    });
    // What follows a text of several lines begins a line of its own.
    x += texts.length > 1 ? size.width : width;
  };
  for (const series of splits) {
    if (series.kind === 'compared') continue;
    const { stroke, dash, symbol } = styleOf(series, palette);
    place(series.label, (left, middle) => [
      {
        kind: 'line',
        x1: left,
        y1: middle,
        x2: left + 24,
        y2: middle,
        stroke,
        strokeWidth: 2,
        ...(dash.length > 0 ? { dash } : {}),
      },
      ...(series.index === 0
        ? []
        : [
            {
              kind: 'path',
              d: markerAt(symbol, left + 12, middle, 30),
              fill: palette.surface,
              stroke,
              strokeWidth: 1.5,
            } as const,
          ]),
    ]);
  }
  const raw = entries.find((series) => series.kind === 'raw');
  if (raw) {
    const { stroke } = styleOf(raw, palette);
    place(`unsmoothed (line: mean of ${smoothingSpan})`, (left, middle) => [
      {
        kind: 'line',
        x1: left,
        y1: middle,
        x2: left + 24,
        y2: middle,
        stroke,
        strokeWidth: 1,
        opacity: 0.45,
      },
    ]);
  }
  for (const series of splits) {
    if (series.kind !== 'compared') continue;
    place(legendText(series), (left, middle) => legendSample(series, palette, left, middle));
  }
  return { marks, height: y + 10 };
}

function summaryOf(
  { points, evaluations }: CurvesData,
  plots: readonly { metric: Metric; lines: readonly Series[] }[],
): string {
  const measured = plots.flatMap(({ lines }) => lines.map(({ steps }) => steps.at(-1) ?? 0));
  const step = Math.max(points.at(-1)?.step ?? 0, evaluations.at(-1)?.step ?? 0, ...measured);
  const parts = plots.flatMap(({ metric, lines }) =>
    lines
      .filter((series) => series.kind !== 'raw')
      .map(
        ({ label, band, ys }) =>
          `${metric.label.toLowerCase()} ${band ? `${band.letter}, ` : ''}${label} ${valueText(metric, ys.at(-1)!)}`,
      ),
  );
  return `Curves up to training step ${numberText(step)}: ${parts.join(', ')}.`;
}

/** Generalisation: how well the network does on every split of the task, over the last evaluations; the trained lengths outlined. */
import { bottomAxis, fontSize } from '../common/axes.ts';
import { levelOf, sequential } from '../common/colour.ts';
import type { ColourScale } from '../common/colour.ts';
import type { Evaluation, Run } from '../common/data.ts';
import { gridLines, traceFrame } from '../common/heat-marks.ts';
import { colourBar } from '../common/legend.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawn, Grid, Mark, Size } from '../common/picture.ts';
import { notice } from '../common/picture.ts';
import { axisNumber, countText, numberText, percentText, textWidth } from '../common/text.ts';
import type { GridData, GridMetric, GridMetricChoice } from './data.ts';
import { gridData } from './data.ts';

export interface GeneralisationData {
  readonly run: Run;
  readonly evaluations: readonly Evaluation[];
}

export interface GeneralisationOptions {
  readonly size: Size;
  readonly palette: Palette;
  readonly metric: GridMetric;
}

const margin = { left: 6, right: 52, top: 44, bottom: 38 } as const;
const rowHeight = 34;
/** Older evaluations are left to the curves. */
const mostColumns = 20;

export const naturalHeight = (run: Run): number => margin.top + run.splits.length * rowHeight + margin.bottom;

const lengthText = (length: number): string => `${countText(length)} positions`;

function labelWidth(run: Run): number {
  const texts = run.splits.flatMap(({ label, length }) => [
    textWidth(label, fontSize.label),
    textWidth(lengthText(length), fontSize.tick),
  ]);
  return Math.max(...texts) + 14;
}

function mapBox(run: Run, { width, height }: Size): Box {
  const x = margin.left + Math.min(labelWidth(run), width * 0.45);
  return {
    x,
    y: margin.top,
    width: Math.max(24, width - x - margin.right),
    height: Math.max(12, height - margin.top - margin.bottom),
  };
}

/** What is drawn: the newest evaluations. */
export const shownGrid = ({ run, evaluations }: GeneralisationData, metric: GridMetric): GridData =>
  gridData(run, evaluations, metric, mostColumns);

export function generalisationPicture(
  data: GeneralisationData | null,
  { size, palette, metric }: GeneralisationOptions,
): Drawn {
  if (!data || data.evaluations.length === 0) {
    return notice('After the first evaluation, every length of the task is shown here, trained or not.');
  }
  const box = mapBox(data.run, size);
  const grid = shownGrid(data, metric);
  const scale = scaleOf(grid);
  return {
    kind: 'picture',
    ...size,
    summary: summaryOf(grid),
    marks: [
      ...colourBar({
        right: size.width - margin.left,
        y: 11,
        scale,
        title: grid.metric.label,
        mode: grid.metric.share ? 'fixed' : 'automatic',
        palette,
        room: size.width - 2 * margin.left,
      }),
      ...heat(grid, box, scale, palette),
      ...rowLabels(grid, box, palette),
      ...latestValues(grid, box, palette),
      ...stepAxis(grid, box, palette),
      ...trainedFrame(grid, box, palette),
    ],
    grids: [gridOf(grid, box)],
  };
}

/** Shares run from 0 to 1; an error has no end, but 1 is what guessing the mean reaches. */
function scaleOf({ metric, rows, steps, value }: GridData): ColourScale {
  if (metric.share) return sequential(0, 1);
  const values = rows.flatMap((_, row) => steps.map((__, column) => value(row, column)));
  return sequential(0, Math.max(1, ...values.filter(Number.isFinite)));
}

function heat({ rows, steps, value }: GridData, box: Box, scale: ColourScale, palette: Palette): Mark[] {
  const levels = new Uint8Array(rows.length * steps.length);
  rows.forEach((_, row) =>
    steps.forEach((__, column) => {
      levels[row * steps.length + column] = levelOf(value(row, column), scale);
    }),
  );
  return [
    { kind: 'rect', ...box, fill: palette.well },
    { kind: 'raster', ...box, columns: steps.length, rows: rows.length, levels, scale },
    ...gridLines(box, steps.length, rows.length, palette),
  ];
}

function rowLabels({ rows }: GridData, box: Box, palette: Palette): Mark[] {
  const height = box.height / rows.length;
  return rows.flatMap(({ label, length, trained }, row): Mark[] => {
    const y = box.y + (row + 0.5) * height;
    const style = { x: box.x - 8, anchor: 'end', baseline: 'middle', kind: 'text' } as const;
    const name = { ...style, text: label, fill: palette.ink, size: fontSize.label } as const;
    const weight = trained ? 600 : 400;
    if (height < 28) return [{ ...name, y, weight }];
    return [
      { ...name, y: y - 7, weight },
      { ...style, y: y + 8, text: lengthText(length), fill: palette.inkMuted, size: fontSize.tick },
    ];
  });
}

const valueText = ({ share }: GridMetricChoice, value: number): string =>
  share ? percentText(value) : numberText(value);

/** The newest value of each row, beside it. */
function latestValues({ rows, steps, value, metric }: GridData, box: Box, palette: Palette): Mark[] {
  const height = box.height / rows.length;
  return rows.flatMap((_, row): Mark[] => {
    const latest = steps.map((__, column) => value(row, column)).findLast((found) => !Number.isNaN(found));
    if (latest === undefined) return [];
    return [
      {
        kind: 'text',
        x: box.x + box.width + 8,
        y: box.y + (row + 0.5) * height,
        text: valueText(metric, latest),
        fill: palette.ink,
        size: fontSize.label,
        weight: 600,
        baseline: 'middle',
      },
    ];
  });
}

function stepAxis({ steps }: GridData, box: Box, palette: Palette): Mark[] {
  const cell = box.width / steps.length;
  const ticks = steps.map((step, column) => ({ at: box.x + (column + 0.5) * cell, text: axisNumber(step) }));
  return bottomAxis(box, ticks, 'training step', palette);
}

/** Round the rows that have the trained lengths. */
function trainedFrame({ rows }: GridData, box: Box, palette: Palette): Mark[] {
  const count = rows.filter(({ trained }) => trained).length;
  if (count === 0 || count === rows.length) return [];
  const height = (box.height / rows.length) * count;
  const title: Mark = {
    kind: 'text',
    x: box.x,
    y: box.y - 10,
    text: '▭ trained lengths',
    fill: palette.ink,
    size: fontSize.tick,
    baseline: 'middle',
  };
  return [title, ...traceFrame({ x: box.x, y: box.y, width: box.width, height }, palette)];
}

function gridOf({ rows, steps, value, metric }: GridData, box: Box): Grid {
  return {
    ...box,
    id: 'splits',
    label: metric.label,
    columns: steps.length,
    rows: rows.length,
    describe: (column, row) => {
      const { label, length, trained } = rows[row]!;
      const measured = value(row, column);
      const where = `Step ${countText(steps[column]!)}, ${label} (${lengthText(length)}, ${trained ? 'trained length' : 'never trained'})`;
      return `${where}: ${Number.isNaN(measured) ? 'not measured' : `${metric.label} ${valueText(metric, measured)}`}`;
    },
  };
}

function summaryOf({ metric, rows, steps, value }: GridData): string {
  const last = steps.length - 1;
  const parts = rows.map(({ label }, row) => `${label} ${valueText(metric, value(row, last))}`);
  return `Generalisation at step ${countText(steps[last]!)}, ${metric.label}: ${parts.join(', ')}.`;
}

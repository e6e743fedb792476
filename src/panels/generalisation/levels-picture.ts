/** The generalisation grid: accuracy at every level of difficulty, as of one training step; the trained region outlined. */
import { bottomAxis, fontSize, leftAxis } from '../common/axes.ts';
import { levelOf, luminanceOf, sequential } from '../common/colour.ts';
import type { Run } from '../common/data.ts';
import { gridLines, traceFrame } from '../common/heat-marks.ts';
import { colourBar } from '../common/legend.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawn, Grid, Mark, Size } from '../common/picture.ts';
import { notice } from '../common/picture.ts';
import { countText, percentText, textWidth } from '../common/text.ts';
import type { Axis, GeneralisationGrid, LevelsCell, LevelsGrid, LevelsMetric } from './levels-data.ts';
import { axisTitle, levelsGrid, levelsMetrics } from './levels-data.ts';

export interface LevelsData {
  readonly run: Run;
  /** The latest that is not after the step that is looked at, or null. */
  readonly grid: GeneralisationGrid | null;
  /** The step that is looked at; null follows the newest. */
  readonly step: number | null;
}

export interface LevelsOptions {
  readonly size: Size;
  readonly palette: Palette;
  readonly metric: LevelsMetric;
}

const bottom = 38;
const rowHeight = 30;
const singleRow = 46;
/** The lines above the cells: colour bar, what the frame means, and the title of the second axis. */
const lines = { legend: 11, note: 31, axis: 50 } as const;
/** Accuracy is a share: the same colour means the same in every picture. */
const scale = sequential(0, 1);
/** What ink and paper are on a colour, by its luminance. */
const inks = { dark: '#16191d', light: '#ffffff', threshold: 0.2 } as const;

const hasRows = ({ grid }: Run): boolean => (grid?.axes.length ?? 0) > 1;
const top = (run: Run): number => (hasRows(run) ? lines.axis + 9 : lines.note + 11);

export function naturalHeight(run: Run): number {
  const rows = run.grid?.axes[1]?.values.length ?? 1;
  return top(run) + (hasRows(run) ? rows * rowHeight : singleRow) + bottom;
}

export function levelsPicture(data: LevelsData | null, { size, palette, metric }: LevelsOptions): Drawn {
  const grid = data?.grid && levelsGrid(data.run, data.grid);
  if (!data?.grid || !grid) return notice(emptyText(data));
  const box = mapBox(data.run, grid, size);
  const label = levelsMetrics.find(({ name }) => name === metric)!.label;
  const value = (column: number, row: number): number => grid.cell(column, row).measured?.[metric] ?? NaN;
  return {
    kind: 'picture',
    ...size,
    summary: `${summaryOf(data.grid, grid, metric, label)}${partText(data.run, data.grid.cells.length)}.`,
    marks: [
      ...colourBar({
        ...{ right: size.width - 6, y: lines.legend, scale, title: label, mode: 'fixed', palette },
        room: size.width - 12,
      }),
      ...notes(data.run, data.grid, metric, size, palette),
      ...heat(grid, value, box, palette),
      ...axes(grid, box, palette),
      ...trainedFrame(grid, box, palette),
    ],
    grids: [gridOf(data.grid, grid, box, metric, label)],
  };
}

function emptyText(data: LevelsData | null): string {
  const what = data?.run.grid?.axes.map(axisTitle).join(' × ');
  if (what === undefined)
    return 'This task has no measure of difficulty; its splits are shown over training.';
  if (data?.step !== null && data?.step !== undefined)
    return `No grid was measured up to step ${countText(data.step)}. Go on to a later step, or measure the present weights.`;
  return `“Measure now” fills this with the accuracy at every level of ${what}, trained and never trained.`;
}

function mapBox(run: Run, { rows }: LevelsGrid, { width, height }: Size): Box {
  const widest = Math.max(
    0,
    ...(rows?.values ?? []).map((level) => textWidth(countText(level), fontSize.tick)),
  );
  const x = rows ? widest + 18 : 6;
  const y = top(run);
  return { x, y, width: Math.max(24, width - x - 6), height: Math.max(12, height - y - bottom) };
}

/** How far a grid is that is not complete: under way, or stopped. */
function partText({ grid }: Run, cells: number): string {
  const measurable = grid?.cells.filter(({ obstacle }) => obstacle === null).length ?? 0;
  return cells < measurable ? `, ${cells} of ${measurable} cells` : '';
}

/** What the frame means, what a guess reaches, and whose weights these are. */
function notes(
  run: Run,
  { step, samples, cells }: GeneralisationGrid,
  metric: LevelsMetric,
  { width }: Size,
  palette: Palette,
): Mark[] {
  const style = { kind: 'text', y: lines.note, size: fontSize.tick, baseline: 'middle' } as const;
  const left = ['▭ trained', ...chanceText(run, metric)].join(' · ');
  const stepText = `step ${countText(step)}`;
  const progress = `${stepText}${partText(run, cells.length)}`;
  const room = width - 24 - textWidth(left, fontSize.tick);
  const texts = [`${progress} · ${countText(samples)} samples a cell`, progress];
  const text = texts.find((one) => textWidth(one, fontSize.tick) <= room) ?? stepText;
  return [
    { ...style, x: 6, text: left, fill: palette.ink },
    { ...style, x: width - 6, text, fill: palette.inkMuted, anchor: 'end' },
  ];
}

/** A guess has all answers of a sample right at most as often as one of them. */
function chanceText({ baseline }: Run, metric: LevelsMetric): string[] {
  if (baseline?.metric !== 'tokenAccuracy') return [];
  const share = percentText(baseline.value);
  return [metric === 'tokenAccuracy' ? `${baseline.label}: ${share}` : `chance: at most ${share}`];
}

function heat(
  { columns, rowCount, cell }: LevelsGrid,
  value: (column: number, row: number) => number,
  box: Box,
  palette: Palette,
): Mark[] {
  const count = columns.values.length;
  const [width, height] = [box.width / count, box.height / rowCount];
  const levels = new Uint8Array(count * rowCount);
  const above: Mark[] = [];
  const written = shareWriting(width);
  for (let row = 0; row < rowCount; row++)
    for (let column = 0; column < count; column++) {
      const share = value(column, row);
      const level = levelOf(share, scale);
      levels[row * count + column] = level;
      const [x, y] = [box.x + column * width, box.y + row * height];
      if (level > 0) above.push(...shareText(written(share), level, { x, y, width, height }));
      else if (cell(column, row).obstacle !== null)
        above.push({ kind: 'path', d: `M${x} ${y + height}l${width} ${-height}`, stroke: palette.line });
    }
  return [
    { kind: 'rect', ...box, fill: palette.well },
    { kind: 'raster', ...box, columns: count, rows: rowCount, levels, scale },
    ...gridLines(box, count, rowCount, palette),
    ...above,
  ];
}

/** All cells alike: with the sign where even the whole has room for it, which the axis of the colours says too. */
function shareWriting(width: number): (share: number) => string {
  const fits = textWidth(percentText(1), fontSize.tick) + 8 <= width;
  return (share) => (fits ? percentText(share) : percentText(share).replace(' %', ''));
}

/** The share as a number, where the cell has room for it. */
function shareText(text: string, level: number, { x, y, width, height }: Box): Mark[] {
  if (textWidth(text, fontSize.tick) + 6 > width || height < 15) return [];
  const fill = luminanceOf(level, scale) > inks.threshold ? inks.dark : inks.light;
  const place = { x: x + width / 2, y: y + height / 2, anchor: 'middle', baseline: 'middle' } as const;
  return [{ kind: 'text', ...place, text, fill, size: fontSize.tick }];
}

function axes({ columns, rows, rowCount }: LevelsGrid, box: Box, palette: Palette): Mark[] {
  const width = box.width / columns.values.length;
  const height = box.height / rowCount;
  const along = columns.values.map((level, i) => ({ at: box.x + (i + 0.5) * width, text: countText(level) }));
  const marks = bottomAxis(box, along, axisTitle(columns), palette);
  if (!rows) return marks;
  const up = rows.values.map((level, i) => {
    return { at: box.y + (rowCount - i - 0.5) * height, text: countText(level) };
  });
  const title = { x: 6, y: lines.axis, text: `↑ ${axisTitle(rows)}`, baseline: 'middle' } as const;
  return [
    ...marks,
    ...leftAxis(box, up, palette),
    { kind: 'text', ...title, fill: palette.ink, size: fontSize.title },
  ];
}

function trainedFrame({ columns, rowCount, trained }: LevelsGrid, box: Box, palette: Palette): Mark[] {
  const width = box.width / columns.values.length;
  const height = box.height / rowCount;
  const [[left, right], [upper, lower]] = [trained.columns, trained.rows];
  return traceFrame(
    {
      x: box.x + left * width,
      y: box.y + upper * height,
      width: (right - left) * width,
      height: (lower - upper) * height,
    },
    palette,
  );
}

function gridOf(
  { step, samples }: GeneralisationGrid,
  grid: LevelsGrid,
  box: Box,
  metric: LevelsMetric,
  label: string,
): Grid {
  const axisList: readonly Axis[] = [grid.columns, ...(grid.rows ? [grid.rows] : [])];
  return {
    ...box,
    id: 'levels',
    label,
    columns: grid.columns.values.length,
    rows: grid.rowCount,
    describe: (column, row) => {
      const cell = grid.cell(column, row);
      const where = axisList.map((axis, i) => `${axisTitle(axis)} ${countText(cell.levels[i]!)}`).join(', ');
      const region = cell.trained ? 'trained' : 'never trained';
      return `Step ${countText(step)}, ${where} (${region}): ${measuredText(cell, samples, metric, label)}`;
    },
  };
}

function measuredText(
  { measured, obstacle }: LevelsCell,
  samples: number,
  metric: LevelsMetric,
  label: string,
): string {
  if (!measured) return obstacle === null ? 'not measured' : `not measured: ${obstacle}`;
  const interval = metric === 'tokenAccuracy' ? measured.tokenInterval : measured.sequenceInterval;
  const [low, high] = interval.map(percentText);
  const counted = `${countText(measured.answers)} answers in ${countText(samples)} samples`;
  return `${label} ${percentText(measured[metric])} (95 % interval ${low} to ${high}; ${counted})`;
}

function summaryOf(
  { step }: GeneralisationGrid,
  grid: LevelsGrid,
  metric: LevelsMetric,
  label: string,
): string {
  const shares = { trained: [] as number[], other: [] as number[] };
  for (let row = 0; row < grid.rowCount; row++)
    for (let column = 0; column < grid.columns.values.length; column++) {
      const { measured, trained } = grid.cell(column, row);
      if (measured) (trained ? shares.trained : shares.other).push(measured[metric]);
    }
  const span = (values: readonly number[]): string => {
    const [low, high] = [percentText(Math.min(...values)), percentText(Math.max(...values))];
    return values.length === 0 ? 'not measured' : low === high ? low : `${low} to ${high}`;
  };
  const region = `trained levels ${span(shares.trained)}, others ${span(shares.other)}`;
  return `Generalisation grid at step ${countText(step)}, ${label}: ${region}`;
}

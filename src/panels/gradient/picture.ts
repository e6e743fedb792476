/**
 * Gradient through time: how much the loss depends on the memory that each position finds. A line that falls to the left by
 * powers of ten is a gradient that vanishes; what lies between the two lines of a truncated training is what the horizon
 * cuts off. Below, the same for each state tensor.
 */
import { area, line } from 'd3-shape';
import { bottomAxis, fontSize, indexTicks, leftAxis } from '../common/axes.ts';
import { levelOf, sequential } from '../common/colour.ts';
import type { ColourScale } from '../common/colour.ts';
import type { Moment } from '../common/data.ts';
import { cursorFrame, gridLines } from '../common/heat-marks.ts';
import { colourBar } from '../common/legend.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Drawn, Grid, Mark, Size } from '../common/picture.ts';
import { notice } from '../common/picture.ts';
import { countText, numberText, textWidth } from '../common/text.ts';
import { isUntold } from '../common/token-rows.ts';
import type { Span, VerticalAxis } from './axis.ts';
import { spanOf, verticalAxis } from './axis.ts';
import type { GradientData, GradientLine, TimeGradient } from './data.ts';
import { gradientData, overStates, overSteps } from './data.ts';

export interface GradientOptions {
  readonly size: Size;
  readonly palette: Palette;
  readonly gradient: TimeGradient | null;
  /** Name of a state tensor, or `together`. */
  readonly state: string;
  /** Else linear, from zero. */
  readonly logarithmic: boolean;
  /** Also where one step alone lies so far above the others that it flattens them. */
  readonly wholeRange: boolean;
}

const margin = { left: 58, right: 10, top: 10, axis: 38 } as const;
const plotHeight = 130;
const legendLine = 17;
const heatHeading = 30;

const rowHeight = (rows: number): number => Math.max(7, Math.min(16, 160 / rows));
const hasHeat = ({ rows }: GradientData): boolean => rows.length > 1;

const styles = (palette: Palette) =>
  ({
    full: { stroke: palette.series[0]!, dash: [] },
    truncated: { stroke: palette.series[1]!, dash: [5, 4] },
    alone: { stroke: palette.series[3]!, dash: [] },
  }) as const;

export function naturalHeight(data: GradientData, width: number): number {
  const legend = legendRows(data, width).length * legendLine;
  const heat = hasHeat(data) ? heatHeading + data.rows.length * rowHeight(data.rows.length) : 0;
  return margin.top + legend + plotHeight + heat + margin.axis;
}

export function gradientPicture(moment: Moment | null, options: GradientOptions): Drawn {
  if (!moment) return notice('Train the network, or step once: how far its loss reaches back is then shown.');
  if (isUntold(moment.snapshot))
    return notice(
      'Nobody knows the answers of this sequence, so there is no loss whose gradient could be followed.',
    );
  const data = gradientData(moment, options.gradient, options.state);
  if (!data) return notice('The gradient of this sequence is being worked out.');
  const { size, palette } = options;
  const legend = legendMarks(data, size.width, palette);
  const top = margin.top + legend.height;
  const rowsHeight = hasHeat(data) ? data.rows.length * rowHeight(data.rows.length) : 0;
  const room = size.height - top - margin.axis - (hasHeat(data) ? heatHeading : 0);
  const share = room / (plotHeight + rowsHeight);
  const across = { x: leftOf(data), width: Math.max(20, size.width - leftOf(data) - margin.right) };
  const plot: Box = { ...across, y: top, height: plotHeight * share };
  const heat: Box = { ...across, y: top + plot.height + heatHeading, height: rowsHeight * share };
  const span = spanOf(data, options.wholeRange);
  const parts = [
    linePlot(data, plot, span, options),
    ...(hasHeat(data) ? [heatMap(data, heat, span, palette)] : []),
  ];
  const last = hasHeat(data) ? heat : plot;
  const cell = across.width / data.columns;
  const current = { x: across.x + data.current * cell, width: cell };
  return {
    kind: 'picture',
    ...size,
    summary: summaryOf(data),
    marks: [
      ...legend.marks,
      ...parts.flatMap((part) => part.marks),
      ...cursorFrame({ ...current, y: plot.y, height: plot.height }, palette),
      ...(hasHeat(data) ? cursorFrame({ ...current, y: heat.y, height: heat.height }, palette) : []),
      ...bottomAxis(last, ticksOf(data, last, cell), data.unit, palette),
    ],
    grids: parts.flatMap((part) => part.grids),
  };
}

const leftOf = ({ rows }: GradientData): number =>
  rows.length > 1
    ? Math.max(margin.left, ...rows.map(({ label }) => textWidth(label, fontSize.tick) + 12))
    : margin.left;

function ticksOf({ columns, labels }: GradientData, box: Box, cell: number) {
  if (labels && cell >= 15) return labels.map((text, i) => ({ at: box.x + (i + 0.5) * cell, text }));
  return indexTicks(columns, box.x, cell, 30);
}

function linePlot(data: GradientData, box: Box, span: Span, options: GradientOptions): Drawing {
  const { palette, logarithmic } = options;
  const axis = verticalAxis(span, box, logarithmic);
  const cell = box.width / data.columns;
  const x = (s: number): number => box.x + (s + 0.5) * cell;
  const look = styles(palette);
  const path = (values: readonly number[]): string =>
    line<number>()
      .defined(axis.reaches)
      .x((_, s) => x(s))
      .y(axis.at)(values) ?? '';
  return {
    marks: [
      ...leftAxis(box, axis.ticks, palette, { rules: true }),
      axisTitle(axis, box, palette),
      ...cutOff(data, box, x, axis, palette),
      ...data.cuts.map((s): Mark => {
        const at = box.x + s * cell;
        const style = { stroke: palette.inkMuted, strokeWidth: 1, dash: [2, 3] } as const;
        return { kind: 'line', x1: at, y1: box.y, x2: at, y2: box.y + box.height, ...style };
      }),
      ...[...data.lines].reverse().flatMap(({ kind, values }): Mark[] => {
        const { stroke, dash } = look[kind];
        const style = { stroke, strokeWidth: 2, ...(dash.length > 0 && { dash }) };
        const marks: Mark[] = [{ kind: 'path', d: path(values), ...style }];
        return cell >= 6 ? [...marks, ...dots(values, x, axis, box, stroke)] : marks;
      }),
      ...strayMarks(data, span, box, x, palette),
    ],
    grids: [
      {
        ...box,
        id: 'norms',
        label: 'gradient norm',
        columns: data.columns,
        rows: 1,
        links: overSteps(data),
        describe: describeColumn(data),
      },
    ],
  };
}

/** A dot where a norm is; a ring on the bottom edge where it is zero and the axis has no zero. */
function dots(
  values: readonly number[],
  x: (s: number) => number,
  axis: VerticalAxis,
  { y, height }: Box,
  colour: string,
): Mark[] {
  const circle = (s: number, at: number): string => `M${x(s) - 2} ${at}a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z`;
  const filled = values.map((value, s) => (axis.reaches(value) ? circle(s, axis.at(value)) : ''));
  const rings = values.map((value, s) => (value === 0 && !axis.reaches(0) ? circle(s, y + height) : ''));
  const marks: Mark[] = [{ kind: 'path', d: filled.join(''), fill: colour }];
  if (rings.some((ring) => ring !== ''))
    marks.push({ kind: 'path', d: rings.join(''), stroke: colour, strokeWidth: 1 });
  return marks;
}

/** The number that a column reaches beyond the upper edge. */
function strayMarks(
  { lines, columns }: GradientData,
  { stray }: Span,
  box: Box,
  x: (s: number) => number,
  palette: Palette,
): Mark[] {
  if (stray === null) return [];
  const most = Math.max(...lines.map(({ values }) => values[stray]!));
  const text = `↑${numberText(most)}`;
  const left = stray < columns / 2;
  const place = { x: x(stray) + (left ? 7 : -7), y: box.y + 8, anchor: left ? 'start' : 'end' } as const;
  const look = { fill: palette.ink, size: fontSize.tick, weight: 600, halo: palette.surface } as const;
  return [{ kind: 'text', ...place, ...look, text, baseline: 'middle' }];
}

function axisTitle({ title: whole }: VerticalAxis, box: Box, palette: Palette): Mark {
  const text = textWidth(whole, fontSize.tick) < box.height ? whole : whole.replace('gradient ', '');
  const place = { x: 12, y: box.y + box.height / 2, anchor: 'middle', rotate: -90 } as const;
  return { kind: 'text', ...place, text, fill: palette.ink, size: fontSize.tick };
}

/** What lies between the whole gradient and the truncated one. */
function cutOff(
  { lines }: GradientData,
  box: Box,
  x: (s: number) => number,
  axis: VerticalAxis,
  palette: Palette,
): Mark[] {
  const full = lines.find(({ kind }) => kind === 'full');
  const truncated = lines.find(({ kind }) => kind === 'truncated');
  if (!full || !truncated) return [];
  const bottom = box.y + box.height;
  const at = (value: number): number => (axis.reaches(value) ? axis.at(value) : bottom);
  const d = area<number>()
    .x((_, s) => x(s))
    .y0((_, s) => at(truncated.values[s]!))
    .y1((value) => at(value))(full.values);
  return [{ kind: 'path', d: d ?? '', fill: palette.series[1]!, opacity: 0.14 }];
}

function heatMap(data: GradientData, box: Box, { low, high }: Span, palette: Palette): Drawing {
  const { rows, columns, unit, step } = data;
  const scale: ColourScale = sequential(Math.log10(low), Math.log10(high));
  const levels = new Uint8Array(rows.length * columns);
  rows.forEach(({ values }, row) =>
    values.forEach((value, s) => {
      levels[row * columns + s] = value > 0 ? levelOf(Math.log10(value), scale) : 0;
    }),
  );
  const height = box.height / rows.length;
  const grid: Grid = {
    ...box,
    ...{ id: 'states', label: 'gradient norm by state', columns, rows: rows.length },
    links: { ...overSteps(data), ...overStates(data) },
    describe: (s, row) =>
      `${rows[row]!.label}, ${unit} ${s}, step ${countText(step)}: gradient norm ${numberText(rows[row]!.values[s]!)}`,
  };
  return {
    marks: [
      ...colourBar({
        ...{ right: box.x + box.width, y: box.y - 13, scale, palette },
        ...{ title: 'log₁₀ of the norm', mode: 'automatic', room: box.width },
      }),
      { kind: 'rect', ...box, fill: palette.well },
      { kind: 'raster', ...box, columns, rows: rows.length, levels, scale },
      ...gridLines(box, columns, rows.length, palette),
      ...rows.flatMap(({ label }, row): Mark[] => {
        const place = { x: box.x - 7, y: box.y + (row + 0.5) * height } as const;
        const look = { fill: palette.inkMuted, size: Math.min(fontSize.tick, height + 2) } as const;
        return [{ kind: 'text', ...place, ...look, text: label, anchor: 'end', baseline: 'middle' }];
      }),
    ],
    grids: [grid],
  };
}

interface LegendEntry {
  readonly text: string;
  readonly kind: GradientLine['kind'] | null;
}

/** The lines by name, then the training step of the weights; wrapped to the width. */
function legendRows(data: GradientData, width: number): LegendEntry[][] {
  const entries: LegendEntry[] = [
    ...[...data.lines]
      .reverse()
      .map(({ kind, name }) => ({ kind, text: `${kind === 'truncated' ? '- -' : '—'} ${name}` })),
    ...(data.aloneMissing === '' ? [] : [{ kind: null, text: data.aloneMissing }]),
    { kind: null, text: `weights of step ${countText(data.step)}` },
  ];
  const rows: LegendEntry[][] = [];
  let x = Infinity;
  for (const entry of entries) {
    const room = textWidth(entry.text, fontSize.tick) + 16;
    if (x + room > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)!.push(entry);
    x += room;
  }
  return rows;
}

function legendMarks(data: GradientData, width: number, palette: Palette): { marks: Mark[]; height: number } {
  const rows = legendRows(data, width);
  const look = styles(palette);
  const marks = rows.flatMap((entries, row) => {
    let x = 0;
    return entries.map(({ text, kind }): Mark => {
      const place = { x, y: 8 + row * legendLine, baseline: 'middle' } as const;
      x += textWidth(text, fontSize.tick) + 16;
      const fill = kind ? look[kind].stroke : palette.inkMuted;
      return { kind: 'text', ...place, text, fill, size: fontSize.tick, weight: kind ? 600 : 400 };
    });
  });
  return { marks, height: rows.length * legendLine };
}

function describeColumn({ lines, unit, step, labels }: GradientData): (column: number) => string {
  return (column) => {
    const token = labels ? ` (${labels[column]})` : '';
    const parts = [...lines]
      .reverse()
      .map(({ name, values }) => `${name} ${values[column] === 0 ? '0' : numberText(values[column]!)}`);
    return `The memory that ${unit} ${column}${token} finds, step ${countText(step)}: gradient norm of the ${parts.join(', ')}`;
  };
}

function summaryOf({ lines, unit, columns, step }: GradientData): string {
  const full = lines.find(({ kind }) => kind === 'full')!.values;
  const [first, last] = [full[0]!, full.at(-1)!];
  return `Gradient through time at step ${countText(step)}: norm ${numberText(first)} at ${unit} 0, ${numberText(last)} at ${unit} ${columns - 1}.`;
}

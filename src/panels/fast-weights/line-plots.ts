/** The course of a matrix over the steps of a model: norm and singular values; of a head also write strength and mixing. */
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { fontSize, leftAxis } from '../common/axes.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Links, Mark } from '../common/picture.ts';
import { axisNumber, numberText, textWidth } from '../common/text.ts';
import type { FastWeightsData } from './data.ts';
import type { Matrices } from './matrices.ts';
import { normAt, singularValuesOf } from './matrices.ts';

interface Line {
  readonly name: string;
  readonly values: readonly number[];
  /** Index into the palette's series. */
  readonly series: number;
  readonly dash?: readonly number[];
  /** Thin and unnamed: one of many. */
  readonly faint?: boolean;
}

export interface LinePlot {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly Line[];
  readonly domain: readonly [number, number];
}

/** The steps that a plot goes over. */
export interface Course {
  readonly columns: number;
  /** e.g. "Position 3" */
  readonly placeOf: (column: number) => string;
  readonly links: Links;
}

const over = (count: number, value: (t: number) => number): number[] =>
  Array.from({ length: count }, (_, t) => value(t));

/** Norm and singular values of a head. @param letter what formulas call the matrix */
export function sizePlot(data: Matrices, head: number, title: string, letter: string): LinePlot {
  const steps = data.weights.length;
  const norm = over(steps, (t) => normAt(data, t, head));
  const singular = singularValuesOf(data, head);
  return {
    id: 'norm',
    title,
    domain: [0, Math.max(...norm, 1e-6)],
    lines: [
      ...Array.from(singular[0] ?? [], (_, i): Line => ({
        name: `singular value ${i}`,
        values: over(steps, (t) => singular[t]![i]!),
        series: 2,
        faint: true,
      })),
      { name: `norm ‖${letter}‖`, values: norm, series: 0 },
    ],
  };
}

/** The plots that a head of the layer has data for. */
export function plotLines(data: FastWeightsData, head: number): LinePlot[] {
  const steps = data.weights.length;
  const plots = [sizePlot(data, head, `head ${head}: size of the state`, 'W')];
  const { beta, mixing } = data;
  if (beta) {
    const strength = over(steps, (t) => beta.data[t * data.heads + head]!);
    const eigenvalue = strength.map((value) => 1 - value);
    plots.push({
      id: 'beta',
      title: `head ${head}: write strength`,
      domain: [Math.min(0, ...eigenvalue), Math.max(1, ...strength)],
      lines: [
        { name: 'eigenvalue 1 − β', values: eigenvalue, series: 1, dash: [5, 4] },
        { name: 'β', values: strength, series: 0 },
      ],
    });
  }
  if (mixing) {
    plots.push({
      id: 'mixing',
      title: `head ${head}: gates of the two memories`,
      domain: [0, 1],
      lines: [
        { name: 'window', values: over(steps, (t) => mixing(t, head).window), series: 1, dash: [5, 4] },
        { name: 'fast weights', values: over(steps, (t) => mixing(t, head).fast), series: 0 },
      ],
    });
  }
  return plots;
}

/** A plot this narrow has the names of its lines below its title rather than beside it. */
const narrow = 420;

const isNarrow = (width: number): boolean => width < narrow;

/** Room above a plot for its title and the names of its lines. */
export const plotGap = (width: number): number => (isNarrow(width) ? 48 : 34);

export function linePlot(plot: LinePlot, box: Box, course: Course, palette: Palette): Drawing {
  const y = scaleLinear(plot.domain, [box.y + box.height, box.y]).nice(3);
  const { columns, placeOf, links } = course;
  const cell = box.width / columns;
  const pathOf = (values: readonly number[]): string =>
    line<number>()
      .defined(Number.isFinite)
      .x((_, t) => box.x + (t + 0.5) * cell)
      .y((value) => y(value))(values) ?? '';
  const ticks = y.ticks(3).map((value) => ({ at: y(value), text: axisNumber(value) }));
  return {
    marks: [
      {
        kind: 'text',
        x: box.x,
        y: box.y - (isNarrow(box.width) ? 28 : 13),
        text: plot.title,
        fill: palette.ink,
        size: fontSize.title,
        weight: 600,
        baseline: 'middle',
      },
      ...names(plot, box, palette),
      ...leftAxis(box, ticks, palette, { rules: true }),
      ...plot.lines.map(({ values, series, dash, faint }): Mark => ({
        kind: 'path',
        d: pathOf(values),
        stroke: palette.series[series]!,
        strokeWidth: faint ? 1 : 2,
        opacity: faint ? 0.7 : 1,
        ...(dash ? { dash } : {}),
      })),
    ],
    grids: [
      {
        ...box,
        id: plot.id,
        label: plot.title,
        columns,
        rows: 1,
        links,
        describe: (t) =>
          `${placeOf(t)}, ${plot.title}: ${plot.lines
            .filter(({ faint }, i) => !faint || i === 0)
            .map(({ name, values }) => `${name} ${numberText(values[t]!)}`)
            .join(', ')}`,
      },
    ],
  };
}

/** The names of the lines, in their colours, at the right of the title or below it; of many faint ones, one name for all. */
function names({ lines }: LinePlot, box: Box, palette: Palette): Mark[] {
  let x = box.x + box.width;
  const shown = [...lines.filter(({ faint }) => !faint)].reverse();
  const faint = lines.find((candidate) => candidate.faint);
  const named = shown.map(({ name, series, dash }) => ({ text: `${dash ? '- -' : '—'} ${name}`, series }));
  const entries = faint ? [...named, { text: '— singular values', series: faint.series }] : named;
  return entries.map(({ text, series }): Mark => {
    const mark: Mark = {
      kind: 'text',
      x,
      y: box.y - 13,
      text,
      fill: palette.series[series]!,
      size: fontSize.tick,
      anchor: 'end',
      baseline: 'middle',
    };
    x -= textWidth(text, fontSize.tick) + 14;
    return mark;
  });
}

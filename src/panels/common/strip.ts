/** A low chart under or over a heatmap: one value a position on an axis that starts at zero. */
import { fontSize, rightValue } from './axes.ts';
import { overPositions } from './outlines.ts';
import type { Palette } from './palette.ts';
import type { Box, Grid, Mark } from './picture.ts';

export interface StripOptions {
  readonly id: string;
  readonly box: Box;
  readonly values: ArrayLike<number>;
  /** Upper end of the axis. */
  readonly maximum: number;
  /** Two short lines at the left. */
  readonly title: readonly string[];
  readonly palette: Palette;
  readonly fill?: string;
  /** How much of each bar is filled; the rest of it is only outlined. Absent: all. */
  readonly filled?: ArrayLike<number>;
  /** Colour and pattern of one bar, where bars differ. */
  readonly barStyle?: (index: number) => { readonly fill: string; readonly hollow: boolean };
  readonly describe: (position: number) => string;
}

/** Bars from zero. Values that are not finite leave a gap; what exceeds the axis is cut and gets a cap mark. */
export function strip(options: StripOptions): { marks: Mark[]; grid: Grid } {
  const { box, values, maximum, palette, title } = options;
  const cell = box.width / values.length;
  const gap = cell >= 12 ? 2 : cell >= 4 ? 0.5 : 0;
  const bottom = box.y + box.height;
  const marks: Mark[] = [...frame(options)];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value) || value <= 0) continue;
    const height = Math.min(1, value / maximum) * box.height;
    const { fill, hollow } = options.barStyle?.(i) ?? {
      fill: options.fill ?? palette.inkMuted,
      hollow: false,
    };
    const bar = { x: box.x + i * cell + gap, width: cell - 2 * gap, y: bottom - height, height };
    const solid = Math.min(1, (options.filled?.[i] ?? value) / maximum) * box.height;
    if (solid < height - 0.5) {
      const { x, width } = bar;
      marks.push({ kind: 'rect', ...bar, fill, opacity: 0.3 });
      marks.push({ kind: 'rect', x, width, y: bottom - solid, height: solid, fill });
      continue;
    }
    marks.push(
      hollow && bar.width > 3 && height > 2
        ? {
            kind: 'rect',
            x: bar.x + 0.75,
            y: bar.y + 0.75,
            width: bar.width - 1.5,
            height: height - 1.5,
            stroke: fill,
            strokeWidth: 1.5,
          }
        : { kind: 'rect', ...bar, fill },
    );
  }
  const grid: Grid = {
    ...box,
    id: options.id,
    label: title.join(' '),
    columns: values.length,
    rows: 1,
    describe: options.describe,
    links: overPositions,
  };
  return { marks, grid };
}

function frame({ box, maximum, title, palette }: StripOptions): Mark[] {
  const bottom = box.y + box.height;
  const right = box.x + box.width;
  const lines: Mark[] = title.map((text, i) => ({
    kind: 'text',
    x: box.x - 10,
    y: box.y + box.height / 2 + (i - (title.length - 1) / 2) * 14,
    text,
    fill: i === 0 ? palette.ink : palette.inkMuted,
    size: i === 0 ? fontSize.label : fontSize.tick,
    anchor: 'end',
    baseline: 'middle',
  }));
  return [
    ...lines,
    { kind: 'line', x1: box.x, y1: bottom, x2: right, y2: bottom, stroke: palette.inkMuted },
    { kind: 'line', x1: box.x, y1: box.y, x2: right, y2: box.y, stroke: palette.line, dash: [2, 3] },
    rightValue(maximum, box, box.y + 3, palette),
    rightValue(0, box, bottom - 3, palette),
  ];
}

/** One of 1, 1.5, 2, 3, 4, 5, 6, 8, 10 times a power of ten, at least the largest value. */
export function niceMaximum(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i])) largest = Math.max(largest, values[i]!);
  if (largest === 0) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  const factor = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((f) => f * power >= largest) ?? 10;
  return Number((factor * power).toPrecision(3));
}

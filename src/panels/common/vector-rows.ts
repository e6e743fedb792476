/** Head of the timeline for tasks of vectors: the inputs as lines, the targets as a line with the outputs as dots on it. */
import { line } from 'd3-shape';
import { fontSize, rightValue } from './axes.ts';
import type { Moment } from './data.ts';
import { overPositions } from './outlines.ts';
import type { Palette } from './palette.ts';
import type { Box, Mark } from './picture.ts';
import { numberText } from './text.ts';
import type { Rows } from './token-rows.ts';

/** More dimensions than this are not told apart. */
const shownDimensions = 4;

interface Table2D {
  readonly data: ArrayLike<number>;
  readonly width: number;
}

export function vectorRows({ run, snapshot }: Moment, box: Box, palette: Palette): Rows {
  const columns = snapshot.mask.length;
  const inputs: Table2D = { data: snapshot.inputs ?? [], width: run.inputSize };
  const targets: Table2D = { data: snapshot.targets, width: run.outputSize };
  const outputs: Table2D = { data: snapshot.predictions, width: run.outputSize };
  const upper = { ...box, height: box.height / 2 - 4 };
  const lower = { ...box, y: box.y + box.height / 2 + 4, height: box.height / 2 - 4 };
  const counts = (t: number): boolean => snapshot.mask[t] === 1;
  const inputRange = rangeOf([inputs], () => true, columns);
  const outputRange = rangeOf([targets, outputs], counts, columns);
  const marks: Mark[] = [
    ...frame(upper, inputRange, ['input'], palette),
    ...dimensions(inputs, columns, () => true, upper, inputRange).map(({ d, index }) =>
      series(d, index, palette),
    ),
    ...frame(lower, outputRange, ['target —', 'output ○'], palette),
    ...dimensions(targets, columns, counts, lower, outputRange).map(({ d, index }) =>
      series(d, index, palette),
    ),
    ...dots(outputs, columns, counts, lower, outputRange, palette),
  ];
  const rowText = (rows: Table2D, t: number): string =>
    Array.from({ length: rows.width }, (_, i) => numberText(rows.data[t * rows.width + i] ?? NaN)).join(', ');
  return {
    marks,
    grid: {
      ...box,
      id: 'vectors',
      label: 'input, target and output',
      columns,
      rows: 2,
      links: overPositions,
      describe: (t, row) => {
        if (row === 0) return `Position ${t}: input ${rowText(inputs, t)}`;
        if (!counts(t)) return `Position ${t}: no answer is asked here`;
        return `Position ${t}: target ${rowText(targets, t)}, output ${rowText(outputs, t)}`;
      },
    },
  };
}

type Range = readonly [number, number];

function rangeOf(parts: readonly Table2D[], counts: (t: number) => boolean, columns: number): Range {
  let [low, high] = [Infinity, -Infinity];
  for (const { data, width } of parts) {
    for (let t = 0; t < columns; t++) {
      if (!counts(t)) continue;
      for (let i = 0; i < width; i++) {
        const value = data[t * width + i] ?? NaN;
        if (!Number.isFinite(value)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
  }
  return low < high ? [low, high] : low === high ? [low - 0.5, high + 0.5] : [0, 1];
}

const yOf = (value: number, box: Box, [low, high]: Range): number =>
  box.y + box.height - ((value - low) / (high - low)) * box.height;

const xOf = (t: number, box: Box, columns: number): number => box.x + ((t + 0.5) * box.width) / columns;

function dimensions(
  { data, width }: Table2D,
  columns: number,
  counts: (t: number) => boolean,
  box: Box,
  range: Range,
): { readonly d: string; readonly index: number }[] {
  const positions = Array.from({ length: columns }, (_, t) => t);
  return Array.from({ length: Math.min(width, shownDimensions) }, (_, index) => {
    const path = line<number>()
      .defined((t) => counts(t) && Number.isFinite(data[t * width + index]))
      .x((t) => xOf(t, box, columns))
      .y((t) => yOf(data[t * width + index]!, box, range));
    return { d: path(positions) ?? '', index };
  }).filter(({ d }) => d !== '');
}

function series(d: string, index: number, palette: Palette): Mark {
  return { kind: 'path', d, stroke: palette.series[index % palette.series.length]!, strokeWidth: 1.5 };
}

function dots(
  { data, width }: Table2D,
  columns: number,
  counts: (t: number) => boolean,
  box: Box,
  range: Range,
  palette: Palette,
): Mark[] {
  const radius = Math.max(1, Math.min(3, box.width / columns / 3));
  return Array.from({ length: Math.min(width, shownDimensions) }, (_, index) => {
    let d = '';
    for (let t = 0; t < columns; t++) {
      const value = data[t * width + index] ?? NaN;
      if (!counts(t) || !Number.isFinite(value)) continue;
      const [x, y] = [xOf(t, box, columns), yOf(value, box, range)];
      d += `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0z`;
    }
    const stroke = palette.series[index % palette.series.length]!;
    return { kind: 'path', d, fill: palette.surface, stroke, strokeWidth: 1.25 };
  });
}

function frame(box: Box, [low, high]: Range, title: readonly string[], palette: Palette): Mark[] {
  return [
    { kind: 'rect', ...box, fill: palette.well, radius: 2 },
    rightValue(high, box, box.y + 5, palette),
    rightValue(low, box, box.y + box.height - 5, palette),
    ...title.map((text, i): Mark => {
      const y = box.y + box.height / 2 + (i - (title.length - 1) / 2) * 15;
      const style = { fill: palette.ink, size: fontSize.label, anchor: 'end', baseline: 'middle' } as const;
      return { kind: 'text', x: box.x - 10, y, text, ...style };
    }),
  ];
}

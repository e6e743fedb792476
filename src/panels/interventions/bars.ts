/** Bars that go up where something grew and down where it shrank, and pairs of bars before and after. */
import { fontSize } from '../common/axes.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Links, Mark } from '../common/picture.ts';
import { niceMaximum } from '../common/strip.ts';
import { numberText } from '../common/text.ts';

interface Common {
  readonly id: string;
  readonly box: Box;
  /** Short lines at the left. */
  readonly title: readonly string[];
  readonly palette: Palette;
  readonly describe: (index: number) => string;
  /** What the bars stand for. */
  readonly links: Links;
}

/** Changes smaller than this share of the largest do not make room for their sign. */
const negligible = 0.02;
/** What rounding alone can do is not blown up to the height of the chart. */
const smallestRange = 1e-4;

/** The ends of an axis that holds the values and zero. */
export function changeRange(values: ArrayLike<number>): readonly [number, number] {
  const finite = Array.from(values).filter(Number.isFinite);
  const up = Math.max(0, ...finite);
  const down = Math.max(0, ...finite.map((value) => -value));
  const enough = Math.max(up, down) * negligible;
  const end = (reach: number): number => (reach > enough ? niceMaximum([reach]) : 0);
  const [low, high] = [0 - end(down), end(up)];
  return high - low < smallestRange ? [0, smallestRange] : [low, high];
}

/** Worse is up and in the colour of wrong answers, better is down. Values that are not finite leave a gap. */
export function changeBars(options: Common & { readonly values: ArrayLike<number> }): Drawing {
  const { box, values, palette } = options;
  const [low, high] = changeRange(values);
  const y = (value: number): number => box.y + ((high - value) / (high - low)) * box.height;
  const cell = box.width / values.length;
  const gap = cell >= 12 ? 2 : cell >= 4 ? 0.5 : 0;
  const ends = [high, low].filter((end) => end !== 0 && Math.abs(y(end) - y(0)) >= fontSize.tick);
  const marks = axis(options, [...ends, 0], y);
  for (let i = 0; i < values.length; i++) {
    const value = Math.max(low, Math.min(high, values[i]!));
    if (!Number.isFinite(value) || value === 0) continue;
    const top = Math.min(y(value), y(0));
    const height = Math.abs(y(value) - y(0));
    const fill = value > 0 ? palette.wrong : palette.right;
    marks.push({ kind: 'rect', x: box.x + i * cell + gap, width: cell - 2 * gap, y: top, height, fill });
  }
  return { marks, grids: [grid(options, values.length)] };
}

/** Two bars a place, on one axis from 0 to 1: the left one as it was, the right one as it is. */
export function pairBars(
  options: Common & { readonly before: ArrayLike<number>; readonly after: ArrayLike<number> | null },
): Drawing {
  const { box, before, after, palette } = options;
  const cell = box.width / before.length;
  const gap = cell >= 12 ? 2 : cell >= 4 ? 0.5 : 0;
  const y = (value: number): number => box.y + (1 - value) * box.height;
  const marks = axis(options, [1, 0], y);
  const width = (cell - 2 * gap) / (after ? 2 : 1);
  for (let i = 0; i < before.length; i++) {
    const x = box.x + i * cell + gap;
    const bar = (value: number, left: number, fill: string): void => {
      if (!(value > 0)) return;
      marks.push({ kind: 'rect', x: left, width, y: y(value), height: value * box.height, fill });
    };
    bar(before[i]!, x, palette.inkMuted);
    if (after) bar(after[i]!, x + width, palette.accent);
  }
  return { marks, grids: [grid(options, before.length)] };
}

function grid({ id, box, title, describe, links }: Common, columns: number): Drawing['grids'][number] {
  return { ...box, id, label: title.join(' '), columns, rows: 1, describe, links };
}

function axis(
  { box, title, palette }: Common,
  ticks: readonly number[],
  y: (value: number) => number,
): Mark[] {
  const right = box.x + box.width;
  return [
    ...title.map((text, i): Mark => {
      const middle = box.y + box.height / 2 + (i - (title.length - 1) / 2) * 14;
      const style =
        i === 0
          ? { fill: palette.ink, size: fontSize.label }
          : { fill: palette.inkMuted, size: fontSize.tick };
      return { kind: 'text', x: box.x - 10, y: middle, text, ...style, anchor: 'end', baseline: 'middle' };
    }),
    ...ticks.flatMap((value): Mark[] => [
      value === 0
        ? { kind: 'line', x1: box.x, y1: y(0), x2: right, y2: y(0), stroke: palette.inkMuted }
        : {
            kind: 'line',
            x1: box.x,
            y1: y(value),
            x2: right,
            y2: y(value),
            stroke: palette.line,
            dash: [2, 3],
          },
      {
        ...{ kind: 'text', x: right + 5, text: numberText(value), fill: palette.inkMuted },
        ...{ y: y(value) + (y(value) <= box.y ? 3 : y(value) >= box.y + box.height ? -3 : 0) },
        ...{ size: fontSize.tick, baseline: 'middle' },
      },
    ]),
  ];
}

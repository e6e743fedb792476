/** Axes as marks: a quiet line, ticks that d3-scale chose, numbers, and a title that names the unit. */
import type { Palette } from './palette.ts';
import type { Box, Mark } from './picture.ts';
import { numberText, textWidth } from './text.ts';

export const fontSize = { tick: 11, title: 12, label: 12, token: 13 } as const;

export interface Tick {
  /** In pixels of the picture. */
  readonly at: number;
  readonly text: string;
}

/** Along the bottom of `box`. The title, where there is one, stands at the right end, on the line below the numbers. */
export function bottomAxis(box: Box, ticks: readonly Tick[], title: string | null, palette: Palette): Mark[] {
  const y = box.y + box.height;
  const marks: Mark[] = [];
  for (const tick of spread(ticks, (t) => textWidth(t.text, fontSize.tick) + 8)) {
    marks.push(
      { kind: 'line', x1: tick.at, y1: y, x2: tick.at, y2: y + 4, stroke: palette.inkMuted },
      label(tick.text, tick.at, y + 15, palette, 'middle'),
    );
  }
  if (title === null) return marks;
  marks.push({
    kind: 'text',
    x: box.x + box.width,
    y: y + 31,
    text: `${title} →`,
    fill: palette.ink,
    size: fontSize.title,
    anchor: 'end',
  });
  return marks;
}

export interface LeftAxisOptions {
  /** Faint lines across the box at each tick. */
  readonly rules?: boolean;
}

/** Along the left side of `box`; the title is written by the caller, who knows the room above. */
export function leftAxis(
  box: Box,
  ticks: readonly Tick[],
  palette: Palette,
  { rules = false }: LeftAxisOptions = {},
): Mark[] {
  const marks: Mark[] = [];
  for (const tick of spread(ticks, () => fontSize.tick + 2)) {
    marks.push(
      rules
        ? {
            kind: 'line',
            x1: box.x,
            y1: tick.at,
            x2: box.x + box.width,
            y2: tick.at,
            stroke: palette.line,
            opacity: 0.7,
          }
        : { kind: 'line', x1: box.x - 4, y1: tick.at, x2: box.x, y2: tick.at, stroke: palette.inkMuted },
      label(tick.text, box.x - 7, tick.at, palette, 'end'),
    );
  }
  return marks;
}

function label(
  text: string,
  x: number,
  y: number,
  palette: Palette,
  anchor: 'start' | 'middle' | 'end',
): Mark {
  return {
    kind: 'text',
    x,
    y,
    text,
    fill: palette.inkMuted,
    size: fontSize.tick,
    anchor,
    baseline: anchor === 'end' ? 'middle' : 'alphabetic',
  };
}

/** Leaves out ticks whose labels would touch the one before. `size` is the room that a label takes along the axis. */
export function spread(ticks: readonly Tick[], size: (tick: Tick) => number): Tick[] {
  const kept: Tick[] = [];
  for (const tick of [...ticks].sort((a, b) => a.at - b.at)) {
    const last = kept.at(-1);
    if (!last || tick.at - last.at >= (size(tick) + size(last)) / 2) kept.push(tick);
  }
  return kept;
}

/** Every `step`-th of the whole numbers 0 … count−1, so that labels of `room` pixels fit: steps of 1, 2, 5, 10, 20 … */
export function indexTicks(count: number, start: number, cell: number, room: number): Tick[] {
  let step = 1;
  for (let power = 1; step * cell < room; power *= 10) {
    const fitting = [1, 2, 5].find((factor) => factor * power * cell >= room);
    step = fitting === undefined ? power * 10 : fitting * power;
  }
  const ticks: Tick[] = [];
  for (let i = 0; i < count; i += step) ticks.push({ at: start + (i + 0.5) * cell, text: String(i) });
  return ticks;
}

/** An end of a quiet axis: a value to the right of `box`, at a height. */
export function rightValue(value: number, box: Box, y: number, palette: Palette): Mark {
  const style = { fill: palette.inkMuted, size: fontSize.tick, baseline: 'middle' } as const;
  return { kind: 'text', x: box.x + box.width + 5, y, text: numberText(value), ...style };
}

/** Title of a small plot, above its left end. */
export function plotHeading(text: string, box: Box, palette: Palette): Mark {
  const place = { x: box.x - 32, y: box.y - 15, baseline: 'middle' } as const;
  return { kind: 'text', ...place, text, fill: palette.ink, size: fontSize.title, weight: 600 };
}

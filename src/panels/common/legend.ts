/** Legends as marks: a colour bar that states its domain, and whether that was chosen or fixed. */
import { fontSize } from './axes.ts';
import type { ColourScale } from './colour.ts';
import type { Palette } from './palette.ts';
import type { Mark } from './picture.ts';
import { numberText, textWidth } from './text.ts';

/** How the ends of a scale were found. */
export type ScaleMode = 'automatic' | 'fixed';

export interface ColourBarOptions {
  /** Right end of the legend. */
  readonly right: number;
  /** Middle line. */
  readonly y: number;
  readonly scale: ColourScale;
  readonly title?: string;
  readonly mode: ScaleMode;
  readonly palette: Palette;
  /**
   * Pixels that the legend may take; in little room the bar gets shorter, then the mode is left to the control beside, then
   * the title to the heading.
   */
  readonly room?: number;
}

const widest = 88;
const narrowest = 24;

/** `title  low ▭▭▭▭ high · automatic`, ending at `right`. */
export function colourBar({
  right,
  y,
  scale,
  title: wanted = '',
  mode,
  palette,
  room = 260,
}: ColourBarOptions): Mark[] {
  const [low, high] = scale.domain;
  const text = (content: string, x: number, anchor: 'start' | 'end', fill: string): Mark => {
    return { kind: 'text', x, y, text: content, fill, size: fontSize.tick, anchor, baseline: 'middle' };
  };
  const lowText = numberText(low);
  const numbers = textWidth(lowText, fontSize.tick) + textWidth(numberText(high), fontSize.tick) + 12;
  const titleRoom = textWidth(wanted, fontSize.tick) + 14;
  const title = numbers + narrowest + titleRoom <= room ? wanted : '';
  const titleWidth = title === '' ? 0 : titleRoom;
  const free = (highText: string): number =>
    room - titleWidth - textWidth(lowText, fontSize.tick) - textWidth(highText, fontSize.tick) - 12;
  const whole = `${numberText(high)} · ${mode}`;
  const highText = free(whole) >= narrowest ? whole : numberText(high);
  const width = Math.max(narrowest, Math.min(widest, free(highText)));
  const barRight = right - textWidth(highText, fontSize.tick) - 6;
  const x = barRight - width;
  return [
    ...(title === '' ? [] : [text(title, x - textWidth(lowText, fontSize.tick) - 14, 'end', palette.ink)]),
    text(lowText, x - 6, 'end', palette.inkMuted),
    bar(x, y, width, scale),
    text(highText, barRight + 6, 'start', palette.inkMuted),
  ];
}

/** `▭▭▭▭ ±high` from `left` to `right`, for a scale whose ends lie equally far from zero. */
export function signedBar({
  left,
  right,
  y,
  scale,
  palette,
}: Pick<ColourBarOptions, 'right' | 'y' | 'scale' | 'palette'> & { readonly left: number }): Mark[] {
  const text = `±${numberText(scale.domain[1])}`;
  const width = Math.max(narrowest / 2, right - left - textWidth(text, fontSize.tick) * 1.1 - 5);
  const style = { fill: palette.inkMuted, size: fontSize.tick, baseline: 'middle' } as const;
  return [bar(left, y, width, scale), { kind: 'text', x: left + width + 5, y, text, ...style }];
}

const barColumns = 64;

function bar(x: number, y: number, width: number, scale: ColourScale): Mark {
  const levels = Uint8Array.from({ length: barColumns }, (_, i) =>
    Math.round(1 + (254 * i) / (barColumns - 1)),
  );
  return { kind: 'raster', x, y: y - 5, width, height: 10, columns: barColumns, rows: 1, levels, scale };
}

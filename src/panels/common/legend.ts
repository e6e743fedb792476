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
  /** Pixels that the legend may take; in little room the bar gets shorter, then the mode is left to the control beside. */
  readonly room?: number;
}

const widest = 88;
const narrowest = 24;

/** `title  low ▭▭▭▭ high · automatic`, ending at `right`. */
export function colourBar({
  right,
  y,
  scale,
  title = '',
  mode,
  palette,
  room = 260,
}: ColourBarOptions): Mark[] {
  const [low, high] = scale.domain;
  const text = (content: string, x: number, anchor: 'start' | 'end', fill: string): Mark => {
    return { kind: 'text', x, y, text: content, fill, size: fontSize.tick, anchor, baseline: 'middle' };
  };
  const lowText = numberText(low);
  const titleWidth = title === '' ? 0 : textWidth(title, fontSize.tick) + 14;
  const free = (highText: string): number =>
    room - titleWidth - textWidth(lowText, fontSize.tick) - textWidth(highText, fontSize.tick) - 12;
  const whole = `${numberText(high)} · ${mode}`;
  const highText = free(whole) >= narrowest ? whole : numberText(high);
  const width = Math.max(narrowest, Math.min(widest, free(highText)));
  const barRight = right - textWidth(highText, fontSize.tick) - 6;
  const x = barRight - width;
  const columns = 64;
  const levels = Uint8Array.from({ length: columns }, (_, i) => 1 + Math.round((254 * i) / (columns - 1)));
  return [
    ...(title === '' ? [] : [text(title, x - textWidth(lowText, fontSize.tick) - 14, 'end', palette.ink)]),
    text(lowText, x - 6, 'end', palette.inkMuted),
    { kind: 'raster', x, y: y - 5, width, height: 10, columns, rows: 1, levels, scale },
    text(highText, barRight + 6, 'start', palette.inkMuted),
  ];
}

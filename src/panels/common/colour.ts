/**
 * Colour scales. Sequential: viridis, perceptually uniform. Diverging: blue to orange, centred on zero, through a middle that
 * melts into the page. Both stay readable with the common colour-vision deficiencies, since lightness alone orders them.
 * A scale is a table of 255 colours; level 0 is kept for "nothing here".
 */
import { interpolateLab, piecewise } from 'd3-interpolate';
import { interpolateViridis } from 'd3-scale-chromatic';

export interface ColourScale {
  readonly kind: 'sequential' | 'diverging';
  /** Values at the ends; what lies outside takes the colour of the end. */
  readonly domain: readonly [number, number];
  /** 256 × RGB; entry 0 is unused. */
  readonly table: Uint8Array;
}

const levels = 255;

function tableOf(interpolate: (t: number) => string): Uint8Array {
  const table = new Uint8Array(3 * (levels + 1));
  for (let level = 1; level <= levels; level++) {
    table.set(parseRgb(interpolate((level - 1) / (levels - 1))), 3 * level);
  }
  return table;
}

/** Reads `rgb(1, 2, 3)` and `#010203`. */
function parseRgb(colour: string): [number, number, number] {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  const parts = hex
    ? hex.slice(1).map((part) => parseInt(part, 16))
    : (colour.match(/[\d.]+/g) ?? []).map(Number);
  const [red = 0, green = 0, blue = 0] = parts;
  return [Math.round(red), Math.round(green), Math.round(blue)];
}

const viridis = tableOf(interpolateViridis);

/** Zero is pale on a light page and dim on a dark one, so that only what matters stands out. */
const divergingTables = {
  light: tableOf(
    piecewise(interpolateLab, ['#08306b', '#2b7bba', '#9ecae8', '#f4f3f0', '#fbc48d', '#dd7414', '#7f2f00']),
  ),
  dark: tableOf(
    piecewise(interpolateLab, ['#c3e3ff', '#5aaef0', '#23639f', '#20242b', '#93500f', '#ec9436', '#ffdfb0']),
  ),
};

/** From `low` to `high`; a span of nothing is widened so that there is one. */
export function sequential(low: number, high: number): ColourScale {
  return { kind: 'sequential', domain: [low, high > low ? high : low + 1], table: viridis };
}

/** From −extent to +extent. */
export function diverging(extent: number, theme: 'light' | 'dark'): ColourScale {
  const bound = extent > 0 && Number.isFinite(extent) ? extent : 1;
  return { kind: 'diverging', domain: [-bound, bound], table: divergingTables[theme] };
}

/** Level 1 … 255 of a value; 0 for a value that is not a finite number. */
export function levelOf(value: number, { domain: [low, high] }: ColourScale): number {
  if (!Number.isFinite(value)) return 0;
  const t = (value - low) / (high - low);
  return 1 + Math.round(Math.max(0, Math.min(1, t)) * (levels - 1));
}

/** CSS colour of a level. */
export function colourOf(level: number, { table }: ColourScale): string {
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  return `#${hex(table[3 * level]!)}${hex(table[3 * level + 1]!)}${hex(table[3 * level + 2]!)}`;
}

/** Relative luminance 0 … 1 (WCAG 2) of a level, to choose ink that can be read on it. */
export function luminanceOf(level: number, { table }: ColourScale): number {
  const linear = (byte: number): number => {
    const c = byte / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return (
    0.2126 * linear(table[3 * level]!) +
    0.7152 * linear(table[3 * level + 1]!) +
    0.0722 * linear(table[3 * level + 2]!)
  );
}

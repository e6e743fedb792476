/** The vertical axis of the gradient: how far it reaches, and where a norm stands on it. */
import { scaleLinear, scaleLog } from 'd3-scale';
import type { Tick } from '../common/axes.ts';
import type { Box } from '../common/picture.ts';
import { axisNumber } from '../common/text.ts';
import type { GradientData } from './data.ts';

/** Vanished so far, a gradient changes no weight in single precision. */
const decades = 12;
/** A column so many times higher than every other one would flatten all of them. */
const farAbove = 1000;

export interface Span {
  /** Of the norms that are not zero. */
  readonly low: number;
  readonly high: number;
  /** The one column that is cut off because it stands far above all others, or null. */
  readonly stray: number | null;
}

const isDrawn = (value: number): boolean => value > 0 && value < Infinity;

/** From the largest down to the smallest norm that is not zero, but not over more decades than count. */
export function spanOf({ lines, rows, columns }: GradientData, whole: boolean): Span {
  const parts = [...lines, ...rows].map(({ values }) => values);
  const stray = whole ? null : strayOf(parts, columns);
  const values = parts.flatMap((part) => part.filter((value, s) => isDrawn(value) && s !== stray));
  if (values.length === 0) return { low: 0.1, high: 1, stray: null };
  const high = values.reduce((a, b) => Math.max(a, b));
  const low = values.reduce((a, b) => Math.min(a, b));
  return { low: Math.max(Math.min(low, high / 10), high * 10 ** -decades), high, stray };
}

/** With two columns neither is the odd one. */
function strayOf(parts: readonly (readonly number[])[], columns: number): number | null {
  if (columns < 3) return null;
  const highest = Array.from({ length: columns }, (_, s) =>
    parts.reduce((most, values) => (isDrawn(values[s]!) ? Math.max(most, values[s]!) : most), 0),
  );
  const [first = 0, second = 0] = [...highest].sort((a, b) => b - a);
  return second > 0 && first > farAbove * second ? highest.indexOf(first) : null;
}

export interface VerticalAxis {
  /** Height of a norm; what lies outside stands at the edge. */
  readonly at: (value: number) => number;
  /** Whether the norm has a place: a logarithmic axis has none for zero. */
  readonly reaches: (value: number) => boolean;
  readonly ticks: readonly Tick[];
  readonly title: string;
}

export function verticalAxis({ low, high }: Span, box: Box, logarithmic: boolean): VerticalAxis {
  const range = [box.y + box.height, box.y] as const;
  if (!logarithmic) {
    const y = scaleLinear([0, high], range).nice(4).clamp(true);
    const ticks = y.ticks(4).map((value) => ({ at: y(value), text: axisNumber(value) }));
    return { at: y, reaches: Number.isFinite, ticks, title: 'gradient norm' };
  }
  const y = scaleLog([low, high], range).nice().clamp(true);
  const ticks = decadesOf(y.domain()).map((value) => ({ at: y(value), text: powerText(value) }));
  return { at: y, reaches: isDrawn, ticks, title: 'gradient norm (log)' };
}

/** Powers of ten inside a domain, at most about six of them. */
function decadesOf([low = 1, high = 1]: readonly number[]): number[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const step = Math.max(1, Math.ceil((last - first) / 5));
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => 10 ** (first + i * step));
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function powerText(value: number): string {
  const exponent = Math.round(Math.log10(value));
  if (exponent >= -2 && exponent <= 2) return String(value);
  const digits = Array.from(String(Math.abs(exponent)), (digit) => superscripts[Number(digit)]!).join('');
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}

/** What the parts of a plot share: its options, and how the line of a split looks. */
import { symbol, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle } from 'd3-shape';
import type { SymbolType } from 'd3-shape';
import type { Palette } from '../common/palette.ts';
import type { Box } from '../common/picture.ts';
import { numberText, percentText } from '../common/text.ts';
import type { Metric, Series } from './series.ts';

/** A horizontal line to compare with. */
export interface Reference {
  readonly label: string;
  readonly value: number;
}

export interface PlotOptions {
  readonly metric: Metric;
  readonly kind: 'tokens' | 'vectors';
  readonly lines: readonly Series[];
  readonly references: readonly Reference[];
  /** The plotting area; labels stand outside. */
  readonly box: Box;
  readonly domain: readonly [number, number];
  readonly logX: boolean;
  readonly logY: boolean;
  /** Null leaves the title of the horizontal axis away. */
  readonly axisTitle: string | null;
  /** In the unit of the horizontal axis. */
  readonly crosshair: number | null;
  readonly palette: Palette;
}

export interface AxisScale {
  (value: number): number;
  invert(position: number): number;
  ticks(count: number): number[];
  domain(): number[];
}

const symbols: readonly SymbolType[] = [
  symbolCircle,
  symbolCircle,
  symbolSquare,
  symbolTriangle,
  symbolDiamond,
];
const dashes: readonly (readonly number[])[] = [[], [], [6, 3], [2, 3], [8, 3, 2, 3]];

export interface LineStyle {
  readonly stroke: string;
  readonly symbol: SymbolType;
  readonly dash: readonly number[];
}

/** Patterns of compared runs; their lines carry a letter as well. */
const comparedDashes: readonly (readonly number[])[] = [[], [9, 3], [3, 3], [9, 3, 3, 3], [1.5, 2.5]];

/**
 * Colour, marker and pattern of a line: any one of the three tells the splits of the current run apart. Compared runs take
 * the colours that its training and held-out lines leave free.
 */
export function styleOf({ index, kind }: Pick<Series, 'index' | 'kind'>, palette: Palette): LineStyle {
  if (kind === 'compared') {
    const free = palette.series.slice(2);
    return {
      stroke: free[index % free.length]!,
      symbol: symbolCircle,
      dash: comparedDashes[index % comparedDashes.length]!,
    };
  }
  return {
    stroke: palette.series[index % palette.series.length]!,
    symbol: symbols[index % symbols.length]!,
    dash: dashes[index % dashes.length]!,
  };
}

/** Of lines beside the one that is pointed at. */
export const fadedOpacity = 0.25;

/** d3-shape draws symbols about the origin; here they are moved by rewriting absolute coordinates. */
export function markerAt(type: SymbolType, x: number, y: number, area: number): string {
  if (type === symbolCircle) {
    const r = Math.sqrt(area / Math.PI);
    return `M${x - r},${y}a${r},${r},0,1,0,${2 * r},0a${r},${r},0,1,0,${-2 * r},0Z`;
  }
  const path = symbol(type, area)() ?? '';
  return path.replaceAll(
    /([ML])(-?[\d.e-]+),(-?[\d.e-]+)|([HV])(-?[\d.e-]+)|h(-?[\d.e-]+)|v(-?[\d.e-]+)/g,
    (whole, move: string | undefined, px: string, py: string, axis: string | undefined, p: string) => {
      if (move) return `${move}${Number(px) + x},${Number(py) + y}`;
      if (axis) return `${axis}${Number(p) + (axis === 'H' ? x : y)}`;
      return whole;
    },
  );
}

export const valueText = (metric: Metric, value: number): string =>
  metric.share ? percentText(value) : numberText(value);

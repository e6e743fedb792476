/** The runs beside the current one, as lines: for each arm the median of its seeds on held-out samples, and their range. */
import type { Arm } from '../../state/fleet/arms.ts';
import { bandOf } from '../../state/fleet/arms.ts';
import { fontSize } from '../common/axes.ts';
import type { Palette } from '../common/palette.ts';
import type { Mark } from '../common/picture.ts';
import type { HorizontalAxis, MetricName, Series } from './series.ts';
import { wrapText } from '../common/text.ts';
import { styleOf } from './style.ts';

/** What the curves need of an arm. */
export type ComparedArm = Pick<Arm, 'key' | 'letter' | 'index' | 'label' | 'runs'>;

/**
 * One line for every arm that was measured.
 * @param pointed key of the arm that is pointed at: the others fade; null for none
 */
export function comparedSeries(
  metric: MetricName,
  arms: readonly ComparedArm[],
  axis: HorizontalAxis,
  pointed: string | null,
): Series[] {
  const inTurn = { step: 'steps', seconds: 'seconds', tokens: 'tokens' } as const;
  return arms
    .map(({ key, letter, index, label, runs }): Series => {
      const band = bandOf(runs, metric);
      return {
        ...{ split: `arm ${letter}`, label, index, kind: 'compared', steps: band.steps, ys: band.median },
        xs: band[inTurn[axis]],
        band: { ...band, letter, faded: pointed !== null && pointed !== key },
      };
    })
    .filter(({ ys }) => ys.length > 0);
}

/** How an arm is called in the legend: its letter, what it is, and what its line stands for. */
export function legendText({ label, band }: Series): string {
  return textOf(band?.letter ?? '', label, band ? Math.max(...band.counts) : 1);
}

function textOf(letter: string, label: string, seeds: number): string {
  return `${letter} ${label}${seeds > 1 ? ' (median; band: lowest to highest seed)' : ''}`;
}

/** The text of an entry of the legend in lines that fit into its width. */
export function legendLines(text: string, width: number): string[] {
  return wrapText(text, width - legendSampleRoom - 4, fontSize.label);
}

/** Lines of the legend that arms need, each beginning one of its own. */
export function legendRows(arms: readonly ComparedArm[], width: number): number {
  return arms.reduce(
    (rows, { letter, label, runs }) => rows + legendLines(textOf(letter, label, runs.length), width).length,
    0,
  );
}

/** Room for the sample of a line before its text, in pixels. */
export const legendSampleRoom = 30;

export function legendSample(series: Series, palette: Palette, left: number, middle: number): Mark[] {
  const { stroke, dash } = styleOf(series, palette);
  const ranges = series.band?.counts.some((count) => count > 1) ?? false;
  const opacity = series.band?.faded ? 0.4 : 1;
  return [
    ...(ranges
      ? [
          {
            kind: 'rect',
            x: left,
            y: middle - 5,
            width: 24,
            height: 10,
            fill: stroke,
            opacity: 0.16,
          } as const,
        ]
      : []),
    {
      kind: 'line',
      ...{ x1: left, y1: middle, x2: left + 24, y2: middle, stroke, strokeWidth: 2, opacity },
      ...(dash.length > 0 ? { dash } : {}),
    },
  ];
}

/** Room that the letters need at the right of a plot, in pixels. */
export const letterRoom = 1.9 * fontSize.tick;

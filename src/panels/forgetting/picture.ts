/**
 * Forgetting: above, one row a slot, with its angle to its bias after each segment, the norm of the bias and the half-life that
 * follows from it; below, how norms and directions of the biases have changed in training.
 */
import type { TapEntry } from '../../state/tap-history.ts';
import { bottomAxis, fontSize, indexTicks, leftAxis } from '../common/axes.ts';
import { slotBank } from '../common/banks.ts';
import { levelOf, sequential } from '../common/colour.ts';
import type { ColourScale } from '../common/colour.ts';
import type { Moment } from '../common/data.ts';
import { cursorFrame, gridLines, traceFrame } from '../common/heat-marks.ts';
import type { ScaleMode } from '../common/legend.ts';
import { colourBar } from '../common/legend.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Drawn, Mark, Size } from '../common/picture.ts';
import { notice } from '../common/picture.ts';
import { segmentAt } from '../common/segments.ts';
import { segmentSubject } from '../common/subjects.ts';
import { numberText } from '../common/text.ts';
import type { ForgettingData } from './data.ts';
import { biasPaths, degrees, forgettingData, overSlots } from './data.ts';
import { segmentsUntil } from './half-life.ts';
import { directionPlot, normPlot } from './path-plots.ts';
import { fittingTitle, halfLifeText, slotBars } from './slot-bars.ts';

export interface ForgettingOptions {
  readonly size: Size;
  readonly palette: Palette;
  readonly scaleMode: ScaleMode;
  /** The slot that is followed, or null. */
  readonly slot: number | null;
  readonly entries: readonly TapEntry[];
}

const margin = { left: 44, right: 12, top: 62, gap: 16 } as const;
const axisHeight = 42;
const plotTop = 34;
/** Narrower than this, the plots of training stand under each other. */
const twoPlots = 560;

interface Layout {
  readonly heat: Box;
  readonly norms: Box;
  readonly halfLives: Box;
  readonly plots: readonly [Box, Box];
}

const rowsHeight = (slots: number): number => Math.max(84, Math.min(280, slots * 18));

export function naturalHeight(data: ForgettingData, width: number): number {
  const plots = width >= twoPlots ? 1 : 2;
  return margin.top + rowsHeight(data.slots) + axisHeight + plots * (plotTop + 190 + axisHeight);
}

function layoutOf({ slots }: ForgettingData, { width, height }: Size): Layout {
  const room = Math.max(120, width - margin.left - margin.right);
  const beside = width >= twoPlots;
  const natural = rowsHeight(slots);
  const fixed = margin.top + axisHeight + (beside ? 1 : 2) * (plotTop + axisHeight);
  const parts = natural + (beside ? 1 : 2) * 190;
  const factor = Math.max(0.2, (height - fixed) / parts);
  const rows = { y: margin.top, height: natural * factor };
  const heat = { ...rows, x: margin.left, width: room * 0.52 };
  const bars = (room * 0.48 - 2 * margin.gap) / 2;
  const norms = { ...rows, x: heat.x + heat.width + margin.gap, width: bars };
  const halfLives = { ...rows, x: norms.x + bars + margin.gap, width: bars };
  const plotHeight = 190 * factor;
  const y = margin.top + rows.height + axisHeight + plotTop;
  const plotWidth = beside ? (room - margin.left - margin.gap) / 2 : room;
  const first = { x: margin.left, y, width: plotWidth, height: plotHeight };
  const second = beside
    ? { ...first, x: margin.left + plotWidth + margin.left + margin.gap }
    : { ...first, y: y + plotHeight + axisHeight + plotTop };
  return { heat, norms, halfLives, plots: [first, second] };
}

export function forgettingPicture(moment: Moment | null, options: ForgettingOptions): Drawn {
  if (!moment) {
    return notice('Train the network, or step once: how its slots drift to their biases is then shown.');
  }
  const data = forgettingData(moment);
  if (!data) return notice('This snapshot holds no forgetting bias. It comes with the next training step.');
  const { size, palette, entries } = options;
  const slot = options.slot === null || options.slot >= data.slots ? null : options.slot;
  const layout = layoutOf(data, size);
  const paths = biasPaths(entries);
  const plotOptions = { palette, slot, step: moment.snapshot.step, bank: slotBank(moment.run) };
  const parts: Drawing[] = [
    angleMap(data, layout.heat, options),
    slotBars(data, { norms: layout.norms, halfLives: layout.halfLives }, palette),
    ...(paths
      ? [
          normPlot(paths, { ...plotOptions, box: layout.plots[0] }),
          directionPlot(paths, { ...plotOptions, box: layout.plots[1] }),
        ]
      : []),
  ];
  return {
    kind: 'picture',
    ...size,
    summary: summaryOf(data),
    marks: [
      ...parts.flatMap((part) => part.marks),
      ...(slot === null ? [] : traceFrame(rowBox(layout, data.slots, slot), palette)),
    ],
    grids: parts.flatMap((part) => part.grids),
  };
}

/** Across heatmap and bars. */
function rowBox({ heat, halfLives }: Layout, slots: number, slot: number): Box {
  const height = heat.height / slots;
  const width = halfLives.x + halfLives.width - heat.x;
  return { x: heat.x - 1, y: heat.y + slot * height, width: width + 2, height };
}

function angleMap(data: ForgettingData, box: Box, { palette, scaleMode, size }: ForgettingOptions): Drawing {
  const { slots, segments, segment } = data;
  const angles = Array.from({ length: slots * segments }, (_, i) =>
    degrees(data.angle(Math.floor(i / segments), i % segments)),
  );
  const finite = angles.filter(Number.isFinite);
  const scale = sequential(0, scaleMode === 'fixed' ? 180 : Math.max(1e-3, ...finite));
  const cell = { width: box.width / segments, height: box.height / slots };
  const current = { ...box, x: box.x + segment * cell.width, width: cell.width };
  return {
    marks: [
      ...heading(box, scale, scaleMode, size, palette),
      { kind: 'rect', ...box, fill: palette.well },
      {
        kind: 'raster',
        ...box,
        columns: segments,
        rows: slots,
        levels: Uint8Array.from(angles, (angle) => levelOf(angle, scale)),
        scale,
      },
      ...gridLines(box, segments, slots, palette),
      ...leftAxis(box, indexTicks(slots, box.y, cell.height, 13), palette),
      ...bottomAxis(box, indexTicks(segments, box.x, cell.width, 26), 'after the write of segment', palette),
      ...cursorFrame(current, palette),
    ],
    grids: [
      {
        ...box,
        id: 'angles',
        label: 'angle to the bias',
        columns: segments,
        rows: slots,
        describe: (s, slot) => describeAngle(data, slot, s),
        links: {
          ...overSlots(data),
          columns: (s) => [segmentSubject(segmentAt(data.moment.run, data.moment.snapshot, s))],
        },
      },
    ],
  };
}

function describeAngle(data: ForgettingData, slot: number, segment: number): string {
  const angle = data.angle(slot, segment);
  const norm = data.norms[slot]!;
  const left = segmentsUntil(0.5, angle, norm);
  const outlook =
    left === 0 ? 'within 60° of the bias' : `by copying itself alone at 60° in ${halfLifeText(left)}`;
  return `Slot ${slot}, segment ${segment}: ${numberText(degrees(angle))}° to its bias, ${outlook}`;
}

function heading(box: Box, scale: ColourScale, mode: ScaleMode, { width }: Size, palette: Palette): Mark[] {
  const small = { fill: palette.ink, size: fontSize.title, baseline: 'middle' } as const;
  const title = fittingTitle(
    ['angle between slot and bias', 'angle to the bias', 'angle to bias'],
    box.width,
  );
  return [
    { ...small, kind: 'text', x: box.x, y: box.y - 14, text: title, weight: 600 },
    {
      ...small,
      kind: 'text',
      x: 12,
      y: box.y + box.height / 2,
      text: 'slot',
      anchor: 'middle',
      rotate: -90,
    },
    ...colourBar({ right: width - margin.right, y: 11, scale, title: 'angle (degrees)', mode, palette }),
  ];
}

function summaryOf({ moment, norms, halfLives }: ForgettingData): string {
  const largest = numberText(Math.max(...norms));
  const smallest = numberText(Math.min(...norms));
  const shortest = halfLifeText(Math.min(...halfLives));
  return `Forgetting of ${norms.length} slots at training step ${moment.snapshot.step}: norms of the bias ${smallest} to ${largest}, shortest half-life ${shortest}.`;
}

/**
 * Fast weights: the state matrix of every head at the cursor; below, for the chosen head and over all positions, its norm and
 * singular values, how strongly each step writes, and how much of the answer comes from each of the two memories.
 */
import { bottomAxis, fontSize, indexTicks } from '../common/axes.ts';
import { fastWeightBank, layerName } from '../common/banks.ts';
import type { ColourScale } from '../common/colour.ts';
import { diverging, levelOf } from '../common/colour.ts';
import type { Moment } from '../common/data.ts';
import { cursorFrame, gridLines, traceFrame } from '../common/heat-marks.ts';
import type { ScaleMode } from '../common/legend.ts';
import { colourBar } from '../common/legend.ts';
import { overPositions } from '../common/outlines.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Drawn, Mark, Size } from '../common/picture.ts';
import { notice } from '../common/picture.ts';
import { headSubject, slotSubject } from '../common/subjects.ts';
import { numberText, textWidth, tokenWords } from '../common/text.ts';
import type { FastWeightsData } from './data.ts';
import { fastWeightsData } from './data.ts';
import type { Course } from './line-plots.ts';
import { linePlot, plotGap, plotLines } from './line-plots.ts';
import type { LayerChoice } from './matrices.ts';
import { extentOf, matrixAt } from './matrices.ts';

export interface FastWeightsOptions {
  readonly size: Size;
  readonly palette: Palette;
  readonly choice: LayerChoice;
  /** Whose course over the positions is drawn. */
  readonly head: number;
  /** Largest magnitude of the colour scale; null finds it in the sequence. */
  readonly extent: number | null;
}

const margin = { left: 58, right: 12, top: 50, gap: 16, bottom: 38 } as const;
const plotHeight = 62;
const largestMatrix = 220;
const roomOfLegend = 140;
/** Beside and below matrices of this size there is room to name the axes in full. */
const roomyMatrix = 120;

function matrixSize(heads: number, width: number): number {
  const room = width - margin.left - margin.right - (heads - 1) * margin.gap;
  return Math.max(20, Math.min(largestMatrix, room / heads));
}

export function naturalHeight(data: FastWeightsData, width: number): number {
  const plots = plotLines(data, 0).length;
  const gap = plotGap(plotWidth(width));
  return margin.top + matrixSize(data.heads, width) + 24 + plots * (gap + plotHeight) + margin.bottom;
}

const plotWidth = (width: number): number => Math.max(20, width - margin.left - margin.right - 30);

export function fastWeightsPicture(moment: Moment | null, options: FastWeightsOptions): Drawn {
  if (!moment)
    return notice('Train the network, or step once: the state matrices are then shown at the cursor.');
  const data = fastWeightsData(moment, options.choice);
  if (!data) return notice('This snapshot holds no fast weights. They come with the next training step.');
  const { size, palette, extent } = options;
  const head = Math.min(options.head, data.heads - 1);
  const scale = diverging(extent ?? extentOf(data), palette.theme);
  const side = matrixSize(data.heads, size.width);
  const matrices = Array.from({ length: data.heads }, (_, i) => {
    const box = { x: margin.left + i * (side + margin.gap), y: margin.top, width: side, height: side };
    return matrix(data, i, box, scale, i === head, palette);
  });
  const top = margin.top + side + 24;
  const plots = plotLines(data, head);
  const width = plotWidth(size.width);
  const gap = plotGap(width);
  const height = Math.max(12, (size.height - top - margin.bottom) / plots.length - gap);
  const boxes = plots.map((_, i): Box => {
    return { x: margin.left, y: top + gap + i * (gap + height), width, height };
  });
  const course: Course = {
    columns: moment.snapshot.mask.length,
    placeOf: (t) => `Position ${t}`,
    links: {
      ...overPositions,
      // The plots say whose they are when they are pointed at; outlined is only the matrix.
      cells: { at: () => [headSubject(layerName(data.choice.layer), head)], shapes: () => [] },
    },
  };
  const drawings = plots.map((plot, i) => linePlot(plot, boxes[i]!, course, palette));
  return {
    kind: 'picture',
    ...size,
    summary: summaryOf(data),
    marks: [
      ...heading(data, options, scale, side),
      ...matrices.flatMap((drawing) => drawing.marks),
      ...drawings.flatMap((drawing) => drawing.marks),
      ...positionAxis(data, boxes, palette),
    ],
    grids: [...matrices.flatMap((drawing) => drawing.grids), ...drawings.flatMap((drawing) => drawing.grids)],
  };
}

function heading(
  { moment }: FastWeightsData,
  { size, palette, extent }: FastWeightsOptions,
  scale: ColourScale,
  side: number,
): Mark[] {
  const { run, snapshot, position } = moment;
  const token = snapshot.tokens ? ` (${tokenWords(run.vocabulary[snapshot.tokens[position]!])})` : '';
  const mode: ScaleMode = extent === null ? 'automatic' : 'fixed';
  const roomBeside = (text: string): number =>
    size.width - margin.left - margin.right - textWidth(text, fontSize.label) * 1.15 - 16;
  const texts = [
    `state W at position ${position}${token}`,
    `W at position ${position}`,
    `position ${position}`,
  ];
  const text = texts.find((one) => roomBeside(one) >= roomOfLegend) ?? texts[2]!;
  const room = roomBeside(text);
  return [
    {
      kind: 'text',
      x: margin.left,
      y: 11,
      text,
      fill: palette.inkMuted,
      size: fontSize.label,
      baseline: 'middle',
    },
    ...colourBar({ right: size.width - margin.right, y: 11, scale, title: 'weight', mode, palette, room }),
    {
      kind: 'text',
      x: 14,
      y: margin.top + (side >= roomyMatrix ? side / 2 : 40),
      text: side >= roomyMatrix ? '← key dimension' : '← key',
      fill: palette.ink,
      size: fontSize.title,
      anchor: 'middle',
      rotate: -90,
    },
  ];
}

function matrix(
  data: FastWeightsData,
  head: number,
  box: Box,
  scale: ColourScale,
  chosen: boolean,
  palette: Palette,
): Drawing {
  const { rows, columns, moment } = data;
  const values = matrixAt(data, moment.position, head);
  const levels = Uint8Array.from({ length: rows * columns }, (_, i) => levelOf(values[i]!, scale));
  const middle = { y: box.y - 11, baseline: 'middle' } as const;
  return {
    marks: [
      {
        ...middle,
        kind: 'text',
        x: box.x,
        text: `head ${head}`,
        fill: palette.ink,
        size: fontSize.tick,
        weight: 600,
      },
      ...(chosen
        ? traceFrame({ x: box.x - 3, y: box.y - 3, width: box.width + 6, height: box.height + 6 }, palette)
        : []),
      { kind: 'rect', ...box, fill: palette.well },
      { kind: 'raster', ...box, columns, rows, levels, scale },
      ...gridLines(box, columns, rows, palette),
      {
        kind: 'text',
        x: box.x + box.width,
        y: box.y + box.height + 16,
        text: box.width >= roomyMatrix ? 'value dimension →' : 'value →',
        fill: palette.ink,
        size: fontSize.title,
        anchor: 'end',
      },
    ],
    grids: [
      {
        ...box,
        id: `head-${head}`,
        label: `state of head ${head}`,
        columns,
        rows,
        links: {
          whole: [headSubject(layerName(data.choice.layer), head)],
          rows: (row) => [slotSubject(fastWeightBank(data.choice.layer), head * rows + row)],
        },
        describe: (column, row) =>
          `Head ${head}, key dimension ${row}, value dimension ${column}: ${numberText(values[row * columns + column]!)}`,
      },
    ],
  };
}

function positionAxis({ weights, moment }: FastWeightsData, boxes: readonly Box[], palette: Palette): Mark[] {
  const last = boxes.at(-1);
  if (!last) return [];
  const cell = last.width / weights.length;
  const cursors = boxes.flatMap((box) =>
    cursorFrame({ x: box.x + moment.position * cell, y: box.y, width: cell, height: box.height }, palette),
  );
  return [
    ...bottomAxis(last, indexTicks(weights.length, last.x, cell, 26), 'position (tokens)', palette),
    ...cursors,
  ];
}

function summaryOf({ moment, heads, rows, columns }: FastWeightsData): string {
  return `Fast weights of ${heads} heads, ${rows} by ${columns}, at position ${moment.position}, training step ${moment.snapshot.step}.`;
}

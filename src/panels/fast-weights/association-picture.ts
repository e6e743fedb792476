/**
 * The association matrix of ARMT after the segment of the cursor, key features across and value dimensions down, with the
 * normaliser below; then, over all segments, its norm and singular values, and how strongly every memory token wrote.
 */
import { bottomAxis, fontSize, indexTicks, leftAxis, plotHeading } from '../common/axes.ts';
import { associationBank, memoryTokens } from '../common/banks.ts';
import type { ColourScale } from '../common/colour.ts';
import { diverging, levelOf, sequential } from '../common/colour.ts';
import type { Moment } from '../common/data.ts';
import { cursorFrame, gridLines } from '../common/heat-marks.ts';
import type { ScaleMode } from '../common/legend.ts';
import { colourBar } from '../common/legend.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Drawn, Grid, Mark } from '../common/picture.ts';
import { notice } from '../common/picture.ts';
import { segmentAt } from '../common/segments.ts';
import { segmentSubject, slotSubject } from '../common/subjects.ts';
import { numberText, textWidth } from '../common/text.ts';
import type { AssociationsData } from './associations.ts';
import { associationsData, largestNormalizer } from './associations.ts';
import type { Course } from './line-plots.ts';
import { linePlot, sizePlot } from './line-plots.ts';
import { extentOf, matrixAt } from './matrices.ts';
import type { FastWeightsOptions } from './picture.ts';

const margin = { left: 58, right: 42, top: 28, bottom: 38 } as const;
const stripHeight = 14;
/** Between two parts there is room for a heading, below the strip also for an axis. */
const gap = { heading: 34, axis: 72 } as const;
const plotHeight = 72;
/** A colour bar with its title, its ends and its mode takes so much, in pixels. */
const barRoom = 230;

const matrixHeight = ({ columns }: AssociationsData): number => Math.max(64, Math.min(192, columns * 4));
const strengthHeight = ({ beta }: AssociationsData): number =>
  Math.max(24, Math.min(160, (beta[0]?.length ?? 0) * 14));

export function associationsHeight(data: AssociationsData): number {
  const heat = matrixHeight(data) + gap.heading + stripHeight;
  return margin.top + heat + gap.axis + plotHeight + gap.heading + strengthHeight(data) + margin.bottom;
}

export function associationsPicture(moment: Moment | null, options: FastWeightsOptions): Drawn {
  if (!moment)
    return notice('Train the network, or step once: the association matrix is then shown at the cursor.');
  const data = associationsData(moment, options.choice);
  if (!data)
    return notice('This snapshot holds no association matrix. It comes with the next training step.');
  const { size, palette } = options;
  const stretch = Math.max(0.2, size.height / associationsHeight(data));
  const boxAt = (y: number, height: number): Box => ({
    x: margin.left,
    y,
    width: Math.max(20, size.width - margin.left - margin.right),
    height: height * stretch,
  });
  const matrix = boxAt(margin.top, matrixHeight(data));
  const strip = boxAt(matrix.y + matrix.height + gap.heading * stretch, stripHeight);
  const course = boxAt(strip.y + strip.height + gap.axis * stretch, plotHeight);
  const strength = boxAt(course.y + course.height + gap.heading * stretch, strengthHeight(data));
  const parts = [
    matrixPart(data, matrix, options),
    normalizerPart(data, strip, palette),
    linePlot(sizePlot(data, 0, 'size of the matrix', 'A'), course, courseOf(data), palette),
    strengthPart(data, strength, palette),
  ];
  const cell = course.width / data.weights.length;
  const cursors = [course, strength].flatMap((box) =>
    cursorFrame({ ...box, x: box.x + data.segment * cell, width: cell }, palette),
  );
  return {
    kind: 'picture',
    ...size,
    summary: `Association matrix of ${data.choice.label}, ${data.rows} key features by ${data.columns} value dimensions, after segment ${data.segment}, training step ${moment.snapshot.step}.`,
    marks: [
      ...parts.flatMap(({ marks }) => marks),
      ...bottomAxis(
        strip,
        indexTicks(data.rows, strip.x, strip.width / data.rows, 30),
        'key feature',
        palette,
      ),
      ...bottomAxis(
        strength,
        indexTicks(data.weights.length, strength.x, cell, 26),
        'segment (written at its end)',
        palette,
      ),
      ...cursors,
    ],
    grids: parts.flatMap(({ grids }) => grids),
  };
}

/** Over the segments; each stands for its positions. */
function courseOf({ moment, weights }: AssociationsData): Course {
  const { run, snapshot } = moment;
  return {
    columns: weights.length,
    placeOf: (s) => `Segment ${s}`,
    links: { columns: (s) => [segmentSubject(segmentAt(run, snapshot, s))] },
  };
}

interface Heat {
  readonly grid: Omit<Grid, keyof Box>;
  readonly value: (row: number, column: number) => number;
  readonly scale: ColourScale;
}

function heat({ grid, value, scale }: Heat, box: Box, palette: Palette): Drawing {
  const { columns, rows } = grid;
  const levels = Uint8Array.from({ length: rows * columns }, (_, i) =>
    levelOf(value(Math.floor(i / columns), i % columns), scale),
  );
  return {
    marks: [
      { kind: 'rect', ...box, fill: palette.well },
      { kind: 'raster', ...box, columns, rows, levels, scale },
      ...gridLines(box, columns, rows, palette),
    ],
    grids: [{ ...grid, ...box }],
  };
}

function matrixPart(data: AssociationsData, box: Box, { palette, extent }: FastWeightsOptions): Drawing {
  const { moment, choice, rows, columns, segment } = data;
  const values = matrixAt(data, segment, 0);
  const scale = diverging(extent ?? extentOf(data), palette.theme);
  const value = (row: number, column: number): number => values[column * columns + row]!;
  const { start, end } = segmentAt(moment.run, moment.snapshot, segment);
  const whole = `associations A after segment ${segment} (positions ${start} to ${end - 1})`;
  const fits = textWidth(whole, fontSize.label) + barRoom < box.width;
  const title = fits ? whole : `A after segment ${segment}`;
  const drawing = heat(
    {
      scale,
      value,
      grid: {
        id: 'associations',
        label: 'association matrix',
        columns: rows,
        rows: columns,
        links: { columns: (key) => [slotSubject(associationBank(choice.layer), key)] },
        describe: (key, dimension) =>
          `After segment ${segment}, key feature ${key}, value dimension ${dimension}: ${numberText(value(dimension, key))}`,
      },
    },
    box,
    palette,
  );
  const room = box.width - textWidth(title, fontSize.label) - 18;
  return {
    ...drawing,
    marks: [
      heading(title, palette),
      ...colourBar({
        ...{ right: box.x + box.width, y: 11, scale, title: fits ? 'association' : '', palette, room },
        mode: extent === null ? 'automatic' : 'fixed',
      }),
      ...drawing.marks,
      ...leftAxis(box, indexTicks(columns, box.y, box.height / columns, 13), palette),
      turnedTitle(box, box.height < 90 ? '← value' : '← value dimension', palette),
    ],
  };
}

function heading(text: string, palette: Palette): Mark {
  const place = { x: margin.left, y: 11, baseline: 'middle' } as const;
  return { kind: 'text', ...place, text, fill: palette.inkMuted, size: fontSize.label };
}

function turnedTitle(box: Box, text: string, palette: Palette): Mark {
  const place = { x: 14, y: box.y + box.height / 2, anchor: 'middle', rotate: -90 } as const;
  return { kind: 'text', ...place, text, fill: palette.ink, size: fontSize.title };
}

/** The heading of a part at the left and its colours at the right. */
function headed(
  title: string,
  box: Box,
  { scale, bar, mode }: { readonly scale: ColourScale; readonly bar: string; readonly mode: ScaleMode },
  palette: Palette,
): Mark[] {
  const right = box.x + box.width;
  const room = box.width - textWidth(title, fontSize.title) - 36;
  return [
    plotHeading(title, { ...box, x: box.x + 32 }, palette),
    ...colourBar({ right, y: box.y - 15, scale, title: room < barRoom ? '' : bar, mode, palette, room }),
  ];
}

/** z, feature by feature below the columns of the matrix. */
function normalizerPart(data: AssociationsData, box: Box, palette: Palette): Drawing {
  const { choice, rows, segment, normalizer } = data;
  const values = normalizer[segment]!;
  const scale = sequential(0, largestNormalizer(data));
  const drawing = heat(
    {
      scale,
      value: (_, key) => values[key]!,
      grid: {
        id: 'normalizer',
        label: 'normaliser',
        columns: rows,
        rows: 1,
        links: { columns: (key) => [slotSubject(associationBank(choice.layer), key)] },
        describe: (key) =>
          `After segment ${segment}, normaliser of key feature ${key}: ${numberText(values[key]!)}`,
      },
    },
    box,
    palette,
  );
  return {
    ...drawing,
    marks: [
      ...headed('normaliser z', box, { scale, bar: 'sum of keys', mode: 'automatic' }, palette),
      ...drawing.marks,
    ],
  };
}

function strengthPart(data: AssociationsData, box: Box, palette: Palette): Drawing {
  const { choice, beta } = data;
  const tokens = beta[0]?.length ?? 0;
  const scale = sequential(0, 1);
  const { columns, links } = courseOf(data);
  const drawing = heat(
    {
      scale,
      value: (token, s) => beta[s]![token]!,
      grid: {
        id: 'strength',
        label: 'write strength',
        columns,
        rows: tokens,
        links: { ...links, rows: (token) => [slotSubject(memoryTokens(choice.layer), token)] },
        describe: (s, token) =>
          `Segment ${s}, memory token ${token}: write strength β ${numberText(beta[s]![token]!)}`,
      },
    },
    box,
    palette,
  );
  return {
    ...drawing,
    marks: [
      ...headed('write strength', box, { scale, bar: 'β', mode: 'fixed' }, palette),
      ...drawing.marks,
      ...leftAxis(box, indexTicks(tokens, box.y, box.height / tokens, 13), palette),
      turnedTitle(box, box.height < 100 ? 'token' : 'memory token', palette),
    ],
  };
}

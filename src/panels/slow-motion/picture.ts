/** A training step in pieces: losses as the work passes them, gradients on its way back, and what the update moved. */
import { scaleLog } from 'd3-scale';
import { fontSize, indexTicks, bottomAxis } from '../common/axes.ts';
import { cursorFrame } from '../common/heat-marks.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Drawn, Grid, Mark, Size } from '../common/picture.ts';
import { notice } from '../common/picture.ts';
import { strip } from '../common/strip.ts';
import { headingWidth, numberText, percentText, textWidth } from '../common/text.ts';
import type { SlowMotionData } from './data.ts';
import { sentenceOf } from './data.ts';

const wholeHeading = 'gradient of the batch';
const margin = { left: 86, right: 50, top: 8, axis: 34, gap: 14, column: 28 } as const;
const stripHeight = 44;
const groupHeight = 16;
/** Narrower pictures put the groups below the positions. */
const beside = 680;

const stripsHeight = margin.top + 2 * stripHeight + margin.gap + margin.axis;
const groupsHeight = (count: number): number => 26 + count * groupHeight;

export function naturalHeight({ groups }: SlowMotionData, width: number): number {
  const table = groupsHeight(groups.length) + margin.top;
  return width >= beside ? Math.max(stripsHeight, table) : stripsHeight + table;
}

export function slowMotionPicture(
  data: SlowMotionData | null,
  { size, palette }: { readonly size: Size; readonly palette: Palette },
): Drawn {
  if (!data) return notice('The step is being prepared.');
  const wide = size.width >= beside;
  const left = wide ? size.width * 0.62 : size.width;
  const strips = positionStrips(data, { x: 0, y: 0, width: left, height: stripsHeight }, palette);
  const box = wide
    ? {
        x: left + margin.column,
        y: margin.top,
        width: size.width - left - margin.column,
        height: size.height,
      }
    : { x: 0, y: stripsHeight, width: size.width, height: size.height - stripsHeight };
  const table = groupTable(data, box, palette);
  return {
    kind: 'picture',
    ...size,
    summary: sentenceOf(data, numberText),
    marks: [...strips.marks, ...table.marks],
    grids: [...strips.grids, ...table.grids],
  };
}

function positionStrips(data: SlowMotionData, area: Box, palette: Palette): Drawing {
  const across = { x: area.x + margin.left, width: Math.max(20, area.width - margin.left - margin.right) };
  const losses: Box = { ...across, y: area.y + margin.top, height: stripHeight };
  const gradients: Box = { ...losses, y: losses.y + stripHeight + margin.gap };
  const { frame, positions, labels } = data;
  const cell = across.width / positions;
  const where = (t: number): string => `Position ${t}${labels ? ` (${labels[t]})` : ''}`;
  const top = strip({
    ...{ id: 'losses', box: losses, values: data.losses, palette, fill: palette.series[0]! },
    ...{ maximum: data.largestLoss || 1, title: ['loss', labels ? 'nats' : 'squared error'] },
    describe: (t) =>
      `${where(t)}: ${Number.isNaN(data.losses[t]!) ? 'no loss here yet' : `loss ${numberText(data.losses[t]!)}`}`,
  });
  const [low, high] = data.gradientDomain ?? [0.1, 1];
  // Bars need a lower end: a tenth of the smallest, so that it is seen too.
  const ends = [low / 10, Math.max(high, low * 1.01)] as const;
  const y = scaleLog(ends, [0, 1]).clamp(true);
  const bottom = strip({
    ...{ id: 'gradients', box: gradients, palette, fill: palette.series[1]!, maximum: 1 },
    values: data.gradients.map((value) => (value > 0 ? y(value) : NaN)),
    title: ['gradient', 'log scale'],
    describe: (t) =>
      `${where(t)}: ${Number.isNaN(data.gradients[t]!) ? 'no gradient here yet' : `gradient norm ${numberText(data.gradients[t]!)}`}`,
  });
  const working = frame.phase === 'forward' ? losses : frame.phase === 'backward' ? gradients : null;
  const column = { x: across.x + frame.position * cell, width: cell };
  const ticks =
    labels && cell >= 15
      ? labels.map((text, i) => ({ at: across.x + (i + 0.5) * cell, text }))
      : indexTicks(positions, across.x, cell, 30);
  return {
    marks: [
      ...top.marks,
      ...withLogEnds(bottom.marks, gradients, ends, palette),
      ...(working ? cursorFrame({ ...column, y: working.y, height: working.height }, palette) : []),
      ...(frame.phase === 'loss' ? cursorFrame(losses, palette) : []),
      ...bottomAxis(gradients, ticks, 'position', palette),
    ],
    grids: [top.grid, bottom.grid],
  };
}

/** The strip names the ends of a linear axis; here they are norms. */
function withLogEnds(
  marks: readonly Mark[],
  box: Box,
  ends: readonly [number, number],
  palette: Palette,
): Mark[] {
  const right = box.x + box.width;
  const others = marks.filter((mark) => mark.kind !== 'text' || mark.x < right);
  return [
    ...others,
    ...ends.map((value, i): Mark => {
      const y = i === 0 ? box.y + box.height - 3 : box.y + 3;
      const look = { fill: palette.inkMuted, size: fontSize.tick, baseline: 'middle' } as const;
      return { kind: 'text', x: right + 5, y, text: numberText(value), ...look };
    }),
  ];
}

/** One row a group of weights: its gradient, then how far it moved. */
function groupTable({ groups, frame }: SlowMotionData, box: Box, palette: Palette): Drawing {
  const nameWidth = Math.min(
    box.width * 0.34,
    Math.max(...groups.map(({ name }) => textWidth(name, fontSize.tick))) + 8,
  );
  const column = (box.width - nameWidth) / 2;
  const bars = Math.max(10, column - 62);
  const largest = Math.max(...groups.map(({ gradient }) => gradient ?? 0));
  const most = Math.max(...groups.map(({ change }) => (Number.isFinite(change?.share) ? change!.share : 0)));
  const top = box.y + 26;
  const style = (size: number, fill = palette.inkMuted) => ({ size, fill, baseline: 'middle' }) as const;
  const heading = (text: string, i: number): Mark => ({
    ...{ kind: 'text', x: box.x + nameWidth + i * column, y: box.y + 9, text },
    ...style(fontSize.tick, palette.ink),
    weight: 600,
  });
  const bar = (value: number, of: number, i: number, y: number, text: string, fill: string): Mark[] => {
    const x = box.x + nameWidth + i * column;
    const width = of > 0 && Number.isFinite(value) ? (value / of) * bars : 0;
    return [
      { kind: 'rect', x, y: y - 5, width, height: 10, fill, radius: 1 },
      { kind: 'text', x: x + width + 5, y, text, ...style(fontSize.tick) },
    ];
  };
  const rows = groups.flatMap(({ name, gradient, change }, row): Mark[] => {
    const y = top + (row + 0.5) * groupHeight;
    return [
      { kind: 'text', x: box.x, y, text: name, ...style(fontSize.tick, palette.ink) },
      ...(gradient === null ? [] : bar(gradient, largest, 0, y, numberText(gradient), palette.series[1]!)),
      ...(change === null ? [] : bar(change.share, most, 1, y, shareText(change), palette.series[2]!)),
    ];
  });
  const grid: Grid = {
    ...{
      id: 'groups',
      label: 'weights',
      x: box.x,
      y: top,
      width: box.width,
      height: groups.length * groupHeight,
    },
    ...{ columns: 1, rows: groups.length },
    describe: (_, row) => {
      const { name, numbers, gradient, change } = groups[row]!;
      const moved = change
        ? `, moved by ${numberText(change.norm)}${Number.isFinite(change.share) ? `, ${percentText(change.share)} of its norm` : ''}`
        : '';
      return `${name}, ${numbers} numbers: ${gradient === null ? 'no gradient yet' : `gradient norm ${numberText(gradient)}${moved}`}`;
    },
  };
  const frameBox = {
    x: Math.max(1.5, box.x - 4),
    y: top - 2,
    width: box.width + 2,
    height: groups.length * groupHeight + 4,
  };
  return {
    marks: [
      heading(headingWidth(wholeHeading, fontSize.tick) + 12 <= column ? wholeHeading : 'gradient', 0),
      heading('update / weights', 1),
      ...rows,
      ...(frame.phase === 'update' ? cursorFrame(frameBox, palette) : []),
    ],
    grids: [grid],
  };
}

/** A group that was all zeros has no share to speak of. */
function shareText({ norm, share }: { readonly norm: number; readonly share: number }): string {
  return Number.isFinite(share)
    ? `${Number((share * 100).toPrecision(2))} %`
    : `from 0 to ${numberText(norm)}`;
}

/** Which slots keep themselves: a mark a slot for the segment of the cursor, and the share of each type in every segment. */
import { fontSize } from '../common/axes.ts';
import type { Moment } from '../common/data.ts';
import { cursorFrame } from '../common/heat-marks.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Mark } from '../common/picture.ts';
import { segmentAt } from '../common/segments.ts';
import { segmentSubject } from '../common/subjects.ts';
import { textWidth } from '../common/text.ts';
import type { AttentionData } from './data.ts';
import type { SlotType } from './slot-types.ts';
import { slotTypes, typeCounts } from './slot-types.ts';

export const stripHeight = 116;

const seriesOf: Readonly<Record<SlotType, number>> = { retaining: 0, aggregating: 4, rewriting: 1 };

/** Stacked bars, one a segment; from below: retaining, aggregating, rewriting. */
export function slotTypeStrip(
  { run, snapshot }: Moment,
  { choice, segment }: AttentionData,
  box: Box,
  palette: Palette,
): Drawing {
  const counts = typeCounts(run, snapshot, choice.tap);
  const cell = box.width / counts.length;
  const bars = counts.flatMap((count, s): Mark[] => {
    const total = slotTypes.reduce((sum, type) => sum + count[type], 0);
    let y = box.y + box.height;
    return slotTypes.flatMap((type): Mark[] => {
      if (count[type] === 0) return [];
      const height = (count[type] / total) * box.height;
      y -= height;
      const bar = { x: box.x + s * cell + 1, y: y + 0.5, width: Math.max(1, cell - 2), height: height - 1 };
      const fill = palette.series[seriesOf[type]]!;
      const middle = {
        x: bar.x + bar.width / 2,
        y: y + height / 2,
        anchor: 'middle',
        baseline: 'middle',
      } as const;
      const label: Mark = {
        kind: 'text',
        ...middle,
        text: String(count[type]),
        fill: palette.surface,
        size: fontSize.tick,
        weight: 600,
      };
      return [{ kind: 'rect', ...bar, fill }, ...(cell >= 18 && height >= 13 ? [label] : [])];
    });
  });
  const current = { x: box.x + segment.index * cell, y: box.y, width: cell, height: box.height };
  return {
    marks: [
      ...legend(box, palette),
      ...bars,
      ...cursorFrame(current, palette),
      ...segmentAxis(box, counts.length, palette),
    ],
    grids: [
      {
        ...box,
        id: 'types',
        label: 'slot types',
        columns: counts.length,
        rows: 1,
        links: { columns: (s) => [segmentSubject(segmentAt(run, snapshot, s))] },
        describe: (s) => {
          const parts = slotTypes.map((type) => `${counts[s]![type]} ${type}`);
          return `Write of segment ${s}: ${parts.join(', ')}`;
        },
      },
    ],
  };
}

function legend(box: Box, palette: Palette): Mark[] {
  const y = box.y - 12;
  const words = slotTypes.map((type) => textWidth(type, fontSize.tick) * 1.15).reduce((a, b) => a + b, 0);
  const start = 44;
  const gap = Math.max(20, Math.min(28, (box.width - start - words) / slotTypes.length));
  // In little room it begins below the names of the rows.
  let x = Math.max(8, Math.min(box.x, box.x + box.width - start - words - slotTypes.length * gap));
  const title: Mark = {
    kind: 'text',
    x,
    y,
    text: 'slots',
    fill: palette.ink,
    size: fontSize.title,
    weight: 600,
    baseline: 'middle',
  };
  x += start;
  return [
    title,
    ...slotTypes.flatMap((type): Mark[] => {
      const left = x;
      x += textWidth(type, fontSize.tick) + gap;
      return [
        {
          kind: 'rect',
          x: left,
          y: y - 5,
          width: 10,
          height: 10,
          radius: 2,
          fill: palette.series[seriesOf[type]]!,
        },
        {
          kind: 'text',
          x: left + 15,
          y,
          text: type,
          fill: palette.ink,
          size: fontSize.tick,
          baseline: 'middle',
        },
      ];
    }),
  ];
}

function segmentAxis(box: Box, count: number, palette: Palette): Mark[] {
  const cell = box.width / count;
  const every = Math.max(1, Math.ceil(24 / cell));
  const y = box.y + box.height;
  const style = { fill: palette.inkMuted, size: fontSize.tick } as const;
  return [
    ...Array.from({ length: count }, (_, s) => s)
      .filter((s) => s % every === 0)
      .map((s): Mark => ({
        ...style,
        kind: 'text',
        x: box.x + (s + 0.5) * cell,
        y: y + 14,
        text: String(s),
        anchor: 'middle',
      })),
    {
      kind: 'text',
      x: box.x + box.width,
      y: y + 30,
      text: 'segment written →',
      fill: palette.ink,
      size: fontSize.title,
      anchor: 'end',
    },
  ];
}

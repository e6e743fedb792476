/** How many written slots lie at which closeness to the query. */
import { bin } from 'd3-array';
import { fontSize, leftAxis } from '../common/axes.ts';
import { queueBank } from '../common/banks.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Mark } from '../common/picture.ts';
import { slotSubject } from '../common/subjects.ts';
import { countText, numberText } from '../common/text.ts';
import type { Comparison, Read } from './data.ts';
import { axisTitle } from './kernel.ts';

/** @param x the axis of the kernel above, which the bars share */
export function histogram(
  { comparisons, kernel, moment }: Read,
  x: { (value: number): number; domain(): number[] },
  box: Box,
  palette: Palette,
): Drawing {
  const [low = 0, high = 1] = x.domain();
  const count = 24;
  const edges = Array.from({ length: count + 1 }, (_, i) => low + (i * (high - low)) / count);
  const written = comparisons.filter(({ event }) => event >= 0);
  const bins = bin<Comparison, number>()
    .value(({ at }) => at)
    .domain([low, high])
    .thresholds(edges.slice(1, -1))(written);
  const most = Math.max(1, ...bins.map((values) => values.length));
  const bottom = box.y + box.height;
  const bank = queueBank(moment.run);
  return {
    marks: [
      ...leftAxis(
        box,
        [
          { at: bottom, text: '0' },
          { at: box.y, text: String(most) },
        ],
        palette,
      ),
      {
        kind: 'text',
        x: box.x + box.width,
        y: box.y - 6,
        text: 'slots at this closeness',
        fill: palette.inkMuted,
        size: fontSize.tick,
        anchor: 'end',
      },
      ...bins.flatMap((values): Mark[] => {
        if (values.length === 0) return [];
        const height = (values.length / most) * box.height;
        const left = x(values.x0 ?? low);
        const width = Math.max(1, x(values.x1 ?? high) - left - 1);
        return [
          {
            ...{ kind: 'rect', x: left + 0.5, y: bottom - height, width, height },
            ...{ fill: palette.inkMuted, opacity: 0.75 },
          },
        ];
      }),
      { kind: 'line', x1: box.x, y1: bottom, x2: box.x + box.width, y2: bottom, stroke: palette.inkMuted },
    ],
    grids: [
      {
        ...box,
        ...{ id: 'histogram', label: 'slots at each closeness', columns: bins.length, rows: 1 },
        describe: (i) => {
          const { length, x0 = low, x1 = high } = bins[i]!;
          const range = `${axisTitle[kernel.name]} ${numberText(x0)} to ${numberText(x1)}`;
          return `${countText(length)} written ${length === 1 ? 'slot' : 'slots'} at ${range}`;
        },
        links: { columns: (i) => bins[i]!.map(({ slot, event }) => slotSubject(bank, slot, event)) },
      },
    ],
  };
}

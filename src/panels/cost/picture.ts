/**
 * Cost: what the run needs, worked out from its program before it trains, and what the executor has taken. One bar for each way
 * to back-propagate; the one in use is marked.
 */
import type { Run } from '../common/data.ts';
import { fontSize } from '../common/axes.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawn, Grid, Mark, Size, Table } from '../common/picture.ts';
import { notice } from '../common/picture.ts';
import { niceMaximum } from '../common/strip.ts';
import { countText, textWidth } from '../common/text.ts';
import { bytesText, flopsText } from './units.ts';

/** What the executor holds at the moment. */
export interface Measured {
  readonly bytes: number;
  readonly objects: number;
}

export interface CostData {
  readonly run: Run;
  readonly measured: Measured;
}

export interface CostOptions {
  readonly size: Size;
  readonly palette: Palette;
}

type Planned = Run['cost']['strategies'][number];

export const hasCost = (run: Run): boolean => run.cost.strategies.length > 0;

const margin = { left: 12, right: 12, top: 6 } as const;
const figureHeight = 19;
const rowHeight = 42;
const legendHeight = 44;
const axisHeight = 40;

const names: Readonly<Record<Planned['kind'], string>> = {
  full: 'full',
  truncated: 'truncated',
  checkpointed: 'checkpointed',
  memoryReplay: 'memory replay',
};

const nameOf = ({ kind, horizon }: Planned): string =>
  horizon === null ? names[kind] : `${names[kind]}, horizon ${horizon}`;

interface Figure {
  readonly label: string;
  readonly value: string;
  /** The same in all its digits. */
  readonly exact: string;
}

function figuresOf({ run, measured }: CostData): Figure[] {
  const { cost, parameterCount } = run;
  const used = cost.strategies.find((planned) => planned.used);
  const exactBytes = (bytes: number): string => `${countText(bytes)} bytes`;
  return [
    {
      label: 'parameters',
      value: `${countText(parameterCount)} · ${bytesText(cost.parameterBytes)}`,
      exact: `${countText(parameterCount)} numbers, ${exactBytes(cost.parameterBytes)}`,
    },
    {
      label: 'forward pass of a batch',
      value: flopsText(cost.forwardFlops),
      exact: `${countText(cost.forwardFlops)} floating-point operations for ${cost.batchSize} sequences`,
    },
    ...(used
      ? [
          {
            label: 'one update, as trained',
            value: flopsText(used.flops),
            exact: `${countText(used.flops)} floating-point operations`,
          },
        ]
      : []),
    {
      label: `held by the executor now (${run.executor})`,
      value: measured.bytes === 0 ? 'not measured yet' : bytesText(measured.bytes),
      exact:
        measured.bytes === 0
          ? 'not measured yet; train a step'
          : `${exactBytes(measured.bytes)} in ${countText(measured.objects)} pieces`,
    },
  ];
}

const figureCount = (run: Run): number => (run.cost.strategies.some(({ used }) => used) ? 4 : 3);

export function naturalHeight({ run }: CostData): number {
  const rows = run.cost.strategies.length * rowHeight;
  return margin.top + figureCount(run) * figureHeight + legendHeight + rows + axisHeight;
}

export function costPicture(data: CostData | null, { size, palette }: CostOptions): Drawn {
  if (!data || !hasCost(data.run))
    return notice('As soon as a run is prepared, its cost is worked out here.');
  const { strategies } = data.run.cost;
  const figures = figuresOf(data);
  const width = Math.max(60, size.width - margin.left - margin.right);
  const top = { x: margin.left, y: margin.top, width, height: figures.length * figureHeight };
  const y = top.y + top.height + legendHeight;
  const box = { x: margin.left, y, width, height: Math.max(40, size.height - y - axisHeight) };
  const maximum = niceMaximum(strategies.map(totalOf));
  return {
    kind: 'picture',
    ...size,
    summary: summaryOf(data),
    marks: [
      ...figureMarks(figures, top, palette),
      ...legend(box, palette),
      ...scaleLines(box, maximum, palette),
      ...strategies.flatMap((planned, i) => barMarks(planned, i, box, data.run, maximum, palette)),
    ],
    grids: [figureGrid(figures, top), strategyGrid(data.run, box)],
  };
}

const totalOf = ({ activationBytes, workingBytes }: Planned): number => activationBytes + workingBytes;

function figureMarks(figures: readonly Figure[], box: Box, palette: Palette): Mark[] {
  return figures.flatMap(({ label, value }, i): Mark[] => {
    const y = box.y + (i + 0.5) * figureHeight;
    const style = { y, size: fontSize.label, baseline: 'middle' } as const;
    return [
      { ...style, kind: 'text', x: box.x, text: label, fill: palette.inkMuted },
      {
        ...style,
        kind: 'text',
        x: box.x + box.width,
        text: value,
        fill: palette.ink,
        weight: 600,
        anchor: 'end',
      },
    ];
  });
}

const fills = ({ series }: Palette): readonly [string, string] => [series[0]!, series[4]!];

function legend(box: Box, palette: Palette): Mark[] {
  const y = box.y - 13;
  const [activations, working] = fills(palette);
  const text = { y, size: fontSize.tick, baseline: 'middle', fill: palette.ink, kind: 'text' } as const;
  const second = box.x + textWidth('kept activations', fontSize.tick) + 34;
  const square = { kind: 'rect', y: y - 5, width: 10, height: 10, radius: 2 } as const;
  return [
    {
      ...text,
      x: box.x,
      y: y - 18,
      text: 'planned memory of one gradient',
      size: fontSize.title,
      weight: 600,
    },
    { ...square, x: box.x, fill: activations },
    { ...text, x: box.x + 15, text: 'kept activations' },
    { ...square, x: second, fill: working },
    { ...text, x: second + 15, text: 'working space' },
  ];
}

function scaleLines(box: Box, maximum: number, palette: Palette): Mark[] {
  const bottom = box.y + box.height;
  const ticks = [0, 0.5, 1].map((share) => {
    return { x: box.x + share * box.width, text: bytesText(share * maximum) };
  });
  const anchors = ['start', 'middle', 'end'] as const;
  return [
    ...ticks.map(({ x }): Mark => {
      return { kind: 'line', x1: x, y1: box.y, x2: x, y2: bottom, stroke: palette.line };
    }),
    ...ticks.map(({ x, text }, i): Mark => {
      const style = { fill: palette.inkMuted, size: fontSize.tick, anchor: anchors[i]! };
      return { kind: 'text', x, y: bottom + 14, text, ...style };
    }),
    {
      kind: 'text',
      x: box.x + box.width,
      y: bottom + 30,
      text: 'memory (bytes) →',
      fill: palette.ink,
      size: fontSize.title,
      anchor: 'end',
    },
  ];
}

function barMarks(
  planned: Planned,
  index: number,
  box: Box,
  run: Run,
  maximum: number,
  palette: Palette,
): Mark[] {
  const row = box.height / run.cost.strategies.length;
  const y = box.y + index * row;
  const [activations, working] = fills(palette);
  const widthOf = (bytes: number): number => (bytes / maximum) * box.width;
  const text = { y: y + row * 0.27, size: fontSize.label, baseline: 'middle', kind: 'text' } as const;
  const bar = { kind: 'rect', y: y + row * 0.48, height: row * 0.36 } as const;
  const kept = widthOf(planned.activationBytes);
  const name = `${planned.used ? '● ' : ''}${nameOf(planned)}`;
  const value = `${bytesText(totalOf(planned))} · ${flopsText(planned.flops)}`;
  const weight = planned.used ? 600 : 400;
  return [
    ...(planned.used
      ? [
          {
            kind: 'rect',
            x: box.x - 6,
            y,
            width: box.width + 12,
            height: row,
            radius: 4,
            fill: palette.well,
          } as const,
        ]
      : []),
    {
      ...text,
      x: box.x,
      text: name,
      fill: palette.ink,
      weight,
      halo: planned.used ? palette.well : palette.surface,
    },
    {
      ...text,
      x: box.x + box.width,
      text: value,
      fill: palette.ink,
      size: fontSize.tick,
      anchor: 'end',
      halo: planned.used ? palette.well : palette.surface,
    },
    { ...bar, x: box.x, width: kept, fill: activations },
    { ...bar, x: box.x + kept, width: widthOf(planned.workingBytes), fill: working },
  ];
}

function figureGrid(figures: readonly Figure[], box: Box): Grid {
  return {
    ...box,
    id: 'figures',
    label: 'figures',
    columns: 1,
    rows: figures.length,
    describe: (_, row) => `${figures[row]!.label}: ${figures[row]!.exact}`,
  };
}

function strategyGrid({ cost }: Run, box: Box): Grid {
  return {
    ...box,
    id: 'strategies',
    label: 'ways to back-propagate',
    columns: 1,
    rows: cost.strategies.length,
    describe: (_, row) => {
      const planned = cost.strategies[row]!;
      const used = planned.used ? ' (in use)' : '';
      return `${nameOf(planned)}${used}: ${countText(planned.activationBytes)} bytes of activations, ${countText(planned.workingBytes)} of working space, ${countText(planned.flops)} operations`;
    },
  };
}

function summaryOf({ run }: CostData): string {
  const used = run.cost.strategies.find((planned) => planned.used);
  const trained = used ? ` Trained with ${nameOf(used)}: ${bytesText(totalOf(used))} planned.` : '';
  return `Cost of a run with ${countText(run.parameterCount)} parameters over ${run.cost.steps} steps.${trained}`;
}

/** One record for each strategy. */
export function costTable({ run, measured }: CostData): Table {
  const { cost, parameterCount } = run;
  return {
    columns: [
      'strategy',
      'horizon',
      'in use',
      'activation bytes',
      'working bytes',
      'operations of one gradient',
      'operations of one forward pass',
      'parameters',
      'parameter bytes',
      'measured bytes',
    ],
    rows: cost.strategies.map((planned) => [
      names[planned.kind],
      planned.horizon ?? '',
      planned.used ? 1 : 0,
      planned.activationBytes,
      planned.workingBytes,
      planned.flops,
      cost.forwardFlops,
      parameterCount,
      cost.parameterBytes,
      measured.bytes,
    ]),
  };
}

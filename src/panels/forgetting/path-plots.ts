/** The biases through training: their norms against the step, and their directions on the two principal axes. */
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { Tick } from '../common/axes.ts';
import { bottomAxis, fontSize, leftAxis, spread } from '../common/axes.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Grid, Mark, Shape } from '../common/picture.ts';
import type { Subject } from '../common/subjects.ts';
import { isSame, slotSubject } from '../common/subjects.ts';
import { axisNumber, countText, numberText, percentText } from '../common/text.ts';
import type { BiasPaths } from './data.ts';
import { degrees } from './data.ts';
import { fittingTitle } from './slot-bars.ts';

export interface PathOptions {
  readonly box: Box;
  readonly palette: Palette;
  /** The slot that is followed, or null. */
  readonly slot: number | null;
  /** Training step of the snapshot shown. */
  readonly step: number;
  /** The memory that the slots belong to. */
  readonly bank: string;
}

const scaleOf = (domain: readonly [number, number], range: readonly [number, number]) =>
  scaleLinear(domain, range);

/** Room at the right of the plots for the numbers of the slots. */
const labelRoom = 22;

const inner = (box: Box): Box => ({ ...box, width: Math.max(20, box.width - labelRoom) });

const slotsOf = ({ slots }: BiasPaths): number[] => Array.from({ length: slots }, (_, slot) => slot);

/** Index of the last entry that is not after a step. */
function entryAt({ steps }: BiasPaths, step: number): number {
  const after = steps.findIndex((known) => known > step);
  return after < 0 ? steps.length - 1 : Math.max(0, after - 1);
}

function strokeOf(slot: number, { palette, slot: followed }: PathOptions) {
  const stroke = palette.series[slot % palette.series.length]!;
  const dash = slot >= palette.series.length ? { dash: [5, 3] } : {};
  const chosen = followed === slot;
  return { stroke, ...dash, strokeWidth: chosen ? 3 : 1.5, opacity: followed === null || chosen ? 1 : 0.35 };
}

export function normPlot(paths: BiasPaths, options: PathOptions): Drawing {
  const { palette } = options;
  const box = inner(options.box);
  const { steps } = paths;
  const first = steps[0]!;
  const last = Math.max(steps.at(-1)!, first + 1);
  const slots = slotsOf(paths);
  const highest = Math.max(...steps.flatMap((_, i) => slots.map((slot) => paths.norm(slot, i))), 1e-6);
  const x = scaleOf([first, last], [box.x, box.x + box.width]);
  const y = scaleOf([0, highest], [box.y + box.height, box.y]).nice(4);
  const path = (slot: number): string =>
    line<number>(
      (_, i) => x(steps[i]!),
      (_, i) => y(paths.norm(slot, i)),
    )([...steps]) ?? '';
  const now = x(Math.max(first, Math.min(last, options.step)));
  const ends = slots.map((slot) => ({
    slot,
    x: box.x + box.width,
    y: y(paths.norm(slot, steps.length - 1)),
  }));
  return {
    marks: [
      plotTitle('norm of the bias over training', box, palette),
      ...leftAxis(box, ticksOf(y, 4), palette, { rules: true }),
      ...bottomAxis(box, ticksOf(x, Math.max(2, box.width / 70)), 'training step', palette),
      { kind: 'line', x1: now, y1: box.y, x2: now, y2: box.y + box.height, stroke: palette.accent },
      ...slots.map((slot): Mark => ({ kind: 'path', d: path(slot), ...strokeOf(slot, options) })),
      ...endLabels(ends, options),
    ],
    grids: [normGrid(paths, { box, x, y }, options)],
  };
}

function normGrid(paths: BiasPaths, { box, x, y }: Plane, { slot, bank }: PathOptions): Grid {
  const { steps } = paths;
  const [first, last] = [steps[0]!, steps.at(-1)!];
  const columns = Math.min(100, Math.max(1, last - first));
  return {
    ...box,
    id: 'norm-path',
    label: 'norm of the bias over training',
    columns,
    rows: 1,
    describe: (column) => {
      const i = entryAt(paths, first + ((column + 1) / columns) * (last - first));
      const shown = slot === null ? slotsOf(paths) : [slot];
      const norms = shown.map((s) => `slot ${s} ${numberText(paths.norm(s, i))}`);
      return `Step ${countText(steps[i]!)}, norm of the bias: ${norms.join(', ')}`;
    },
    links: {
      cells: {
        at: () => (slot === null ? [] : [slotSubject(bank, slot)]),
        shapes: (subject) =>
          shapesOf(paths, bank, subject, (shown) => [
            { kind: 'line', points: steps.map((step, i) => [x(step), y(paths.norm(shown, i))]) },
          ]),
      },
    },
  };
}

/** Outlines of the slots that a subject is. */
function shapesOf(
  paths: BiasPaths,
  bank: string,
  subject: Subject,
  shapes: (slot: number) => readonly Shape[],
): Shape[] {
  return slotsOf(paths)
    .filter((slot) => isSame(subject, slotSubject(bank, slot)))
    .flatMap(shapes);
}

interface Plane {
  readonly box: Box;
  readonly x: ReturnType<typeof scaleOf>;
  readonly y: ReturnType<typeof scaleOf>;
}

/** One pixel is the same distance along both axes. */
function planeOf(paths: BiasPaths, box: Box): Plane {
  const places = slotsOf(paths).flatMap((slot) => paths.steps.map((_, i) => paths.place(slot, i)));
  const range = (axis: 0 | 1): [number, number] => {
    const values = places.map((place) => place[axis]);
    return [Math.min(...values), Math.max(...values)];
  };
  const [low, high] = [range(0), range(1)];
  const unit = Math.max((low[1] - low[0]) / box.width, (high[1] - high[0]) / box.height, 1e-6) * 1.15;
  const around = ([from, to]: readonly [number, number], length: number): [number, number] => {
    const middle = (from + to) / 2;
    return [middle - (unit * length) / 2, middle + (unit * length) / 2];
  };
  return {
    box,
    x: scaleOf(around(low, box.width), [box.x, box.x + box.width]),
    y: scaleOf(around(high, box.height), [box.y + box.height, box.y]),
  };
}

const directionTitles = ['directions of the biases over training', 'directions over training'];

export function directionPlot(paths: BiasPaths, options: PathOptions): Drawing {
  const { palette, step } = options;
  const plane = planeOf(paths, inner(options.box));
  const { box, x, y } = plane;
  const now = entryAt(paths, step);
  const slots = slotsOf(paths);
  const at = (slot: number, i: number): { x: number; y: number } => {
    const [a, b] = paths.place(slot, i);
    return { x: x(a), y: y(b) };
  };
  const path = (slot: number): string =>
    line<number>(
      (_, i) => at(slot, i).x,
      (_, i) => at(slot, i).y,
    )([...paths.steps]) ?? '';
  const share = (axis: 0 | 1): string => `axis ${axis + 1} (${percentText(paths.shares[axis])} of variance)`;
  const ends = slots.map((slot) => ({ slot, ...at(slot, now) }));
  return {
    marks: [
      plotTitle(fittingTitle(directionTitles, box.width), box, palette),
      ...leftAxis(box, ticksOf(y, 4), palette, { rules: true }),
      ...bottomAxis(box, ticksOf(x, Math.max(2, box.width / 70)), share(0), palette),
      // Where the numbers of the axis leave little room, the title below says of what the share is.
      turnedTitle(box.x < 50 ? share(1).replace(' of variance', '') : share(1), box, palette),
      ...slots.flatMap((slot): Mark[] => {
        const style = strokeOf(slot, options);
        const [start, end] = [at(slot, 0), at(slot, now)];
        return [
          { kind: 'path', d: path(slot), ...style },
          {
            kind: 'path',
            d: circle(start, 3),
            fill: palette.surface,
            stroke: style.stroke,
            strokeWidth: 1.5,
            opacity: style.opacity,
          },
          { kind: 'path', d: circle(end, 4), fill: style.stroke, opacity: style.opacity },
        ];
      }),
      ...placedLabels(ends, options),
    ],
    grids: [directionGrid(paths, plane, options)],
  };
}

const cells = 40;

/** The pointer reads the nearest point of all paths. */
function directionGrid(paths: BiasPaths, plane: Plane, { bank, step }: PathOptions): Grid {
  const { box, x, y } = plane;
  const rows = Math.max(8, Math.round((cells * box.height) / box.width));
  const nearest = nearestEntry(paths, plane, rows);
  return {
    ...box,
    id: 'direction-path',
    label: 'directions of the biases over training',
    columns: cells,
    rows,
    describe: (column, row) => {
      const { slot, entry } = nearest(column, row);
      const [a, b] = paths.place(slot, entry);
      const turned = numberText(degrees(paths.turned(slot, entry)));
      return `Nearest: slot ${slot} at step ${countText(paths.steps[entry]!)}: (${numberText(a)}, ${numberText(b)}), turned by ${turned}° since step ${countText(paths.steps[0]!)}`;
    },
    links: {
      cells: {
        at: (column, row) => [slotSubject(bank, nearest(column, row).slot)],
        shapes: (subject) =>
          shapesOf(paths, bank, subject, (slot) => {
            const [a, b] = paths.place(slot, entryAt(paths, step));
            return [{ kind: 'circle', x: x(a), y: y(b), r: 8 }];
          }),
      },
    },
  };
}

/** The entry of a slot whose point is nearest to the middle of a cell. */
function nearestEntry(
  paths: BiasPaths,
  { box, x, y }: Plane,
  rows: number,
): (column: number, row: number) => { readonly slot: number; readonly entry: number } {
  return (column, row) => {
    const at = {
      x: box.x + ((column + 0.5) / cells) * box.width,
      y: box.y + ((row + 0.5) / rows) * box.height,
    };
    let nearest = { slot: 0, entry: 0, distance: Infinity };
    for (const slot of slotsOf(paths)) {
      paths.steps.forEach((_, entry) => {
        const [a, b] = paths.place(slot, entry);
        const distance = (x(a) - at.x) ** 2 + (y(b) - at.y) ** 2;
        if (distance < nearest.distance) nearest = { slot, entry, distance };
      });
    }
    return nearest;
  };
}

const circle = ({ x, y }: { readonly x: number; readonly y: number }, r: number): string =>
  `M${x - r},${y}a${r},${r},0,1,0,${2 * r},0a${r},${r},0,1,0,${-2 * r},0Z`;

function plotTitle(text: string, box: Box, palette: Palette): Mark {
  const style = { fill: palette.ink, size: fontSize.title, weight: 600, baseline: 'middle' } as const;
  return { kind: 'text', x: box.x, y: box.y - 14, text, ...style };
}

function turnedTitle(text: string, box: Box, palette: Palette): Mark {
  const x = Math.max(9, box.x - 42);
  const place = { x, y: box.y + box.height / 2, anchor: 'middle', rotate: -90 } as const;
  return { kind: 'text', ...place, text, fill: palette.ink, size: fontSize.tick };
}

function ticksOf(scale: ReturnType<typeof scaleOf>, count: number): Tick[] {
  return scale.ticks(count).map((value) => ({ at: scale(value), text: axisNumber(value) }));
}

interface End {
  readonly slot: number;
  readonly x: number;
  readonly y: number;
}

function numberMark({ slot, x, y }: End, options: PathOptions): Mark {
  const { palette, slot: followed } = options;
  return {
    kind: 'text',
    x: x + 7,
    y,
    text: String(slot),
    fill: palette.series[slot % palette.series.length]!,
    size: fontSize.tick,
    weight: 600,
    baseline: 'middle',
    halo: palette.surface,
    opacity: followed === null || followed === slot ? 1 : 0.5,
  };
}

/** Numbers of the slots where their lines end; those without room are left out. */
function endLabels(ends: readonly End[], options: PathOptions): Mark[] {
  const { slot: followed } = options;
  const shown = ends.filter(({ slot }) => followed === null || slot === followed);
  const ticks = shown.map(({ slot, y }) => ({ at: y, text: String(slot) }));
  const kept = new Set(spread(ticks, () => fontSize.tick).map(({ text }) => Number(text)));
  return shown.filter(({ slot }) => kept.has(slot)).map((end) => numberMark(end, options));
}

/** Numbers beside points; one that would cover another is left out. */
function placedLabels(ends: readonly End[], options: PathOptions): Mark[] {
  const kept: End[] = [];
  const first = ends.filter(({ slot }) => slot === options.slot);
  for (const end of [...first, ...ends]) {
    if (kept.every(({ x, y }) => Math.hypot(x - end.x, y - end.y) >= fontSize.tick)) kept.push(end);
  }
  return kept.map((end) => numberMark(end, options));
}

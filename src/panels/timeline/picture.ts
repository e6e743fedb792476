/**
 * The memory timeline: one column a position. On top what goes in, what should come out and what does; below it the weight with
 * which every position reads every slot. Arranged by age, a slot is a row and events wander down as they age; arranged by event,
 * a row is one event from its writing to its loss, and a network that copies shows a diagonal.
 */
import { bottomAxis, fontSize, indexTicks } from '../common/axes.ts';
import { sequential } from '../common/colour.ts';
import { cursorFrame } from '../common/heat-marks.ts';
import type { Moment } from '../common/data.ts';
import { argMax, largestMagnitude, rowNorms, tapOf } from '../common/data.ts';
import { memoryTrace, readMass } from '../common/memory-trace.ts';
import type { MemoryTrace, ReadMass } from '../common/memory-trace.ts';
import type { Palette } from '../common/palette.ts';
import type { Drawing, Drawn, Mark } from '../common/picture.ts';
import { notice } from '../common/picture.ts';
import { niceMaximum, strip } from '../common/strip.ts';
import { numberText, percentText } from '../common/text.ts';
import { answersOf, isUntold, outputAt, scoreText, tokenRows } from '../common/token-rows.ts';
import { vectorRows } from '../common/vector-rows.ts';
import type { Parts, TimelineOptions } from './heat.ts';
import { describeSlot, heading, heatGrid, heatmap, traceMarks } from './heat.ts';
import type { TimelineLayout } from './layout.ts';
import { timelineLayout } from './layout.ts';

export function timelinePicture(moment: Moment | null, options: TimelineOptions): Drawn {
  if (!moment) {
    return notice(
      'Train the network, or step once: the timeline then shows one held-out sample and what is read.',
    );
  }
  const trace = memoryTrace(moment.run, moment.snapshot);
  const parts = { moment, options, layout: timelineLayout(moment, options.size, trace) };
  const head = headRows(parts);
  const body = trace ? memoryRows(parts, trace) : { marks: [], grids: [] };
  const { plot } = parts.layout;
  const cell = plot.width / moment.snapshot.mask.length;
  const axis = bottomAxis(
    plot,
    indexTicks(moment.snapshot.mask.length, plot.x, cell, 26),
    'position in the sequence (tokens)',
    options.palette,
  );
  return {
    kind: 'picture',
    ...options.size,
    summary: summaryOf(moment, trace),
    marks: [
      ...head.marks,
      ...body.marks,
      ...axis,
      ...cursorMarks(parts),
      ...(trace && options.event !== null ? traceMarks(parts, trace, options.event) : []),
    ],
    grids: [...head.grids, ...body.grids],
  };
}

/** One frame round what happens at the position, and one round what is read there. */
function cursorMarks({ moment, options: { palette }, layout }: Parts): Mark[] {
  const cell = layout.plot.width / moment.snapshot.mask.length;
  const frame = (top: number, bottom: number): Mark[] =>
    bottom - top < 1
      ? []
      : cursorFrame(
          { x: layout.plot.x + moment.position * cell, y: top, width: cell, height: bottom - top },
          palette,
        );
  return [
    ...frame(layout.tokens.y, layout.confidence.y + layout.confidence.height),
    ...frame(layout.heat.y, layout.plot.y + layout.plot.height),
  ];
}

function headRows({ moment, options: { palette }, layout }: Parts): Drawing {
  if (moment.run.kind === 'vectors') {
    const rows = vectorRows(moment, layout.tokens, palette);
    const error = `mean squared error ${numberText(moment.snapshot.loss)}`;
    return { marks: [...topLine(moment, error, layout, palette), ...rows.marks], grids: [rows.grid] };
  }
  const answers = answersOf(moment.snapshot);
  const byPosition = new Map(answers.map((answer) => [answer.position, answer]));
  const untold = isUntold(moment.snapshot);
  const confidenceAt = (t: number): number | undefined =>
    untold ? outputAt(moment.snapshot, t).confidence : byPosition.get(t)?.confidence;
  const rows = tokenRows(moment, layout.tokens, palette);
  const confidence = strip({
    id: 'confidence',
    box: layout.confidence,
    values: Array.from(moment.snapshot.mask, (_, t) => confidenceAt(t) ?? 0),
    maximum: 1,
    title: ['probability', 'of the output'],
    palette,
    barStyle: (t) => {
      const answer = byPosition.get(t);
      if (untold) return { fill: palette.inkMuted, hollow: false };
      const right = answer?.output === answer?.target;
      return { fill: right ? palette.right : palette.wrong, hollow: !right };
    },
    describe: (t) => {
      const confidence = confidenceAt(t);
      return confidence !== undefined
        ? `Position ${t}: probability of the output ${percentText(confidence)}`
        : `Position ${t}: no answer is asked here`;
    },
  });
  const score = untold
    ? scoreText(answers)
    : `${scoreText(answers)} · loss ${numberText(moment.snapshot.loss)}`;
  return {
    marks: [...topLine(moment, score, layout, palette), ...rows.marks, ...confidence.marks],
    grids: [rows.grid, confidence.grid],
  };
}

/** Which sample this is, and how well it is answered; on a narrow page only the latter. */
function topLine({ run, snapshot }: Moment, score: string, layout: TimelineLayout, palette: Palette): Mark[] {
  const split = run.splits.find((candidate) => candidate.name === snapshot.split)?.label ?? snapshot.split;
  const name = snapshot.typed === undefined ? `${split} sample ${snapshot.sampleIndex}` : 'typed sequence';
  const sample = `step ${numberText(snapshot.step)} · ${name}`;
  const narrow = layout.tokens.width < 420;
  const line = { kind: 'text', y: layout.score, size: fontSize.label, baseline: 'middle' } as const;
  const right = layout.tokens.x + layout.tokens.width;
  const mark: Mark = { ...line, x: right, text: score, fill: palette.ink, anchor: 'end', weight: 600 };
  return narrow ? [mark] : [{ ...line, x: layout.tokens.x, text: sample, fill: palette.inkMuted }, mark];
}

function memoryRows(parts: Parts, trace: MemoryTrace): Drawing {
  const { moment, options, layout } = parts;
  const { palette } = options;
  const largest = largestMagnitude(trace.weights);
  const scale = sequential(0, options.scaleMode === 'fixed' ? 1 : largest);
  const mass = readMass(trace);
  const values = tapOf(moment.snapshot, 'values', 2);
  const written = values ? rowNorms(values) : new Float64Array(trace.positions);
  const massStrip = strip({
    id: 'mass',
    box: layout.mass,
    values: mass.total,
    filled: mass.onEvents,
    maximum: niceMaximum(mass.total),
    title: ['read mass', 'Σ weights'],
    palette,
    describe: (t) => describeMass(mass, t),
  });
  const writtenStrip = strip({
    id: 'written',
    box: layout.written,
    values: written,
    maximum: niceMaximum(written),
    title: ['write norm', '‖value‖'],
    palette,
    describe: (t) => `Position ${t}: writes a value of norm ${numberText(written[t]!)}`,
  });
  return {
    marks: [
      ...heading(parts, scale),
      ...heatmap(parts, trace, scale),
      ...massStrip.marks,
      ...(values ? writtenStrip.marks : []),
    ],
    grids: [heatGrid(parts, trace), massStrip.grid, ...(values ? [writtenStrip.grid] : [])],
  };
}

function describeMass({ total, onEvents }: ReadMass, t: number): string {
  const sum = `Position ${t}: the read weights add up to ${numberText(total[t]!)}`;
  const empty = total[t]! - onEvents[t]!;
  return empty < 1e-6 * total[t]! ? sum : `${sum}, ${numberText(empty)} of it on slots never written`;
}

function summaryOf(moment: Moment, trace: MemoryTrace | null): string {
  const { run, snapshot, position } = moment;
  const length = snapshot.mask.length;
  const answers = run.kind === 'tokens' ? ` ${scoreText(answersOf(snapshot))}.` : '';
  const head = `Memory timeline of ${length} positions at training step ${snapshot.step}.${answers}`;
  if (!trace) return head;
  const slot = argMax(trace.weights, position * trace.slots, trace.slots);
  return `${head} ${describeSlot(moment, trace, position, slot)}, the largest of this position.`;
}

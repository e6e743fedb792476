/**
 * What operating on a memory does: the outputs beside the original ones, the change of the loss at every position, and a bar for
 * every slot that says how much worse the answers are without it.
 */
import { bottomAxis, fontSize, indexTicks } from '../common/axes.ts';
import { cursorFrame } from '../common/heat-marks.ts';
import { overPositions } from '../common/outlines.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Drawn, Mark, Size } from '../common/picture.ts';
import { notice } from '../common/picture.ts';
import { slotSubject } from '../common/subjects.ts';
import { numberText, percentText, textWidth, tokenText } from '../common/text.ts';
import { rowHeight } from '../common/token-rows.ts';
import { changeBars, changeRange, pairBars } from './bars.ts';
import type { Operated } from './data.ts';
import { answerAt, counts, hasTargets, isChanged, lossChanges, surveyValues } from './data.ts';
import { changesAnswer, chipRows, lineRows, outputRange, rowNames } from './rows.ts';
import { eventIn, slotName } from './words.ts';

export interface InterventionsOptions {
  readonly size: Size;
  readonly palette: Palette;
}

interface Layout {
  readonly top: number;
  readonly outputs: Box;
  readonly probability: Box;
  readonly losses: Box;
  /** All that belongs to a position. */
  readonly plot: Box;
  readonly heading: number;
  readonly survey: Box;
  readonly height: number;
}

const stripHeight = 34;
const stripGap = 16;
const axisHeight = 38;
const surveyHeight = 84;
const lineHeight = 96;

function layoutFor(operated: Operated, width: number): Layout {
  const narrow = width < 480;
  const left = narrow ? 84 : 96;
  const across = {
    x: left,
    width: Math.max(40, width - left - Math.max(narrow ? 34 : 44, valueRoom(operated))),
  };
  let y = 26;
  const box = (height: number, gap: number): Box => {
    const placed = { ...across, y, height };
    y += height > 0 ? height + gap : 0;
    return placed;
  };
  const tokens = operated.run.kind === 'tokens';
  const outputs = box(tokens ? rowNames(operated).length * rowHeight : lineHeight, stripGap);
  const probability = box(tokens ? stripHeight : 0, stripGap);
  const losses = box(isChanged(operated) && hasTargets(operated) ? stripHeight + 8 : 0, stripGap);
  const plot = { ...across, y: outputs.y, height: y - stripGap - outputs.y };
  y += axisHeight - stripGap;
  const heading = y + 14;
  if (operated.outcome.survey) y += 34;
  const survey = box(operated.outcome.survey ? surveyHeight : 0, axisHeight + 10);
  return { top: 12, outputs, probability, losses, plot, heading, survey, height: y };
}

/** Pixels of the longest number at the right of the plots, with the gap before it. */
function valueRoom(operated: Operated): number {
  const { run, outcome } = operated;
  const ends = [
    ...(run.kind === 'tokens' ? [] : outputRange(operated)),
    ...(isChanged(operated) && hasTargets(operated) ? changeRange(lossChanges(operated)) : []),
    ...(outcome.survey ? changeRange(surveyValues(operated)) : []),
  ];
  return 9 + Math.max(0, ...ends.map((end) => textWidth(numberText(end), fontSize.tick) * 1.15));
}

export const naturalHeight = (operated: Operated, width: number): number => layoutFor(operated, width).height;

const waiting =
  'Choose an operation and press Operate: it is done to the memory at the cursor, and what it changes is drawn here. Or ask which slots matter.';

/** @param refusal why nothing could be computed */
export function interventionsPicture(
  operated: Operated | null,
  { size, palette }: InterventionsOptions,
  refusal: string | null = null,
): Drawn {
  if (!operated) return notice(refusal ?? waiting);
  const layout = layoutFor(operated, size.width);
  const rows =
    operated.run.kind === 'tokens'
      ? chipRows(operated, layout.outputs, palette)
      : lineRows(operated, layout.outputs, palette);
  const parts: Drawing[] = [
    rows,
    ...(layout.probability.height > 0 ? [probabilities(operated, layout.probability, palette)] : []),
    ...(layout.losses.height > 0 ? [losses(operated, layout.losses, palette)] : []),
    ...(operated.outcome.survey ? [surveyBars(operated, layout, palette)] : []),
  ];
  const columns = operated.outcome.mask.length;
  const cell = layout.plot.width / columns;
  const ticks = indexTicks(columns, layout.plot.x, cell, 26);
  return {
    kind: 'picture',
    ...size,
    summary: summaryOf(operated),
    marks: [
      ...topLine(operated, layout, palette),
      ...parts.flatMap(({ marks }) => marks),
      ...bottomAxis(layout.plot, ticks, 'position in the sequence (tokens)', palette),
      ...cursorFrame({ ...layout.plot, x: layout.plot.x + operated.position * cell, width: cell }, palette),
    ],
    grids: parts.flatMap(({ grids }) => grids),
  };
}

/** Of which step, whether that is what is shown now, and what became of the loss. */
function topLine(operated: Operated, { top, plot }: Layout, palette: Palette): Mark[] {
  const { outcome, stale } = operated;
  const line = { kind: 'text', y: top, size: fontSize.label, baseline: 'middle' } as const;
  const right = lossText(operated);
  const number = numberText(outcome.step);
  const step = `weights of step ${number}`;
  const texts =
    stale === null
      ? [step, `step ${number}`]
      : [`${step}, ${stale}`, `${step} (old)`, `step ${number} (old)`, 'old'];
  const room = plot.width - textWidth(right, fontSize.label) * 1.1 - 16;
  const shown = texts.find((text) => textWidth(text, fontSize.label) <= room);
  return [
    { ...line, x: plot.x + plot.width, text: right, fill: palette.ink, anchor: 'end', weight: 600 },
    ...(shown === undefined
      ? []
      : [{ ...line, x: plot.x, text: shown, fill: stale === null ? palette.inkMuted : palette.accent }]),
  ];
}

function lossText(operated: Operated): string {
  const { before, after } = operated.outcome;
  if (!hasTargets(operated)) return 'no targets, so no loss';
  if (!isChanged(operated)) return `loss ${numberText(before.loss)}`;
  const change = after.loss - before.loss;
  return `loss ${numberText(before.loss)} → ${numberText(after.loss)} (${signed(change)})`;
}

const signed = (value: number): string => (value > 0 ? `+${numberText(value)}` : numberText(value));

function probabilities(operated: Operated, box: Box, palette: Palette): Drawing {
  const { mask } = operated.outcome;
  const probability = (which: 'before' | 'after'): Float64Array =>
    Float64Array.from(mask, (_, t) =>
      counts(operated, t) ? answerAt(operated, which, t).targetProbability : NaN,
    );
  const [before, after] = [probability('before'), isChanged(operated) ? probability('after') : null];
  const of = hasTargets(operated) ? 'of the target' : 'of the output';
  return pairBars({
    ...{ id: 'probability', box, before, after, palette, title: ['probability', of] },
    links: overPositions,
    describe: (t) => {
      if (Number.isNaN(before[t]!)) return `Position ${t}: no answer is asked here`;
      const was = `Position ${t}: probability ${of} ${percentText(before[t]!)}`;
      return after ? `${was}, changed to ${percentText(after[t]!)}` : was;
    },
  });
}

/** With the unit of the loss, per answer. */
const lossChange = ({ run }: Operated): string[] => [
  'loss change',
  run.kind === 'tokens' ? 'nats' : 'squared error',
];

function losses(operated: Operated, box: Box, palette: Palette): Drawing {
  const values = lossChanges(operated);
  return changeBars({
    ...{ id: 'losses', box, values, palette, title: lossChange(operated) },
    links: overPositions,
    describe: (t) =>
      Number.isNaN(values[t]!)
        ? `Position ${t}: no answer is asked here`
        : `Position ${t}: the loss changes by ${signed(values[t]!)}`,
  });
}

function surveyBars(operated: Operated, { survey: box, heading }: Layout, palette: Palette): Drawing {
  const { run, outcome } = operated;
  const { bank: name, position } = outcome.survey!;
  const values = surveyValues(operated);
  const known = run.memory.banks.find((candidate) => candidate.name === name);
  const bank = { ...(known ?? { name, noun: 'slot', order: null }), count: values.length };
  const measure = hasTargets(operated) ? 'loss' : 'outputs';
  const tokenAt = (t: number): string | undefined =>
    outcome.tokens ? run.vocabulary[outcome.tokens[t]!] : undefined;
  const titles = [
    `which ${bank.noun}s matter at position ${position}: change of the ${measure} when one alone is erased`,
    `which ${bank.noun}s matter: change when one is erased`,
    `which ${bank.noun}s matter`,
  ];
  const start = 8;
  const title =
    titles.find((text) => textWidth(text, fontSize.title) * 1.12 < box.x + box.width - start) ?? titles[2]!;
  const bars = changeBars({
    ...{
      id: 'survey',
      box,
      values,
      palette,
      title: hasTargets(operated) ? lossChange(operated) : ['outputs', 'change'],
    },
    links: { columns: (slot) => [slotSubject(name, slot, eventIn(bank, slot, position))] },
    describe: (slot) =>
      `Without ${slotName(bank, slot, position, tokenAt)} the ${measure} ${hasTargets(operated) ? 'changes' : 'change'} by ${signed(values[slot]!)}`,
  });
  const cell = box.width / Math.max(1, values.length);
  const room = Math.max(22, textWidth(String(values.length - 1), fontSize.tick) + 8);
  const ticks = indexTicks(values.length, box.x, cell, room).map(({ at, text }) => {
    const event = eventIn(bank, Number(text), position);
    const token = event !== null && event >= 0 && cell >= 40 ? tokenAt(event) : undefined;
    return { at, text: token === undefined ? text : `${text} ‘${tokenText(token, 3)}’` };
  });
  return {
    marks: [
      {
        ...{ kind: 'text', x: start, y: heading, text: title, fill: palette.ink },
        ...{ size: fontSize.title, weight: 600, baseline: 'middle' },
      },
      ...bars.marks,
      ...bottomAxis(box, ticks, slotAxisTitle(bank.noun, bank.order), palette),
    ],
    grids: bars.grids,
  };
}

function slotAxisTitle(noun: string, order: 'newestFirst' | 'oldestFirst' | null): string {
  return order === null ? noun : `${noun}, the ${order === 'newestFirst' ? 'newest' : 'oldest'} at the left`;
}

function summaryOf(operated: Operated): string {
  const { outcome, run } = operated;
  const changed = Array.from(outcome.mask, (_, t) => t).filter(
    (t) => run.kind === 'tokens' && changesAnswer(operated, t),
  );
  const count = outcome.request.interventions.length;
  const parts = [
    `${count} ${count === 1 ? 'operation' : 'operations'} on the memory, ${lossText(operated)}.`,
    ...(changed.length > 0
      ? [`Other answers at ${changed.length === 1 ? 'position' : 'positions'} ${changed.join(', ')}.`]
      : []),
  ];
  const values = surveyValues(operated);
  if (values.length > 0) parts.push(surveyText(values, run.memory.banks, outcome.survey!.bank));
  return parts.join(' ');
}

function surveyText(values: Float32Array, banks: Operated['run']['memory']['banks'], bank: string): string {
  const noun = banks.find(({ name }) => name === bank)?.noun ?? 'slot';
  const largest = values.reduce((best, value, slot) => (value > values[best]! ? slot : best), 0);
  return values[largest]! > 0
    ? `Of the ${noun}s, ${noun} ${largest} matters most: ${signed(values[largest]!)} without it.`
    : `No ${noun} is missed when it alone is erased.`;
}

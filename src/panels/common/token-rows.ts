/**
 * What goes in, what should come out, what does come out: the head of the timeline. Right and wrong differ by shape as well as
 * by colour: a wrong answer is framed and crossed out in its corner.
 */
import { fontSize } from './axes.ts';
import type { Moment, Snapshot } from './data.ts';
import { argMax } from './data.ts';
import { overPositions } from './outlines.ts';
import type { Palette } from './palette.ts';
import type { Box, Grid, Mark } from './picture.ts';
import { percentText, tokenText, tokenWords } from './text.ts';

/** The answer at one position that counts. */
export interface Answer {
  readonly position: number;
  readonly target: number;
  readonly output: number;
  /** Probability of the output, and of the target. */
  readonly confidence: number;
  readonly targetProbability: number;
}

/** Answers of a token snapshot, by position; positions that do not count are left out. */
export function answersOf(snapshot: Snapshot): Answer[] {
  const { mask, targets, predictions } = snapshot;
  const classes = predictions.length / mask.length;
  const answers: Answer[] = [];
  for (let position = 0; position < mask.length; position++) {
    if (mask[position] === 0) continue;
    const target = targets[position]!;
    const output = argMax(predictions, position * classes, classes);
    answers.push({
      position,
      target,
      output,
      confidence: predictions[position * classes + output]!,
      targetProbability: predictions[position * classes + target]!,
    });
  }
  return answers;
}

/** Nobody knows the answers: the sequence was typed, and the task cannot tell them. */
export const isUntold = ({ mask }: Pick<Snapshot, 'mask'>): boolean => !mask.includes(1);

/** What comes out at a position, and its probability. */
export function outputAt(
  { mask, predictions }: Snapshot,
  position: number,
): Pick<Answer, 'output' | 'confidence'> {
  const classes = predictions.length / mask.length;
  const output = argMax(predictions, position * classes, classes);
  return { output, confidence: predictions[position * classes + output]! };
}

/** "7 of 8 answers right" */
export function scoreText(answers: readonly Answer[]): string {
  if (answers.length === 0) return 'no answers to compare with';
  const right = answers.filter((answer) => answer.output === answer.target).length;
  return `${right} of ${answers.length} answers right`;
}

export const rowHeight = 24;
/** Narrower cells show no letters. */
export const narrowestToken = 6.5;
/** In narrower cells a frame would cover the letter: a wrong answer is filled instead. */
const narrowestFrame = 9;

export interface Rows {
  readonly marks: readonly Mark[];
  readonly grid: Grid;
}

/** Three rows (input, target, output) into `box`, one column a position. */
export function tokenRows({ run, snapshot }: Moment, box: Box, palette: Palette): Rows {
  const { vocabulary } = run;
  const tokens = snapshot.tokens ?? new Int32Array();
  const answers = new Map(answersOf(snapshot).map((answer) => [answer.position, answer]));
  const columns = snapshot.mask.length;
  const cell = box.width / columns;
  const y = (row: number): number => box.y + row * (box.height / 3);
  const marks: Mark[] = ['input', 'target', 'output'].map((name, row) => ({
    kind: 'text',
    x: box.x - 10,
    y: y(row) + box.height / 6,
    text: name,
    fill: palette.ink,
    size: fontSize.label,
    anchor: 'end',
    baseline: 'middle',
  }));
  for (let position = 0; position < columns; position++) {
    const x = box.x + position * cell;
    const answer = answers.get(position);
    const untold = isUntold(snapshot) ? outputAt(snapshot, position) : null;
    const chip = (row: number): Box => ({ x, y: y(row) + 1, width: cell, height: box.height / 3 - 2 });
    marks.push(...tokenCell(tokenText(vocabulary[tokens[position]!], 3), chip(0), palette));
    if (answer) {
      marks.push(...tokenCell(tokenText(vocabulary[answer.target], 3), chip(1), palette));
      marks.push(...outputCell(answer, tokenText(vocabulary[answer.output], 3), chip(2), palette));
    } else if (untold) {
      marks.push(...tokenCell(tokenText(vocabulary[untold.output], 3), chip(2), palette));
    } else if (cell >= narrowestToken) {
      marks.push(...[1, 2].map((row) => dot(chip(row), palette)));
    }
  }
  const grid: Grid = {
    ...box,
    id: 'tokens',
    label: 'input, target and output',
    columns,
    rows: 3,
    links: overPositions,
    describe: (position, row) =>
      row === 2 && isUntold(snapshot)
        ? describeOutput(position, vocabulary, outputAt(snapshot, position))
        : describeToken(position, row, vocabulary, tokens[position], answers.get(position)),
  };
  return { marks, grid };
}

function describeOutput(
  position: number,
  vocabulary: readonly string[],
  { output, confidence }: Pick<Answer, 'output' | 'confidence'>,
): string {
  return `Position ${position}: output ${tokenWords(vocabulary[output])}, probability ${percentText(confidence)}`;
}

function describeToken(
  position: number,
  row: number,
  vocabulary: readonly string[],
  token: number | undefined,
  answer: Answer | undefined,
): string {
  const at = `Position ${position}`;
  if (row === 0) return `${at}: input ${tokenWords(vocabulary[token ?? -1])}`;
  if (!answer) return `${at}: no answer is asked here`;
  const target = tokenWords(vocabulary[answer.target]);
  if (row === 1) return `${at}: target ${target}`;
  const output = tokenWords(vocabulary[answer.output]);
  return answer.output === answer.target
    ? `${at}: output ${output}, right, probability ${percentText(answer.confidence)}`
    : `${at}: output ${output}, wrong, probability ${percentText(answer.confidence)}; the target ${target} got ${percentText(answer.targetProbability)}`;
}

const inset = (cell: number): number => (cell >= 12 ? 1 : cell >= 4 ? 0.5 : 0);

export function tokenCell(text: string, { x, y, width, height }: Box, palette: Palette): Mark[] {
  const gap = inset(width);
  const chip: Mark = {
    kind: 'rect',
    x: x + gap,
    y,
    width: width - 2 * gap,
    height,
    radius: width >= 12 ? 3 : 0,
    fill: palette.well,
  };
  return width >= narrowestToken ? [chip, letter(text, { x, y, width, height }, palette.ink)] : [chip];
}

function letter(text: string, { x, y, width, height }: Box, fill: string, weight: 400 | 600 = 400): Mark {
  const size = Math.min(fontSize.token, (width - 1) / (0.602 * Array.from(text).length));
  const middle = { x: x + width / 2, y: y + height / 2, anchor: 'middle', baseline: 'middle' } as const;
  return { kind: 'text', ...middle, text, fill, size, weight, family: 'mono' };
}

export function dot({ x, y, width, height }: Box, palette: Palette): Mark {
  const r = 1;
  return {
    kind: 'rect',
    x: x + width / 2 - r,
    y: y + height / 2 - r,
    width: 2 * r,
    height: 2 * r,
    radius: r,
    fill: palette.inkMuted,
    opacity: 0.6,
  };
}

export function outputCell(answer: Answer, text: string, box: Box, palette: Palette): Mark[] {
  const right = answer.output === answer.target;
  const gap = inset(box.width);
  const colour = right ? palette.right : palette.wrong;
  const inner = { x: box.x + gap, width: box.width - 2 * gap };
  if (box.width < narrowestToken) {
    // Too narrow for letters: right answers are half bars, wrong ones full.
    const height = right ? box.height / 2 : box.height;
    return [{ kind: 'rect', ...inner, y: box.y + box.height - height, height, fill: colour }];
  }
  if (!right && box.width < narrowestFrame) {
    return [
      { kind: 'rect', ...inner, y: box.y, height: box.height, fill: colour },
      letter(text, box, palette.surface, 600),
    ];
  }
  const radius = box.width >= 12 ? 3 : 0;
  const marks: Mark[] = [
    {
      kind: 'rect',
      ...inner,
      y: box.y,
      height: box.height,
      radius,
      fill: colour,
      opacity: right ? 0.16 : 0.2,
    },
    letter(text, box, right ? palette.right : palette.wrong, 600),
  ];
  if (right) return marks;
  const edge = { x: inner.x + 0.75, y: box.y + 0.75, width: inner.width - 1.5, height: box.height - 1.5 };
  marks.push({ kind: 'rect', ...edge, radius, stroke: colour, strokeWidth: 1.5 });
  if (box.width >= 14) marks.push(cross(inner.x + inner.width - 5, box.y + 5, 2, colour));
  return marks;
}

function cross(x: number, y: number, r: number, stroke: string): Mark {
  const d = `M${x - r} ${y - r}L${x + r} ${y + r}M${x - r} ${y + r}L${x + r} ${y - r}`;
  return { kind: 'path', d, stroke, strokeWidth: 1.5 };
}

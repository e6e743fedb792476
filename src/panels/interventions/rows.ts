/** The outputs as they were beside the outputs as they are: tokens as chips, vectors as lines. */
import { line } from 'd3-shape';
import { fontSize } from '../common/axes.ts';
import { overPositions } from '../common/outlines.ts';
import type { Palette } from '../common/palette.ts';
import type { Box, Drawing, Mark } from '../common/picture.ts';
import { numberText, percentText, tokenText, tokenWords } from '../common/text.ts';
import type { Answer } from '../common/token-rows.ts';
import { dot, narrowestToken, outputCell, tokenCell } from '../common/token-rows.ts';
import type { Operated } from './data.ts';
import { answerAt, counts, hasTargets, isChanged } from './data.ts';

type RowName = 'input' | 'target' | 'original' | 'changed';

/** The rows that there is something to show in. */
export function rowNames(operated: Operated): RowName[] {
  return [
    'input',
    ...(hasTargets(operated) ? (['target'] as const) : []),
    'original',
    ...(isChanged(operated) ? (['changed'] as const) : []),
  ];
}

export function chipRows(operated: Operated, box: Box, palette: Palette): Drawing {
  const names = rowNames(operated);
  const columns = operated.outcome.mask.length;
  const size = { width: box.width / columns, height: box.height / names.length };
  const marks: Mark[] = names.map((name, row) => rowTitle(name, box, (row + 0.5) * size.height, palette));
  for (let t = 0; t < columns; t++) {
    const chip = (row: number): Box => ({
      ...{ x: box.x + t * size.width, y: box.y + row * size.height + 1 },
      ...{ width: size.width, height: size.height - 2 },
    });
    names.forEach((name, row) => marks.push(...cellMarks(operated, name, t, chip(row), palette)));
    if (changesAnswer(operated, t)) marks.push(...changeFrame(chip(names.indexOf('original')), palette));
  }
  return {
    marks,
    grids: [
      {
        ...{ ...box, id: 'outputs', label: 'outputs', columns, rows: names.length },
        links: overPositions,
        describe: (t, row) => describeCell(operated, names[row]!, t),
      },
    ],
  };
}

function rowTitle(text: string, box: Box, y: number, { ink }: Palette): Mark {
  const style = { fill: ink, size: fontSize.label, anchor: 'end', baseline: 'middle' } as const;
  return { kind: 'text', x: box.x - 10, y: box.y + y, text, ...style };
}

/** Whether the most probable token is another one than before. */
export function changesAnswer(operated: Operated, t: number): boolean {
  if (!isChanged(operated) || !counts(operated, t)) return false;
  return answerAt(operated, 'before', t).output !== answerAt(operated, 'after', t).output;
}

/** Round the original and the changed output below it. */
function changeFrame({ x, y, width, height }: Box, palette: Palette): Mark[] {
  const box = { x: x + 0.5, y: y - 0.5, width: width - 1, height: 2 * height + 3 };
  return [{ kind: 'rect', ...box, radius: 4, stroke: palette.trace, strokeWidth: 1.5 }];
}

function cellMarks(
  operated: Operated,
  name: RowName,
  t: number,
  box: Box,
  palette: Palette,
): readonly Mark[] {
  const { outcome, run } = operated;
  const text = (token: number): string => tokenText(run.vocabulary[token], 3);
  if (name === 'input') return tokenCell(text(outcome.tokens![t]!), box, palette);
  if (!counts(operated, t)) return box.width >= narrowestToken ? [dot(box, palette)] : [];
  if (name === 'target') return tokenCell(text(outcome.targets[t]!), box, palette);
  const answer = answerAt(operated, name === 'original' ? 'before' : 'after', t);
  return hasTargets(operated)
    ? outputCell(answer, text(answer.output), box, palette)
    : tokenCell(text(answer.output), box, palette);
}

function describeCell(operated: Operated, name: RowName, t: number): string {
  const { outcome, run } = operated;
  const word = (token: number): string => tokenWords(run.vocabulary[token]);
  const at = `Position ${t}`;
  if (name === 'input') return `${at}: input ${word(outcome.tokens![t]!)}`;
  if (!counts(operated, t)) return `${at}: no answer is asked here`;
  if (name === 'target') return `${at}: target ${word(outcome.targets[t]!)}`;
  const said = ({ output, target, confidence }: Answer): string => {
    const verdict = hasTargets(operated) ? (output === target ? ', right' : ', wrong') : '';
    return `${word(output)}${verdict}, probability ${percentText(confidence)}`;
  };
  const before = said(answerAt(operated, 'before', t));
  if (name === 'original') return `${at}: original output ${before}`;
  return `${at}: changed output ${said(answerAt(operated, 'after', t))}; originally ${before}`;
}

// ---- vectors

interface ShownLine {
  readonly name: string;
  readonly data: ArrayLike<number>;
  readonly style: Partial<Mark>;
}

function shownLines(operated: Operated, palette: Palette): ShownLine[] {
  const { targets, before, after } = operated.outcome;
  const thin = { strokeWidth: 1.5 };
  return [
    ...(hasTargets(operated)
      ? [{ name: 'target', data: targets, style: { stroke: palette.inkMuted, strokeWidth: 3 } }]
      : []),
    { name: 'original', data: before.predictions, style: { stroke: palette.series[0]!, ...thin } },
    ...(isChanged(operated)
      ? [
          {
            name: 'changed',
            data: after.predictions,
            style: { stroke: palette.accent, ...thin, dash: [4, 2] },
          },
        ]
      : []),
  ];
}

/** The ends of the axis that holds the first component of targets and outputs. */
export function outputRange(operated: Operated): readonly [number, number] {
  const { outcome, run } = operated;
  const { mask, targets, before, after } = outcome;
  const shown = [
    ...(hasTargets(operated) ? [targets] : []),
    before.predictions,
    ...(isChanged(operated) ? [after.predictions] : []),
  ];
  const values = shown
    .flatMap((data) => Array.from(mask, (_, t) => (counts(operated, t) ? data[t * run.outputSize]! : NaN)))
    .filter(Number.isFinite);
  return values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
}

/** The first component of target, original and changed output. */
export function lineRows(operated: Operated, box: Box, palette: Palette): Drawing {
  const { outcome, run } = operated;
  const columns = outcome.mask.length;
  const shown = shownLines(operated, palette);
  const at = (data: ArrayLike<number>, t: number): number => data[t * run.outputSize] ?? NaN;
  const positions = Array.from({ length: columns }, (_, t) => t).filter((t) => counts(operated, t));
  const [low, high] = outputRange(operated);
  const span = high > low ? high - low : 1;
  const y = (value: number): number => box.y + box.height - 4 - ((value - low) / span) * (box.height - 8);
  const marks: Mark[] = [{ kind: 'rect', ...box, fill: palette.well, radius: 2 }];
  shown.forEach(({ name, data, style }, row) => {
    const path = line<number>()
      .defined((t) => Number.isFinite(at(data, t)))
      .x((t) => box.x + ((t + 0.5) * box.width) / columns)
      .y((t) => y(at(data, t)));
    const middle = box.y + box.height / 2 + (row - (shown.length - 1) / 2) * 18;
    marks.push({ kind: 'path', d: path(positions) ?? '', ...style } as Mark);
    marks.push(rowTitle(name, { ...box, y: 0, x: box.x - 18 }, middle, palette));
    marks.push({ kind: 'path', d: `M${box.x - 22} ${middle}h14`, ...style } as Mark);
  });
  for (const [value, dy] of [
    [high, 5],
    [low, -5],
  ] as const) {
    marks.push({
      ...{ kind: 'text', x: box.x + box.width + 5, y: y(value) + dy, text: numberText(value) },
      ...{ fill: palette.inkMuted, size: fontSize.tick, baseline: 'middle' },
    });
  }
  const describe = (t: number): string =>
    counts(operated, t)
      ? `Position ${t}: ${shown.map(({ name, data }) => `${name} ${numberText(at(data, t))}`).join(', ')}`
      : `Position ${t}: no answer is asked here`;
  const grid = { ...box, id: 'outputs', label: 'outputs', columns, rows: 1 };
  return { marks, grids: [{ ...grid, describe, links: overPositions }] };
}

/**
 * Splits that most tasks share, and the promise that training never sees a held-out example: every content belongs to one
 * side, decided by its hash alone, and a split draws until it has one of its own side. That holds for every seed and needs
 * no list of what was seen.
 */
import { hashKey } from '../../foundation/random.ts';
import type { Split, SplitName } from '../task.ts';

/** One content in this many is held out. */
const heldOutShare = 8;

/** Below this many different contents a side could be empty; then both splits draw from all of them. */
const separableContents = 256;

/** Which of the two splits may show a content (token ids, pixel levels, …). */
function sideOf(content: ArrayLike<number>): 'train' | 'heldOut' {
  let h = content.length;
  for (let i = 0; i < content.length; i++) h = hashKey(h, content[i]!);
  return h % heldOutShare === 0 ? 'heldOut' : 'train';
}

/** Whether that many different contents are enough to keep some of them for held-out data. */
export function isSeparable(contents: number): boolean {
  return contents >= separableContents;
}

/**
 * Draws until the content is on the split's side. Everything that decides how many contents there are (a length, a number of
 * pairs) must be drawn before, so that both splits have the same mix of it.
 * @param separable see `isSeparable`; when false the first draw is taken
 */
export function drawOnSide<Content extends ArrayLike<number>>(
  split: SplitName,
  separable: boolean,
  draw: () => Content,
): Content {
  return drawWithSide(split, separable, draw, (content) => content);
}

/** The same for drawings that are more than their content. */
export function drawWithSide<Drawing>(
  split: SplitName,
  separable: boolean,
  draw: () => Drawing,
  contentOf: (drawing: Drawing) => ArrayLike<number>,
): Drawing {
  if (!separable || (split !== 'train' && split !== 'heldOut')) return draw();
  for (let attempt = 0; attempt < 100_000; attempt++) {
    const drawing = draw();
    if (sideOf(contentOf(drawing)) === split) return drawing;
  }
  throw new Error(`no content on the side “${split}”: the task overstated how many there are`);
}

/** Training and held-out data of the same kind, both with samples of at most `length` positions. */
export function trainedSplits(length: number, heldOut: string): readonly [Split, Split] {
  return [
    { name: 'train', label: 'training', explanation: 'What the model is trained on.', length },
    { name: 'heldOut', label: 'held out', explanation: heldOut, length },
  ];
}

/**
 * Two and four times the trained length.
 * @param positions how many positions a sample takes that is `factor` times as long as the longest trained one
 */
export function lengthSplits(what: string, positions: (factor: number) => number): readonly Split[] {
  const split = (name: string, times: string, factor: number): Split => ({
    name,
    label: `${times.toLowerCase()} the length`,
    explanation: `${times} the longest trained number of ${what}: has the model found a rule, or learned the trained lengths by heart?`,
    length: positions(factor),
  });
  return [split('double', 'Twice', 2), split('quadruple', 'Four times', 4)];
}

/** How many times the trained length a split has. */
export function lengthFactor(split: SplitName): 1 | 2 | 4 {
  return split === 'double' ? 2 : split === 'quadruple' ? 4 : 1;
}

/** The sentence about held-out data of a task whose contents are kept apart by `drawOnSide`. */
export function heldOutSentence(what: string): string {
  return `The same kind of data, from ${what} that training never shows (one in eight is kept back; where fewer than 256 exist, both draw from all of them).`;
}

/** Where the words of a picture stand. */
import type { Box, Mark, Picture, TextMark } from '../panels/common/picture.ts';

/** Widths of letters in DejaVu Sans, the widest of the usual fonts, in em; what is not listed is like an “a”. */
const letters: readonly (readonly [letters: string, width: number])[] = [
  ["ijl'I|", 0.29],
  ['.,:; ·‘’/', 0.32],
  ['ftr()', 0.39],
  ['0123456789', 0.64],
  ['−±→←=+≈~', 0.84],
  ['mwMW%', 0.95],
];
const otherLetter = 0.61;
const bold = 1.1;
const mono = 0.602;

const widthOf = (letter: string): number =>
  letters.find(([some]) => some.includes(letter))?.[1] ?? otherLetter;

function textLength({ text, size, weight, family }: TextMark): number {
  const all = Array.from(text);
  if (family === 'mono') return all.length * size * mono;
  return all.reduce((sum, letter) => sum + widthOf(letter), 0) * size * (weight === 600 ? bold : 1);
}

export interface Words {
  readonly text: string;
  readonly box: Box;
}

function boxOf(mark: TextMark): Box {
  const { x, y, size, anchor = 'start', baseline, rotate = 0 } = mark;
  const width = textLength(mark);
  // The height of capitals; what hangs below the line counts for nothing.
  const height = size * 0.72;
  const left = anchor === 'end' ? -width : anchor === 'middle' ? -width / 2 : 0;
  const top = baseline === 'middle' ? -height / 2 : -height;
  return rotate === 0
    ? { x: x + left, y: y + top, width, height }
    : { x: x + top, y: y - left - width, width: height, height: width };
}

/** Every text that has letters, with the groups that it stands in resolved. */
export function wordsOf(marks: readonly Mark[], dx = 0, dy = 0): Words[] {
  return marks.flatMap((mark): Words[] => {
    if (mark.kind === 'group') return wordsOf(mark.marks, dx + (mark.x ?? 0), dy + (mark.y ?? 0));
    if (mark.kind !== 'text' || mark.text.trim() === '' || mark.text === '·') return [];
    const box = boxOf(mark);
    return [{ text: mark.text, box: { ...box, x: box.x + dx, y: box.y + dy } }];
  });
}

/** Sentences on what cannot be read: words that others cover, or that the edge cuts off. */
export function unreadable({ marks, width, height }: Picture): string[] {
  const words = wordsOf(marks);
  const cut = words
    .filter(
      ({ box }) =>
        box.x < -1 || box.y < -1 || box.x + box.width > width + 1 || box.y + box.height > height + 1,
    )
    .map(({ text }) => `“${text}” is cut off`);
  const covered = words.flatMap((one, i) =>
    words
      .slice(i + 1)
      .filter((other) => overlap(one.box, other.box))
      .map((other) => `“${one.text}” and “${other.text}” cover each other`),
  );
  return [...cut, ...covered];
}

/** Touching by a pixel is seen as standing beside each other. */
function overlap(a: Box, b: Box): boolean {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return across > 1 && down > 1;
}

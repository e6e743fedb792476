/**
 * A sequence that a person types, in the words of a task: symbols next to each other or with spaces between them, and keys that
 * every keyboard has for signs that none has. Where the task can tell the answers it becomes a whole sample; otherwise it is
 * only read.
 */
import { PlaygroundError } from '../foundation/errors.ts';
import { hashKey } from '../foundation/random.ts';
import type { TaskInstance, TokenSample } from './task.ts';

/** Stands for a split in the name of a typed sequence; no task has data called so. */
export const typedSplit = 'typed';

/** How a typed sequence is named wherever a sample of a split could stand: other texts have other numbers. */
export function typedName(text: string): {
  readonly split: string;
  readonly sampleIndex: number;
  readonly typed: string;
} {
  return { split: typedSplit, sampleIndex: hashKey('typed', text), typed: text };
}

/** What may be typed instead of a sign, as far as the task has the sign and not the character itself. */
const standIns: Readonly<Record<string, readonly string[]>> = {
  ' ': ['␣'],
  '\n': ['⏎'],
  '\t': ['⇥'],
  '|': ['⏎'],
  '/': ['⏎'],
  '.': ['·'],
  _: ['·', '␣'],
  '-': ['−', '─'],
  '*': ['×'],
  '#': ['■'],
  '^': ['↑'],
  v: ['↓'],
  '<': ['←'],
  '>': ['→'],
};

/** Positions of the longest sequence of any split. */
export const longestOf = ({ splits }: Pick<TaskInstance, 'splits'>): number =>
  Math.max(...splits.map(({ length }) => length));

/**
 * @param longest positions that fit
 * @throws PlaygroundError `typed-sequence` naming the symbols that are unknown, or how many positions there may be
 */
export function typedTokens(vocabulary: readonly string[], text: string, longest: number): number[] {
  const tokenOf = new Map(vocabulary.map((label, token) => [label, token]));
  // Where a space is a symbol it is typed as one; elsewhere it only separates.
  const pieces = tokenOf.has(' ') || tokenOf.has('␣') ? [text] : text.split(/\s+/).filter(Boolean);
  const unknown = new Set<string>();
  const tokens = pieces.flatMap((piece) => readPiece(piece, tokenOf, unknown));
  if (unknown.size > 0) {
    const named = [...unknown].slice(0, 5).map((symbol) => `“${symbol}”`);
    throw refused(
      `${named.join(', ')} ${unknown.size === 1 ? 'is not a symbol' : 'are not symbols'} of this task.`,
      `It knows ${vocabularyText(vocabulary)}.`,
    );
  }
  if (tokens.length === 0) throw refused('Nothing was typed yet.', `Type ${vocabularyText(vocabulary)}.`);
  if (tokens.length > longest) throw tooLong(tokens.length, longest);
  return tokens;
}

/**
 * The sample that a person has typed.
 * @throws PlaygroundError `typed-sequence`
 */
export function typedSample(task: TaskInstance, text: string): TokenSample {
  if (task.kind !== 'tokens')
    throw refused('This task reads numbers, not symbols.', 'Choose one of its samples.');
  const longest = longestOf(task);
  const typed = typedTokens(task.vocabulary, text, longest);
  const whole = task.complete?.(typed) ?? null;
  if (!whole) {
    const tokens = Int32Array.from(typed);
    return {
      kind: 'tokens',
      tokens,
      targets: new Int32Array(tokens.length),
      mask: new Uint8Array(tokens.length),
    };
  }
  if (whole.mask.length > longest) throw tooLong(whole.mask.length, longest);
  return whole;
}

function readPiece(piece: string, tokenOf: ReadonlyMap<string, number>, unknown: Set<string>): number[] {
  const whole = tokenOf.get(piece);
  if (whole !== undefined) return [whole];
  const hasWords = [...tokenOf.keys()].some((label) => /^\p{L}{2,}$/u.test(label));
  const characters = Array.from(piece);
  const tokens = characters.map((character) => symbolOf(character, tokenOf));
  const found = tokens.filter((token) => token !== undefined);
  if (found.length === tokens.length) return found;
  if (hasWords && characters.length > 1) unknown.add(piece);
  else characters.forEach((character, i) => tokens[i] === undefined && unknown.add(character));
  return found;
}

function symbolOf(character: string, tokenOf: ReadonlyMap<string, number>): number | undefined {
  const names = [character, ...(standIns[character] ?? [])];
  return names.map((name) => tokenOf.get(name)).find((token) => token !== undefined);
}

/** The symbols, or the first of many. */
function vocabularyText(vocabulary: readonly string[]): string {
  const shown = vocabulary.slice(0, 16).join(' ');
  return vocabulary.length > 16 ? `${shown} … (${vocabulary.length} symbols)` : shown;
}

function tooLong(length: number, longest: number): PlaygroundError {
  return refused(
    `The sequence takes ${length} positions; ${longest} is the most of any data of this task.`,
    'Make it shorter, or set the task to longer sequences.',
  );
}

function refused(message: string, remedy: string): PlaygroundError {
  return new PlaygroundError('typed-sequence', message, 'The sequence shown before stays.', remedy);
}

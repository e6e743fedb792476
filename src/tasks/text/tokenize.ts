/** A text as tokens: characters or words, the most frequent ones each with a token of its own, the rest as unknown. */

export type Level = 'character' | 'word';

export const unknownLabel = '�';

export interface TokenizedText {
  readonly tokens: Uint16Array;
  /** Most frequent first; '�' at the end if something had to be left out. */
  readonly units: readonly string[];
}

/** A text as a row of ids, before it is known which of them get a token. */
interface Stream {
  readonly ids: Int32Array;
  /** Ids are below this. */
  readonly bound: number;
  readonly unit: (id: number) => string;
}

/** @param limit the most tokens of the vocabulary, unknown included; at most 65,536 */
export function tokenize(text: string, level: Level, limit: number): TokenizedText {
  const { ids, bound, unit } = level === 'character' ? characterStream(text) : wordStream(text);
  const counts = new Uint32Array(bound);
  for (let i = 0; i < ids.length; i++) counts[ids[i]!]!++;
  const used: number[] = [];
  for (let id = 0; id < bound; id++) if (counts[id]! > 0) used.push(id);
  // Ties by id (the sort is stable), so that the vocabulary is the same on every machine.
  const ranked = used.sort((a, b) => counts[b]! - counts[a]!);
  const kept = ranked.length > limit ? ranked.slice(0, limit - 1) : ranked;
  const tokenOf = new Uint16Array(bound).fill(kept.length);
  kept.forEach((id, token) => (tokenOf[id] = token));
  const units = kept.map(unit);
  if (kept.length < ranked.length) units.push(unknownLabel);
  const tokens = new Uint16Array(ids.length);
  for (let i = 0; i < ids.length; i++) tokens[i] = tokenOf[ids[i]!]!;
  return { tokens, units };
}

/** Ids are code points. */
function characterStream(text: string): Stream {
  const ids = new Int32Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i)!;
    if (code > 0xffff) i++; // two UTF-16 units
    ids[length++] = code;
  }
  return { ids: ids.subarray(0, length), bound: 0x110000, unit: (id) => String.fromCodePoint(id) };
}

/** Ids count words by first appearance. */
function wordStream(text: string): Stream {
  const known = new Map<string, number>();
  const ids = words(text).map((word) => {
    const id = known.get(word) ?? known.size;
    known.set(word, id);
    return id;
  });
  const names = [...known.keys()];
  return { ids: Int32Array.from(ids), bound: names.length, unit: (id) => names[id]! };
}

/** Words, single punctuation marks and line ends; spaces only separate. Capitals stay as they are. */
export function words(text: string): string[] {
  return text.match(/[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*|\n|[^\s]/gu) ?? [];
}

const visible: Readonly<Record<string, string>> = {
  ' ': '␣',
  '\n': '⏎',
  '\t': '⇥',
  '\f': '␌',
  '\u00a0': '⍽',
};

/** A unit as a person reads it: what would be invisible gets a sign. */
export function labelOf(unit: string): string {
  const code = unit.codePointAt(0)!;
  const sign = visible[unit];
  if (sign !== undefined) return sign;
  return code < 0x20 || (code >= 0x7f && code < 0xa0)
    ? `U+${code.toString(16).padStart(4, '0').toUpperCase()}`
    : unit;
}

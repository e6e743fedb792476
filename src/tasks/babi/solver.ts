/**
 * Answers questions by reading the words of a story, as a person would; it knows nothing of the world that wrote them. This
 * is the task's reference, and the check of its generator.
 */
import { directions, numbers, oppositeOf } from './words.ts';
import type { Direction } from './words.ts';

/** @param words a whole sample, statements before questions; returns an answer for each question mark, in order */
export function answersOf(words: readonly string[]): string[] {
  const told: string[] = [];
  const answers: string[] = [];
  let sentence: string[] = [];
  for (const word of words) {
    if (word === '.') told.push(sentence.join(' '));
    else if (word === '?') answers.push(answer(told, sentence.join(' ')));
    else sentence.push(word);
    if (word === '.' || word === '?') sentence = [];
  }
  return answers;
}

type Reply = (told: readonly string[], match: readonly string[]) => string | undefined;

const replies: readonly (readonly [RegExp, Reply])[] = [
  [/^where is the (\w+)$/u, (told, [object]) => placesOfObject(told, object!).at(-1)],
  [/^where is (\w+)$/u, (told, [person]) => placeOfPerson(told, person!)],
  [
    /^where was the (\w+) before the (\w+)$/u,
    (told, [object, place]) => {
      const trail = placesOfObject(told, object!);
      return trail[trail.lastIndexOf(place!) - 1];
    },
  ],
  [
    /^is (\w+) in the (\w+)$/u,
    (told, [person, place]) => (placeOfPerson(told, person!) === place ? 'yes' : 'no'),
  ],
  [/^how many things does (\w+) carry$/u, (told, [person]) => numbers[carriedBy(told, person!)]],
  [/^what colour is (\w+)$/u, (told, [animal]) => colourOf(told, animal!)],
  [/^how do you go from the (\w+) to the (\w+)$/u, (told, [from, to]) => wayBetween(told, from!, to!)],
];

function answer(told: readonly string[], question: string): string {
  for (const [pattern, reply] of replies) {
    const match = pattern.exec(question);
    const found = match && reply(told, match.slice(1));
    if (found !== null && found !== undefined) return found;
  }
  throw new Error(`the story does not say: ${question}?`);
}

/** The last place that a person went to, in the first `until` statements. */
function placeOfPerson(told: readonly string[], person: string, until = told.length): string | undefined {
  const went = told.slice(0, until).findLast((sentence) => sentence.startsWith(`${person} went `));
  return went?.split(' ').at(-1);
}

/** Where an object has been: with whoever held it, at every moment of the story, repetitions left out. */
function placesOfObject(told: readonly string[], object: string): string[] {
  const trail: string[] = [];
  let holder: string | undefined;
  told.forEach((sentence, i) => {
    const [person, verb, , thing] = sentence.split(' ');
    if (thing === object && verb === 'took') holder = person;
    const place = holder && placeOfPerson(told, holder, i + 1);
    if (place !== undefined && place !== trail.at(-1)) trail.push(place);
    if (thing === object && verb === 'dropped') holder = undefined;
  });
  return trail;
}

function carriedBy(told: readonly string[], person: string): number {
  const count = (verb: string) =>
    told.filter((sentence) => sentence.startsWith(`${person} ${verb} the `)).length;
  return count('took') - count('dropped');
}

function colourOf(told: readonly string[], animal: string): string | undefined {
  const kindOf = (name: string) =>
    told.map((sentence) => /^(\w+) is a (\w+)$/u.exec(sentence)).find((m) => m?.[1] === name)?.[2];
  for (const sentence of told) {
    const [, other, colour] = /^(\w+) is (\w+)$/u.exec(sentence) ?? [];
    if (other !== undefined && kindOf(other) === kindOf(animal)) return colour;
  }
  return undefined;
}

/** The shortest way along told neighbours (breadth first). */
function wayBetween(told: readonly string[], from: string, to: string): string | undefined {
  const edges = told.flatMap((sentence) => {
    const match = /^the (\w+) is (\w+) of the (\w+)$/u.exec(sentence);
    if (!match) return [];
    const [, subject, way, object] = match as unknown as [string, string, Direction, string];
    return [
      { from: object, to: subject, way },
      { from: subject, to: object, way: oppositeOf[way] },
    ];
  });
  const queue: { readonly place: string; readonly way: readonly Direction[] }[] = [{ place: from, way: [] }];
  const seen = new Set([from]);
  for (const { place, way } of queue) {
    if (place === to) return way.join(',');
    for (const direction of directions) {
      for (const edge of edges) {
        if (edge.from !== place || edge.way !== direction || seen.has(edge.to)) continue;
        seen.add(edge.to);
        queue.push({ place: edge.to, way: [...way, direction] });
      }
    }
  }
  return undefined;
}

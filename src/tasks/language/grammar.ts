/**
 * A small probabilistic grammar whose every choice is known exactly:
 *
 *     the NOUN ADVERB … ADVERB VERB OBJECT .
 *
 * The verb agrees in number with the noun, across the adverbs. The object is drawn when a noun is first mentioned and stays
 * that noun's object for the rest of the document, across all sentences in between. The grammar is written as a machine:
 * what may follow, how likely, and where that leads. Generating, and telling what can be known, both come from it.
 */
import type { RandomStream } from '../../foundation/random.ts';

const nounStems = ['dog', 'bird', 'girl', 'king', 'boat', 'wolf', 'monk', 'star'] as const;
const plurals = ['dogs', 'birds', 'girls', 'kings', 'boats', 'wolves', 'monks', 'stars'] as const;
const adverbs = ['often', 'slowly', 'gladly', 'rarely'] as const;
const verbs = ['sees', 'wants', 'finds', 'draws'] as const;
const pluralVerbs = ['see', 'want', 'find', 'draw'] as const;
const objects = ['apples', 'bread', 'coins', 'drums', 'eggs', 'flags', 'grain', 'honey'] as const;

export const adverbCount = adverbs.length;
export const verbCount = verbs.length;

export interface GrammarSize {
  /** 2 … 8 */
  readonly nouns: number;
  /** 2 … 8 */
  readonly objects: number;
  /** Adverbs of a sentence are uniform between these, both included. */
  readonly gap: readonly [fewest: number, most: number];
}

/** Where a document stands: everything that its future depends on. */
export interface State {
  readonly expects: 'article' | 'noun' | 'verb' | 'object' | 'stop';
  readonly noun: number;
  readonly plural: boolean;
  readonly adverbs: number;
  /** Object of each noun that has one; −1 where none was mentioned. */
  readonly objectOf: readonly number[];
}

export interface Choice {
  readonly token: number;
  readonly probability: number;
}

export class Grammar {
  readonly vocabulary: readonly string[];
  readonly #size: GrammarSize;
  readonly #first: Readonly<Record<'noun' | 'adverb' | 'verb' | 'object', number>>;

  constructor(size: GrammarSize) {
    this.#size = size;
    const noun = 2;
    const adverb = noun + 2 * size.nouns;
    const verb = adverb + adverbs.length;
    this.#first = { noun, adverb, verb, object: verb + 2 * verbs.length };
    this.vocabulary = [
      '.',
      'the',
      ...nounStems.slice(0, size.nouns),
      ...plurals.slice(0, size.nouns),
      ...adverbs,
      ...verbs,
      ...pluralVerbs,
      ...objects.slice(0, size.objects),
    ];
  }

  start(): State {
    const objectOf = Array.from({ length: this.#size.nouns }, () => -1);
    return { expects: 'article', noun: 0, plural: false, adverbs: 0, objectOf };
  }

  /** Every token that may follow, with its probability. */
  choices(state: State): readonly Choice[] {
    const { noun, verb, object } = this.#first;
    switch (state.expects) {
      case 'article':
        return [{ token: 1, probability: 1 }];
      case 'noun':
        return evenly(noun, 2 * this.#size.nouns, 1);
      case 'verb': {
        const stop = this.#verbProbability(state.adverbs);
        const forms = evenly(verb + (state.plural ? verbs.length : 0), verbs.length, stop);
        return [...forms, ...evenly(this.#first.adverb, adverbs.length, 1 - stop)];
      }
      case 'object': {
        const known = state.objectOf[state.noun]!;
        return known < 0
          ? evenly(object, this.#size.objects, 1)
          : [{ token: object + known, probability: 1 }];
      }
      case 'stop':
        return [{ token: 0, probability: 1 }];
    }
  }

  after(state: State, token: number): State {
    const { noun, adverb, verb, object } = this.#first;
    switch (state.expects) {
      case 'article':
        return { ...state, expects: 'noun' };
      case 'noun': {
        const form = token - noun;
        const plural = form >= this.#size.nouns;
        return { ...state, expects: 'verb', noun: form % this.#size.nouns, plural, adverbs: 0 };
      }
      case 'verb':
        return token >= adverb && token < verb
          ? { ...state, adverbs: state.adverbs + 1 }
          : { ...state, expects: 'object' };
      case 'object': {
        const objectOf = state.objectOf.with(state.noun, token - object);
        return { ...state, expects: 'stop', objectOf };
      }
      case 'stop':
        return { ...state, expects: 'article' };
    }
  }

  /** Whether what follows is an object that was told before: it can be known, by memory alone. */
  isRecall(state: State): boolean {
    return state.expects === 'object' && state.objectOf[state.noun]! >= 0;
  }

  /** With the number of adverbs uniform, how likely the verb comes now that there are this many. */
  #verbProbability(count: number): number {
    const [fewest, most] = this.#size.gap;
    return count < fewest ? 0 : 1 / (most - Math.min(count, most) + 1);
  }
}

function evenly(first: number, count: number, total: number): Choice[] {
  if (total === 0) return [];
  return Array.from({ length: count }, (_, i) => ({ token: first + i, probability: total / count }));
}

export function draw(random: RandomStream, choices: readonly Choice[]): number {
  let rest = random.uniform();
  for (const { token, probability } of choices) {
    rest -= probability;
    if (rest < 0) return token;
  }
  return choices.at(-1)!.token; // rounding
}

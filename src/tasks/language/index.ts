/**
 * A synthetic language with long-range dependencies, for language models small enough to watch. Because its grammar is
 * known, so is the perplexity that no model can beat.
 */
import { checkFields, integer } from '../../foundation/fields.ts';
import type { Fields, ValuesOf } from '../../foundation/fields.ts';
import { RandomStream } from '../../foundation/random.ts';
import { lastTokenPerplexity } from '../common/baselines.ts';
import { drawWithSide, heldOutSentence, trainedSplits } from '../common/splits.ts';
import { chance, nextTokenSample, tokenInstance, typedText } from '../common/tokens.ts';
import type { Mark, SplitName, TaskDefinition, TaskInstance, TokenSample } from '../task.ts';
import { Grammar, adverbCount, draw, verbCount } from './grammar.ts';

const fields = {
  sentences: integer(
    'Sentences',
    [2, 8, 32],
    'Sentences in a document. What was said in the first may be needed in the last.',
  ),
  nouns: integer(
    'Nouns',
    [2, 4, 8],
    'How many nouns there are. Each has an object to remember, so this is the number of facts that a memory must hold at once.',
  ),
  objects: integer(
    'Objects',
    [2, 4, 8],
    'How many objects a noun may have. A guess is right once in that many.',
  ),
  gap: integer(
    'Adverbs',
    [0, 3, 16],
    'The most adverbs between a noun and its verb, which must agree. More of them carry the number of the noun further.',
  ),
  score: {
    kind: 'choice',
    label: 'What counts',
    default: 'all',
    options: [
      { value: 'all', label: 'Every word', explanation: 'A language model: the next word everywhere.' },
      {
        value: 'recalls',
        label: 'Known objects',
        explanation: 'Only objects of nouns that were mentioned before: all else is read, not predicted.',
      },
    ],
    explanation:
      'Where an answer is asked. Most words of a language model need no long memory; the known objects need nothing else.',
  },
} as const satisfies Fields;

type Values = ValuesOf<typeof fields>;

export const language: TaskDefinition = {
  id: 'language',
  name: 'Synthetic language',
  summary:
    'Small documents go in word by word and the next word must be guessed: verbs agree across a gap, objects are remembered across sentences.',
  fields,
  instantiate: (given) => languageInstance(checkFields(fields, given)),
};

interface Document {
  readonly words: readonly number[];
  /** recalls[t]: word t is an object that was told before. */
  readonly recalls: readonly boolean[];
}

function drawDocument(random: RandomStream, grammar: Grammar, sentences: number): Document {
  const words: number[] = [];
  const recalls: boolean[] = [];
  let state = grammar.start();
  for (let done = 0; done < sentences;) {
    const token = draw(random, grammar.choices(state));
    words.push(token);
    recalls.push(grammar.isRecall(state));
    if (state.expects === 'stop') done++;
    state = grammar.after(state, token);
  }
  return { words, recalls };
}

function languageInstance(values: Values): TaskInstance {
  const { sentences, nouns, objects, gap, score } = values;
  const far = Math.max(1, gap);
  const grammar = new Grammar({ nouns, objects, gap: [0, gap] });
  const farGrammar = new Grammar({ nouns, objects, gap: [far + 1, 2 * far] });
  const positions = (count: number, adverbs: number): number => count * (5 + adverbs) - 1;
  const onlyRecalls = score === 'recalls';

  function document(split: SplitName, random: RandomStream): Document {
    const count = split === 'double' ? 2 * sentences : sentences;
    const used = split === 'longerGaps' ? farGrammar : grammar;
    const drawn = (): Document => {
      let found = drawDocument(random, used, count);
      // Where only recalls count, every document must have one.
      while (onlyRecalls && !found.recalls.includes(true)) found = drawDocument(random, used, count);
      return found;
    };
    // Even two nouns and two sentences make more than 256 documents.
    return drawWithSide(split, true, drawn, ({ words }) => words);
  }

  function sample(seed: number, split: SplitName, index: number): TokenSample {
    const { words, recalls } = document(split, new RandomStream('language', seed, split, index));
    return nextTokenSample(words, onlyRecalls ? (t) => recalls[t + 1]! : undefined);
  }

  // As many documents as make enough words, drawn for no split.
  const apart = (first: number, words: number): TokenSample[] =>
    Array.from({ length: Math.ceil(words / positions(sentences, gap)) }, (_, i) =>
      sample(0, 'baseline', first + i),
    );
  return tokenInstance({
    vocabulary: grammar.vocabulary,
    paddingToken: 0,
    splits: [
      ...trainedSplits(positions(sentences, gap), heldOutSentence('documents')),
      {
        name: 'double',
        label: 'twice the sentences',
        explanation: 'Documents with twice as many sentences: facts must be kept twice as long.',
        length: positions(2 * sentences, gap),
      },
      {
        name: 'longerGaps',
        label: 'longer gaps',
        explanation: `${far + 1} to ${2 * far} adverbs between noun and verb, more than training ever puts there.`,
        length: positions(sentences, 2 * far),
      },
    ],
    sample,
    ...(onlyRecalls
      ? { reference: recallReference(grammar.vocabulary, nouns), baseline: chance(objects) }
      : {
          complete: typedText,
          baseline: lastTokenPerplexity(apart(0, 15_000), apart(1_000_000, 5_000), grammar.vocabulary.length),
          optimum: optimum(values),
        }),
  });
}

/**
 * Perplexity of the grammar itself, in closed form: the surprise of a whole document over its length. A noun is mentioned
 * for the first time in sentence k with probability (1 − 1/nouns)^(k−1); only then is its object a surprise.
 */
function optimum({ sentences, nouns, objects, gap }: Values): Mark {
  const adverbs = gap / 2; // on average
  const sentence =
    Math.log(2 * nouns) + Math.log(gap + 1) + adverbs * Math.log(adverbCount) + Math.log(verbCount);
  const firstMentions = nouns * (1 - (1 - 1 / nouns) ** sentences);
  const nats = sentences * sentence + firstMentions * Math.log(objects);
  // The first word is read and never asked.
  const words = sentences * (5 + adverbs) - 1;
  return { label: 'knowing the grammar', metric: 'perplexity', value: Math.exp(nats / words) };
}

/** Reads the words as a person would: the object after a noun is what followed that noun's verb last time. */
function recallReference(vocabulary: readonly string[], nouns: number) {
  return ({ tokens }: TokenSample): Int32Array => {
    const objectOf = new Map<number, number>();
    const answers = new Int32Array(tokens.length);
    let noun = -1;
    tokens.forEach((token, t) => {
      const word = vocabulary[token]!;
      if (vocabulary[tokens[t - 1] ?? 0] === 'the') noun = (token - 2) % nouns;
      answers[t] = objectOf.get(noun) ?? 0;
      if (word === '.') objectOf.set(noun, tokens[t - 1]!);
    });
    return answers;
  };
}

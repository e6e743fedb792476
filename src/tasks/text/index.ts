/** Your own text: predict the next character or word of a file that never leaves the browser. */
import { checkFields, integer } from '../../foundation/fields.ts';
import type { ValuesOf } from '../../foundation/fields.ts';
import { RandomStream } from '../../foundation/random.ts';
import { fileError, readText, requireFile } from '../common/read-file.ts';
import { trainedSplits } from '../common/splits.ts';
import { nextTokenSample, tokenInstance, typedText } from '../common/tokens.ts';
import type { Split, SplitName, TaskDefinition, TaskInstance, UserData } from '../task.ts';
import { labelOf, tokenize } from './tokenize.ts';
import type { TokenizedText } from './tokenize.ts';
import { unigramPerplexity } from './unigram.ts';

const maximumTextBytes = 10_000_000;

/** The last tenth of the text is held out. */
const heldOutOneIn = 10;

const fields = {
  level: {
    kind: 'choice',
    label: 'Read by',
    default: 'character',
    options: [
      { value: 'character', label: 'Character', explanation: 'Every letter, space and line end is a token.' },
      { value: 'word', label: 'Word', explanation: 'Every word, punctuation mark and line end is a token.' },
    ],
    explanation:
      'What one token is. Words reach further back in the text with the same number of steps, but need a larger vocabulary.',
  },
  windowLength: integer(
    'Window',
    [8, 64, 512],
    'Tokens of the text that are read in one go, starting from an empty memory. Longer windows let the memory show what it can keep, and take longer.',
    { unit: 'tokens' },
  ),
  vocabularyLimit: integer(
    'Vocabulary',
    [16, 96, 1024],
    'The most different characters that are told apart; the rarest ones are all read as �.',
    { unit: 'characters', visibleWhen: (values) => values['level'] === 'character', advanced: true },
  ),
  wordLimit: integer(
    'Vocabulary',
    [16, 1000, 8192],
    'The most different words that are told apart; the rarest ones are all read as �. The output layer grows with it.',
    { unit: 'words', visibleWhen: (values) => values['level'] === 'word' },
  ),
} as const;

export const text: TaskDefinition = {
  id: 'text',
  name: 'Your own text',
  summary:
    'A text goes in, and after every character (or word) the next one must be guessed: a language model of your own file.',
  fields,
  userData: {
    accept: '.txt,.md,.csv,.html,text/*',
    what: 'a text',
    resembles: () => 1,
    explanation: 'Any plain text in UTF-8, up to 10 MB. It stays in this browser.',
    maximumBytes: maximumTextBytes,
  },
  instantiate(given, data) {
    const values = checkFields(fields, given);
    const file = requireFile(data, 'a text');
    const { tokens, units } = tokenized(file, values);
    checkContent(file.name, tokens.length, units.length, values);
    return textInstance(tokens, units.map(labelOf), values.windowLength);
  },
};

type Values = ValuesOf<typeof fields>;

/** The last tokens made from a file, so that moving another slider does not read ten megabytes again. */
const known = new WeakMap<Uint8Array, { readonly key: string; readonly result: TokenizedText }>();

function tokenized(file: UserData, { level, wordLimit, vocabularyLimit }: Values): TokenizedText {
  const limit = level === 'word' ? wordLimit : vocabularyLimit;
  const key = `${level} ${limit}`;
  const last = known.get(file.bytes);
  if (last?.key === key) return last.result;
  const result = tokenize(readText(file, maximumTextBytes), level, limit);
  known.set(file.bytes, { key, result });
  return result;
}

function boundaryOf(length: number): number {
  return length - Math.floor(length / heldOutOneIn);
}

function checkContent(name: string, length: number, units: number, { level, windowLength }: Values): void {
  // A window needs one token more than it has positions: the last answer.
  if (length - boundaryOf(length) <= windowLength) {
    const needed = (windowLength + 1) * heldOutOneIn;
    throw fileError(
      'text-too-short',
      `“${name}” has ${length} ${level}s; windows of ${windowLength} need ${needed}, because a tenth is held out.`,
      'Give a longer text or choose a shorter window.',
    );
  }
  if (units < 2) {
    throw fileError(
      'text-too-plain',
      `“${name}” repeats a single ${level}, so there is nothing to predict.`,
      'Give a text with at least two different ones.',
    );
  }
}

function textInstance(tokens: Uint16Array, vocabulary: readonly string[], window: number): TaskInstance {
  const boundary = boundaryOf(tokens.length);
  const train = tokens.subarray(0, boundary);
  const heldOut = tokens.subarray(boundary);
  const splits: Split[] = [
    ...trainedSplits(
      window,
      'Windows from the last tenth of the text, which training never reads; none reaches over the border.',
    ),
  ];
  if (heldOut.length > 2 * window) {
    splits.push({
      name: 'double',
      label: 'twice the length',
      explanation:
        'Held-out windows of twice the trained length: does a longer past still help, or does the memory overflow?',
      length: 2 * window,
    });
  }

  function sample(seed: number, split: SplitName, index: number) {
    const part = split === 'train' ? train : heldOut;
    const length = split === 'double' ? 2 * window : window;
    const start = new RandomStream('text', seed, split, index).integer(part.length - length);
    return nextTokenSample(part.subarray(start, start + length + 1));
  }

  return tokenInstance({
    vocabulary,
    paddingToken: 0,
    splits,
    sample,
    complete: typedText,
    baseline: {
      label: 'how often each token comes (unigrams)',
      metric: 'perplexity',
      value: unigramPerplexity(train, heldOut, vocabulary.length),
    },
  });
}

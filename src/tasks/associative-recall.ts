/**
 * Associative recall: pairs of a key and a value, noise in between, then several keys whose values are asked.
 *
 *     in    c 4 ~ a 7 ≈ e 1 ? a c
 *     out                     7 4
 */
import { checkFields, integer, toggle } from '../foundation/fields.ts';
import type { ValuesOf } from '../foundation/fields.ts';
import { RandomStream } from '../foundation/random.ts';
import { levelsAround } from './common/difficulty.ts';
import { drawOnSide, heldOutSentence, isSeparable, trainedSplits } from './common/splits.ts';
import { TokenWriter, blankLabel, chance, letters, targetsWhere, tokenInstance } from './common/tokens.ts';
import { drawPairs, noiseLabels } from './common/pairs.ts';
import type { Difficulty, Split, SplitName, TaskDefinition, TaskInstance, TokenSample } from './task.ts';

const fields = {
  keys: integer('Keys', [2, 8, 26], 'How many different keys there are to choose from.'),
  values: integer(
    'Values',
    [2, 8, 10],
    'How many different values there are. A guess is right once in that many.',
  ),
  pairs: integer(
    'Pairs',
    [1, 4, 26],
    'The most pairs that a training sample shows; each draws a number up to this (no more than there are keys, unless keys come again). A memory with fewer slots must forget.',
  ),
  queries: integer(
    'Queries',
    [1, 2, 16],
    'How many keys are asked at the end. More of them give more to learn from in one sample.',
  ),
  distractors: integer(
    'Distractors',
    [0, 4, 64],
    'The most noise tokens that training scatters between the pairs. A memory that stores everything fills up with them.',
    { unit: 'tokens' },
  ),
  overwrite: toggle(
    'Keys come again',
    false,
    'A key may be given a new value later, and the last one counts: the memory must replace, not only add.',
  ),
};

export const associativeRecall: TaskDefinition = {
  id: 'associative-recall',
  name: 'Associative recall',
  summary:
    'Pairs of a key and a value go in between distractors, then keys are asked for their values: looking up by content.',
  source:
    'after Graves, Wayne and Danihelka 2014; several queries as in Arora et al. 2023; rewriting as in Rodkin et al. 2024',
  fields,
  instantiate: (given) => associativeRecallInstance(checkFields(fields, given)),
};

function associativeRecallInstance(config: ValuesOf<typeof fields>): TaskInstance {
  const { keys, values, queries, overwrite } = config;
  const roomFor = (pairs: number): number => (overwrite ? pairs : Math.min(pairs, keys));
  const mostPairs = roomFor(config.pairs);
  const morePairs = roomFor(2 * config.pairs);
  const moreDistractors = Math.max(16, 4 * config.distractors);
  const noise = keys + values;
  const mark = noise + noiseLabels.length;
  const blank = mark + 1;
  const positions = (pairs: number, distractors: number): number => 2 * pairs + distractors + 1 + queries;

  function sample(seed: number, split: SplitName, index: number): TokenSample {
    const random = new RandomStream('associative-recall', seed, split, index);
    const pairs = split === 'morePairs' ? morePairs : random.between(1, mostPairs);
    const distractors = split === 'moreDistractors' ? moreDistractors : random.between(0, config.distractors);
    return draw(random, split, pairs, distractors);
  }

  function draw(random: RandomStream, split: SplitName, pairs: number, distractors: number): TokenSample {
    // Flat list key, value, key, value, …; held-out samples have other lists.
    const shown = drawOnSide(split, isSeparable((keys / 2) ** pairs * values ** pairs), () =>
      drawPairs(random, { pairs, keys, values, distinct: !overwrite }).flat(),
    );
    const writer = new TokenWriter();
    const gaps = Array.from({ length: distractors }, () => random.between(0, pairs));
    for (let pair = 0; pair <= pairs; pair++) {
      for (const gap of gaps) if (gap === pair) writer.read(noise + random.integer(noiseLabels.length));
      writer.read(...shown.slice(2 * pair, 2 * pair + 2));
    }
    writer.read(mark);
    const valueOf = new Map(Array.from({ length: pairs }, (_, i) => [shown[2 * i]!, shown[2 * i + 1]!]));
    const asked = [...valueOf.keys()];
    const order = random.permutation(asked.length);
    for (let query = 0; query < queries; query++) {
      const key = asked[order[query % order.length]!]!;
      writer.ask(key, valueOf.get(key)!);
    }
    return writer.finish();
  }

  return tokenInstance({
    vocabulary: [
      ...letters.slice(0, keys),
      ...Array.from({ length: values }, (_, value) => String(value)),
      ...noiseLabels,
      '?',
      blankLabel,
    ],
    paddingToken: blank,
    splits: [
      ...trainedSplits(positions(mostPairs, config.distractors), heldOutSentence('lists of pairs')),
      ...(morePairs > mostPairs ? [morePairsSplit(positions(morePairs, config.distractors))] : []),
      {
        name: 'moreDistractors',
        label: `${moreDistractors} distractors`,
        explanation: `Trained numbers of pairs among ${moreDistractors} noise tokens, more than training ever scatters: does the memory keep noise out?`,
        length: positions(mostPairs, moreDistractors),
      },
    ],
    sample,
    difficulty: {
      axes: axesOf(config, mostPairs, roomFor(Infinity)),
      positions: ([pairs = 0, distractors = 0]) => positions(pairs, distractors),
      sample(seed, [pairs = 0, distractors = 0], index) {
        const random = new RandomStream('associative-recall', seed, 'levels', pairs, distractors, index);
        return draw(random, 'heldOut', pairs, distractors);
      },
    },
    complete: (typed) => completed(typed, { keys, noise, mark }),
    reference({ tokens, ...rest }) {
      const valueOf = new Map<number, number>();
      const end = tokens.indexOf(mark);
      for (let t = 0; t < end; t++) if (tokens[t]! < keys) valueOf.set(tokens[t]!, tokens[t + 1]!);
      return targetsWhere({ tokens, ...rest }, (t) => (t > end ? valueOf.get(tokens[t]!) : undefined));
    },
    baseline: chance(values),
  });
}

function morePairsSplit(length: number): Split {
  return {
    name: 'morePairs',
    label: 'more pairs',
    explanation:
      'Twice the highest trained number of pairs (or as many as there are keys): how full can the memory get?',
    length,
  };
}

/** @param most how many pairs there can be at all */
function axesOf(
  { distractors }: ValuesOf<typeof fields>,
  mostPairs: number,
  most: number,
): Difficulty['axes'] {
  return [
    {
      name: 'pairs',
      label: 'pairs',
      explanation: 'How many pairs of a key and a value are shown.',
      values: levelsAround([1, mostPairs], { bounds: [1, most] }),
      trained: [1, mostPairs],
    },
    {
      name: 'distractors',
      label: 'distractors',
      unit: 'tokens',
      explanation: 'How many noise tokens are scattered between the pairs.',
      values: levelsAround([0, distractors], { bounds: [0, Infinity], inside: 3 }),
      trained: [0, distractors],
    },
  ];
}

/** Tokens below `keys` are keys, those below `noise` values; questions follow `mark`. */
function completed(
  typed: readonly number[],
  { keys, noise, mark }: { readonly keys: number; readonly noise: number; readonly mark: number },
): TokenSample | null {
  const end = typed.indexOf(mark);
  const valueOf = new Map<number, number>();
  for (let t = 0; t < end; t++) {
    const [token, next = -1] = [typed[t]!, typed[t + 1]];
    if (token >= keys) continue;
    if (next < keys || next >= noise) return null;
    valueOf.set(token, next);
  }
  const asked = typed.slice(end + 1);
  if (end < 0 || asked.length === 0 || !asked.every((key) => valueOf.has(key))) return null;
  const writer = new TokenWriter().read(...typed.slice(0, end + 1));
  for (const key of asked) writer.ask(key, valueOf.get(key)!);
  return writer.finish();
}

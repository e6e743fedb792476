/**
 * Recall across segments: pairs in the first segment, segments of noise, and a last segment that asks for every value. With
 * the model's segments as long as these (twice the number of pairs), nothing but its memory can carry an answer over.
 *
 *     c 4 a 7 | ~ ≈ ∿ ~ | a · c ·
 *                         7   4
 */
import { checkFields, integer } from '../foundation/fields.ts';
import type { ValuesOf } from '../foundation/fields.ts';
import { RandomStream } from '../foundation/random.ts';
import { levelsAround } from './common/difficulty.ts';
import { ordered } from './common/fields.ts';
import { drawPairs, noiseLabels } from './common/pairs.ts';
import { drawOnSide, heldOutSentence, isSeparable, lengthFactor } from './common/splits.ts';
import { lengthSplits, trainedSplits } from './common/splits.ts';
import { TokenWriter, blankLabel, chance, letters, targetsWhere, tokenInstance } from './common/tokens.ts';
import type { Difficulty, SplitName, TaskDefinition, TaskInstance, TokenSample } from './task.ts';

const fields = {
  pairs: integer(
    'Pairs',
    [1, 4, 26],
    'Pairs of a key and a value in the first segment (no more than there are keys). A segment is twice as long: give the model the same segment length.',
  ),
  keys: integer('Keys', [2, 8, 26], 'How many different keys there are to choose from.'),
  values: integer(
    'Values',
    [2, 8, 10],
    'How many different values there are. A guess is right once in that many.',
  ),
  minimumGap: integer(
    'Shortest gap',
    [0, 1, 16],
    'The fewest segments of noise between the pairs and the questions in training (the two ends may stand either way round).',
    { unit: 'segments' },
  ),
  maximumGap: integer(
    'Longest gap',
    [0, 2, 16],
    'The most segments of noise in training. Further data has two and four times as many: does the memory forget with every segment, or keep?',
    { unit: 'segments' },
  ),
};

export const segmentRecall: TaskDefinition = {
  id: 'segment-recall',
  name: 'Recall across segments',
  summary:
    'Pairs in the first segment, segments of noise, then every key is asked for its value: only the memory between segments can know.',
  source: 'after Wu et al. 2022 (Memformer), at playground size',
  fields,
  instantiate: (given) => segmentRecallInstance(checkFields(fields, given)),
};

function segmentRecallInstance(config: ValuesOf<typeof fields>): TaskInstance {
  const { keys, values } = config;
  const pairs = Math.min(config.pairs, keys);
  const segment = 2 * pairs;
  const [shortest, longest] = ordered(config.minimumGap, config.maximumGap);
  const noise = keys + values;
  const blank = noise + noiseLabels.length;
  const segmentsOf = (count: number): number => Math.ceil(count / pairs);
  /** A gap of none cannot be doubled; then one and two segments stand for it. */
  const farGap = (factor: number): number => (longest > 0 ? factor * longest : factor / 2);

  function sample(seed: number, split: SplitName, index: number): TokenSample {
    const random = new RandomStream('segment-recall', seed, split, index);
    const factor = lengthFactor(split);
    const gap = factor > 1 ? farGap(factor) : random.between(shortest, longest);
    return draw(random, split, gap, pairs);
  }

  /** Noise fills the last segment of pairs, where they do not: a gap begins with a segment, so do the questions. */
  function draw(random: RandomStream, split: SplitName, gap: number, count: number): TokenSample {
    const shown = drawOnSide(split, isSeparable((keys / 2) ** count * values ** count), () =>
      drawPairs(random, { pairs: count, keys, values, distinct: true }).flat(),
    );
    const writer = new TokenWriter().read(...shown);
    for (let t = shown.length; t < (segmentsOf(count) + gap) * segment; t++)
      writer.read(noise + random.integer(noiseLabels.length));
    for (const pair of random.permutation(count))
      writer.ask(shown[2 * pair]!, shown[2 * pair + 1]!).read(blank);
    return writer.finish();
  }

  return tokenInstance({
    vocabulary: [
      ...letters.slice(0, keys),
      ...Array.from({ length: values }, (_, value) => String(value)),
      ...noiseLabels,
      blankLabel,
    ],
    paddingToken: blank,
    splits: [
      ...trainedSplits((2 + longest) * segment, heldOutSentence('lists of pairs')),
      ...lengthSplits('noise segments', (factor) => (2 + farGap(factor)) * segment),
    ],
    sample,
    difficulty: {
      axes: axesOf([shortest, longest], pairs, keys),
      positions: ([gap = 0, count = 0]) => (segmentsOf(count) + gap) * segment + 2 * count,
      sample(seed, [gap = 0, count = 0], index) {
        const random = new RandomStream('segment-recall', seed, 'levels', gap, count, index);
        return draw(random, 'heldOut', gap, count);
      },
    },
    complete(typed) {
      const shown = typed.slice(0, segment);
      const isPairs = shown.every((token, t) =>
        t % 2 === 0 ? token < keys : token >= keys && token < noise,
      );
      const asked = typed.slice(segment).filter((token) => token < keys);
      const known = shown.filter((_, t) => t % 2 === 0);
      if (!isPairs || asked.length === 0 || !asked.every((key) => known.includes(key))) return null;
      const writer = new TokenWriter().read(...shown);
      for (const token of typed.slice(segment)) {
        if (token < keys) writer.ask(token, shown[shown.indexOf(token) + 1]!);
        else writer.read(token);
      }
      return writer.finish();
    },
    reference(given) {
      const { tokens } = given;
      const isValue = (token: number | undefined): boolean =>
        token !== undefined && token >= keys && token < noise;
      // A key with its value behind it is a pair, one with a blank behind it a question.
      const valueOf = new Map<number, number>();
      tokens.forEach((token, t) => {
        if (token < keys && isValue(tokens[t + 1])) valueOf.set(token, tokens[t + 1]!);
      });
      return targetsWhere(given, (t) => (isValue(tokens[t + 1]) ? undefined : valueOf.get(tokens[t]!)));
    },
    baseline: chance(values),
  });
}

function axesOf(gaps: readonly [number, number], pairs: number, keys: number): Difficulty['axes'] {
  return [
    {
      name: 'gap',
      label: 'gap',
      unit: 'segments of noise',
      explanation: 'How many segments of noise lie between the pairs and the questions.',
      values: levelsAround(gaps, { bounds: [0, Infinity], beyondNone: [1, 2, 4] }),
      trained: gaps,
    },
    {
      name: 'pairs',
      label: 'pairs',
      explanation: 'How many pairs are shown, in as many segments as they need, and asked.',
      values: levelsAround([pairs, pairs], { bounds: [1, keys] }),
      trained: [pairs, pairs],
    },
  ];
}

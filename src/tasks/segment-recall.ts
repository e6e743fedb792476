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
import { ordered } from './common/fields.ts';
import { drawPairs, noiseLabels } from './common/pairs.ts';
import { drawOnSide, heldOutSentence, isSeparable, lengthFactor } from './common/splits.ts';
import { lengthSplits, trainedSplits } from './common/splits.ts';
import { TokenWriter, blankLabel, chance, letters, targetsWhere, tokenInstance } from './common/tokens.ts';
import type { SplitName, TaskDefinition, TaskInstance, TokenSample } from './task.ts';

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
  /** A gap of none cannot be doubled; then one and two segments stand for it. */
  const farGap = (factor: number): number => (longest > 0 ? factor * longest : factor / 2);

  function sample(seed: number, split: SplitName, index: number): TokenSample {
    const random = new RandomStream('segment-recall', seed, split, index);
    const factor = lengthFactor(split);
    const gap = factor > 1 ? farGap(factor) : random.between(shortest, longest);
    const shown = drawOnSide(split, isSeparable((keys / 2) ** pairs * values ** pairs), () =>
      drawPairs(random, { pairs, keys, values, distinct: true }).flat(),
    );
    const writer = new TokenWriter().read(...shown);
    for (let t = 0; t < gap * segment; t++) writer.read(noise + random.integer(noiseLabels.length));
    for (const pair of random.permutation(pairs))
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
      const shown = given.tokens.subarray(0, segment);
      return targetsWhere(given, (t) => {
        const place = t < segment ? -1 : shown.indexOf(given.tokens[t]!);
        return place < 0 ? undefined : shown[place + 1];
      });
    },
    baseline: chance(values),
  });
}

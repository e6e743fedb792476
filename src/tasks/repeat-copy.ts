/**
 * Repeat copy: the same symbols several times over, then an end mark. How often is shown by the number of delimiters, so
 * that a number never trained is still a number and not an unknown token.
 *
 *     in    a c ⏎ ⏎ · · · · ·
 *     out           a c a c ■
 */
import { checkFields, integer } from '../foundation/fields.ts';
import type { ValuesOf } from '../foundation/fields.ts';
import { RandomStream } from '../foundation/random.ts';
import { lengthAxis, levelsAround } from './common/difficulty.ts';
import { lengthFields, lengthRange } from './common/fields.ts';
import { drawOnSide, heldOutSentence, isSeparable, lengthFactor } from './common/splits.ts';
import { lengthSplits, trainedSplits } from './common/splits.ts';
import { TokenWriter, blankLabel, chance, delimiterLabel, letters } from './common/tokens.ts';
import { targetsWhere, tokenInstance } from './common/tokens.ts';
import type { SplitName, TaskDefinition, TaskInstance, TokenSample } from './task.ts';

const fields = {
  symbols: integer('Symbols', [2, 8, 26], 'How many different symbols there are.'),
  ...lengthFields('symbols', [1, 1, 32], [1, 5, 32]),
  repeats: integer(
    'Repeats',
    [1, 3, 16],
    'The most often that training asks for the sequence; each sample draws a number up to this. Counting is what this task adds to copying.',
    { unit: 'times' },
  ),
};

export const repeatCopy: TaskDefinition = {
  id: 'repeat-copy',
  name: 'Repeat copy',
  summary:
    'Symbols and a number go in, the symbols must come out that many times and then an end mark: a memory that is read again and again, and a counter.',
  source: 'after Graves, Wayne and Danihelka 2014, section 4.2',
  fields,
  instantiate: (given) => repeatCopyInstance(checkFields(fields, given)),
};

function repeatCopyInstance(values: ValuesOf<typeof fields>): TaskInstance {
  const { symbols, repeats } = values;
  const [shortest, longest] = lengthRange(values);
  const [delimiter, blank, end] = [symbols, symbols + 1, symbols + 2];
  const positions = (length: number, times: number): number => length + times + length * times + 1;
  const answerTo = (shown: readonly number[], times: number): number[] => [
    ...Array.from({ length: times }, () => shown).flat(),
    end,
  ];

  function sample(seed: number, split: SplitName, index: number): TokenSample {
    const random = new RandomStream('repeat-copy', seed, split, index);
    const factor = lengthFactor(split);
    const length = factor > 1 ? factor * longest : random.between(shortest, longest);
    const times = split === 'moreRepeats' ? 2 * repeats : random.between(1, repeats);
    return draw(random, split, length, times);
  }

  function draw(random: RandomStream, split: SplitName, length: number, times: number): TokenSample {
    const shown = drawOnSide(split, isSeparable(symbols ** length), () =>
      Array.from({ length }, () => random.integer(symbols)),
    );
    return whole(shown, times);
  }

  function whole(shown: readonly number[], times: number): TokenSample {
    const writer = new TokenWriter().read(...shown, ...Array.from({ length: times }, () => delimiter));
    for (const target of answerTo(shown, times)) writer.ask(blank, target);
    return writer.finish();
  }

  return tokenInstance({
    vocabulary: [...letters.slice(0, symbols), delimiterLabel, blankLabel, '■'],
    paddingToken: blank,
    splits: [
      ...trainedSplits(positions(longest, repeats), heldOutSentence('sequences')),
      ...lengthSplits('symbols', (factor) => positions(factor * longest, repeats)),
      {
        name: 'moreRepeats',
        label: 'twice the repeats',
        explanation:
          'Trained lengths, but twice the highest trained number of repeats: can the model count on?',
        length: positions(longest, 2 * repeats),
      },
    ],
    sample,
    difficulty: {
      axes: [
        lengthAxis('symbols', [shortest, longest]),
        {
          name: 'repeats',
          label: 'repeats',
          explanation: 'How often the symbols must come out.',
          values: levelsAround([1, repeats], { bounds: [1, Infinity] }),
          trained: [1, repeats],
        },
      ],
      positions: ([length = 0, times = 0]) => positions(length, times),
      sample(seed, [length = 0, times = 0], index) {
        const random = new RandomStream('repeat-copy', seed, 'levels', length, times, index);
        return draw(random, 'heldOut', length, times);
      },
    },
    complete(typed) {
      const times = typed.filter((token) => token === delimiter).length;
      const end = times > 0 ? typed.indexOf(delimiter) : typed.length;
      const [shown, rest] = [typed.slice(0, end), typed.slice(end + times)];
      const fits = shown.length > 0 && shown.every((token) => token < symbols);
      const blanks =
        rest.length <= positions(end, times) - end - times && rest.every((token) => token === blank);
      return fits && blanks ? whole(shown, Math.max(1, times)) : null;
    },
    reference(given) {
      const tokens = [...given.tokens];
      const shown = tokens.slice(0, tokens.indexOf(delimiter));
      const times = tokens.filter((token) => token === delimiter).length;
      const answer = answerTo(shown, times);
      return targetsWhere(given, (position) => answer[position - shown.length - times]);
    },
    baseline: chance(symbols),
  });
}

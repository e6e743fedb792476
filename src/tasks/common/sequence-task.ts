/**
 * What copy and reverse share: symbols, a delimiter, then blanks while the answer is expected.
 *
 *     in    a c b ⏎ · · ·
 *     out         – a c b        (copy; nothing counts before the first blank)
 */
import { checkFields, integer } from '../../foundation/fields.ts';
import { RandomStream } from '../../foundation/random.ts';
import type { SplitName, TaskDefinition, TaskInstance, TokenSample } from '../task.ts';
import { doublingTo, lengthAxis } from './difficulty.ts';
import { lengthFields, lengthRange } from './fields.ts';
import {
  drawOnSide,
  heldOutSentence,
  isSeparable,
  lengthFactor,
  lengthSplits,
  trainedSplits,
} from './splits.ts';
import {
  TokenWriter,
  blankLabel,
  chance,
  delimiterLabel,
  letters,
  targetsWhere,
  tokenInstance,
} from './tokens.ts';

interface SequenceTask {
  readonly id: string;
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  /** The answer for the symbols that were shown, of the same length. */
  answer(symbols: readonly number[]): readonly number[];
}

const fields = {
  symbols: integer(
    'Symbols',
    [2, 8, 26],
    'How many different symbols there are. A guess is right once in that many; more of them need more room in every slot.',
  ),
  ...lengthFields('symbols', [1, 1, 64], [1, 10, 64]),
};

export function sequenceTask(task: SequenceTask): TaskDefinition {
  return {
    id: task.id,
    name: task.name,
    summary: task.summary,
    source: task.source,
    fields,
    instantiate(given) {
      const values = checkFields(fields, given);
      return sequenceInstance(task, values.symbols, lengthRange(values));
    },
  };
}

function sequenceInstance(
  task: SequenceTask,
  symbols: number,
  [shortest, longest]: readonly [number, number],
): TaskInstance {
  const delimiter = symbols;
  const blank = symbols + 1;
  const positions = (length: number): number => 2 * length + 1;

  function sample(seed: number, split: SplitName, index: number): TokenSample {
    const random = new RandomStream(task.id, seed, split, index);
    const factor = lengthFactor(split);
    const length = factor > 1 ? factor * longest : random.between(shortest, longest);
    return draw(random, split, length, symbols);
  }

  function draw(random: RandomStream, split: SplitName, length: number, used: number): TokenSample {
    // With fewer than all of them, which ones is drawn too.
    const alphabet = used < symbols ? random.permutation(symbols) : null;
    const shown = drawOnSide(split, isSeparable(used ** length), () =>
      Array.from({ length }, () => {
        const symbol = random.integer(used);
        return alphabet ? alphabet[symbol]! : symbol;
      }),
    );
    return whole(shown);
  }

  function whole(shown: readonly number[]): TokenSample {
    const writer = new TokenWriter().read(...shown, delimiter);
    for (const target of task.answer(shown)) writer.ask(blank, target);
    return writer.finish();
  }

  return tokenInstance({
    vocabulary: [...letters.slice(0, symbols), delimiterLabel, blankLabel],
    paddingToken: blank,
    splits: [
      ...trainedSplits(positions(longest), heldOutSentence('sequences')),
      ...lengthSplits('symbols', (factor) => positions(factor * longest)),
    ],
    sample,
    difficulty: {
      axes: [
        lengthAxis('symbols', [shortest, longest]),
        {
          name: 'used',
          label: 'symbols in use',
          explanation:
            'Of how many of the symbols a sequence is made: with few of them the same symbol comes again and again, and only its place tells one from another.',
          values: doublingTo(symbols),
          trained: [symbols, symbols],
        },
      ],
      positions: ([length = 0]) => positions(length),
      sample(seed, [length = 0, used = 0], index) {
        const random = new RandomStream(task.id, seed, 'levels', length, used, index);
        return draw(random, 'heldOut', length, used);
      },
    },
    complete(typed) {
      const end = typed.includes(delimiter) ? typed.indexOf(delimiter) : typed.length;
      const [shown, rest] = [typed.slice(0, end), typed.slice(end + 1)];
      const fits = shown.length > 0 && shown.every((token) => token < symbols);
      return fits && rest.length <= end && rest.every((token) => token === blank) ? whole(shown) : null;
    },
    reference(given) {
      const shown = [...given.tokens.subarray(0, given.tokens.indexOf(delimiter))];
      const answer = task.answer(shown);
      return targetsWhere(given, (position) => answer[position - shown.length - 1]);
    },
    baseline: chance(symbols),
  });
}

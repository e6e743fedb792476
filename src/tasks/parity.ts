/**
 * Parity: is the number of ones odd? One bit of state that every further bit may flip; no amount of looking back at single
 * positions replaces it. Irie, Yau and Gershman 2025 use it to show what a fast-weight memory with negative eigenvalues can
 * do and one without cannot. Tokens as there: bit + 1, answer + 1, 0 pads.
 */
import { checkFields } from '../foundation/fields.ts';
import type { ValuesOf } from '../foundation/fields.ts';
import { RandomStream } from '../foundation/random.ts';
import { lengthAxis } from './common/difficulty.ts';
import { lengthFields, lengthRange } from './common/fields.ts';
import { drawOnSide, heldOutSentence, isSeparable, lengthFactor } from './common/splits.ts';
import { lengthSplits, trainedSplits } from './common/splits.ts';
import { TokenWriter, blankLabel, chance, tokenInstance } from './common/tokens.ts';
import type { SplitName, TaskDefinition, TaskInstance, TokenSample } from './task.ts';

const fields = {
  ...lengthFields('bits', [1, 3, 128], [1, 20, 128]),
  labels: {
    kind: 'choice',
    label: 'Labels',
    default: 'dense',
    options: [
      { value: 'dense', label: 'Every bit', explanation: 'The parity so far is asked after every bit.' },
      {
        value: 'last',
        label: 'Last bit',
        explanation: 'Only the parity of the whole sequence is asked, as in the paper.',
      },
    ],
    explanation:
      'Where training asks for the answer. Asked at every bit, the rule is much easier to find; the longer data always asks at the last bit only.',
  },
} as const;

export const parity: TaskDefinition = {
  id: 'parity',
  name: 'Parity',
  summary:
    'Zeros and ones go in, and whether the ones are odd in number must come out: a single bit that must never be lost.',
  source: 'after Irie, Yau and Gershman 2025 (hybrid quadratic-linear transformers)',
  fields,
  instantiate: (given) => parityInstance(checkFields(fields, given)),
};

function parityInstance(values: ValuesOf<typeof fields>): TaskInstance {
  const [shortest, longest] = lengthRange(values);

  function sample(seed: number, split: SplitName, index: number): TokenSample {
    const random = new RandomStream('parity', seed, split, index);
    const factor = lengthFactor(split);
    const length = factor > 1 ? factor * longest : random.between(shortest, longest);
    return whole(draw(random, split, length), values.labels === 'dense' && factor === 1);
  }

  const draw = (random: RandomStream, split: SplitName, length: number): number[] =>
    drawOnSide(split, isSeparable(2 ** length), () => Array.from({ length }, () => random.integer(2)));

  function whole(bits: readonly number[], dense: boolean): TokenSample {
    const writer = new TokenWriter();
    let parityOfBits = 0;
    bits.forEach((bit, position) => {
      parityOfBits ^= bit;
      if (dense || position === bits.length - 1) writer.ask(bit + 1, parityOfBits + 1);
      else writer.read(bit + 1);
    });
    return writer.finish();
  }

  return tokenInstance({
    vocabulary: [blankLabel, '0', '1'],
    paddingToken: 0,
    splits: [
      ...trainedSplits(longest, heldOutSentence('bit sequences')),
      ...lengthSplits('bits', (factor) => factor * longest),
    ],
    sample,
    difficulty: {
      axes: [
        lengthAxis(
          'bits',
          [shortest, longest],
          'How many bits are shown; the answer is asked at the last one only.',
        ),
      ],
      positions: ([length = 0]) => length,
      // Asked at every bit, an accuracy would be that of all shorter lengths as well.
      sample: (seed, [length = 0], index) =>
        whole(draw(new RandomStream('parity', seed, 'levels', length, index), 'heldOut', length), false),
    },
    complete: (typed) =>
      typed.every((token) => token > 0)
        ? whole(
            typed.map((token) => token - 1),
            values.labels === 'dense',
          )
        : null,
    reference(given) {
      let odd = false;
      return given.tokens.map((token) => {
        if (token === 2) odd = !odd;
        return odd ? 2 : 1;
      });
    },
    baseline: chance(2),
  });
}

/**
 * Modular arithmetic without brackets: `2 + 3 × 4 =`, multiplication before addition and subtraction, answer modulo 5.
 * Tokens, lengths and precedence as in Irie, Yau and Gershman 2025; the answer is asked at the `=`.
 */
import { checkFields } from '../foundation/fields.ts';
import type { ValuesOf } from '../foundation/fields.ts';
import { RandomStream } from '../foundation/random.ts';
import { levelsAround } from './common/difficulty.ts';
import { lengthFields, lengthRange } from './common/fields.ts';
import { drawOnSide, heldOutSentence, isSeparable, lengthFactor } from './common/splits.ts';
import { lengthSplits, trainedSplits } from './common/splits.ts';
import { TokenWriter, blankLabel, chance, targetsWhere, tokenInstance } from './common/tokens.ts';
import type { SplitName, TaskDefinition, TaskInstance, TokenSample } from './task.ts';

const modulus = 5;
const vocabulary = [blankLabel, '+', '−', '×', '=', '0', '1', '2', '3', '4'];
const [plus, minus, times, equals, zero] = [1, 2, 3, 4, 5];

const fields = { ...lengthFields('numbers', [1, 1, 64], [1, 8, 64]) };

export const modularArithmetic: TaskDefinition = {
  id: 'modular-arithmetic',
  name: 'Modular arithmetic',
  summary:
    'A sum such as 2 + 3 × 4 goes in, and its value modulo 5 must come out: a running total, and a product that has to wait for its turn.',
  source: 'after Irie, Yau and Gershman 2025 (hybrid quadratic-linear transformers)',
  fields,
  instantiate: (given) => modularArithmeticInstance(checkFields(fields, given)),
};

function modularArithmeticInstance(values: ValuesOf<typeof fields>): TaskInstance {
  const [fewest, most] = lengthRange(values);
  const positions = (numbers: number): number => 2 * numbers;

  function sample(seed: number, split: SplitName, index: number): TokenSample {
    const random = new RandomStream('modular-arithmetic', seed, split, index);
    const factor = lengthFactor(split);
    const numbers = factor > 1 ? factor * most : random.between(fewest, most);
    return draw(random, split, numbers);
  }

  function draw(random: RandomStream, split: SplitName, numbers: number): TokenSample {
    const different = modulus ** numbers * 3 ** (numbers - 1);
    const expression = drawOnSide(split, isSeparable(different), () =>
      Array.from({ length: 2 * numbers - 1 }, (_, i) =>
        i % 2 === 0 ? zero + random.integer(modulus) : plus + random.integer(3),
      ),
    );
    return whole(expression);
  }

  function whole(expression: readonly number[]): TokenSample {
    return new TokenWriter()
      .read(...expression)
      .ask(equals, zero + evaluate(expression))
      .finish();
  }

  return tokenInstance({
    vocabulary,
    paddingToken: 0,
    splits: [
      ...trainedSplits(positions(most), heldOutSentence('expressions')),
      ...lengthSplits('numbers', (factor) => positions(factor * most)),
    ],
    sample,
    difficulty: {
      axes: [
        {
          name: 'numbers',
          label: 'numbers',
          explanation: 'How many numbers the expression has.',
          values: levelsAround([fewest, most], { bounds: [1, Infinity] }),
          trained: [fewest, most],
        },
      ],
      positions: ([numbers = 0]) => positions(numbers),
      sample: (seed, [numbers = 0], index) =>
        draw(new RandomStream('modular-arithmetic', seed, 'levels', numbers, index), 'heldOut', numbers),
    },
    complete(typed) {
      const expression = typed.at(-1) === equals ? typed.slice(0, -1) : typed;
      const isExpression =
        expression.length % 2 === 1 &&
        expression.every((token, i) => (i % 2 === 0 ? token >= zero : token >= plus && token <= times));
      return isExpression ? whole(expression) : null;
    },
    reference(given) {
      const value = evaluate(given.tokens.subarray(0, given.tokens.indexOf(equals)));
      return targetsWhere(given, () => zero + value);
    },
    baseline: chance(modulus),
  });
}

/** Value of digit, operator, digit, … in 0 … 4, reduced at every step so that no length overflows. */
function evaluate(expression: ArrayLike<number>): number {
  let total = 0;
  let sign = 1;
  let term = 1;
  for (let i = 0; i < expression.length; i++) {
    const token = expression[i]!;
    if (token >= zero) term = (term * (token - zero)) % modulus;
    else if (token !== times) {
      total += sign * term;
      sign = token === minus ? -1 : 1;
      term = 1;
    }
  }
  return (((total + sign * term) % modulus) + modulus) % modulus;
}

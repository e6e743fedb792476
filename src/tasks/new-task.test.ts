/** A task that nobody knows yet, written as docs/add-a-task.md tells it, keeps every promise without another change. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkFields, integer } from '../foundation/fields.ts';
import { RandomStream } from '../foundation/random.ts';
import {
  answers,
  expectReferenceAgrees,
  expectSoundSample,
  instance,
  keyOf,
  manySamples,
  read,
} from '../testing/task-checks.ts';
import { lengthFields, lengthRange } from './common/fields.ts';
import {
  drawOnSide,
  heldOutSentence,
  isSeparable,
  lengthFactor,
  lengthSplits,
  trainedSplits,
} from './common/splits.ts';
import { TokenWriter, chance, letters, targetsWhere, tokenInstance } from './common/tokens.ts';
import type { TaskDefinition } from './task.ts';

const fields = {
  symbols: integer('Symbols', [2, 8, 26], 'How many different symbols there are.'),
  ...lengthFields('symbols', [1, 1, 64], [1, 10, 64]),
};

const firstSymbol: TaskDefinition = {
  id: 'first-symbol',
  name: 'First symbol',
  summary: 'Symbols go in, and at the end the first of them must come out: one fact, kept under load.',
  fields,
  instantiate(given) {
    const values = checkFields(fields, given);
    const [shortest, longest] = lengthRange(values);
    const question = values.symbols;
    return tokenInstance({
      vocabulary: [...letters.slice(0, values.symbols), '?'],
      paddingToken: question,
      splits: [
        ...trainedSplits(longest + 1, heldOutSentence('sequences')),
        ...lengthSplits('symbols', (factor) => factor * longest + 1),
      ],
      sample(seed, split, index) {
        const random = new RandomStream('first-symbol', seed, split, index);
        const factor = lengthFactor(split);
        const length = factor > 1 ? factor * longest : random.between(shortest, longest);
        const shown = drawOnSide(split, isSeparable(values.symbols ** length), () =>
          Array.from({ length }, () => random.integer(values.symbols)),
        );
        return new TokenWriter()
          .read(...shown)
          .ask(question, shown[0]!)
          .finish();
      },
      reference: (sample) => targetsWhere(sample, () => sample.tokens[0]),
      baseline: chance(values.symbols),
    });
  },
};

describe('a new task', () => {
  const task = instance(firstSymbol);

  it('is the one that the guide shows', () => {
    const guide = readFileSync('docs/add-a-task.md', 'utf8');
    const here = readFileSync('src/tasks/new-task.test.ts', 'utf8');
    const shown = /```ts\n(.*?)```/su.exec(guide)![1]!.replace('export const', 'const').trim();
    expect(here).toContain(shown);
  });

  it('has sound samples whose answer is the first symbol, in every split', () => {
    for (const { name, length } of task.splits) {
      for (const sample of manySamples(task, 1, name, 50)) {
        expectSoundSample(task, sample, length);
        expectReferenceAgrees(task, sample);
        expect(answers(task, sample)).toEqual([read(task, sample)[0]]);
      }
    }
  });

  it('keeps held-out sequences out of training', () => {
    const apart = instance(firstSymbol, { minimumLength: 3, maximumLength: 4 });
    const trained = new Set(manySamples(apart, 1, 'train', 3000).map(keyOf));
    expect(manySamples(apart, 2, 'heldOut', 300).filter((sample) => trained.has(keyOf(sample)))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { instance, tokenSample } from '../testing/task-checks.ts';
import { associativeRecall } from './associative-recall.ts';
import { babi } from './babi/index.ts';
import { chaos } from './chaos/index.ts';
import { copy } from './copy.ts';
import { language } from './language/index.ts';
import { modularArithmetic } from './modular-arithmetic.ts';
import { parity } from './parity.ts';
import { repeatCopy } from './repeat-copy.ts';
import { reverse } from './reverse.ts';
import { segmentRecall } from './segment-recall.ts';
import { tMaze } from './t-maze.ts';
import type { TaskInstance, TokenSample } from './task.ts';
import { text } from './text/index.ts';
import { typedName, typedSample, typedTokens } from './typed.ts';

const answering = [
  ...[copy, reverse, repeatCopy, associativeRecall, segmentRecall, tMaze, parity, modularArithmetic],
].map((task) => [task.id, instance(task)] as const);

/** A sample in words: what goes in, and what must come out where it counts. */
function words(task: TaskInstance, { tokens, targets, mask }: TokenSample): [string, string] {
  const label = (token: number): string => task.vocabulary[token]!;
  return [
    Array.from(tokens, label).join(' '),
    Array.from(targets, (target, t) => (mask[t] ? label(target) : '-')).join(' '),
  ];
}

const typed = (task: TaskInstance, content: string): [string, string] =>
  words(task, typedSample(task, content));

describe.each(answering)('%s', (_, task) => {
  it('typed as it is shown comes back as the sample that it was, whatever the length', () => {
    for (const { name } of task.splits) {
      if (name !== 'train' && name !== 'heldOut') continue;
      for (let i = 0; i < 30; i++) {
        const sample = tokenSample(task, 3, name, i);
        const [input] = words(task, sample);
        expect(typedSample(task, input)).toEqual(sample);
      }
    }
  });

  it('agrees with the exact answers of the task', () => {
    for (let i = 0; i < 30; i++) {
      const sample = typedSample(task, words(task, tokenSample(task, 5, 'heldOut', i))[0]);
      const answers = task.reference!(sample);
      sample.mask.forEach((counts, t) => counts && expect(answers[t]).toBe(sample.targets[t]));
    }
  });
});

describe('what is missing at the end is added', () => {
  it.each([
    [copy, 'cab', 'c a b ⏎ · · ·', '- - - - c a b'],
    [copy, 'ca|.', 'c a ⏎ · ·', '- - - c a'],
    [reverse, 'c a b', 'c a b ⏎ · · ·', '- - - - b a c'],
    [repeatCopy, 'ab||', 'a b ⏎ ⏎ · · · · ·', '- - - - a b a b ■'],
    [tMaze, '^---', '↑ ─ ─ ─ ┤', '- - - - ↑'],
    [modularArithmetic, '2+3*4', '2 + 3 × 4 =', '- - - - - 4'],
    [parity, '110', '1 1 0', '1 0 0'],
    [associativeRecall, 'a1b2?ba', 'a 1 b 2 ? b a', '- - - - - 2 1'],
  ] as const)('%o', (task, content, input, output) => {
    expect(typed(instance(task), content)).toEqual([input, output]);
  });

  it('of a text every symbol is asked for the next, the last one for nothing', () => {
    const bytes = new TextEncoder().encode('to be or not to be. '.repeat(60));
    const task = instance(text, { windowLength: 16 }, { name: 'be.txt', hash: 'be', bytes });
    expect(typed(task, 'to be')).toEqual(['t o ␣ b e', 'o ␣ b e -']);
    const grammar = instance(language);
    const [first, second] = grammar.vocabulary;
    expect(typed(grammar, `${first} ${second}`)[1]).toBe(`${second} -`);
  });
});

describe('what the task cannot answer is only read', () => {
  it.each([
    [copy, '⏎ab'],
    [copy, 'a⏎bb'],
    [repeatCopy, 'a·b'],
    [associativeRecall, 'a1b2'],
    [associativeRecall, 'a1?b'],
    [segmentRecall, 'a1b2'],
    [tMaze, '┤'],
    [modularArithmetic, '2+'],
    [parity, '1·'],
  ] as const)('%o: %s', (task, content) => {
    const sample = typedSample(instance(task), content);
    expect(sample.tokens.length).toBeGreaterThan(0);
    expect(sample.mask.includes(1)).toBe(false);
    expect(sample.targets.every((target) => target === 0)).toBe(true);
  });

  it('stories are read by the word', () => {
    const task = instance(babi);
    const story = task.vocabulary.slice(1, 4).join(' ');
    expect(typed(task, story)[0]).toBe(story);
  });
});

describe('a sequence that cannot be read is refused with a sentence', () => {
  it.each([
    ['aXbÖ', '“X”, “Ö” are not symbols of this task.'],
    ['a9', '“9” is not a symbol of this task.'],
    ['', 'Nothing was typed yet.'],
    ['   ', 'Nothing was typed yet.'],
    ['a'.repeat(82), 'The sequence takes 82 positions; 81 is the most of any data of this task.'],
    ['a'.repeat(50), 'The sequence takes 101 positions; 81 is the most of any data of this task.'],
  ])('%s', (content, message) => {
    expect(() => typedSample(instance(copy), content)).toThrow(message);
  });

  it('names the whole word where the task reads words', () => {
    const { vocabulary } = instance(babi);
    expect(() => typedTokens(vocabulary, `${vocabulary[1]} zebra`, 100)).toThrow('“zebra” is not a symbol');
  });

  it('and so is anything in a task of numbers', () => {
    expect(() => typedSample(instance(chaos), '1')).toThrow('reads numbers');
  });
});

it('other texts have other names', () => {
  expect(typedName('ab')).toEqual(typedName('ab'));
  expect(typedName('ab').sampleIndex).not.toBe(typedName('ba').sampleIndex);
});

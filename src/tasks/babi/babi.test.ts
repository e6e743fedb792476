import { describe, expect, it } from 'vitest';
import { answers, instance, keyOf, manySamples, read } from '../../testing/task-checks.ts';
import { babi } from './index.ts';
import { answersOf } from './solver.ts';
import { allQuestionKinds, stepOf } from './words.ts';
import type { Direction } from './words.ts';

/** Words of a story written as text. */
const wordsOf = (text: string): string[] => text.toLowerCase().match(/\w+|[.?]/gu)!;

describe('the solver that reads stories', () => {
  it.each([
    ['Anna went to the attic. Ben went to the barn. Anna went to the cellar. Where is anna?', 'cellar'],
    ['Anna went to the attic. Anna took the key. Anna went to the barn. Where is the key?', 'barn'],
    [
      'Anna went to the attic. Anna took the key. Anna dropped the key. Anna went to the barn. Where is the key?',
      'attic',
    ],
    [
      'Anna went to the attic. Anna took the key. Anna went to the barn. Anna dropped the key. Ben went to the barn. Ben took the key. Ben went to the tower. Where was the key before the tower?',
      'barn',
    ],
    ['Anna went to the attic. Ben went to the barn. Is ben in the attic?', 'no'],
    ['Anna went to the attic. Ben went to the barn. Is ben in the barn?', 'yes'],
    [
      'Anna went to the attic. Anna took the key. Anna took the hat. Anna dropped the key. How many things does anna carry?',
      'one',
    ],
    ['Anna went to the attic. How many things does anna carry?', 'none'],
    ['Bo is a swan. Rex is white. Mia is a lion. Mia is green. Rex is a swan. What colour is bo?', 'white'],
    [
      'The attic is north of the barn. The cellar is east of the attic. How do you go from the barn to the cellar?',
      'north,east',
    ],
  ])('answers “%s” with %s', (text, answer) => {
    expect(answersOf(wordsOf(text))).toEqual([answer]);
  });

  it('says what it cannot find', () => {
    expect(() => answersOf(wordsOf('Anna went to the attic. Where is ben?'))).toThrow(
      'does not say: where is ben?',
    );
  });
});

describe.each(allQuestionKinds)('stories with questions of the kind %s', (question) => {
  it('are answered as the solver answers them, in every split', () => {
    const task = instance(babi, { question, questions: 3 });
    for (const { name } of task.splits) {
      for (const sample of manySamples(task, 1, name, 60)) {
        const words = read(task, sample);
        expect(answers(task, sample)).toEqual(answersOf(words));
        expect(words.map((word) => word === '?')).toEqual([...sample.mask].map((weight) => weight === 1));
      }
    }
  });

  it('have as many statements as the fields say, and twice and four times as many in longer splits', () => {
    const task = instance(babi, { question, minimumLength: 5, maximumLength: 7 });
    const statements = (split: string) =>
      new Set(
        manySamples(task, 1, split, 80).map(
          (sample) => read(task, sample).filter((word) => word === '.').length,
        ),
      );
    expect(statements('train')).toEqual(new Set([5, 6, 7]));
    expect(statements('double')).toEqual(new Set([14]));
    expect(statements('quadruple')).toEqual(new Set([28]));
  });

  it('have several answers, none nearly always right, as the baseline says', () => {
    const task = instance(babi, { question });
    const given = manySamples(task, 1, 'train', 300).flatMap((sample) => answers(task, sample));
    const counts = [...new Set(given)].map((answer) => given.filter((other) => other === answer).length);
    const majority = Math.max(...counts) / given.length;
    expect(majority).toBeLessThan(0.7);
    expect(Math.abs(task.baseline!.value - majority)).toBeLessThan(0.1);
  });

  it('are never trained on when held out', () => {
    const task = instance(babi, { question, minimumLength: 5, maximumLength: 5, questions: 1 });
    const told = (split: string, seed: number, count: number) =>
      manySamples(task, seed, split, count).map((sample) => keyOf(sample).split(' 1 ').slice(0, 5).join('|'));
    const trained = new Set(told('train', 1, 3000));
    expect(told('heldOut', 2, 300).filter((story) => trained.has(story))).toEqual([]);
  });

  it('use no more words than they need', () => {
    const task = instance(babi, { question });
    const used = new Set(
      manySamples(task, 1, 'quadruple', 300).flatMap((sample) => [
        ...read(task, sample),
        ...answers(task, sample),
      ]),
    );
    const unused = task.vocabulary.slice(1).filter((word) => !used.has(word));
    // Three carried things, say, are rare: the longest stories may not show every count.
    expect(unused.filter((word) => !/^(?:one|two|three)$/u.test(word))).toEqual([]);
  });
});

describe('single kinds of question', () => {
  it('lead, in path finding, from the one place to the other on a map drawn from the story', () => {
    const task = instance(babi, { question: 'path', places: 8 });
    for (const sample of manySamples(task, 1, 'train', 200)) {
      const text = read(task, sample).join(' ');
      const cells = new Map<string, [number, number]>();
      const told = [...text.matchAll(/the (\w+) is (\w+) of the (\w+) \./gu)].map((match) => match.slice(1));
      cells.set(told[0]![0]!, [0, 0]);
      for (let round = 0; round < told.length; round++) {
        for (const [subject, way, object] of told as [string, Direction, string][]) {
          const [east, north] = stepOf[way];
          const [from, to] = [cells.get(object), cells.get(subject)];
          if (from) cells.set(subject, [from[0] + east, from[1] + north]);
          else if (to) cells.set(object, [to[0] - east, to[1] - north]);
        }
      }
      const questions = [...text.matchAll(/from the (\w+) to the (\w+) \?/gu)];
      answers(task, sample).forEach((answer, i) => {
        const [from, to] = [cells.get(questions[i]![1]!)!, cells.get(questions[i]![2]!)!];
        const walked = answer.split(',').map((way) => stepOf[way as Direction]);
        expect(walked.reduce(([x, y], [east, north]) => [x + east, y + north], from)).toEqual(to);
      });
    }
  });

  it('are yes about as often as no', () => {
    const task = instance(babi, { question: 'yesNo' });
    const given = manySamples(task, 1, 'train', 500).flatMap((sample) => answers(task, sample));
    expect(Math.abs(given.filter((answer) => answer === 'yes').length / given.length - 0.5)).toBeLessThan(
      0.08,
    );
  });

  it('are all there when mixed', () => {
    const task = instance(babi, { question: 'mixed' });
    const text = manySamples(task, 1, 'train', 200)
      .map((sample) => read(task, sample).join(' '))
      .join('\n');
    for (const phrase of [
      'where is the',
      'before the',
      'how many',
      'what colour',
      'how do you',
      'is anna in',
    ])
      expect(text).toContain(phrase);
  });
});

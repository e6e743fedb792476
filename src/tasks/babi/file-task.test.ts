import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../foundation/fields.ts';
import { answers, expectFailure, instance, manySamples, read } from '../../testing/task-checks.ts';
import { babiText, file } from '../../testing/task-files.ts';
import { babiFile } from './file-task.ts';
import { readBabi } from './read-file.ts';

const refuse = (content: string | Uint8Array, code: string) =>
  expectFailure(() => babiFile.instantiate(defaultsOf(babiFile.fields), file('qa.txt', content)), code);

const example = [
  '1 Mary moved to the bathroom.',
  '2 John went to the hallway.',
  '3 Where is Mary? \tbathroom\t1',
  '4 Daniel took the apple there.',
  '5 What is Daniel carrying? \tapple,milk\t4 2',
  '1 Sandra slept.',
  '2 Is Sandra asleep?\tyes\t1',
  '',
].join('\n');

describe('the reader of bAbI files', () => {
  it('gives every question the statements before it in its own story, without earlier questions', () => {
    const stories = readBabi('qa.txt', example);
    expect(stories.map(({ questions }) => questions)).toEqual([
      [
        { told: 2, words: ['where', 'is', 'mary', '?'], answer: 'bathroom' },
        { told: 3, words: ['what', 'is', 'daniel', 'carrying', '?'], answer: 'apple,milk' },
      ],
      [{ told: 1, words: ['is', 'sandra', 'asleep', '?'], answer: 'yes' }],
    ]);
    expect(stories.map(({ statements }) => statements.map((words) => words.join(' ')))).toEqual([
      ['mary moved to the bathroom .', 'john went to the hallway .', 'daniel took the apple there .'],
      ['sandra slept .'],
    ]);
  });

  it('reads files from other systems and without an empty last line', () => {
    const task = instance(babiFile, {}, file('qa.txt', babiText(20).replaceAll('\n', '\r\n').trimEnd()));
    expect(task.vocabulary).toEqual(instance(babiFile, {}, file('qa.txt', babiText(20))).vocabulary);
  });
});

describe('bAbI from a file', () => {
  const data = file('qa.txt', babiText(100));
  const task = instance(babiFile, {}, data);

  it('asks at the question mark for what the story said last', () => {
    for (const { name } of task.splits) {
      for (const sample of manySamples(task, 1, name, 100)) {
        const text = read(task, sample).join(' ');
        const person = /where is (\w+) \?$/u.exec(text)![1]!;
        const places = [...text.matchAll(new RegExp(`${person} \\w+ to the (\\w+)`, 'gu'))].map(
          (match) => match[1],
        );
        expect(answers(task, sample)).toEqual([places.at(-1)]);
        expect(sample.mask.indexOf(1)).toBe(sample.mask.length - 1);
      }
    }
  });

  it('holds out the last tenth of the stories', () => {
    // Story i tells of a place that no other story knows.
    const lines = Array.from(
      { length: 50 },
      (_, i) => `1 Ann went to the place${i}.\n2 Where is Ann?\tplace${i}\t1\n`,
    );
    const numbered = instance(babiFile, {}, file('qa.txt', lines.join('')));
    const places = (split: string) =>
      manySamples(numbered, 1, split, 500).map((sample) => Number(answers(numbered, sample)[0]!.slice(5)));
    expect(new Set(places('train'))).toEqual(new Set(Array.from({ length: 45 }, (_, i) => i)));
    expect(new Set(places('heldOut'))).toEqual(new Set([45, 46, 47, 48, 49]));
  });

  it('leaves out the oldest statements of a story that is too long, and keeps twice as many in one split', () => {
    const long = file('qa.txt', babiText(20, 10));
    const short = instance(babiFile, { maximumWords: 32 }, long);
    const longest = (split: string) =>
      Math.max(...manySamples(short, 1, split, 100).map((sample) => sample.tokens.length));
    expect(longest('train')).toBe(28); // four statements of six words and a question of four
    expect(longest('double')).toBe(64);
    const [sample] = manySamples(short, 1, 'train', 1);
    expect(read(short, sample!).slice(-4, -1).join(' ')).toMatch(/where is (?:ann|bob)/u);
  });

  it('states how often the most frequent answer is right', () => {
    expect(task.baseline!.value).toBeGreaterThan(1 / 3 - 0.01);
    expect(task.baseline!.value).toBeLessThan(0.6);
  });
});

describe('a file that is no usable bAbI file gets a clear sentence', () => {
  it('when there is none', () => {
    expectFailure(() => babiFile.instantiate(defaultsOf(babiFile.fields)), 'no-file');
  });
  it('when it is empty', () => {
    refuse('', 'empty-file');
  });
  it('when it is any other text', () => {
    expect(refuse('Call me Ishmael.\nSome years ago', 'not-babi').message).toContain('line 1');
  });
  it('when its numbers do not follow each other', () => {
    const { message } = refuse('1 Ann slept.\n2 Bob slept.\n4 Ann woke.\n', 'not-babi');
    expect(message).toContain('line 3 cannot be read, because it has the number 4, where 3 or 1 should come');
  });
  it('when a question has no answer', () => {
    expect(refuse('1 Ann slept.\n2 Where is Ann?\n3 Bob slept.', 'not-babi').message).toContain('no answer');
  });
  it('when a supporting line is none', () => {
    expect(refuse('1 Ann slept.\n2 Who slept?\tAnn\t7\n', 'not-babi').message).toContain('“7”');
  });
  it.each([
    ['a statement', babiText(20).slice(0, -70)],
    [
      'a question',
      babiText(20)
        .trimEnd()
        .replace(/\t\w+\t\d+$/u, ''),
    ],
    [
      'an answer',
      babiText(20)
        .trimEnd()
        .replace(/\w+\t\d+$/u, ''),
    ],
  ])('when it is cut off in %s', (_, content) => {
    const { message } = refuse(content, 'cut-off');
    expect(message).toMatch(/stops in the middle of line \d+/u);
  });
  it('when it asks nothing', () => {
    refuse('1 Ann slept.\n2 Bob slept.\n', 'no-questions');
  });
  it('when it has too few stories to hold any out', () => {
    expect(refuse(example, 'too-few-stories').message).toContain('2 stories');
  });
  it('when it is too large', () => {
    refuse(new Uint8Array(20_000_000).fill(49), 'file-too-large');
  });
  it('when it is binary', () => {
    refuse(Uint8Array.from([80, 75, 3, 4, 0, 0, 0, 0]), 'not-text');
  });
  it('when a question alone is longer than a story may be', () => {
    const wordy = babiText(20).replace('Where is', `Where ${'or where '.repeat(20)}is`);
    const task = () => instance(babiFile, { maximumWords: 32 }, file('qa.txt', wordy));
    expectFailure(task, 'question-too-long');
  });
});

/**
 * Reads text files of the original bAbI tasks (Weston et al. 2015): numbered lines, a story starts again at 1, and a question
 * is followed by tab, answer, tab, numbers of the supporting lines.
 *
 *     1 Mary moved to the bathroom.
 *     2 John went to the hallway.
 *     3 Where is Mary? 	bathroom	1
 */
import { fileError } from '../common/read-file.ts';
import type { DataFile } from '../task.ts';

export interface FileQuestion {
  /** How many statements of the story were told before. */
  readonly told: number;
  /** With the question mark at the end. */
  readonly words: readonly string[];
  /** One answer, lists such as `apple,milk` included: they count as one. */
  readonly answer: string;
}

export interface FileStory {
  /** As words with their full stops, in order. */
  readonly statements: readonly (readonly string[])[];
  readonly questions: readonly FileQuestion[];
}

/** By the name of the published files, or by lines that begin to count at 1. */
export function looksLikeBabi({ name, bytes }: DataFile): boolean {
  const text = new TextDecoder().decode(bytes);
  if (text.includes('\0')) return false;
  return /^qa\d+_.*\.txt$/u.test(name) || /^1 [^\n]*[.?\t][^\n]*\r?\n2 /u.test(text);
}

/** @throws PlaygroundError `not-babi`, `cut-off` or `no-questions` */
export function readBabi(name: string, text: string): readonly FileStory[] {
  const stories: { statements: (readonly string[])[]; questions: FileQuestion[] }[] = [];
  let expected = 1;
  const lines = text.replace(/\n+$/u, '').split('\n');
  lines.forEach((line, i) => {
    const place = { name, line: i + 1, last: i === lines.length - 1 };
    const [, digits, content] = /^(\d+) (.*)$/u.exec(line) ?? [];
    if (digits === undefined || content === undefined)
      throw notBabi(place, 'it does not start with a number');
    const number = Number(digits);
    if (number !== expected && number !== 1) {
      throw notBabi(place, `it has the number ${number}, where ${expected} or 1 should come`);
    }
    if (number === 1) stories.push({ statements: [], questions: [] });
    expected = number + 1;
    const { statements, questions } = stories.at(-1)!;
    const parts = content.split('\t').map((part) => part.trim());
    if (parts.length > 1) {
      questions.push({ told: statements.length, ...readQuestion(place, parts, number) });
    } else statements.push(readStatement(place, content.trim()));
  });
  const asking = stories.filter(({ questions }) => questions.length > 0);
  if (asking.length > 0) return asking;
  throw fileError(
    'no-questions',
    `“${name}” tells stories but asks no question.`,
    'Give a file whose questions end in a tab and their answer.',
  );
}

interface Place {
  readonly name: string;
  readonly line: number;
  /** The last line of the file: an incomplete one was cut off. */
  readonly last: boolean;
}

function readStatement(place: Place, content: string): readonly string[] {
  if (content.endsWith('.')) return wordsOf(content);
  if (place.last) throw cutOff(place);
  throw notBabi(
    place,
    content.endsWith('?')
      ? 'a question has no answer behind a tab'
      : 'a statement does not end in a full stop',
  );
}

function readQuestion(
  place: Place,
  [question, answer, supports = '']: readonly string[],
  number: number,
): Omit<FileQuestion, 'told'> {
  if (answer === undefined || answer === '') {
    throw place.last ? cutOff(place) : notBabi(place, 'a question has no answer behind its tab');
  }
  if (!question!.endsWith('?'))
    throw notBabi(place, 'what stands before the tab does not end in a question mark');
  for (const support of supports.split(' ').filter(Boolean)) {
    if (!/^\d+$/u.test(support) || Number(support) < 1 || Number(support) >= number) {
      throw notBabi(place, `“${support}” is not the number of an earlier line`);
    }
  }
  return { words: wordsOf(question!), answer: answer.toLowerCase() };
}

/** Lower case; full stops and question marks are words of their own. */
function wordsOf(sentence: string): string[] {
  return sentence.toLowerCase().match(/[.?]|[^\s.?]+/gu) ?? [];
}

function notBabi({ name, line }: Place, problem: string) {
  return fileError(
    'not-babi',
    `“${name}” is not a bAbI file: line ${line} cannot be read, because ${problem}.`,
    'Give one of the qa*.txt files of the bAbI tasks, as they were unpacked. For any other text, choose the task “Your own text”.',
  );
}

function cutOff({ name, line }: Place) {
  return fileError(
    'cut-off',
    `“${name}” stops in the middle of line ${line}: it seems to be cut off.`,
    'Copy or download the file again.',
  );
}

/** Stories with questions from a file of the original bAbI tasks, which a person drops onto the page. */
import { checkFields, integer } from '../../foundation/fields.ts';
import { RandomStream } from '../../foundation/random.ts';
import { majorityAnswer } from '../common/baselines.ts';
import { fileError, readText, requireFile } from '../common/read-file.ts';
import { trainedSplits } from '../common/splits.ts';
import { TokenWriter, blankLabel, tokenInstance } from '../common/tokens.ts';
import type { SplitName, TaskDefinition, TaskInstance, TokenSample, UserData } from '../task.ts';
import { looksLikeBabi, readBabi } from './read-file.ts';
import type { FileQuestion, FileStory } from './read-file.ts';

const maximumBytes = 10_000_000;

/** The last tenth of the stories is held out. */
const heldOutOneIn = 10;

const fields = {
  maximumWords: integer(
    'Longest story',
    [32, 128, 512],
    'Words that are read before an answer is asked, the question included. Of longer stories the oldest statements are left out, and with them perhaps the answer.',
    { unit: 'words' },
  ),
};

export const babiFile: TaskDefinition = {
  id: 'babi-file',
  name: 'bAbI from a file',
  summary:
    'Stories and questions of the original bAbI tasks, from one of their text files, one question at a time.',
  source: 'Weston et al. 2015 (bAbI)',
  fields,
  userData: {
    accept: '.txt',
    what: 'a bAbI file',
    resembles: (head) => (looksLikeBabi(head) ? 2 : 0),
    explanation:
      'One of the qa*.txt files of the bAbI tasks, up to 10 MB; its last tenth is held out. It stays in this browser.',
    maximumBytes,
  },
  instantiate(given, data) {
    const { maximumWords } = checkFields(fields, given);
    const file = requireFile(data, 'a file of the bAbI tasks');
    const stories = storiesOf(file);
    if (stories.length < heldOutOneIn) {
      throw fileError(
        'too-few-stories',
        `“${file.name}” has ${stories.length} ${stories.length === 1 ? 'story' : 'stories'} with questions; at least ${heldOutOneIn} are needed, because a tenth is held out.`,
        'Give a whole file of the bAbI tasks.',
      );
    }
    return babiFileInstance(file.name, stories, maximumWords);
  },
};

/** What was read from a file, so that moving a slider does not read it again. */
const known = new WeakMap<Uint8Array, readonly FileStory[]>();

function storiesOf(file: UserData): readonly FileStory[] {
  const last = known.get(file.bytes);
  if (last) return last;
  const stories = readBabi(file.name, readText(file, maximumBytes));
  known.set(file.bytes, stories);
  return stories;
}

/** A question with its story, of which it may use what was told before. */
interface Asked extends FileQuestion {
  readonly statements: FileStory['statements'];
  /** Words of all that was told and of the question. */
  readonly length: number;
}

function questionsOf({ statements, questions }: FileStory): Asked[] {
  const toldWords = [0];
  for (const words of statements) toldWords.push(toldWords.at(-1)! + words.length);
  return questions.map((question) => ({
    ...question,
    statements,
    length: toldWords[question.told]! + question.words.length,
  }));
}

function babiFileInstance(name: string, stories: readonly FileStory[], maximumWords: number): TaskInstance {
  const border = stories.length - Math.floor(stories.length / heldOutOneIn);
  const train = stories.slice(0, border).flatMap(questionsOf);
  const heldOut = stories.slice(border).flatMap(questionsOf);
  const vocabulary = vocabularyOf(stories);
  const tokenOf = new Map(vocabulary.map((word, token) => [word, token]));
  const longestQuestion = [...train, ...heldOut].reduce((most, { words }) => Math.max(most, words.length), 0);
  if (longestQuestion > maximumWords) {
    throw fileError(
      'question-too-long',
      `“${name}” has a question of ${longestQuestion} words, but stories are set to at most ${maximumWords}.`,
      'Choose longer stories.',
    );
  }

  function sampleOf(question: Asked, limit: number): TokenSample {
    const tokens = (words: readonly string[]) => words.map((word) => tokenOf.get(word)!);
    const kept: number[][] = [];
    let room = limit - question.words.length;
    for (let i = question.told - 1; i >= 0 && question.statements[i]!.length <= room; i--) {
      room -= question.statements[i]!.length;
      kept.unshift(tokens(question.statements[i]!));
    }
    return new TokenWriter()
      .read(...kept.flat(), ...tokens(question.words.slice(0, -1)))
      .ask(tokenOf.get(question.words.at(-1)!)!, tokenOf.get(question.answer)!)
      .finish();
  }

  const limitOf = (split: SplitName): number => (split === 'double' ? 2 : 1) * maximumWords;
  const lengthOf = (split: SplitName): number =>
    (split === 'train' ? train : heldOut).reduce(
      (longest, question) => Math.max(longest, Math.min(question.length, limitOf(split))),
      0,
    );

  return tokenInstance({
    vocabulary,
    paddingToken: 0,
    splits: [
      ...trainedSplits(
        Math.max(lengthOf('train'), lengthOf('heldOut')),
        'Questions about the last tenth of the stories, which training never reads.',
      ),
      {
        name: 'double',
        label: 'longer stories',
        explanation:
          'Held-out questions with up to twice as many words of their story: are older facts found, or do they disturb?',
        length: lengthOf('double'),
      },
    ],
    sample(seed, split, index) {
      const questions = split === 'train' ? train : heldOut;
      const chosen = new RandomStream('babi-file', seed, split, index).integer(questions.length);
      return sampleOf(questions[chosen]!, limitOf(split));
    },
    baseline: majorityAnswer(heldOut.map(({ answer }) => [tokenOf.get(answer)!])),
  });
}

/** All words and answers of the file, in alphabetical order behind the signs. */
function vocabularyOf(stories: readonly FileStory[]): string[] {
  const words = new Set<string>();
  for (const { statements, questions } of stories) {
    for (const sentence of statements) for (const word of sentence) words.add(word);
    for (const question of questions)
      for (const word of [...question.words, question.answer]) words.add(word);
  }
  for (const sign of ['.', '?']) words.delete(sign);
  return [blankLabel, '.', '?', ...[...words].sort()];
}

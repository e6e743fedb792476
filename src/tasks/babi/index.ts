/**
 * Stories with questions, after the bAbI tasks of Weston et al. 2015, told in a small world of our own. A word is a token;
 * the answer is asked at the question mark.
 */
import { checkFields, integer } from '../../foundation/fields.ts';
import type { Fields, ValuesOf } from '../../foundation/fields.ts';
import { RandomStream } from '../../foundation/random.ts';
import { answersIn, majorityAnswer } from '../common/baselines.ts';
import { lengthFields, lengthRange } from '../common/fields.ts';
import { drawWithSide, heldOutSentence, isSeparable, lengthFactor } from '../common/splits.ts';
import { lengthSplits, trainedSplits } from '../common/splits.ts';
import { TokenWriter, blankLabel, tokenInstance } from '../common/tokens.ts';
import type { SplitName, TaskDefinition, TaskInstance, TokenSample } from '../task.ts';
import { answersOf } from './solver.ts';
import { builders } from './stories.ts';
import type { Story } from './stories.ts';
import * as lexicon from './words.ts';
import { allQuestionKinds, questionKinds } from './words.ts';
import type { QuestionKind } from './words.ts';
import type { Cast } from './world.ts';

const fields = {
  question: {
    kind: 'choice',
    label: 'Question',
    default: 'oneFact',
    options: [
      ...allQuestionKinds.map((value) => ({
        value,
        label: questionKinds[value].label,
        explanation: questionKinds[value].example,
      })),
      { value: 'mixed', label: 'All kinds', explanation: 'Every story draws one of the seven kinds.' },
    ],
    explanation: 'What is asked, and so how many facts of the story must be put together.',
  },
  ...lengthFields('statements', [3, 4, 32], [3, 8, 32]),
  questions: integer('Questions', [1, 2, 4], 'How many questions follow each story.'),
  people: integer('People', [2, 3, 6], 'How many people walk about.'),
  places: integer(
    'Places',
    [3, 5, 8],
    'How many places there are. Most answers are places, so a guess gets worse with more.',
  ),
  objects: integer('Things', [1, 3, 6], 'How many things can be taken and dropped.'),
} as const satisfies Fields;

type Values = ValuesOf<typeof fields>;

export const babi: TaskDefinition = {
  id: 'babi',
  name: 'Stories with questions',
  summary:
    'A short story goes in word by word, then questions about it: facts must be kept, updated, put together and counted.',
  source: 'kinds of question after Weston et al. 2015 (bAbI), world and words our own',
  fields,
  instantiate: (given) => babiInstance(checkFields(fields, given)),
};

/** Longest number of words of a question of each kind, with its mark. */
const questionLength: Readonly<Record<QuestionKind, number>> = {
  oneFact: 4,
  twoFacts: 5,
  threeFacts: 8,
  yesNo: 6,
  counting: 7,
  induction: 5,
  path: 11,
};

/** Words of the longest statement about people, and of one about places. */
const [goLength, neighbourLength] = [6, 8];

function babiInstance(values: Values): TaskInstance {
  const { questions } = values;
  const asked: readonly QuestionKind[] = values.question === 'mixed' ? allQuestionKinds : [values.question];
  const [shortest, longest] = lengthRange(values);
  const cast: Cast = {
    people: lexicon.people.slice(0, values.people),
    places: lexicon.places.slice(0, values.places),
    objects: lexicon.objects.slice(0, values.objects),
  };
  const vocabulary = vocabularyOf(asked, cast);
  const tokenOf = new Map(vocabulary.map((word, token) => [word, token]));
  const token = (word: string): number => {
    const found = tokenOf.get(word);
    if (found === undefined) throw new Error(`“${word}” is not in the vocabulary`);
    return found;
  };

  function draw(random: RandomStream, kind: QuestionKind, statements: number): Story {
    for (let attempt = 0; attempt < 100_000; attempt++) {
      const found = builders[kind](random, { ...cast, statements, questions });
      if (found) return found;
    }
    throw new Error(`no story of ${statements} statements has a question of the kind ${kind}`);
  }

  function sample(seed: number, split: SplitName, index: number): TokenSample {
    const random = new RandomStream('babi', seed, split, index);
    const kind = asked[random.integer(asked.length)]!;
    const factor = lengthFactor(split);
    const statements = factor > 1 ? factor * longest : random.between(shortest, longest);
    const separable = isSeparable((cast.people.length * (cast.places.length - 1)) ** statements);
    const story = drawWithSide(
      split,
      separable,
      () => draw(random, kind, statements),
      (candidate) => candidate.statements.flat().map(token),
    );
    const writer = new TokenWriter().read(...story.statements.flat().map(token));
    for (const { words, answer } of story.questions) {
      writer.read(...words.slice(0, -1).map(token)).ask(token('?'), token(answer));
    }
    return writer.finish();
  }

  const positions = (statements: number): number =>
    Math.max(
      ...asked.map((kind) => {
        const neighbours = kind === 'path' ? Math.min(statements, cast.places.length - 1) : 0;
        const told = neighbours * neighbourLength + (statements - neighbours) * goLength;
        return told + questions * questionLength[kind];
      }),
    );

  return tokenInstance({
    vocabulary,
    paddingToken: 0,
    splits: [
      ...trainedSplits(positions(longest), heldOutSentence('stories')),
      ...lengthSplits('statements', (factor) => positions(factor * longest)),
    ],
    sample,
    reference(given) {
      const answers = answersOf([...given.tokens].map((id) => vocabulary[id]!));
      let next = 0;
      return given.tokens.map((id) => (id === token('?') ? token(answers[next++]!) : 0));
    },
    baseline: majorityAnswer(Array.from({ length: 500 }, (_, i) => answersIn(sample(0, 'baseline', i)))),
  });
}

/** Only words that the chosen kinds of question can show or answer. */
function vocabularyOf(asked: readonly QuestionKind[], cast: Cast): string[] {
  const are = (...wanted: readonly QuestionKind[]) => wanted.some((kind) => asked.includes(kind));
  const when = (condition: boolean, ...words: readonly string[]) => (condition ? words : []);
  const aboutThings = are('twoFacts', 'threeFacts', 'counting');
  const parts = [
    [blankLabel, '.', '?', 'the', 'to', 'went', ...cast.people, ...cast.places],
    when(aboutThings, 'took', 'dropped', ...cast.objects),
    when(are('oneFact', 'twoFacts', 'threeFacts'), 'where'),
    when(are('oneFact', 'twoFacts', 'yesNo', 'induction', 'path'), 'is'),
    when(are('threeFacts'), 'was', 'before'),
    when(are('yesNo'), 'in', 'yes', 'no'),
    when(are('counting', 'path'), 'how'),
    when(
      are('counting'),
      'many',
      'things',
      'does',
      'carry',
      ...lexicon.numbers.slice(0, cast.objects.length + 1),
    ),
    when(are('induction'), 'a', 'what', 'colour', ...lexicon.animals, ...lexicon.kinds, ...lexicon.colours),
    when(are('path'), 'of', 'do', 'you', 'go', 'from', ...lexicon.directions, ...lexicon.routes),
  ];
  return parts.flat();
}

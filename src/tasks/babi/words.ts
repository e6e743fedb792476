/** The words of our own small world. None of it is taken from the bAbI corpus, only the kinds of question are. */

export const people = ['anna', 'ben', 'carla', 'dan', 'emma', 'felix'] as const;
export const places = ['attic', 'barn', 'cellar', 'garden', 'kitchen', 'library', 'office', 'tower'] as const;
export const objects = ['ball', 'coin', 'drum', 'hat', 'key', 'lamp'] as const;
export const animals = ['rex', 'lulu', 'bo', 'mia', 'tico', 'zoe'] as const;
export const kinds = ['swan', 'lion', 'frog', 'horse'] as const;
export const colours = ['white', 'yellow', 'green', 'brown'] as const;
export const numbers = ['none', 'one', 'two', 'three', 'four', 'five', 'six'] as const;

export type Direction = 'north' | 'east' | 'south' | 'west';
export const directions: readonly Direction[] = ['north', 'east', 'south', 'west'];

/** Columns grow to the east, rows to the north. */
export const stepOf: Readonly<Record<Direction, readonly [column: number, row: number]>> = {
  north: [0, 1],
  east: [1, 0],
  south: [0, -1],
  west: [-1, 0],
};

export const oppositeOf: Readonly<Record<Direction, Direction>> = {
  north: 'south',
  east: 'west',
  south: 'north',
  west: 'east',
};

/** Two steps as one answer. A way back at once is none. */
export const routes: readonly string[] = directions.flatMap((first) =>
  directions.filter((second) => second !== oppositeOf[first]).map((second) => `${first},${second}`),
);

/** Kinds of question, in the order of their difficulty, with a name and an example for the page. */
export const questionKinds = {
  oneFact: { label: 'One fact', example: 'Where is anna?' },
  twoFacts: { label: 'Two facts', example: 'Where is the key?' },
  threeFacts: { label: 'Three facts', example: 'Where was the key before the attic?' },
  yesNo: { label: 'Yes or no', example: 'Is anna in the attic?' },
  counting: { label: 'Counting', example: 'How many things does anna carry?' },
  induction: { label: 'Induction', example: 'What colour is rex?' },
  path: { label: 'Path finding', example: 'How do you go from the attic to the barn?' },
} as const;

export type QuestionKind = keyof typeof questionKinds;
export const allQuestionKinds = Object.keys(questionKinds) as readonly QuestionKind[];

/** The shelf of tasks: one line for each. */
import { PlaygroundError } from '../foundation/errors.ts';
import { associativeRecall } from './associative-recall.ts';
import { babiFile } from './babi/file-task.ts';
import { babi } from './babi/index.ts';
import { chaos } from './chaos/index.ts';
import { copy } from './copy.ts';
import { language } from './language/index.ts';
import { modularArithmetic } from './modular-arithmetic.ts';
import { parity } from './parity.ts';
import { pixels } from './pixels/index.ts';
import { mnist } from './pixels/mnist.ts';
import { repeatCopy } from './repeat-copy.ts';
import { reverse } from './reverse.ts';
import { segmentRecall } from './segment-recall.ts';
import { tMaze } from './t-maze.ts';
import type { TaskDefinition } from './task.ts';
import { text } from './text/index.ts';

/** In the order in which the page offers them; a file that no chosen task wants goes to the first that can read it, text last. */
export const tasks: readonly TaskDefinition[] = [
  copy,
  reverse,
  repeatCopy,
  associativeRecall,
  segmentRecall,
  tMaze,
  parity,
  modularArithmetic,
  chaos,
  language,
  babi,
  babiFile,
  pixels,
  mnist,
  text,
];

/** @throws PlaygroundError `unknown-task`. */
export function taskById(id: string): TaskDefinition {
  const task = tasks.find((candidate) => candidate.id === id);
  if (!task) {
    throw new PlaygroundError(
      'unknown-task',
      `There is no task called “${id}”.`,
      'Nothing was changed.',
      `Choose one of ${tasks.map((known) => known.id).join(', ')}.`,
    );
  }
  return task;
}

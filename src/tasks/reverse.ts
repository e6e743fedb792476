/** Reverse: what was written last is asked for first, as from a stack. */
import { sequenceTask } from './common/sequence-task.ts';

export const reverse = sequenceTask({
  id: 'reverse',
  name: 'Reverse',
  summary:
    'Symbols go in, then the same symbols must come out backwards: the memory must be read against the order of writing.',
  source: 'after Dou and Principe 2023 (MemNet)',
  answer: (symbols) => symbols.toReversed(),
});

/** Copy: the plainest test of a memory, and of whether it reads by content or by place. */
import { sequenceTask } from './common/sequence-task.ts';

export const copy = sequenceTask({
  id: 'copy',
  name: 'Copy',
  summary:
    'Symbols go in, then the same symbols must come out in the same order: everything has to be kept and found again.',
  source: 'after Graves, Wayne and Danihelka 2014, section 4.1',
  answer: (symbols) => symbols,
});

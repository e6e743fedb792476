/** Starting points for MemNet that were seen to learn. */
import type { FieldValues } from '../../foundation/fields.ts';
import type { Preset } from '../model.ts';

/** The linear cell: Adam's second moment with a long memory, and a Gaussian as wide as freshly drawn keys lie apart. */
const training: FieldValues = { learningRate: 3e-3, beta2: 0.999, warmupSteps: 100 };

export const memnetPresets: readonly Preset[] = [
  {
    id: 'memnet-copy',
    label: 'MemNet · copy',
    explanation:
      'One to ten symbols, then the same again. Every held-out sequence is right after about a thousand steps, and more than half of the symbols of sequences twice as long.',
    task: { id: 'copy', fields: { symbols: 8, minimumLength: 1, maximumLength: 10 } },
    model: { sigma: 4 },
    training: { ...training, steps: 1500 },
  },
  {
    id: 'memnet-copy-short',
    label: 'MemNet · copy, up to five',
    explanation: 'Half as many symbols, learned in a few hundred steps: quick enough for a slow machine.',
    task: { id: 'copy', fields: { symbols: 8, minimumLength: 1, maximumLength: 5 } },
    model: { sigma: 4 },
    training: { ...training, steps: 600 },
  },
  {
    id: 'memnet-reverse',
    label: 'MemNet · reverse',
    explanation:
      'One to five symbols, then the same backwards: now the newest event is read first, and the diagonal of the timeline turns over.',
    task: { id: 'reverse', fields: { symbols: 8, minimumLength: 1, maximumLength: 5 } },
    model: { sigma: 4 },
    training: { ...training, steps: 500 },
  },
  {
    id: 'memnet-recall',
    label: 'MemNet · recall',
    explanation: 'Pairs of a key and a value, then some keys again: which value belonged to each?',
    task: { id: 'associative-recall', fields: { pairs: 3, queries: 2, distractors: 2 } },
    model: { sigma: 4 },
    training: { ...training, steps: 3000 },
  },
  {
    id: 'memnet-chaos',
    label: 'MemNet · chaotic series',
    explanation: 'Predict the next value of a series that never repeats, from the values before.',
    task: { id: 'chaos', fields: {} },
    model: { sigma: 4 },
    training: { ...training, steps: 2000 },
  },
  {
    id: 'memnet-text',
    label: 'MemNet · your text',
    explanation: 'Predict the next character of a text file that you drop on the page.',
    task: { id: 'text', fields: { windowLength: 32 } },
    model: { sigma: 4, hiddenSize: 64, slots: 32 },
    training: { ...training, steps: 1500 },
  },
];

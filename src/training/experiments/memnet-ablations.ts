/** What of MemNet matters: the width of its kernel, the kernel itself, and the choices that the paper leaves open. */
import type { FieldValues } from '../../foundation/fields.ts';
import type { Experiment, ExperimentRun, Measure } from './experiment.ts';

const measures: readonly Measure[] = [
  { label: 'sequences, trained lengths', split: 'heldOut', metric: 'sequenceAccuracy', solvedFrom: 0.95 },
  { label: 'symbols, trained lengths', split: 'heldOut', metric: 'tokenAccuracy' },
  { label: 'symbols at 2×', split: 'double', metric: 'tokenAccuracy' },
  { label: 'symbols at 4×', split: 'quadruple', metric: 'tokenAccuracy' },
];

const run = (label: string, fields: FieldValues, maximumLength = 5): ExperimentRun => ({
  label,
  task: { id: 'copy', fields: { symbols: 8, minimumLength: 1, maximumLength } },
  model: { id: 'memnet', fields: { sigma: 4, ...fields } },
  training: { batchSize: 32, learningRate: 3e-3, beta2: 0.999 },
  steps: { small: 500, full: 1500 },
});

export const memnetAblations: Experiment = {
  id: 'memnet-ablations',
  name: 'MemNet: kernel, width and open choices',
  claim:
    'A Gaussian of a suitable width finds events by content and carries copying beyond the trained length; what the paper leaves open does not decide.',
  source: 'Dou and Principe 2023 (MemNet)',
  groups: [
    {
      label: 'Width of the Gaussian',
      measures,
      runs: [0.5, 1, 2, 4, 8, 16].map((sigma) => run(`σ = ${sigma}`, { sigma })),
    },
    {
      label: 'One choice changed (σ = 4)',
      measures,
      runs: [
        // What is left of the values' own map goes, in the second row, into wider keys.
        run('keys are the values', { sharedKeys: true }),
        run('keys are the values, as many parameters', { sharedKeys: true, keySize: 43 }),
        run('softmax of dot products', { kernel: 'softmaxDot' }),
        run('Gaussian, normalised', { kernel: 'gaussianNormalized' }),
        run('initial state zero', { learnedInitialState: false }),
        run('write, then read', { writeOrder: 'writeFirst' }),
        run('read fed back', { contentFeedback: true }),
        run('empty slots masked', { maskEmpty: true }),
      ],
    },
    {
      // The symbol to copy is always n + 1 events back: eleven at the trained length, 21 and 41 beyond.
      label: 'Slots, copy up to 10 symbols (σ = 4)',
      measures,
      runs: [8, 16, 32, 64].map((slots) => run(`${slots} slots`, { slots }, 10)),
    },
  ],
  reading:
    'Copy of one to five symbols, tested on ten and twenty (last table: one to ten, tested on 20 and 40). Compare each row with σ = 4. To copy n symbols, a memory must hold n + 1 events. A guess names one symbol in eight (0.125).',
};

/** Recall against the size of the hybrid's window. */
import type { FieldValues } from '../../foundation/fields.ts';
import type { Experiment, ExperimentRun } from './experiment.ts';

const run = (label: string, id: string, fields: FieldValues): ExperimentRun => ({
  label,
  task: {
    id: 'associative-recall',
    fields: { keys: 8, values: 8, pairs: 4, queries: 2, distractors: 4 },
  },
  model: { id, fields },
  training: { batchSize: 32, learningRate: 3e-3 },
  steps: { small: 800, full: 3000 },
});

export const recallWindow: Experiment = {
  id: 'recall-window',
  name: 'Recall and the size of the window',
  claim:
    'Retrieval grows with the window of the hybrid, from what DeltaNet reaches alone towards the transformer, which sees everything.',
  source:
    'Irie, Yau and Gershman 2025, retrieval table (340M: DeltaNet 17.4 %, window 64 … 1024: 19.8 … 40.4 %)',
  groups: [
    {
      label: 'Up to 4 pairs, up to 4 distractors, 2 queries',
      matchedParameters: true,
      measures: [
        { label: 'trained', split: 'heldOut', metric: 'tokenAccuracy', solvedFrom: 0.95 },
        { label: '8 pairs', split: 'morePairs', metric: 'tokenAccuracy' },
        { label: '16 distractors', split: 'moreDistractors', metric: 'tokenAccuracy' },
      ],
      runs: [
        ...[1, 4, 8, 16].map((window) =>
          run(`Hybrid, window ${window}`, 'hqlt', {
            ...{ modelDim: 32, heads: 2, layers: 2, feedForwardDim: 64, window },
          }),
        ),
        run('DeltaNet', 'deltanet-lm', { modelDim: 34, heads: 2, layers: 2, feedForwardDim: 68 }),
        run('Transformer', 'transformer', {
          ...{ modelDim: 36, heads: 2, layers: 2, feedForwardDim: 72, maximumLength: 64 },
        }),
      ],
    },
  ],
  reading: 'Share of the asked values that are right; a guess names one in eight (0.125).',
};

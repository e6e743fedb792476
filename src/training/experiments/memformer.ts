/** Memformer: what its memory is worth on pictures, and how far back training has to reach to fill it. */
import type { FieldValues } from '../../foundation/fields.ts';
import type { Experiment, ExperimentRun } from './experiment.ts';

const base: FieldValues = { modelDim: 32, heads: 4, encoderLayers: 1, decoderLayers: 1, feedForwardDim: 64 };

const onPixels = (label: string, fields: FieldValues): ExperimentRun => ({
  label,
  task: { id: 'pixels', fields: { size: '14', levels: 4, ask: 'pixels' } },
  // One segment is one row of the picture.
  model: { id: 'memformer', fields: { ...base, segmentLength: 14, memorySlots: 16, ...fields } },
  training: { batchSize: 16, learningRate: 2e-3, strategy: 'memoryReplay', evaluationSamples: 128 },
  steps: { small: 800, full: 3000 },
});

export const memformerPixels: Experiment = {
  id: 'memformer-pixels',
  name: 'Memformer on pixels: ablations',
  claim:
    'Every part of Memformer lowers the perplexity of pixel sequences: more slots, a memory at all, a cool writer, forgetting, several heads.',
  source:
    'Wu et al. 2022, Table 1, MNIST, 2+6 layers (perplexity: 64 / 32 / 16 / 1 slots 1.594 / 1.600 / 1.604 / 1.627, no memory 1.745, τ = 1 1.612, no forgetting 1.630, one head 1.626)',
  groups: [
    {
      label: 'Drawn digits, 14 × 14, 4 grey levels',
      measures: [
        { label: 'perplexity', split: 'heldOut', metric: 'perplexity' },
        { label: 'perplexity, distorted', split: 'distorted', metric: 'perplexity' },
      ],
      runs: [
        onPixels('16 slots, τ = 0.25, forgetting, 4 heads', {}),
        onPixels('4 slots', { memorySlots: 4 }),
        onPixels('1 slot', { memorySlots: 1 }),
        onPixels('no memory', { memory: false }),
        onPixels('τ = 1', { temperature: 1 }),
        onPixels('no forgetting', { forgetting: false }),
        onPixels('one head', { heads: 1 }),
      ],
    },
  ],
  reading:
    'Lower is better; compare each row with the first. The paper’s order is: full, τ = 1, one head and one slot, no forgetting, no memory.',
};

const onLanguage = (label: string, fields: FieldValues, training: FieldValues): ExperimentRun => ({
  label,
  task: { id: 'language', fields: { sentences: 8, nouns: 4, objects: 4, gap: 1, score: 'recalls' } },
  model: { id: 'memformer', fields: { ...base, segmentLength: 8, memorySlots: 8, ...fields } },
  training: { batchSize: 32, learningRate: 2e-3, evaluationSamples: 256, ...training },
  steps: { small: 1000, full: 4000 },
});

const recalled = [
  { label: 'objects recalled', split: 'heldOut', metric: 'tokenAccuracy' },
  { label: 'twice the sentences', split: 'double', metric: 'tokenAccuracy' },
] as const;

export const memformerHorizon: Experiment = {
  id: 'memformer-horizon',
  name: 'Memformer: horizon and number of slots',
  claim:
    'Back-propagation through more segments and a larger memory recall more of what was said before; with a horizon of one segment the memory is hardly learned.',
  source:
    'Wu et al. 2022 (time horizon and memory size studies), on a synthetic language instead of WikiText-103',
  groups: [
    {
      label: 'Horizon of back-propagation, 8 slots',
      measures: recalled,
      runs: [1, 2, 4, 8].map((horizon) =>
        onLanguage(
          `${horizon} ${horizon === 1 ? 'segment' : 'segments'}`,
          {},
          { strategy: 'truncated', horizon },
        ),
      ),
    },
    {
      label: 'Slots, trained through all segments',
      measures: recalled,
      runs: [1, 2, 4, 8, 16].map((memorySlots) =>
        onLanguage(
          `${memorySlots} ${memorySlots === 1 ? 'slot' : 'slots'}`,
          { memorySlots },
          { strategy: 'memoryReplay' },
        ),
      ),
    },
  ],
  reading: 'Share of known objects named right; a guess names one in four (0.25).',
};

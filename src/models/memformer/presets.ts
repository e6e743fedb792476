/** Ready-made runs of Memformer. Memory replay is its way of training. */
import type { Preset } from '../model.ts';
import { starterPresets } from '../starter-presets.ts';

export const memformerPresets: readonly Preset[] = [
  {
    id: 'memformer-segments',
    label: 'Memformer · recall across segments',
    explanation:
      'Pairs in the first segment, noise in the next, then every key is asked: only the slots can know. Memory replay trains through all of it.',
    task: { id: 'segment-recall', fields: { pairs: 4, minimumGap: 1, maximumGap: 2 } },
    model: { modelDim: 32, heads: 4, encoderLayers: 2, decoderLayers: 1, memorySlots: 8, segmentLength: 8 },
    training: { strategy: 'memoryReplay', steps: 4000, learningRate: 2e-3 },
  },
  ...starterPresets({
    modelId: 'memformer',
    modelName: 'Memformer',
    model: { modelDim: 32, heads: 4, encoderLayers: 1, decoderLayers: 1, memorySlots: 8 },
    copy: {
      model: { segmentLength: 4 },
      training: { strategy: 'memoryReplay', steps: 2000, learningRate: 2e-3 },
    },
    recall: { training: { strategy: 'memoryReplay', steps: 3000, learningRate: 2e-3 } },
    text: { training: { strategy: 'memoryReplay' } },
  }),
];

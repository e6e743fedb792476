/** Memformer on the shelf, and its writer alone for the golden vectors. */
import { integer, toggle } from '../../foundation/fields.ts';
import type { ChoiceField, RealField } from '../../foundation/fields.ts';
import {
  feedForwardDim,
  headProblem,
  heads,
  modelDim,
  segmentLanguageModel,
  segmentLength,
} from '../common-fields.ts';
import type { ModelDefinition } from '../model.ts';
import { memformerAbout } from './about.ts';
import type { MemformerConfig } from './definition.ts';
import { memformerStep } from './definition.ts';
import { memformerPresets } from './presets.ts';
import { memformerWriteStep } from './write.ts';

const withMemory = (values: Readonly<Record<string, unknown>>): boolean => values['memory'] !== false;

const memorySlots = integer(
  'Memory slots',
  [1, 8, 64],
  'Vectors in the memory. Each is written by its own attention and never sees the others.',
  { visibleWhen: withMemory },
);
const temperature: RealField = {
  kind: 'real',
  label: 'Write temperature τ',
  minimum: 0.05,
  maximum: 4,
  default: 0.25,
  scale: 'log',
  explanation:
    'Divides the writer’s logits. Below 1 a slot attends to few sources and keeps its meaning; at 1 it blurs (the paper’s ablation).',
  visibleWhen: withMemory,
};
const selfValue: ChoiceField = {
  kind: 'choice',
  label: 'Self value',
  default: 'projected',
  options: [
    {
      value: 'projected',
      label: 'Projected',
      explanation:
        'A slot that keeps itself passes through the value projection, as in the first version of the paper and in both public codes.',
    },
    {
      value: 'raw',
      label: 'Raw',
      explanation: 'A slot that keeps itself is copied exactly, as the final version prints it.',
    },
  ],
  explanation: 'What a slot takes over from itself when it attends to itself.',
  advanced: true,
  visibleWhen: withMemory,
};
const forgetting = toggle(
  'Forgetting (BMN)',
  true,
  'After each write add a learned bias per slot and scale to unit length: a slot that is not refreshed drifts back to its start.',
  { visibleWhen: withMemory },
);

export const memformer: ModelDefinition = {
  id: 'memformer',
  name: 'Memformer',
  fields: {
    modelDim,
    heads,
    encoderLayers: integer(
      'Encoder layers',
      [1, 1, 6],
      'Each reads the memory once; the last one writes it.',
    ),
    decoderLayers: integer('Decoder layers', [1, 1, 8], 'Predict the segment from the encoder’s output.'),
    feedForwardDim,
    segmentLength,
    memory: toggle(
      'Memory',
      true,
      'Off: the decoder still sees the previous segment, nothing older (the paper’s ablation).',
    ),
    memorySlots,
    temperature,
    forgetting,
    selfValue,
    classTokens: integer(
      'Class tokens',
      [0, 1, 8],
      'Learned rows added to each segment that help the writer to sum it up.',
      { advanced: true },
    ),
  },
  about: memformerAbout,
  presets: memformerPresets,
  ...segmentLanguageModel,
  step: (g, config, situation) => memformerStep(g, config as unknown as MemformerConfig, situation),
};

export const memformerWrite: ModelDefinition = {
  id: 'memformer-write',
  name: 'Memformer writer',
  listed: false,
  fields: {
    modelDim,
    heads,
    memorySlots,
    tokensPerWrite: integer('Tokens', [1, 8, 128], 'Rows of one write.'),
    selfValue,
    temperature,
    forgetting,
  },
  about: memformerAbout,
  presets: [],
  input: 'vector',
  unit: 'token',
  output: 'y',
  sizes: () => ({}),
  problem: headProblem,
  step: (g, config) => memformerWriteStep(g, config as unknown as Parameters<typeof memformerWriteStep>[1]),
};

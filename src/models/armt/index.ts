/** Associative Recurrent Memory Transformer on the shelf. */
import { integer, toggle } from '../../foundation/fields.ts';
import {
  feedForwardDim,
  heads,
  layers,
  memoryMask,
  modelDim,
  segmentLanguageModel,
  segmentLength,
} from '../common-fields.ts';
import type { ModelDefinition } from '../model.ts';
import { armtAbout } from './about.ts';
import type { ArmtConfig } from './definition.ts';
import { armtStep } from './definition.ts';
import { armtPresets } from './presets.ts';

export const armt: ModelDefinition = {
  id: 'armt',
  name: 'ARMT',
  fields: {
    modelDim,
    heads,
    layers,
    feedForwardDim,
    segmentLength,
    memoryTokens: integer(
      'Memory tokens',
      [1, 4, 32],
      'Rows that write into the association matrix at the end of a segment; not handed on themselves.',
    ),
    memoryMask,
    associativeDim: integer(
      'Association width',
      [1, 32, 64],
      'Width of the keys before the feature map; the matrix has 2 · width · order rows.',
    ),
    dpfpOrder: integer(
      'Feature order',
      [1, 3, 4],
      'How many shifted products the feature map takes. More rows, fewer collisions.',
      { advanced: true },
    ),
    correction: toggle(
      'Correct the normaliser',
      true,
      'Count a key that is already stored only once in the normaliser.',
      { advanced: true },
    ),
  },
  about: armtAbout,
  presets: armtPresets,
  ...segmentLanguageModel,
  step: (g, config, situation) => armtStep(g, config as unknown as ArmtConfig, situation),
};

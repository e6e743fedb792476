/** Recurrent Memory Transformer on the shelf. */
import { integer } from '../../foundation/fields.ts';
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
import { rmtAbout } from './about.ts';
import type { RmtConfig } from './definition.ts';
import { rmtStep } from './definition.ts';
import { rmtPresets } from './presets.ts';

export const rmt: ModelDefinition = {
  id: 'rmt',
  name: 'RMT',
  fields: {
    modelDim,
    heads,
    layers,
    feedForwardDim,
    segmentLength,
    memoryTokens: integer(
      'Memory tokens',
      [1, 4, 32],
      'Vectors that travel from segment to segment: the whole memory.',
    ),
    memoryMask,
  },
  about: rmtAbout,
  presets: rmtPresets,
  ...segmentLanguageModel,
  step: (g, config, situation) => rmtStep(g, config as unknown as RmtConfig, situation),
};

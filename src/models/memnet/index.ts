/** MemNet on the shelf. */
import { vectorSizes } from '../common-fields.ts';
import type { ModelDefinition } from '../model.ts';
import { memnetAbout } from './about.ts';
import { memnetFields } from './config.ts';
import type { MemnetConfig } from './definition.ts';
import { memnetStep } from './definition.ts';
import { memnetPresets } from './presets.ts';

export const memnet: ModelDefinition = {
  id: 'memnet',
  name: 'MemNet',
  fields: memnetFields,
  about: memnetAbout,
  presets: memnetPresets,
  input: 'vector',
  unit: 'token',
  output: 'y',
  sizes: vectorSizes,
  atWidth: (config, width) => ({ ...config, hiddenSize: width, keySize: width, valueSize: width }),
  step: (g, config) => memnetStep(g, config as MemnetConfig),
};

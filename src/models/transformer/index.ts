/** Transformers without a recurrent memory on the shelf. */
import { integer } from '../../foundation/fields.ts';
import {
  blocksAtWidth,
  feedForwardDim,
  headProblem,
  heads,
  layers,
  modelDim,
  segmentLanguageModel,
  segmentLength,
  tokensOnlyProblem,
  vocabularySizes,
} from '../common-fields.ts';
import type { ModelDefinition } from '../model.ts';
import { cachedTransformerAbout, transformerAbout } from './about.ts';
import type { CachedTransformerConfig } from './definition.ts';
import { cachedTransformerStep, transformerStep } from './definition.ts';
import { cachedTransformerPresets, transformerPresets } from './presets.ts';

const maximumLength = integer(
  'Longest sequence',
  [2, 128, 1024],
  'Positions that have an embedding. Longer sequences cannot be read at all.',
  { unit: 'tokens' },
);
/** Every position that is read, those of the longest test included, needs an embedding. */
function lengthProblem(length: number, longest: number): string | null {
  if (length <= longest) return null;
  const found = `The longest sequences of this task, its tests included, have ${length} tokens, and “${maximumLength.label}” of the model is set to ${longest}.`;
  return length <= maximumLength.maximum
    ? `${found} Set it to ${length} or more.`
    : `${found} It can be at most ${maximumLength.maximum}: make the task’s sequences shorter, or choose another model.`;
}

const cacheLength = integer(
  'Cache length',
  [0, 16, 256],
  'Rows of earlier segments that each layer keeps. Gradients do not flow into them.',
  { unit: 'tokens' },
);

export const transformer: ModelDefinition = {
  id: 'transformer',
  name: 'Transformer',
  fields: { modelDim, heads, layers, feedForwardDim, maximumLength },
  about: transformerAbout,
  presets: transformerPresets,
  input: 'tokens',
  unit: 'segment',
  output: 'logits',
  segmentLength: () => Infinity,
  sizes: vocabularySizes,
  atWidth: blocksAtWidth,
  problem(config, ends, length) {
    return (
      tokensOnlyProblem(ends) ??
      lengthProblem(length, config['maximumLength'] as number) ??
      headProblem(config)
    );
  },
  step: (g, config, situation) =>
    transformerStep(g, config as unknown as Parameters<typeof transformerStep>[1], situation),
};

export const cachedTransformer: ModelDefinition = {
  id: 'transformer-xl-bias',
  name: 'Transformer with cache',
  fields: { modelDim, heads, layers, feedForwardDim, segmentLength, cacheLength },
  about: cachedTransformerAbout,
  presets: cachedTransformerPresets,
  ...segmentLanguageModel,
  step: (g, config, situation) =>
    cachedTransformerStep(g, config as unknown as CachedTransformerConfig, situation),
};

/** Ready-made runs of the transformers without a recurrent memory. */
import { starterPresets } from '../starter-presets.ts';

export const transformerPresets = starterPresets({
  modelId: 'transformer',
  modelName: 'Transformer',
  model: { modelDim: 32, heads: 4, layers: 2 },
});
export const cachedTransformerPresets = starterPresets({
  modelId: 'transformer-xl-bias',
  modelName: 'Cached transformer',
  model: { modelDim: 32, heads: 4, layers: 2 },
  copy: { model: { segmentLength: 4, cacheLength: 12 } },
});

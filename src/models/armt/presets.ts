/** Ready-made runs of ARMT. */
import { starterPresets } from '../starter-presets.ts';

export const armtPresets = starterPresets({
  modelId: 'armt',
  modelName: 'ARMT',
  model: { modelDim: 32, heads: 4, layers: 2, memoryTokens: 4 },
  copy: { model: { segmentLength: 4, memoryTokens: 5 } },
});

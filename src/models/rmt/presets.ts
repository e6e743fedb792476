/** Ready-made runs of RMT. */
import { starterPresets } from '../starter-presets.ts';

export const rmtPresets = starterPresets({
  modelId: 'rmt',
  modelName: 'RMT',
  model: { modelDim: 32, heads: 4, layers: 2, memoryTokens: 4 },
  copy: { model: { segmentLength: 4, memoryTokens: 5 } },
});

/**
 * Ready-made runs of ARMT: segments so short that nothing can be solved without the associations, and no more memory tokens
 * than there are tokens to store, as in the paper's one pair per segment. With tokens to spare it learns worse, and writes
 * that no training step has checked grow over long sequences.
 */
import { starterPresets } from '../starter-presets.ts';

export const armtPresets = starterPresets({
  modelId: 'armt',
  modelName: 'ARMT',
  model: { modelDim: 32, heads: 4, layers: 2, memoryTokens: 4 },
  copy: { model: { segmentLength: 2, memoryTokens: 1 } },
  recall: { model: { segmentLength: 2, memoryTokens: 1 } },
});

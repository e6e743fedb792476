/** Ready-made runs of the hybrid and of DeltaNet. Parity is what the paper tests them with: train short, test long. */
import type { Preset } from '../model.ts';
import { starterPresets } from '../starter-presets.ts';

const hybrid = { modelDim: 32, heads: 2, layers: 2, window: 4 };
const deltanet = { modelDim: 32, heads: 2, layers: 2 };

function parity(id: string, label: string, explanation: string, model: Preset['model']): Preset {
  return {
    id,
    label,
    explanation,
    task: { id: 'parity', fields: { minimumLength: 3, maximumLength: 20, labels: 'dense' } },
    model,
    training: { batchSize: 64, steps: 1500, learningRate: 3e-3 },
  };
}

export const hybridPresets: readonly Preset[] = [
  parity(
    'hqlt-parity',
    'Hybrid · parity, synchronous',
    'β may reach 2: one direction of the fast weights flips its sign with every one, and the rule holds at any length.',
    { ...hybrid, blending: 'synchronous', betaScale: 2 },
  ),
  parity(
    'hqlt-parity-positive',
    'Hybrid · parity, β up to 1',
    'The same with positive eigenvalues only: the trained lengths are memorised, longer ones fail.',
    { ...hybrid, blending: 'synchronous', betaScale: 1 },
  ),
  parity(
    'hqlt-parity-streaming',
    'Hybrid · parity, delayed',
    'A pair enters the fast weights only when it leaves the window: slower to learn.',
    { ...hybrid, blending: 'delayedStreaming', betaScale: 2 },
  ),
  ...starterPresets({ modelId: 'hqlt', modelName: 'Hybrid', model: hybrid }),
];

export const deltanetPresets: readonly Preset[] = [
  parity('deltanet-lm-parity', 'DeltaNet · parity', 'Fast weights alone, with β up to 2.', {
    ...deltanet,
    betaScale: 2,
  }),
  ...starterPresets({ modelId: 'deltanet-lm', modelName: 'DeltaNet', model: deltanet }),
];

/** The hybrid and DeltaNet on the shelf; the bare DeltaNet layer for the golden vectors. */
import { integer, toggle } from '../../foundation/fields.ts';
import type { ChoiceField, Fields, RealField } from '../../foundation/fields.ts';
import {
  blocksAtWidth,
  feedForwardDim,
  headProblem,
  heads,
  layers,
  modelDim,
  tokensOnlyProblem,
  vocabularySizes,
} from '../common-fields.ts';
import type { ModelDefinition } from '../model.ts';
import { deltanetAbout, hybridAbout } from './about.ts';
import type { HybridConfig } from './definition.ts';
import { deltanetStep, hybridStep } from './definition.ts';
import type { FastWeightConfig } from './fast-weights.ts';
import { deltanetPresets, hybridPresets } from './presets.ts';

const fwKernel: ChoiceField = {
  kind: 'choice',
  label: 'Fast-weight rule',
  default: 'delta',
  options: [
    {
      value: 'delta',
      label: 'Delta rule',
      explanation: 'A write first takes away what the key already recalls: old content can be replaced.',
    },
    {
      value: 'linear',
      label: 'Linear attention',
      explanation: 'Writes only add up; nothing is ever removed.',
    },
  ],
  explanation: 'How a key–value pair is written into the weight matrix.',
};
const betaScale: RealField = {
  kind: 'real',
  label: 'β up to',
  minimum: 1,
  maximum: 2,
  default: 2,
  explanation:
    'Largest write strength. 1 can only fade; 2 allows the eigenvalue 1 − β to be negative, which lets the memory flip a sign: parity needs it.',
  visibleWhen: (values) => values['fwKernel'] !== 'linear',
};
const outputGate = toggle(
  'Output gate',
  false,
  'Multiplies the result with a gate of the input before the output projection.',
  { advanced: true },
);
const convolutionSize = integer(
  'Short convolution',
  [0, 0, 4],
  'Width of a causal convolution over queries, keys and values; 0 switches it off.',
  { advanced: true, unit: 'tokens' },
);

const memoryFields = {
  modelDim,
  heads: { ...heads, default: 2 },
  layers,
  feedForwardDim,
  fwKernel,
  betaScale,
  outputGate,
  convolutionSize,
} satisfies Fields;

const hybridFields = {
  ...memoryFields,
  blending: {
    kind: 'choice',
    label: 'Blending',
    default: 'synchronous',
    options: [
      {
        value: 'synchronous',
        label: 'Synchronous',
        explanation: 'Every pair goes to both memories at once.',
      },
      {
        value: 'delayedStreaming',
        label: 'Delayed, streaming',
        explanation: 'A pair enters the fast weights when it leaves the window.',
      },
      {
        value: 'delayedChunk',
        label: 'Delayed, by chunk',
        explanation: 'The window is the current chunk; the fast weights are read as they were at its start.',
      },
    ],
    explanation: 'Which token is in which memory, and when.',
  },
  window: integer('Window', [1, 4, 64], 'Tokens that the softmax memory holds, the current one included.', {
    unit: 'tokens',
  }),
  mixer: {
    kind: 'choice',
    label: 'Mixer',
    default: 'dynamicVector',
    options: [
      { value: 'sum', label: 'Sum' },
      { value: 'staticScalar', label: 'Two learned scalars' },
      { value: 'dynamicScalar', label: 'Gate per head' },
      {
        value: 'dynamicVector',
        label: 'Gate per dimension',
        explanation: 'γ for the fast weights, 1 − γ for the window.',
      },
    ],
    explanation: 'How the outputs of the two memories are combined.',
  },
  rope: toggle(
    'Rotary positions',
    false,
    'Rotates queries and keys of the window by their position. The fast weights never see positions.',
    { advanced: true },
  ),
} satisfies Fields;

function widthProblem(config: Readonly<Record<string, unknown>>): string | null {
  if (config['convolutionSize'] === 1) return 'A convolution needs at least two tokens; 0 switches it off.';
  const headWidth = (config['modelDim'] as number) / (config['heads'] as number);
  return config['rope'] === true && headWidth % 2 !== 0
    ? `Rotary positions need an even head width, not ${headWidth}.`
    : null;
}

const language = {
  input: 'tokens',
  unit: 'token',
  output: 'logits',
  sizes: vocabularySizes,
  atWidth: blocksAtWidth,
  problem: (config, ends) => tokensOnlyProblem(ends) ?? headProblem(config) ?? widthProblem(config),
} as const satisfies Partial<ModelDefinition>;

export const hybrid: ModelDefinition = {
  ...language,
  id: 'hqlt',
  name: 'Hybrid (KV + fast weights)',
  fields: hybridFields,
  about: hybridAbout,
  presets: hybridPresets,
  step: (g, config) => hybridStep(g, config as unknown as HybridConfig),
};

export const deltanetLanguageModel: ModelDefinition = {
  ...language,
  id: 'deltanet-lm',
  name: 'DeltaNet',
  fields: memoryFields,
  about: deltanetAbout,
  presets: deltanetPresets,
  step: (g, config) =>
    hybridStep(g, {
      ...(config as unknown as HybridConfig),
      blending: 'fastWeightsOnly',
      mixer: 'sum',
      window: 1,
      rope: false,
    }),
};

export const deltanet: ModelDefinition = {
  id: 'deltanet',
  name: 'DeltaNet layer',
  listed: false,
  fields: { modelDim, heads, fwKernel, betaScale, outputGate, convolutionSize },
  about: deltanetAbout,
  presets: [],
  input: 'vector',
  unit: 'token',
  output: 'y',
  sizes: () => ({}),
  problem: (config) => headProblem(config) ?? widthProblem(config),
  step: (g, config) => deltanetStep(g, config as unknown as FastWeightConfig),
};

/** Fields that several models share, and the checks that go with them. */
import { integer } from '../foundation/fields.ts';
import type { ChoiceField, FieldValues } from '../foundation/fields.ts';
import type { TaskEnds } from './model.ts';

export const modelDim = integer(
  'Width',
  [4, 32, 256],
  'Numbers per token (D). Must be a multiple of the number of heads.',
);
export const heads = integer(
  'Heads',
  [1, 4, 16],
  'How many attentions run side by side, each on its own share of the width.',
);
export const feedForwardDim = integer(
  'Feed-forward width',
  [4, 64, 1024],
  'Inner width of the feed-forward part of every layer.',
  { advanced: true },
);
export const layers = integer(
  'Layers',
  [1, 2, 8],
  'How many blocks are stacked. More can express more and train slower.',
);
export const segmentLength = integer(
  'Segment length',
  [1, 8, 128],
  'Tokens that are processed together. Anything older can reach a segment only through the memory.',
  { unit: 'tokens' },
);
export const memoryMask: ChoiceField = {
  kind: 'choice',
  label: 'Memory mask',
  default: 'block',
  options: [
    { value: 'block', label: 'Whole block', explanation: 'Memory tokens of a block all see each other.' },
    { value: 'causal', label: 'Causal', explanation: 'Memory tokens see only those before them.' },
  ],
  explanation: 'Whether memory tokens may look at the memory tokens that come after them.',
  advanced: true,
};

/** Width and heads must fit. */
export function headProblem(config: FieldValues): string | null {
  const width = config['modelDim'] as number;
  const count = config['heads'] as number;
  return width % count === 0
    ? null
    : `The width ${width} cannot be shared by ${count} heads: choose a multiple of ${count}.`;
}

export function tokensOnlyProblem(ends: TaskEnds): string | null {
  return ends.kind === 'tokens'
    ? null
    : 'This model reads symbols; the task gives numbers. Choose a recurrent model for it.';
}

/** Language models name their vocabulary; it comes from the task. */
export function vocabularySizes(ends: TaskEnds): FieldValues {
  return { vocabularySize: ends.kind === 'tokens' ? ends.vocabularySize : ends.outputSize };
}

/** Models of vectors read tokens one-hot. */
export function vectorSizes(ends: TaskEnds): FieldValues {
  return {
    inputSize: ends.kind === 'tokens' ? ends.vocabularySize : ends.inputSize,
    outputSize: ends.outputSize,
  };
}

/** Models of transformer blocks: the feed-forward part keeps its ratio to the width, which stays a multiple of the heads. */
export function blocksAtWidth(config: FieldValues, width: number): FieldValues {
  const count = config['heads'] as number;
  const ratio = (config['feedForwardDim'] as number) / (config['modelDim'] as number);
  const rounded = Math.max(1, Math.round(width / count)) * count;
  return { ...config, modelDim: rounded, feedForwardDim: Math.max(4, Math.round(rounded * ratio)) };
}

/** What all language models that read segments of tokens with blocks of `modelDim` and `heads` declare. */
export const segmentLanguageModel = {
  input: 'tokens',
  unit: 'segment',
  output: 'logits',
  segmentLength: (config: FieldValues) => config['segmentLength'] as number,
  sizes: vocabularySizes,
  atWidth: blocksAtWidth,
  problem: (config: FieldValues, ends: TaskEnds) => tokensOnlyProblem(ends) ?? headProblem(config),
} as const;

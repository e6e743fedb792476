/** Settings of MemNet. Sizes of input and output come from the task. */
import type { Fields } from '../../foundation/fields.ts';

export const memnetFields = {
  slots: {
    kind: 'integer',
    label: 'Slots',
    minimum: 1,
    maximum: 128,
    default: 32,
    unit: 'events',
    explanation:
      'How many key–value events the memory holds. The oldest event is dropped when a new one arrives, so a task that asks further back than this cannot be solved.',
  },
  hiddenSize: {
    kind: 'integer',
    label: 'Hidden size',
    minimum: 1,
    maximum: 256,
    default: 32,
    explanation:
      'Width of the hidden state, which links one step to the next. It is purely linear: nothing squashes it.',
  },
  keySize: {
    kind: 'integer',
    label: 'Key size',
    minimum: 1,
    maximum: 256,
    default: 32,
    explanation:
      'Width of a key and of a query: the address of an event. Wider keys make more events distinguishable.',
  },
  valueSize: {
    kind: 'integer',
    label: 'Value size',
    minimum: 1,
    maximum: 256,
    default: 32,
    explanation:
      'Width of a value: what an event remembers. It is kept apart from the key, so what is stored does not disturb where it is found.',
    visibleWhen: (values) => values['sharedKeys'] !== true,
  },
  kernel: {
    kind: 'choice',
    label: 'Similarity',
    default: 'gaussian',
    options: [
      {
        value: 'gaussian',
        label: 'Gaussian',
        explanation: 'exp(−‖q − k‖² / 2σ²), as in the paper; the weights need not add up to one.',
      },
      {
        value: 'gaussianNormalized',
        label: 'Gaussian, normalised',
        explanation: 'The same, divided by its sum.',
      },
      {
        value: 'gaussianMean',
        label: 'Gaussian, mean form',
        explanation: 'exp(−σ · mean (q − k)²), the form in the authors’ code: σ multiplies.',
      },
      {
        value: 'softmaxDot',
        label: 'Softmax of dot products',
        explanation: 'What attention does; it generalises worse to longer sequences.',
      },
    ],
    explanation:
      'How a query is compared to the stored keys. The read is the sum of the values, weighted by this similarity.',
  },
  sigma: {
    kind: 'real',
    label: 'Kernel width σ',
    minimum: 0.05,
    maximum: 20,
    default: 4,
    scale: 'log',
    unit: 'same unit as keys',
    explanation:
      'How far a query reaches around itself. Small: only near-identical keys answer, and gradients vanish. Large: everything answers at once. (In the mean form σ multiplies, so larger is narrower.)',
    visibleWhen: (values) => values['kernel'] !== 'softmaxDot',
  },
  writeOrder: {
    kind: 'choice',
    label: 'Order',
    default: 'readFirst',
    options: [
      { value: 'readFirst', label: 'Read, then write', explanation: 'A step cannot see its own event.' },
      {
        value: 'writeFirst',
        label: 'Write, then read',
        explanation: 'A step can find the event it just wrote.',
      },
    ],
    explanation:
      'Whether a step looks into the memory before or after it adds its own event. Descriptions of the paper differ.',
    advanced: true,
  },
  sharedKeys: {
    kind: 'switch',
    label: 'Keys are the values',
    default: false,
    explanation:
      'An ablation of our own, not in the paper: one map writes both, so an event is stored once and found by what it says. Shows what keeping address and content apart is worth. Values are then as wide as keys.',
    advanced: true,
  },
  contentFeedback: {
    kind: 'switch',
    label: 'Feed the read back',
    default: false,
    explanation:
      'Lets the content read in the last step enter this step’s query, key, value and state, as in the authors’ later code.',
    advanced: true,
  },
  learnedInitialState: {
    kind: 'switch',
    label: 'Learned initial state',
    default: true,
    explanation: 'Start from a trained hidden state rather than from zeros.',
    advanced: true,
  },
  maskEmpty: {
    kind: 'switch',
    label: 'Mask empty slots',
    default: false,
    explanation:
      'Leave slots that were never written out of the read. Off: they take part as zero keys with zero values and can absorb weight.',
    advanced: true,
  },
} as const satisfies Fields;

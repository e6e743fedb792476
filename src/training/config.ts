/** Settings of training. Defaults are those of the recipes that were seen to learn. */
import type { OptimizerSettings, Strategy } from '../executors/executor.ts';
import type { Fields, ValuesOf } from '../foundation/fields.ts';

export const trainingFields = {
  batchSize: {
    kind: 'integer',
    label: 'Batch size',
    minimum: 1,
    maximum: 256,
    default: 32,
    unit: 'sequences',
    explanation:
      'How many sequences are averaged for one update. More of them give a steadier gradient and slower steps.',
  },
  steps: {
    kind: 'integer',
    label: 'Steps',
    minimum: 1,
    maximum: 1_000_000,
    default: 1000,
    unit: 'updates',
    explanation:
      'How long the run is planned to be. The learning rate has come down to its last value when they are done; you can train on after that.',
  },
  learningRate: {
    kind: 'real',
    label: 'Learning rate',
    minimum: 1e-6,
    maximum: 1,
    default: 3e-3,
    scale: 'log',
    explanation:
      'How far one update moves the weights, at its highest. Too large and the loss jumps or becomes infinite; too small and nothing happens.',
  },
  warmupSteps: {
    kind: 'integer',
    label: 'Warm-up',
    minimum: 0,
    maximum: 100_000,
    default: 100,
    unit: 'updates',
    explanation:
      'The learning rate rises in a straight line over this many steps, so that the first, wild gradients do no harm.',
  },
  schedule: {
    kind: 'choice',
    label: 'Schedule',
    default: 'cosine',
    options: [
      {
        value: 'cosine',
        label: 'Cosine',
        explanation: 'Falls along half a cosine from the learning rate to its final fraction.',
      },
      { value: 'constant', label: 'Constant', explanation: 'Stays at the learning rate after the warm-up.' },
    ],
    explanation: 'What the learning rate does after the warm-up. Falling rates settle into a better minimum.',
  },
  finalFraction: {
    kind: 'real',
    label: 'Final fraction',
    minimum: 0,
    maximum: 1,
    default: 0.05,
    explanation: 'The share of the learning rate that is left when the planned steps are done.',
    visibleWhen: (values) => values['schedule'] === 'cosine',
    advanced: true,
  },
  weightDecay: {
    kind: 'real',
    label: 'Weight decay',
    minimum: 0,
    maximum: 1,
    default: 0,
    explanation:
      'Pulls every matrix towards zero a little with each update (AdamW). Helps against overfitting a small text; biases and gains are left alone.',
    advanced: true,
  },
  beta1: {
    kind: 'real',
    label: 'β₁',
    minimum: 0,
    maximum: 0.9999,
    default: 0.9,
    explanation: 'How slowly Adam’s running mean of the gradient forgets: its momentum.',
    advanced: true,
  },
  beta2: {
    kind: 'real',
    label: 'β₂',
    minimum: 0,
    maximum: 0.99999,
    default: 0.98,
    explanation:
      'How slowly Adam’s running mean of the squared gradient forgets. It sets the size of the steps of each weight; smaller reacts faster.',
    advanced: true,
  },
  clipNorm: {
    kind: 'real',
    label: 'Gradient clipping',
    minimum: 0,
    maximum: 100,
    default: 1,
    unit: 'norm',
    explanation:
      'A gradient longer than this is scaled down to this length, so that one steep spot does not throw the weights away. 0 switches clipping off.',
    advanced: true,
  },
  strategy: {
    kind: 'choice',
    label: 'Back-propagation',
    default: 'full',
    options: [
      {
        value: 'full',
        label: 'Full',
        explanation:
          'Through the whole sequence; keeps every activation. Fastest, and needs the most memory.',
      },
      {
        value: 'truncated',
        label: 'Truncated',
        explanation:
          'Gradients stop at the horizon: nothing further back can be learned through the state, whatever the memory holds.',
      },
      {
        value: 'checkpointed',
        label: 'Checkpointed',
        explanation:
          'The same gradient as full; keeps the state every √T steps and computes the rest a second time.',
      },
      {
        value: 'memoryReplay',
        label: 'Memory replay',
        explanation:
          'The same gradient as full; keeps only the memory between steps and recomputes one step at a time (Memformer’s MRBP).',
      },
    ],
    explanation:
      'How the gradient travels back through time: what is kept for it, and how far it is allowed to go.',
    advanced: true,
  },
  horizon: {
    kind: 'integer',
    label: 'Horizon',
    minimum: 1,
    maximum: 4096,
    default: 8,
    unit: 'steps',
    explanation: 'Through how many steps of the model gradients flow together before they are cut.',
    visibleWhen: (values) => values['strategy'] === 'truncated',
    advanced: true,
  },
  evaluationInterval: {
    kind: 'integer',
    label: 'Evaluate every',
    minimum: 1,
    maximum: 100_000,
    default: 50,
    unit: 'updates',
    explanation:
      'How often loss and accuracy are measured on training, held-out and longer data. Measuring takes time from training.',
    advanced: true,
  },
  evaluationSamples: {
    kind: 'integer',
    label: 'Evaluation samples',
    minimum: 8,
    maximum: 4096,
    step: 8,
    default: 128,
    unit: 'sequences',
    explanation:
      'How many sequences of each kind are measured, always the same ones. More give smoother curves and slower evaluations.',
    advanced: true,
  },
} as const satisfies Fields;

export type TrainingValues = ValuesOf<typeof trainingFields>;

/** Added to the root of the second moment (Kingma and Ba 2015). */
const epsilon = 1e-8;

export function optimizerSettings(values: TrainingValues, learningRate: number): OptimizerSettings {
  return {
    learningRate,
    beta1: values.beta1,
    beta2: values.beta2,
    epsilon,
    weightDecay: values.weightDecay,
    clipNorm: values.clipNorm === 0 ? Infinity : values.clipNorm,
  };
}

export function strategyOf(values: TrainingValues): Strategy {
  return values.strategy === 'truncated'
    ? { kind: 'truncated', horizon: values.horizon }
    : { kind: values.strategy };
}

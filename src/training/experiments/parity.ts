/** Parity: what a fast-weight memory with negative eigenvalues can do, and where in the hybrid it has to stand. */
import type { FieldValues } from '../../foundation/fields.ts';
import type { Experiment, ExperimentRun, Group, Measure } from './experiment.ts';

const hybrid: FieldValues = { modelDim: 32, heads: 2, layers: 2, feedForwardDim: 64, window: 4 };
const deltanet: FieldValues = { modelDim: 34, heads: 2, layers: 2, feedForwardDim: 68 };

const rows: readonly (readonly [label: string, id: string, fields: FieldValues])[] = [
  ['Hybrid, synchronous, β up to 2', 'hqlt', { ...hybrid, blending: 'synchronous', betaScale: 2 }],
  ['Hybrid, synchronous, β up to 1', 'hqlt', { ...hybrid, blending: 'synchronous', betaScale: 1 }],
  ['Hybrid, delayed streaming, β up to 2', 'hqlt', { ...hybrid, blending: 'delayedStreaming', betaScale: 2 }],
  ['Hybrid, delayed chunk, β up to 2', 'hqlt', { ...hybrid, blending: 'delayedChunk', betaScale: 2 }],
  ['DeltaNet, β up to 2', 'deltanet-lm', { ...deltanet, betaScale: 2 }],
  ['DeltaNet, β up to 1', 'deltanet-lm', { ...deltanet, betaScale: 1 }],
  [
    'Transformer',
    'transformer',
    { modelDim: 34, heads: 2, layers: 2, feedForwardDim: 68, maximumLength: 80 },
  ],
];

function measures(chance: number, trained: string): readonly Measure[] {
  const accuracy = { metric: 'tokenAccuracy', chance, solvedFrom: 0.95 } as const;
  return [
    { ...accuracy, label: trained, split: 'heldOut' },
    { ...accuracy, label: 'at 2×', split: 'double' },
    { ...accuracy, label: 'at 4×', split: 'quadruple' },
  ];
}

/** Asked at every bit, the rule is found sooner; what is left is where the memory can keep it. */
const hybrids = rows.filter(([, id]) => id === 'hqlt');

function group(
  label: string,
  task: ExperimentRun['task'],
  columns: readonly Measure[],
  steps: ExperimentRun['steps'],
  tested = rows,
): Group {
  const training = { batchSize: 64, learningRate: 3e-3 };
  return {
    label,
    measures: columns,
    matchedParameters: true,
    runs: tested.map(([name, id, fields]) => ({
      label: name,
      task,
      model: { id, fields },
      training,
      steps,
    })),
  };
}

const steps = { small: 400, full: 2000 };

const parityTask = (labels: 'last' | 'dense'): ExperimentRun['task'] => ({
  id: 'parity',
  fields: { minimumLength: 3, maximumLength: 20, labels },
});

export const parityExperiment: Experiment = {
  id: 'parity',
  name: 'Parity: train short, test long',
  claim:
    'The synchronous hybrid and DeltaNet with β up to 2 solve parity beyond the trained length; the transformer, the delayed blendings and β up to 1 do not.',
  source:
    'Irie, Yau and Gershman 2025, expressivity table (normalised accuracy: synchronous 1.000, DeltaNet 1.000, delayed streaming 0.033, delayed chunk 0.028, transformer 0.022)',
  groups: [
    group(
      'Asked at the last bit only, as in the paper',
      parityTask('last'),
      measures(0.5, 'trained lengths'),
      steps,
    ),
  ],
  reading:
    'Normalised accuracy: 0 is a guess, 1 always right. Trained on 3 to 20 bits, tested on 40 and 80, where only the parity of the whole sequence is asked.',
};

export const denseParityExperiment: Experiment = {
  id: 'parity-every-bit',
  name: 'Parity, asked at every bit: β and blending',
  claim:
    'Where every bit is asked, the rule is found at once with β up to 2; with β up to 1 the trained lengths are memorised and longer ones fail.',
  source: 'Irie, Yau and Gershman 2025 on β; labels at every bit are ours',
  groups: [
    group(
      'Asked at every bit',
      parityTask('dense'),
      measures(0.5, 'trained lengths, every bit'),
      steps,
      hybrids,
    ),
  ],
  reading:
    'Normalised accuracy: 0 is a guess, 1 always right. The first column counts every bit of 3 to 20, the others only the parity of the whole sequence of 40 and 80.',
};

export const modularArithmeticExperiment: Experiment = {
  id: 'modular-arithmetic',
  name: 'Modular arithmetic: train short, test long',
  claim:
    'The synchronous hybrid and DeltaNet compute sums with products modulo 5 beyond the trained length; the transformer and the delayed blendings do not.',
  source:
    'Irie, Yau and Gershman 2025, expressivity table (normalised accuracy: synchronous 0.970, DeltaNet 0.971, delayed streaming 0.278, delayed chunk 0.014, transformer 0.031)',
  groups: [
    group(
      'One to 8 numbers',
      { id: 'modular-arithmetic', fields: { minimumLength: 1, maximumLength: 8 } },
      measures(0.2, 'trained lengths'),
      { small: 1000, full: 10_000 },
    ),
  ],
  reading: 'Normalised accuracy: 0 is a guess (one in five), 1 always right. Tested on 16 and 32 numbers.',
};

/** Elman RNN, LSTM and GRU on the shelf: the baselines without a separate memory. */
import { integer } from '../../foundation/fields.ts';
import type { ChoiceField, FieldValues } from '../../foundation/fields.ts';
import { vectorSizes } from '../common-fields.ts';
import type { ModelDefinition } from '../model.ts';
import { gruAbout, lstmAbout, rnnAbout } from './about.ts';
import type { RecurrentConfig } from './definition.ts';
import { gruStep, lstmStep, rnnStep } from './definition.ts';
import { gruPresets, lstmPresets, rnnPresets } from './presets.ts';

const hiddenSize = integer(
  'Hidden size',
  [1, 64, 256],
  'Width of the hidden state: all that the network can remember has to fit into it.',
);
const nonlinearity: ChoiceField = {
  kind: 'choice',
  label: 'Nonlinearity',
  default: 'tanh',
  options: [
    { value: 'tanh', label: 'tanh' },
    { value: 'relu', label: 'ReLU' },
  ],
  explanation: 'What is applied to the state at every step. tanh keeps it bounded; ReLU does not.',
};

const common = {
  input: 'vector',
  unit: 'token',
  output: 'y',
  sizes: vectorSizes,
  atWidth: (config: FieldValues, width: number) => ({ ...config, hiddenSize: width }),
} as const;

export const rnn: ModelDefinition = {
  ...common,
  id: 'rnn',
  name: 'RNN',
  fields: { hiddenSize, nonlinearity },
  about: rnnAbout,
  presets: rnnPresets,
  step: (g, config) => rnnStep(g, config as unknown as Parameters<typeof rnnStep>[1]),
};

export const lstm: ModelDefinition = {
  ...common,
  id: 'lstm',
  name: 'LSTM',
  fields: { hiddenSize },
  about: lstmAbout,
  presets: lstmPresets,
  step: (g, config) => lstmStep(g, config as unknown as RecurrentConfig),
};

export const gru: ModelDefinition = {
  ...common,
  id: 'gru',
  name: 'GRU',
  fields: { hiddenSize },
  about: gruAbout,
  presets: gruPresets,
  step: (g, config) => gruStep(g, config as unknown as RecurrentConfig),
};

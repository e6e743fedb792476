/** Ready-made runs of the recurrent baselines. */
import { starterPresets } from '../starter-presets.ts';

export const rnnPresets = starterPresets({ modelId: 'rnn', modelName: 'RNN' });
export const lstmPresets = starterPresets({
  modelId: 'lstm',
  modelName: 'LSTM',
});
export const gruPresets = starterPresets({
  modelId: 'gru',
  modelName: 'GRU',
});

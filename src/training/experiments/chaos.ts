/** Chaotic series: a linear cell with an event memory against recurrent networks with squashed states. */
import type { FieldValues } from '../../foundation/fields.ts';
import type { Experiment, ExperimentRun, Group, Measure } from './experiment.ts';

const measures: readonly Measure[] = [
  { label: 'error, trained length', split: 'heldOut', metric: 'normalizedError' },
  { label: 'error at 2×', split: 'double', metric: 'normalizedError' },
];

/** About 5,500 parameters each. */
function group(label: string, task: FieldValues): Group {
  const run = (name: string, id: string, fields: FieldValues, beta2: number): ExperimentRun => ({
    label: name,
    task: { id: 'chaos', fields: { windowLength: 32, warmUp: 8, ...task } },
    model: { id, fields },
    training: { batchSize: 32, learningRate: 3e-3, beta2 },
    steps: { small: 1000, full: 4000 },
  });
  return {
    label,
    measures,
    matchedParameters: true,
    runs: [
      run('MemNet', 'memnet', { sigma: 4 }, 0.999),
      // Its read does not grow with the number of stored events.
      run('MemNet, normalised', 'memnet', { sigma: 4, kernel: 'gaussianNormalized' }, 0.999),
      run('RNN', 'rnn', { hiddenSize: 72 }, 0.98),
      run('LSTM', 'lstm', { hiddenSize: 35 }, 0.98),
    ],
  };
}

export const chaosExperiment: Experiment = {
  id: 'chaos',
  name: 'Chaotic series',
  claim: 'On chaotic series MemNet predicts better than recurrent networks with as many parameters.',
  source: 'Dou and Principe 2023 (MemNet); which systems they used is not public',
  groups: [
    group('Mackey-Glass, τ = 23, every sixth sample', { system: 'mackeyGlass', delay: 23, stride: 6 }),
    group('Lorenz, first coordinate, every third sample', {
      ...{ system: 'lorenz', observed: 'first', stride: 3 },
    }),
  ],
  reading:
    'Squared error over the variance of the series on the half that training never sees: 0 is exact, 1 is as good as guessing the mean. The 2× windows are twice as long as the trained ones.',
};

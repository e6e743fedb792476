/** Every experiment, by the name under which `npm run replicate` knows it. */
import { chaosExperiment } from './chaos.ts';
import { copyReverse } from './copy-reverse.ts';
import type { Experiment } from './experiment.ts';
import { memformerHorizon, memformerPixels } from './memformer.ts';
import { memnetAblations } from './memnet-ablations.ts';
import { denseParityExperiment, modularArithmeticExperiment, parityExperiment } from './parity.ts';
import { recallWindow } from './recall-window.ts';

export const experiments: readonly Experiment[] = [
  copyReverse,
  chaosExperiment,
  memformerPixels,
  memformerHorizon,
  parityExperiment,
  denseParityExperiment,
  modularArithmeticExperiment,
  recallWindow,
  memnetAblations,
];

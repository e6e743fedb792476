/** The model shelf: one line for each memory. */
import { PlaygroundError } from '../foundation/errors.ts';
import { armt } from './armt/index.ts';
import { deltanet, deltanetLanguageModel, hybrid } from './hybrid/index.ts';
import { memformer, memformerWrite } from './memformer/index.ts';
import { memnet } from './memnet/index.ts';
import type { ModelDefinition } from './model.ts';
import { gru, lstm, rnn } from './recurrent/index.ts';
import { rmt } from './rmt/index.ts';
import { cachedTransformer, transformer } from './transformer/index.ts';

/** Every model that can be built, in the order of the shelf. */
export const models: readonly ModelDefinition[] = [
  memnet,
  memformer,
  hybrid,
  deltanetLanguageModel,
  rmt,
  armt,
  transformer,
  cachedTransformer,
  lstm,
  gru,
  rnn,
  memformerWrite,
  deltanet,
];

/** Those that the page offers. */
export const listedModels: readonly ModelDefinition[] = models.filter((model) => model.listed !== false);

/** @throws PlaygroundError `unknown-model`. */
export function modelById(id: string): ModelDefinition {
  const model = models.find((candidate) => candidate.id === id);
  if (!model) {
    throw new PlaygroundError(
      'unknown-model',
      `There is no model called “${id}”.`,
      'Nothing was changed.',
      `Choose one of ${listedModels.map((known) => known.id).join(', ')}.`,
    );
  }
  return model;
}

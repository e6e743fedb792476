/** What memories and layers are called, so that instruments that draw different taps mean the same slots and heads. */
import type { Run } from './data.ts';

/** The first-in first-out memory of MemNet. */
export const queueBank = ({ memory }: Run): string =>
  memory.banks.find(({ order }) => order === 'newestFirst')?.name ?? 'slots';

/** The slots that a model of segments hands on, as in Memformer and RMT. */
export const slotBank = ({ memory }: Run): string =>
  memory.banks.find(({ noun, order }) => noun === 'slot' && order === null)?.name ?? 'memory slots';

/** The hidden state of a recurrent cell, unit by unit. */
export const hiddenBank = 'hidden state';

/** The association matrix of a layer of ARMT, by rows: one for each key feature. */
export const associationBank = (layer: string | undefined): string => `associations, layer ${layer ?? 0}`;

/** The memory tokens of ARMT on their way through a layer. */
export const memoryTokens = (layer: string | undefined): string => `memory tokens, layer ${layer ?? 0}`;

/** @param layer as taps write it: a number; undefined where the model has one layer */
export const layerName = (layer: string | undefined): string =>
  layer === undefined ? 'layer' : `layer ${layer}`;

export const fastWeightBank = (layer: string | undefined): string =>
  layer === undefined ? 'fast weights' : `fast weights, ${layerName(layer)}`;

/** The softmax window of a hybrid layer. */
export const windowBank = (layer: string | undefined): string => `window, ${layerName(layer)}`;

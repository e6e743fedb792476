/** Random programs on tfjs's cpu backend, with every strategy, against the reference evaluator. */
import { expect, it } from 'vitest';
import { replayRandomProgram } from '../../testing/random-replay.ts';
import { openTfjs } from './index.ts';

const executor = await openTfjs('tfjs-cpu');

it.each(Array.from({ length: 40 }, (_, seed) => seed))('agrees on random program %i', async (seed) => {
  const { where, error } = await replayRandomProgram(executor, seed);
  expect(error, where).toBeLessThan(1e-4);
});

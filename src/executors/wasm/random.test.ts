/** Random programs on the wasm executor, with every strategy, against the reference evaluator. */
import { expect, it } from 'vitest';
import { replayRandomProgram } from '../../testing/random-replay.ts';
import { kernelsFromDisk } from '../../testing/wasm-from-disk.ts';
import { createWasmExecutor } from './executor.ts';

const executor = await createWasmExecutor({ kernels: kernelsFromDisk });

it.each(Array.from({ length: 150 }, (_, seed) => seed))('agrees on random program %i', async (seed) => {
  const { where, error } = await replayRandomProgram(executor, seed);
  expect(error, where).toBeLessThan(1e-4);
});

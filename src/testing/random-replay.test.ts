/**
 * Executors against double precision on random programs, with every strategy that must give the same gradients. tfjs
 * differentiates by itself, so its agreement is a second opinion on the derivative rules.
 */
import { describe, expect, it } from 'vitest';
import { openTfjs } from '../executors/tfjs/index.ts';
import { createWasmExecutor } from '../executors/wasm/executor.ts';
import { replayRandomProgram } from './random-replay.ts';
import { tolerances } from './vectors.ts';
import { kernelsFromDisk } from './wasm-from-disk.ts';

const executors = [await openTfjs('tfjs-cpu'), await createWasmExecutor({ kernels: kernelsFromDisk })];

describe.each(executors.map((executor) => [executor.name, executor] as const))('%s', (_name, executor) => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('agrees on random program %i', async (seed) => {
    const { where, actual, expected, error } = await replayRandomProgram(executor, seed);
    expect(error, `${where} is ${actual}, not ${expected}`).toBeLessThan(tolerances.f32);
  });
});

/** The compiled kernels read from disk: for tests and benchmarks in Node, where nothing can be fetched. */
import { readFile } from 'node:fs/promises';
import type { KernelSource } from '../executors/wasm/kernels.ts';

export const kernelsFromDisk: KernelSource = (build) =>
  readFile(new URL(`../executors/wasm/generated/${build}.wasm`, import.meta.url));

/** How fast one thread multiplies matrices with the kernels of the wasm executor: what a training step is held against. */
import * as opcode from '../src/executors/wasm/kernels/opcodes.ts';
import { loadKernels } from '../src/executors/wasm/kernels.ts';
import { timeSteps } from './timing.ts';

const extent = 256;

/** GFLOP/s of a 256³ product, both sides as they lie. */
export async function matmulRate(): Promise<number> {
  const kernels = await loadKernels();
  const { memory, reservedBytes } = kernels;
  const matrixBytes = extent * extent * 4;
  const table = Math.ceil(reservedBytes / 64) * 64;
  const [a, b, c] = [1, 2, 3].map((i) => table + 1024 + i * matrixBytes) as [number, number, number];
  memory.grow(Math.ceil((c + matrixBytes) / 65536));
  new Float32Array(memory.buffer, a, 2 * extent * extent).fill(0.5);
  const row = extent * 4;
  const strides = [a, row, 4, b, row, 4, c, row, extent, extent, extent, 1, 1];
  const words = [opcode.MATMUL, 100, ...strides, ...new Array<number>(10).fill(0)];
  new Int32Array(memory.buffer, table, words.length).set(words);
  const milliseconds = await timeSteps(async () => kernels.execute(table, table + 100));
  return (2 * extent ** 3) / milliseconds / 1e6;
}

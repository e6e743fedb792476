/** Every op, its values and its gradients, on the wasm executor against the reference evaluator. */
import { expect, it } from 'vitest';
import { replayedOps, replayOp } from '../../testing/op-replay.ts';
import { kernelsFromDisk } from '../../testing/wasm-from-disk.ts';
import { createWasmExecutor } from './executor.ts';

const executor = await createWasmExecutor({ kernels: kernelsFromDisk });

it.each(replayedOps)('%s', async (op) => {
  const { where, error } = await replayOp(executor, op);
  expect(error, where).toBeLessThan(3e-6);
});

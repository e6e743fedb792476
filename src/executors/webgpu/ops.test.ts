/** Every op, its values and its gradients, on software WebGPU against the reference evaluator. */
import { afterAll, expect, it } from 'vitest';
import { replayedOps, replayOp } from '../../testing/op-replay.ts';
import { softwareExecutor } from '../../testing/software-webgpu.ts';

const executor = await softwareExecutor();
afterAll(() => executor.dispose());

it.each(replayedOps)('%s', async (op) => {
  const { where, error } = await replayOp(executor, op, { quick: true });
  expect(error, where).toBeLessThan(1e-5);
});

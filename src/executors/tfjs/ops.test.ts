/** Every op, its values and its gradients, on tfjs's cpu backend against the reference evaluator. */
import { expect, it } from 'vitest';
import { replayedOps, replayOp } from '../../testing/op-replay.ts';
import { openTfjs } from './index.ts';

const executor = await openTfjs('tfjs-cpu');

it.each(replayedOps)('%s', async (op) => {
  const { where, error } = await replayOp(executor, op);
  expect(error, where).toBeLessThan(1e-5);
});

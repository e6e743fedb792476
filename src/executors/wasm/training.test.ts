/** Training on the wasm executor: the contract of all executors, and the memory that a rollout takes. */
import { describe, expect, it } from 'vitest';
import { exactStrategies } from '../../testing/replay.ts';
import { describeTraining } from '../../testing/training-contract.ts';
import { named, startRun } from '../../testing/training-run.ts';
import { kernelsFromDisk } from '../../testing/wasm-from-disk.ts';
import type { Strategy } from '../executor.ts';
import { createWasmExecutor } from './executor.ts';

const executor = await createWasmExecutor({ kernels: kernelsFromDisk });
const memformer = named('memformer', 'three segments');

describeTraining(executor, { steps: 10_000 });

describe('linear memory', () => {
  const strategies: Strategy[] = [...exactStrategies, { kind: 'truncated', horizon: 2 }];

  it.each(strategies)('is taken when compiled and given back when disposed with $kind', async (strategy) => {
    const atFirst = executor.memory();
    const run = await startRun(executor, memformer, strategy);
    const { bytes } = executor.memory();
    expect(bytes - atFirst.bytes).toBeGreaterThan(run.execution.cost.activationBytes!);
    run.dispose();
    expect(executor.memory()).toEqual(atFirst);
  });

  it('of a replayed rollout is a fraction of the full one', async () => {
    const bytes = async (strategy: Strategy): Promise<number> => {
      const run = await startRun(executor, memformer, strategy);
      run.dispose();
      return run.execution.cost.activationBytes!;
    };
    expect(await bytes({ kind: 'memoryReplay' })).toBeLessThan(0.6 * (await bytes({ kind: 'full' })));
  });
});

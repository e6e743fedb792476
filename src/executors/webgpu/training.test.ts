/** Training on the GPU executor: the contract of all executors, dispatches, buffers, and how a device fails. */
import { afterAll, describe, expect, it } from 'vitest';
import { defaultsOf } from '../../foundation/fields.ts';
import { memnet as memnetModel } from '../../models/memnet/index.ts';
import { buildProgram } from '../../models/program.ts';
import { softwareDevice, softwareExecutor } from '../../testing/software-webgpu.ts';
import { describeTraining } from '../../testing/training-contract.ts';
import { named, settings, startRun, trainSteps } from '../../testing/training-run.ts';
import { vectorProgram } from '../../testing/vectors.ts';
import type { Executor } from '../executor.ts';
import { createWebgpuExecutor } from './executor.ts';

const executor = await softwareExecutor();
afterAll(() => executor.dispose());

const memnet = named('memnet', 'content feedback');

describeTraining(executor, { steps: 300 });

it('trains the copy task on MemNet in at most 12 dispatches a step, whatever the length', async () => {
  const config = { ...defaultsOf(memnetModel.fields), inputSize: 6, outputSize: 6, slots: 4 };
  for (const length of [4, 9]) {
    const options = { length, loss: 'crossEntropy', oneHotTokens: true } as const;
    const program = buildProgram(memnetModel, config, options);
    const store = await executor.createStore(program.parameters);
    const execution = await executor.compile(program, store, { batchSize: 2 });
    const shape = [2, length];
    const tokens = { shape, dtype: 'i32' as const, data: new Int32Array(2 * length).fill(3) };
    const weight = { shape, dtype: 'f32' as const, data: new Float32Array(2 * length).fill(0.1) };
    await execution.train({ size: 2, inputs: { tokens, target: tokens, weight } }, settings);
    expect(execution.cost.calls).toBeLessThanOrEqual(12);
    execution.dispose();
    store.dispose();
  }
});

it('takes buffers when compiled, gives them back when disposed, and fewer with replay', async () => {
  const bytes: number[] = [];
  for (const kind of ['full', 'memoryReplay'] as const) {
    const atFirst = executor.memory();
    const run = await startRun(executor, named('rmt', 'three segments'), { kind });
    expect(executor.memory().bytes - atFirst.bytes).toBeGreaterThan(run.execution.cost.activationBytes!);
    bytes.push(run.execution.cost.activationBytes!);
    run.dispose();
    expect(executor.memory()).toEqual(atFirst);
  }
  expect(bytes[1]).toBeLessThan(0.6 * bytes[0]!);
});

describe('a device', () => {
  const on = async (): Promise<{ readonly device: GPUDevice; readonly own: Executor }> => {
    const device = await softwareDevice();
    return { device, own: await createWebgpuExecutor({ device, detail: 'SwiftShader', software: true }) };
  };

  it('that is lost ends the step and is told', async () => {
    const { device, own } = await on();
    const run = await startRun(own, memnet);
    device.destroy();
    await expect(run.execution.train(run.batch, settings)).rejects.toMatchObject({ code: 'device-lost' });
    expect((await own.lost).reason).not.toBe('');
  });

  it('that reports an error is not trusted any more', async () => {
    const { device, own } = await on();
    const run = await startRun(own, memnet);
    device.createBuffer({ size: 16, usage: 3 }); // readable and writable from both sides: not allowed
    const steps = trainSteps(run, 5);
    await expect(steps).rejects.toMatchObject({ code: 'executor-failed' });
    own.dispose();
  });

  it('that has no room for a model says how much it needs', async () => {
    const program = vectorProgram(memnet);
    const store = await executor.createStore(program.parameters);
    const before = executor.memory();
    const compiling = executor.compile(program, store, { batchSize: 4_000_000 });
    await expect(compiling).rejects.toMatchObject({ code: 'unsupported-program' });
    expect(executor.memory()).toEqual(before);
    store.dispose();
  });
});

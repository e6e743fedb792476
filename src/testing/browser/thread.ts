/** The test page's worker: executors run where they run in the product, in a module worker. */
import { ExecutorPool } from '../../executors/choose.ts';
import type { Workload } from '../../executors/choose.ts';
import type { Batch, Executor, ExecutorName, OptimizerSettings } from '../../executors/executor.ts';
import { executors } from '../../executors/registry.ts';
import { replayedOps, replayOp } from '../op-replay.ts';
import { PlaygroundError } from '../../foundation/errors.ts';
import { exactStrategies, prepared, replayVector } from '../replay.ts';
import { executorBatch, parseVectors, toTensors, vectorProgram } from '../vectors.ts';
import type { Answer, Call, TestPage } from './protocol.ts';

const opened = new Map<ExecutorName, Promise<Executor>>();

function executor(name: ExecutorName): Promise<Executor> {
  const entry = executors.find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`no executor ${name}`);
  const known = opened.get(name) ?? entry.open();
  opened.set(name, known);
  return known;
}

const tests: TestPage = {
  executors: () =>
    Promise.all(
      executors.map(async ({ name, probe }) => {
        const { available, detail } = await probe();
        return { name, available, detail };
      }),
    ),

  replay: async ({ executor: name, file, strategies = exactStrategies }) => {
    const rows = [];
    for (const vector of parseVectors(JSON.parse(file))) {
      const worst = await replayVector(await executor(name), vector, strategies);
      rows.push({ name: vector.name, ...worst });
    }
    return rows;
  },

  ops: async (name) => {
    const rows = [];
    const quick = name === 'webgpu';
    for (const op of replayedOps) {
      rows.push({ name: op, ...(await replayOp(await executor(name), op, { quick })) });
    }
    return rows;
  },

  choose: async (file) => {
    const [vector] = parseVectors(JSON.parse(file));
    const workload: Workload = {
      program: vectorProgram(vector!),
      batch: executorBatch(vector!),
      parameters: toTensors(vector!.parameters),
      strategy: { kind: 'full' },
    };
    const pool = new ExecutorPool();
    const { executor: chosen, reports } = await pool.open({ choice: 'automatic', workload });
    const measured = await pool.measure(workload, chosen.name);
    pool.dispose();
    return { automatic: reports, measured };
  },

  train: async ({ executor: name, file, steps }) => {
    const run = await firstCase(await executor(name), file);
    const losses: number[] = [];
    const memory = [];
    for (let step = 1; step <= steps; step++) {
      losses.push((await run.execution.train(run.batch, settings)).loss);
      if (step === 1 || step === steps) memory.push((await executor(name)).memory());
    }
    run.execution.dispose();
    run.store.dispose();
    return { losses, memory };
  },

  spoilDevice: async ({ how, file }) => {
    const doomed = await executor('tfjs-webgpu');
    const run = await firstCase(doomed, file);
    const { openWebgpu } = await import('../../executors/tfjs/backends/webgpu.ts');
    const { device } = await openWebgpu();
    if (how === 'destroy') device.destroy();
    else device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE });
    const afterwards = await run.execution.gradients(run.batch).then(
      ({ loss }) => `a loss of ${loss}`,
      (error: unknown) => (error instanceof PlaygroundError ? error.code : String(error)),
    );
    const { reason } = await doomed.lost;
    opened.delete('tfjs-webgpu');
    const again = await firstCase(await executor('tfjs-webgpu'), file);
    return { reason, afterwards, loss: (await again.execution.gradients(again.batch)).loss };
  },
};

const settings: OptimizerSettings = {
  ...{ learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 },
};

async function firstCase(
  on: Executor,
  file: string,
): Promise<{ readonly batch: Batch } & Awaited<ReturnType<typeof prepared>>> {
  const [vector] = parseVectors(JSON.parse(file));
  const batch = executorBatch(vector!);
  const program = vectorProgram(vector!);
  const size = { batchSize: batch.size };
  return { batch, ...(await prepared(on, program, toTensors(vector!.parameters), size)) };
}

function answer(call: Call): Promise<unknown> {
  switch (call.name) {
    case 'executors':
      return tests.executors();
    case 'replay':
      return tests.replay(call.argument);
    case 'ops':
      return tests.ops(call.argument);
    case 'choose':
      return tests.choose(call.argument);
    case 'train':
      return tests.train(call.argument);
    case 'spoilDevice':
      return tests.spoilDevice(call.argument);
  }
}

async function handle(call: Call): Promise<Answer> {
  try {
    return { id: call.id, result: await answer(call) };
  } catch (error) {
    return { id: call.id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

export function receive(call: Call): void {
  void handle(call).then((result) => globalThis.postMessage(result));
}

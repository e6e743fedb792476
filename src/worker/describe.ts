/** What the page is told about a configured run. */
import type { ExecutorName } from '../executors/executor.ts';
import { forwardFlops, parameterBytes, strategyCost } from '../graph/cost.ts';
import type { CostedStrategy } from '../graph/cost.ts';
import type { Program } from '../graph/types.ts';
import type { Sample, TaskInstance } from '../tasks/task.ts';
import { describeGrid } from '../training/grid/plan.ts';
import { describeMemory } from '../training/interventions/banks.ts';
import { parameterCount } from '../training/parameters.ts';
import type { PreparedRun } from '../training/run-config.ts';
import type { RunCost, RunDescription, SamplePreview } from './protocol.ts';

const previewCount = 6;

export function describeRun(run: PreparedRun, runId: string, executor: ExecutorName): RunDescription {
  const { config, task, parameters, program } = run;
  const grid = describeGrid(run);
  const taps = new Map(
    program.variants.flatMap((variant) => variant.taps.map((tap) => [tap.name, tap.axes])),
  );
  return {
    runId,
    config,
    parameterCount: parameterCount(parameters),
    parameters: parameters.map(({ name, shape }) => ({ name, shape })),
    cost: costOf(run),
    vocabulary: task.vocabulary,
    kind: task.kind,
    inputSize: task.inputSize,
    outputSize: task.outputSize,
    splits: task.splits.map(({ name, label, explanation, length }) => ({ name, label, explanation, length })),
    ...(grid && { grid }),
    baseline: task.baseline ?? null,
    ...(task.optimum && { optimum: task.optimum }),
    previews: previews(task, config.seed),
    taps: [...taps].map(([name, axes]) => ({ name, axes })),
    memory: describeMemory(program),
    states: statesOf(program),
    executor,
  };
}

function statesOf({ variants }: Program): string[] {
  const states = variants.flatMap((variant) => variant.states.filter(({ dtype }) => dtype === 'f32'));
  return [...new Set(states.map(({ name }) => name))];
}

function costOf({ program, training }: PreparedRun): RunCost {
  const { batchSize, strategy, horizon } = training;
  const strategies: readonly CostedStrategy[] = [
    { kind: 'full' },
    { kind: 'truncated', horizon },
    { kind: 'checkpointed' },
    { kind: 'memoryReplay' },
  ];
  return {
    batchSize,
    steps: program.schedule.length,
    parameterBytes: parameterBytes(program),
    forwardFlops: forwardFlops(program, batchSize),
    strategies: strategies.map((costed) => ({
      kind: costed.kind,
      used: costed.kind === strategy,
      horizon: costed.kind === 'truncated' ? costed.horizon : null,
      ...strategyCost(program, batchSize, costed),
    })),
  };
}

function previews(task: TaskInstance, seed: number): SamplePreview[] {
  return Array.from({ length: previewCount }, (_, index) =>
    preview(task.sample(seed, 'train', index), 'train', index),
  );
}

function preview(sample: Sample, split: string, index: number): SamplePreview {
  return {
    split,
    index,
    tokens: sample.kind === 'tokens' ? sample.tokens.slice() : null,
    inputs: sample.kind === 'vectors' ? sample.inputs.slice() : null,
    targets: sample.targets.slice(),
    mask: sample.mask.slice(),
  };
}

/**
 * One training step taken apart, so that a person can follow it: what the forward pass gives at each position of one
 * sequence of the batch, the loss of the batch, the gradients on the way back, and how far every part of the weights moves.
 * Looking changes nothing: the update itself is made by the session, as in any other step.
 */
import type { Execution, TrainingState } from '../executors/executor.ts';
import type { TensorMap } from '../graph/types.ts';
import { assembleBatch, samplesOf } from './batches.ts';
import { sequenceGradient } from './gradient-watch.ts';
import { infer, takeSnapshot } from './inference.ts';
import type { InferencePool } from './inference.ts';
import { positionLosses } from './metrics.ts';
import type { PreparedRun } from './run-config.ts';
import type { ParameterGroup, Rehearsal, UpdateReport } from './run.ts';

/** @param step updates done; the next one is taken apart */
export async function rehearse(
  run: PreparedRun,
  { pool, execution, weights }: { pool: InferencePool; execution: Execution; weights: TensorMap },
  step: number,
): Promise<Rehearsal> {
  const { task, config, training, program } = run;
  const first = step * training.batchSize;
  const samples = samplesOf(task, config.seed, 'train', first, training.batchSize);
  const batch = assembleBatch(task, samples, program.length);
  const { loss, gradients } = await execution.gradients(batch);
  const probe = { split: 'train', sampleIndex: first } as const;
  const snapshot = await takeSnapshot(run, pool, probe, step);
  const inference = await pool.get(program.length, 1);
  const { output } = await infer(run, inference, samples.slice(0, 1), program.length);
  return {
    ...{ step, snapshot, batchSize: training.batchSize, batchLoss: loss },
    losses: positionLosses(samples[0]!, output.data, task),
    gradient: finished(sequenceGradient(run, program, weights, { probe, step }, null)),
    groups: groupsOf(weights, gradients).map(({ name, numbers, first: norm, second: gradient }) => ({
      ...{ name, numbers, norm, gradient },
    })),
  };
}

/** How far an update has moved the weights. */
export function updateReport(
  before: TrainingState,
  after: TrainingState,
  figures: Pick<UpdateReport, 'step' | 'loss' | 'gradientNorm' | 'learningRate'>,
): UpdateReport {
  const changes = Object.fromEntries(
    Object.entries(before.parameters).map(([name, tensor]) => {
      const now = after.parameters[name]!.data;
      return [name, { ...tensor, data: Float32Array.from(tensor.data, (value, i) => now[i]! - value) }];
    }),
  );
  return {
    ...figures,
    groups: groupsOf(before.parameters, changes).map(({ name, numbers, first: norm, second: change }) => ({
      ...{ name, numbers, norm, change },
    })),
  };
}

function finished({ work, finish }: ReturnType<typeof sequenceGradient>): Rehearsal['gradient'] {
  for (;;) {
    const { done, value } = work.next();
    if (done) return finish(value);
  }
}

/** More would not be read. */
const mostGroups = 10;

interface Group extends Pick<ParameterGroup, 'name' | 'numbers'> {
  /** Norms of the entries that belong to it. */
  readonly first: number;
  readonly second: number;
}

/** Tensors that share the first parts of their names, as many parts as give few enough groups. */
function groupsOf(first: TensorMap, second: TensorMap): Group[] {
  const names = Object.keys(first);
  const depths = [Infinity, 3, 2, 1];
  const grouped = (depth: number): string[] => [...new Set(names.map((name) => groupName(name, depth)))];
  const depth = depths.find((candidate) => grouped(candidate).length <= mostGroups) ?? 1;
  return grouped(depth).map((name) => {
    const members = names.filter((member) => groupName(member, depth) === name);
    const norm = (tensors: TensorMap): number =>
      Math.hypot(...members.map((member) => norm2(tensors[member]?.data ?? [])));
    const numbers = members.reduce((sum, member) => sum + first[member]!.data.length, 0);
    return { name, numbers, first: norm(first), second: norm(second) };
  });
}

/** "writer.key.weight" is part of "writer.key"; a layer keeps its number. */
function groupName(name: string, depth: number): string {
  const parts = name.split('.');
  if (parts.length === 1) return name;
  const kept = depth === Infinity ? parts.length - 1 : Math.min(depth, parts.length - 1);
  const numbered = kept === 1 && /^\d+$/.test(parts[1]!);
  return parts.slice(0, numbered ? 2 : kept).join('.');
}

function norm2(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum);
}

/**
 * What a run is, as plain data: the config that defines it, what it reports while it trains, and the checkpoint from which
 * it goes on. Everything here crosses the worker boundary and is kept on disk, so it holds numbers, strings and typed arrays.
 */
import type { ExecutorName, TrainingState } from '../executors/executor.ts';
import type { FieldValues } from '../foundation/fields.ts';
import type { TensorMap } from '../graph/types.ts';
import type { GeneralisationGrid } from './grid/grid.ts';

/** What defines a run: same config, same numbers (on the same executor). */
export interface RunConfig {
  readonly version: 1;
  readonly task: { readonly id: string; readonly fields: FieldValues; readonly dataHash?: string };
  readonly model: { readonly id: string; readonly fields: FieldValues };
  readonly training: FieldValues;
  readonly seed: number;
  readonly executor: ExecutorName | 'automatic';
}

/** Training measured over the steps since the last point. */
export interface MetricPoint {
  readonly step: number;
  /** Seconds of training, pauses left out. */
  readonly seconds: number;
  readonly tokens: number;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
}

export interface Evaluation {
  readonly step: number;
  readonly seconds: number;
  readonly tokens: number;
  /** 'train', 'heldOut' or another split of the task. */
  readonly split: string;
  readonly loss: number;
  /** exp(loss) for tokens; NaN for vectors. */
  readonly perplexity: number;
  /** NaN for vectors. */
  readonly tokenAccuracy: number;
  /** NaN for vectors. */
  readonly sequenceAccuracy: number;
  /** Squared error divided by the variance of the targets: 1 for a guess of their mean. NaN for tokens. */
  readonly normalizedError?: number;
}

/** The taps of one probe sequence at one training step: what the instruments draw. */
export interface Snapshot {
  readonly step: number;
  readonly split: string;
  readonly sampleIndex: number;
  /** What a person has typed, where the sequence is no sample of a split. */
  readonly typed?: string;
  /** Without batch axis: one sequence. Token models: [T, …]; segment models: one tensor a segment. */
  readonly taps: TensorMap;
  /** Inputs, targets, mask as in the sample; vocabulary to read them. */
  readonly tokens: Int32Array | null;
  readonly targets: Int32Array | Float32Array;
  readonly inputs: Float32Array | null;
  readonly mask: Uint8Array;
  /** [T, outputSize]: softmax for tokens, the plain output for vectors. */
  readonly predictions: Float32Array;
  /** NaN where no answer counts. */
  readonly loss: number;
}

/**
 * How much the loss of the probe sequence would change with the state that each step of the model begins with: ‖∂loss/∂state‖,
 * by state tensor, at the weights of one training step.
 */
export interface TimeGradient {
  readonly step: number;
  readonly split: string;
  readonly sampleIndex: number;
  /** Whose loss is followed by itself, as asked for. */
  readonly position: number | null;
  /** Steps of the model after which training cuts the gradient; null where it does not. */
  readonly horizon: number | null;
  /** First position of each step of the model [steps]. */
  readonly starts: Int32Array;
  readonly states: readonly {
    readonly name: string;
    /** Of the loss of all positions [steps]. */
    readonly full: Float64Array;
    /** The same with the cuts of training; null where there are none. */
    readonly truncated: Float64Array | null;
    /** Of the share of `position` in the loss; null where no answer counts there. */
    readonly alone: Float64Array | null;
  }[];
}

/** Tensors of the model that belong together by name. */
export interface ParameterGroup {
  readonly name: string;
  /** How many numbers it has. */
  readonly numbers: number;
  /** Euclidean norm of the weights. */
  readonly norm: number;
}

/** The next training step taken apart, before it is made: nothing has changed. */
export interface Rehearsal {
  /** Updates done. */
  readonly step: number;
  readonly batchSize: number;
  /** The first sequence of the batch, at the present weights. */
  readonly snapshot: Snapshot;
  /** Loss of that sequence by position; NaN where no answer counts. */
  readonly losses: Float32Array;
  /** Mean over the answers of the whole batch: what the step lowers. */
  readonly batchLoss: number;
  /** Of the first sequence, on the way back. */
  readonly gradient: TimeGradient;
  /** With the norm of the gradient of the whole batch. */
  readonly groups: readonly (ParameterGroup & { readonly gradient: number })[];
}

/** What an update has changed. */
export interface UpdateReport {
  /** Updates done, this one included. */
  readonly step: number;
  readonly loss: number;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** Norm of the weights before the update, and of what was added to them. */
  readonly groups: readonly (ParameterGroup & { readonly change: number })[];
}

/** One live sample of the task, for the preview. */
export interface SamplePreview {
  readonly split: string;
  readonly index: number;
  readonly tokens: Int32Array | null;
  readonly inputs: Float32Array | null;
  readonly targets: Int32Array | Float32Array;
  readonly mask: Uint8Array;
}

/** Everything needed to go on with a run; what IndexedDB keeps. */
export interface Checkpoint {
  readonly format: 1;
  readonly config: RunConfig;
  readonly step: number;
  readonly seconds: number;
  readonly tokens: number;
  readonly training: TrainingState;
  readonly metrics: readonly MetricPoint[];
  readonly evaluations: readonly Evaluation[];
  /** Absent in runs that were saved before there were any. */
  readonly grids?: readonly GeneralisationGrid[];
  /** Wall-clock time of the save, ms since 1970. */
  readonly savedAt: number;
}

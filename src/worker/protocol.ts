/**
 * Every message between the page and the training worker, one union each way. Commands carry a request id and are answered
 * by `done` or `failed`; events about a run carry its id, so that a late message of an old run is dropped. Large arrays travel
 * in the transfer list (`transferablesOf`). A picture is sent only after the page has acknowledged the one before: a slow
 * page loses pictures, never queues them.
 */
import type { Failure } from '../foundation/errors.ts';
import type { ExecutorReport } from '../executors/choose.ts';
import type { ExecutorName } from '../executors/executor.ts';
import type { UserData } from '../tasks/task.ts';
import type { GeneralisationGrid, GridDescription, GridProgress } from '../training/grid/grid.ts';
import type {
  InterventionRequest,
  InterventionResult,
  MemoryDescription,
} from '../training/interventions/intervention.ts';
import type { Probe } from '../training/probe.ts';
import type {
  Checkpoint,
  Evaluation,
  MetricPoint,
  Rehearsal,
  RunConfig,
  SamplePreview,
  Snapshot,
  TimeGradient,
  UpdateReport,
} from '../training/run.ts';

export type {
  BankDescription,
  Course,
  GateDescription,
  Intervention,
  InterventionRequest,
  InterventionResult,
  MemoryDescription,
  Survey,
} from '../training/interventions/intervention.ts';
export type { GeneralisationGrid, GridCell, GridDescription, GridProgress } from '../training/grid/grid.ts';
export type { Probe };
export type {
  Checkpoint,
  Evaluation,
  ExecutorReport,
  MetricPoint,
  Rehearsal,
  RunConfig,
  SamplePreview,
  Snapshot,
  TimeGradient,
  UpdateReport,
};

/** What a run costs, worked out from its program before it runs. */
export interface RunCost {
  readonly batchSize: number;
  /** Steps of the model in a training sequence: tokens or segments. */
  readonly steps: number;
  /** Of the weights alone; Adam keeps two more numbers a weight. */
  readonly parameterBytes: number;
  /** Floating-point operations of one forward pass of a batch. */
  readonly forwardFlops: number;
  readonly strategies: readonly PlannedCost[];
}

/** One way to back-propagate, for one batch. */
export interface PlannedCost {
  readonly kind: 'full' | 'truncated' | 'checkpointed' | 'memoryReplay';
  /** The run trains with it. */
  readonly used: boolean;
  /** Where gradients are cut, in steps of the model; null where they are not. */
  readonly horizon: number | null;
  /** Kept for the backward pass, at its fullest. */
  readonly activationBytes: number;
  /** Needed to compute the largest step. */
  readonly workingBytes: number;
  /** Of one gradient of the batch, recomputation included. */
  readonly flops: number;
}

/** 'step' and 'sequence' are ONNX; 'weights' and 'bundle' are safetensors. */
export type ExportForm = 'step' | 'sequence' | 'weights' | 'bundle';

export interface ExportedFile {
  readonly name: string;
  readonly form: ExportForm;
  /** The training step whose weights it holds. */
  readonly step: number;
  readonly bytes: Uint8Array;
}

/** What float32 can be expected to give; differences are over the size of the exact value where that is above one. */
export interface Rounding {
  /** From the file's result to the exact one. */
  readonly file: number;
  /** From the page's result to the exact one. */
  readonly page: number;
  /** How far the exact result moves when every weight moves by at most half a unit in its last place. */
  readonly sensitivity: number;
  /** How far both may be off for rounding to be the reason. */
  readonly allowed: number;
  /** Both are: the difference is rounding that the memory has amplified, not another formula. */
  readonly explains: boolean;
}

/** How far onnxruntime, running the file, is from the executor: over held-out sequences, with the state carried. */
export interface Proof {
  readonly form: 'step' | 'sequence';
  readonly steps: number;
  readonly tokens: number;
  readonly sequences: number;
  /** Largest absolute difference of any output. */
  readonly outputs: number;
  /** Largest absolute difference of the final state. */
  readonly state: number;
  /** Largest difference of either, over the scale of what was expected where that is above one: what passes or fails. */
  readonly scaled: number;
  readonly tolerance: number;
  /** Where the difference is beyond the tolerance: both against double precision, in the sequence that differs most. */
  readonly rounding: Rounding | null;
  /** Within the tolerance; an explanation does not make up for it. */
  readonly passed: boolean;
}

/** A run as a file gave it, checked. */
export interface ReadRun {
  readonly checkpoint: Checkpoint;
  /** '' if the file does not say. */
  readonly presetId: string;
  /** The file has the optimizer's moments. */
  readonly optimizer: boolean;
  readonly snapshots: readonly Snapshot[];
}

/** What the page must know about a configured run. */
export interface RunDescription {
  readonly runId: string;
  readonly config: RunConfig;
  readonly parameterCount: number;
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly cost: RunCost;
  readonly vocabulary: readonly string[];
  readonly kind: 'tokens' | 'vectors';
  readonly inputSize: number;
  readonly outputSize: number;
  readonly splits: readonly {
    readonly name: string;
    readonly label: string;
    readonly explanation: string;
    readonly length: number;
  }[];
  /** What the generalisation grid measures; absent where the task has no measure of difficulty. */
  readonly grid?: GridDescription;
  readonly baseline: { readonly label: string; readonly metric: string; readonly value: number } | null;
  /** The best that any model can reach, where that is not a perfect answer. */
  readonly optimum?: { readonly label: string; readonly metric: string; readonly value: number };
  readonly previews: readonly SamplePreview[];
  readonly taps: readonly { readonly name: string; readonly axes: readonly string[] }[];
  /** What interventions can act upon; no banks and no gates in a model without a memory. */
  readonly memory: MemoryDescription;
  /** Tensors of real numbers that a step hands to the next: what gradients flow through. */
  readonly states: readonly string[];
  readonly executor: ExecutorName;
}

export type Command =
  | {
      readonly type: 'configure';
      readonly config: RunConfig;
      readonly data?: UserData;
      readonly checkpoint?: Checkpoint;
      /** What the first picture shows; the first held-out sample if it is left out. */
      readonly probe?: Probe;
    }
  | { readonly type: 'play' }
  | { readonly type: 'pause' }
  /** Train this many steps, then pause. */
  | { readonly type: 'step'; readonly count: number }
  /** Back to the initial weights of the same seed. */
  | { readonly type: 'reset' }
  /** Which sequence the snapshots show: a sample of a split, or a typed one. */
  | { readonly type: 'probe'; readonly probe: Probe }
  /** Operate on the memory of the probe sequence; the weights stay. Answered by an `intervened` event. */
  | { readonly type: 'intervene'; readonly request: InterventionRequest }
  /** Follow the gradient through time of the probe, and of the loss of one position; null: no longer. */
  | { readonly type: 'watchGradient'; readonly watch: { readonly position: number | null } | null }
  /** Measure the generalisation grid of the present weights. Progress comes as `gridProgress`, the result as `grids`. */
  | { readonly type: 'measureGrid' }
  /** End the grid that is being measured: its cells so far come as `grids`. */
  | { readonly type: 'cancelGrid' }
  /** Measure it again with evaluations while training goes on, or no longer. */
  | { readonly type: 'followGrid'; readonly follow: boolean }
  /** Take the next training step apart without making it. Answered by a `rehearsal` event. */
  | { readonly type: 'rehearse' }
  /** One training step like any other. Answered by an `update` event that tells how far the weights moved. */
  | { readonly type: 'update' }
  | { readonly type: 'saveCheckpoint' }
  /** Compute for this share of the time and leave the rest to others; 1, the whole, until this is said. */
  | { readonly type: 'giveWay'; readonly share: number }
  /** Time the run's program on every executor that works here; training waits meanwhile. Answered by an `executors` event. */
  | { readonly type: 'measureExecutors' }
  /** The run as a file. Answered by an `exported` event. */
  | {
      readonly type: 'exportModel';
      readonly form: ExportForm;
      readonly optimizer: boolean;
      readonly presetId: string;
      /** Those that the page has kept; only a run bundle holds them. */
      readonly snapshots: readonly Snapshot[];
    }
  /** Run the last exported ONNX file in onnxruntime, beside the executor. Answered by a `verified` event. */
  | { readonly type: 'verifyModel' }
  /** Read a file that was exported here; the current run stays. Answered by a `runRead` event. */
  | { readonly type: 'readRunFile'; readonly bytes: Uint8Array };

export type Request = Command & { readonly requestId: number };

/** Messages that want no answer. */
export type Notice = { readonly type: 'frameDrawn'; readonly frame: number };

export type ToWorker = Request | Notice;

export type RunEvent =
  | { readonly type: 'configured'; readonly run: RunDescription; readonly step: number }
  | {
      readonly type: 'status';
      readonly state: 'paused' | 'training' | 'finished';
      readonly step: number;
      readonly stepsPerSecond: number;
      readonly memory: { readonly bytes: number; readonly objects: number };
    }
  | {
      readonly type: 'metrics';
      readonly points: readonly MetricPoint[];
      readonly evaluations: readonly Evaluation[];
    }
  | { readonly type: 'snapshot'; readonly frame: number; readonly snapshot: Snapshot }
  | { readonly type: 'timeGradient'; readonly gradient: TimeGradient }
  /** New ones; after a restart those of the steps that remain. */
  | { readonly type: 'grids'; readonly grids: readonly GeneralisationGrid[] }
  /** null: no grid is being measured any more; with a failure where it could not be. */
  | { readonly type: 'gridProgress'; readonly progress: GridProgress | null; readonly failure?: Failure }
  | { readonly type: 'rehearsal'; readonly rehearsal: Rehearsal }
  | { readonly type: 'update'; readonly update: UpdateReport }
  | { readonly type: 'checkpoint'; readonly checkpoint: Checkpoint }
  /** The run has gone back to this step: to its start, or to a checkpoint whose metrics follow. */
  | { readonly type: 'restarted'; readonly step: number }
  /** Training stopped by itself. */
  | { readonly type: 'stopped'; readonly failure: Failure }
  /** Something the person should know while the run goes on, e.g. that it moved to another executor. */
  | { readonly type: 'notice'; readonly notice: Failure };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'executors'; readonly reports: readonly ExecutorReport[] }
  | { readonly type: 'exported'; readonly file: ExportedFile }
  | { readonly type: 'verified'; readonly proof: Proof }
  | { readonly type: 'runRead'; readonly read: ReadRun }
  | { readonly type: 'intervened'; readonly runId: string; readonly result: InterventionResult }
  /** Work that takes noticeable time, e.g. compiling shaders. */
  | { readonly type: 'progress'; readonly label: string; readonly done: number; readonly total: number }
  | { readonly type: 'done'; readonly requestId: number }
  | { readonly type: 'failed'; readonly requestId: number; readonly failure: Failure }
  | (RunEvent & { readonly runId: string });

/**
 * The buffers of a message that may be moved rather than copied. A checkpoint is copied: the worker keeps its own, to go on
 * from when a device is lost.
 */
export function transferablesOf(message: FromWorker | ToWorker): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const visit = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) {
      if (value.buffer instanceof ArrayBuffer && value.byteLength === value.buffer.byteLength)
        buffers.add(value.buffer);
    } else if (typeof value === 'object' && value !== null) {
      for (const part of Object.values(value)) visit(part);
    }
  };
  if (message.type === 'snapshot') visit(message);
  return [...buffers];
}

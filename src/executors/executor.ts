/**
 * What turns a program into numbers. Three rooms implement this one interface: `tfjs/` (the reference, op by op), `wasm/`
 * (a static tape over SIMD kernels) and `webgpu/` (generated WGSL).
 *
 * Batches carry whole sequences: every input tensor is [B, T, …] (T tokens), whatever the unit of the model's steps; the
 * executor cuts them. States are [B, …].
 */
import type { Program, Shape, TensorMap } from '../graph/types.ts';

export type ExecutorName = 'wasm' | 'webgpu' | 'tfjs-webgpu' | 'tfjs-wasm' | 'tfjs-cpu';

/** Which activations the backward pass keeps, and how far gradients flow. */
export type Strategy =
  | { readonly kind: 'full' }
  /** Gradients stop at every `horizon` steps; the forward values are those of the whole sequence. */
  | { readonly kind: 'truncated'; readonly horizon: number }
  /** Keep the state every √T steps, recompute in between. Same gradient as 'full'. */
  | { readonly kind: 'checkpointed' }
  /** MRBP: keep only the state at each step boundary; recompute one step at a time backwards. Same gradient as 'full'. */
  | { readonly kind: 'memoryReplay' };

export interface Batch {
  /** B */
  readonly size: number;
  /** `x` [B, T, …] or `tokens` [B, T] i32; with a loss also `target` and `weight` [B, T] (see graph/loss.ts). */
  readonly inputs: TensorMap;
  /** States [B, …] to start from; absent: the model's start values. */
  readonly state?: TensorMap;
}

export interface OptimizerSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled weight decay (AdamW), applied to parameters of rank ≥ 2. */
  readonly weightDecay: number;
  /** Gradients are scaled down to this global norm; Infinity switches clipping off. */
  readonly clipNorm: number;
}

/** Everything that training has changed. Arrays are copies. */
export interface TrainingState {
  readonly parameters: TensorMap;
  readonly firstMoments: TensorMap;
  readonly secondMoments: TensorMap;
  /** Optimizer updates done. */
  readonly updates: number;
}

export interface RunOptions {
  /** Also return the taps, under the names of the contract ({s} replaced by the step's index). */
  readonly taps?: boolean;
}

export interface RunResult {
  /** Sum of the steps' loss shares over batch and time; NaN where the program has no loss. */
  readonly loss: number;
  /** [B, T, …] */
  readonly outputs: TensorMap;
  /** [B, …] */
  readonly state: TensorMap;
  /** Token models: [B, T, …]; segment models: [B, …] per step. Unbatched taps have no batch axis. */
  readonly taps: TensorMap;
}

export interface GradientResult {
  readonly loss: number;
  readonly gradients: TensorMap;
  /** For the f32 states of a given initial state. */
  readonly stateGradients: TensorMap;
}

export interface TrainResult {
  readonly loss: number;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
}

export interface ExecutionCost {
  /** Bytes of activations that one training step keeps, as planned; null where the executor cannot know (tfjs). */
  readonly activationBytes: number | null;
  /** Kernel calls or dispatches of one training step; null where unknown before running. */
  readonly calls: number | null;
}

/** A program compiled for one batch size. Calls on one executor must not overlap: await each. */
export interface Execution {
  readonly cost: ExecutionCost;
  run(batch: Batch, options?: RunOptions): Promise<RunResult>;
  gradients(batch: Batch): Promise<GradientResult>;
  /** Forward, backward, clip and one AdamW update. */
  train(batch: Batch, settings: OptimizerSettings): Promise<TrainResult>;
  dispose(): void;
}

export interface CompileOptions {
  readonly batchSize: number;
  readonly strategy?: Strategy;
  /** False: `gradients` and `train` will not be called, nothing is kept for a backward pass. Default true. */
  readonly training?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Parameters and optimizer moments of one run, where the executor wants them; shared by all its executions. */
export interface ParameterStore {
  read(): Promise<TrainingState>;
  /** Replaces parameters and, where given, moments (else zeros). */
  write(state: Pick<TrainingState, 'parameters'> & Partial<TrainingState>): Promise<void>;
  dispose(): void;
}

export interface Executor {
  readonly name: ExecutorName;
  /** For the page, e.g. "SIMD, 2 threads" or "NVIDIA, ampere". */
  readonly detail: string;
  createStore(specs: readonly { readonly name: string; readonly shape: Shape }[]): Promise<ParameterStore>;
  /** @throws PlaygroundError `unsupported-program` with the reason. */
  compile(program: Program, store: ParameterStore, options: CompileOptions): Promise<Execution>;
  /** Bytes and objects held now, for leak checks and the page. */
  memory(): { readonly bytes: number; readonly objects: number };
  /** Resolves when the device is gone (GPU lost); never for CPU executors. */
  readonly lost: Promise<{ readonly reason: string }>;
  dispose(): void;
}

/** What the test page offers to whoever drives the browser, and what it asks of its worker: the same calls. */
import type { ExecutorReport } from '../../executors/choose.ts';
import type { ExecutorName, Strategy } from '../../executors/executor.ts';

export interface ExecutorInfo {
  readonly name: ExecutorName;
  readonly available: boolean;
  readonly detail: string;
}

export interface ReplayedCase {
  readonly name: string;
  /** Largest |a − b| / (1 + |b|). */
  readonly error: number;
  readonly where: string;
  readonly actual: number;
  readonly expected: number;
}

export interface ReplayRequest {
  readonly executor: ExecutorName;
  /** Text of a vector file. */
  readonly file: string;
  /** Default: the strategies that must all give the same gradients. */
  readonly strategies?: readonly Strategy[];
}

export interface ReplayedOp {
  readonly name: string;
  readonly error: number;
  readonly where: string;
}

export interface TrainRequest {
  readonly executor: ExecutorName;
  /** Text of a vector file; its first case is trained on. */
  readonly file: string;
  readonly steps: number;
}

export interface TrainReport {
  readonly losses: readonly number[];
  /** Bytes and objects held after the first step and after the last. */
  readonly memory: readonly { readonly bytes: number; readonly objects: number }[];
}

export interface SpoilRequest {
  readonly how: 'destroy' | 'error';
  /** Text of a vector file, for something to compute. */
  readonly file: string;
}

export interface LossReport {
  /** Why the executor said that its device was gone. */
  readonly reason: string;
  /** What a call on it came to afterwards. */
  readonly afterwards: string;
  /** Loss of a case on an executor opened anew. */
  readonly loss: number;
}

export interface ChoiceReport {
  readonly automatic: readonly ExecutorReport[];
  /** Every executor timed on the same program. */
  readonly measured: readonly ExecutorReport[];
}

export interface TestPage {
  executors(): Promise<readonly ExecutorInfo[]>;
  replay(request: ReplayRequest): Promise<readonly ReplayedCase[]>;
  ops(executor: ExecutorName): Promise<readonly ReplayedOp[]>;
  /** What is chosen for the first case of a vector file, and how long each executor takes for it. */
  choose(file: string): Promise<ChoiceReport>;
  train(request: TrainRequest): Promise<TrainReport>;
  /** Destroys the device under tfjs-webgpu, or makes it report an error, while an executor is using it. */
  spoilDevice(request: SpoilRequest): Promise<LossReport>;
}

export type Call = {
  [Name in keyof TestPage]: {
    readonly id: number;
    readonly name: Name;
    readonly argument: Parameters<TestPage[Name]>[0];
  };
}[keyof TestPage];

export type Answer =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly failure: string };

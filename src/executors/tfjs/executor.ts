/**
 * The reference executor: a step graph interpreted op by op, differentiated by tfjs, on any tfjs backend. Slow (one MemNet
 * step is thousands of kernel calls) and the widest in reach; the other executors are held against it.
 */
import type { Program, Shape } from '../../graph/types.ts';
import type { CompileOptions, Execution, Executor, ExecutorName, ParameterStore } from '../executor.ts';
import { Device } from './device.ts';
import type { OpenedBackend } from './device.ts';
import { TfjsExecution } from './execution.ts';
import { TfjsStore } from './store.ts';

export class TfjsExecutor implements Executor {
  readonly name: ExecutorName;
  readonly detail: string;
  readonly lost: Promise<{ readonly reason: string }>;
  readonly #device: Device;

  constructor(opened: OpenedBackend) {
    this.#device = new Device(opened);
    this.name = `tfjs-${opened.backend}`;
    this.detail = opened.detail;
    this.lost = opened.lost;
  }

  async createStore(
    specs: readonly { readonly name: string; readonly shape: Shape }[],
  ): Promise<ParameterStore> {
    this.#device.activate();
    return new TfjsStore(this.#device, specs);
  }

  async compile(program: Program, store: ParameterStore, options: CompileOptions): Promise<Execution> {
    if (!(store instanceof TfjsStore) || store.device !== this.#device) {
      throw new Error(`the store belongs to another executor than ${this.name}`);
    }
    options.onProgress?.(0, 1);
    const execution = new TfjsExecution(program, store, options);
    options.onProgress?.(1, 1);
    return execution;
  }

  /** tfjs counts for the whole worker: with two tfjs executors open, each reports both. */
  memory(): { readonly bytes: number; readonly objects: number } {
    return this.#device.memory();
  }

  dispose(): void {
    this.#device.close();
  }
}

/** The `wasm` executor: for laptops, phones, and machines without a GPU. */
import type { Program, Shape } from '../../graph/types.ts';
import type { CompileOptions, Execution, Executor, ParameterStore } from '../executor.ts';
import { WasmExecution } from './execution.ts';
import { Heap } from './heap.ts';
import type { KernelSource, Kernels } from './kernels.ts';
import { loadKernels } from './kernels.ts';
import type { ThreadSource } from './pool.ts';
import { ThreadPool, browserThreads } from './pool.ts';
import { WasmParameterStore } from './store.ts';

export interface WasmExecutorOptions {
  /** Where the compiled kernels come from; absent: beside the page. */
  readonly kernels?: KernelSource;
  /** Absent: as many as the machine has cores, up to four, where the page may share memory between threads; else one. */
  readonly threads?: number;
  /** Where threads come from; absent: workers of the browser. */
  readonly threadSource?: ThreadSource;
}

/** More threads than this wait for each other more than they compute, at the sizes that people train in a page. */
const mostThreads = 4;

export async function createWasmExecutor(options: WasmExecutorOptions = {}): Promise<Executor> {
  const threads = options.threads ?? threadsByDefault();
  const kernels = await loadKernels(options.kernels, threads > 1);
  const heap = new Heap(kernels.memory, kernels.reservedBytes);
  const pool =
    threads > 1
      ? await ThreadPool.start(kernels, heap, threads - 1, options.threadSource ?? browserThreads)
      : null;
  return new WasmExecutor(kernels, heap, pool);
}

function threadsByDefault(): number {
  // An isolated page of a WebKit that was built without shared buffers has none all the same.
  const mayShare = globalThis.crossOriginIsolated && 'SharedArrayBuffer' in globalThis;
  return mayShare ? Math.min(mostThreads, navigator.hardwareConcurrency) : 1;
}

class WasmExecutor implements Executor {
  readonly name = 'wasm';
  readonly detail: string;
  readonly lost = new Promise<never>(() => {});
  readonly #kernels: Kernels;
  readonly #heap: Heap;
  readonly #pool: ThreadPool | null;
  /** What the pool holds for as long as the executor lives. */
  readonly #standing: { readonly bytes: number; readonly objects: number };
  readonly #held = new Set<{ dispose(): void }>();

  constructor(kernels: Kernels, heap: Heap, pool: ThreadPool | null) {
    this.#kernels = kernels;
    this.#heap = heap;
    this.#pool = pool;
    this.#standing = { bytes: heap.bytes, objects: heap.regions };
    const threads = pool?.size ?? 1;
    this.detail = `${kernels.relaxed ? 'relaxed SIMD' : 'SIMD'}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  }

  async createStore(
    specs: readonly { readonly name: string; readonly shape: Shape }[],
  ): Promise<ParameterStore> {
    const store: WasmParameterStore = new WasmParameterStore(this.#heap, this.#kernels, specs, () =>
      this.#held.delete(store),
    );
    this.#held.add(store);
    return store;
  }

  async compile(program: Program, store: ParameterStore, options: CompileOptions): Promise<Execution> {
    if (!(store instanceof WasmParameterStore)) throw new Error('the store belongs to another executor');
    const { batchSize, strategy = { kind: 'full' }, training = true, onProgress } = options;
    onProgress?.(0, 1);
    const execution: WasmExecution = new WasmExecution({
      heap: this.#heap,
      kernels: this.#kernels,
      pool: this.#pool,
      store,
      program,
      batchSize,
      strategy,
      training,
      onDispose: () => this.#held.delete(execution),
    });
    this.#held.add(execution);
    onProgress?.(1, 1);
    return execution;
  }

  memory(): { readonly bytes: number; readonly objects: number } {
    return {
      bytes: this.#heap.bytes - this.#standing.bytes,
      objects: this.#heap.regions - this.#standing.objects,
    };
  }

  dispose(): void {
    for (const each of [...this.#held]) each.dispose();
    this.#pool?.dispose();
  }
}

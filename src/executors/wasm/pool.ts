/**
 * Threads that run tapes side by side in one shared memory. A job is a stretch of instructions for every thread, the caller
 * included; it is done when all are. Needs a cross-origin isolated page, where memory may be shared.
 */
import type { Heap } from './heap.ts';
import type { Kernels } from './kernels.ts';
import type { ThreadSetup } from './pool-loop.js';

/** A started worker; `ready` rejects when it does not come up. */
export interface Thread {
  readonly ready: Promise<void>;
  terminate(): void;
}

export type ThreadSource = (setup: ThreadSetup) => Thread;

/** Byte addresses of instructions. */
export interface TapeStretch {
  readonly begin: number;
  readonly end: number;
}

/** Control words of one thread, on a cache line of their own; see pool-loop.js. */
const controlBytes = 64;
const given = 0;
const done = 1;
const beginWord = 2;
const endWord = 3;

/** A thread is back within this many looks more often than not; sleeping takes longer. */
const looksBeforeSleep = 2000;

export class ThreadPool {
  readonly #kernels: Kernels;
  readonly #heap: Heap;
  readonly #threads: readonly Thread[];
  readonly #regions: readonly number[];
  readonly #controls: readonly Int32Array[];

  private constructor(kernels: Kernels, heap: Heap, threads: readonly Thread[], regions: readonly number[]) {
    this.#kernels = kernels;
    this.#heap = heap;
    this.#threads = threads;
    this.#regions = regions;
    this.#controls = regions.map((region) => new Int32Array(kernels.memory.buffer, region, 4));
  }

  /** `helpers`: threads besides the caller. */
  static async start(
    kernels: Kernels,
    heap: Heap,
    helpers: number,
    source: ThreadSource,
  ): Promise<ThreadPool> {
    const regions = Array.from({ length: helpers }, () => heap.take(controlBytes + kernels.scratchBytes));
    const { module, memory } = kernels;
    const threads = regions.map((control) =>
      source({ module, memory, control, scratch: control + controlBytes }),
    );
    const pool = new ThreadPool(kernels, heap, threads, regions);
    try {
      await Promise.all(threads.map(({ ready }) => ready));
    } catch (error) {
      pool.dispose();
      throw error;
    }
    return pool;
  }

  /** Threads that work on a job, the caller included. */
  get size(): number {
    return this.#threads.length + 1;
  }

  /** Runs up to `size` stretches at the same time; the first one here. */
  run([own, ...others]: readonly TapeStretch[]): void {
    others.forEach(({ begin, end }, i) => {
      const control = this.#controls[i]!;
      control[beginWord] = begin;
      control[endWord] = end;
      Atomics.add(control, given, 1);
      Atomics.notify(control, given);
    });
    if (own) this.#kernels.execute(own.begin, own.end);
    others.forEach((_, i) => waitFor(this.#controls[i]!));
  }

  dispose(): void {
    for (const thread of this.#threads) thread.terminate();
    for (const region of this.#regions) this.#heap.give(region);
  }
}

function waitFor(control: Int32Array): void {
  const expected = Atomics.load(control, given);
  for (let looks = 0; ; looks++) {
    const finished = Atomics.load(control, done);
    if (finished === expected) return;
    if (finished < 0) throw new Error('a thread of the wasm executor has failed');
    if (looks >= looksBeforeSleep && maySleep) Atomics.wait(control, done, finished);
  }
}

/** The main thread of a page must not sleep; it looks until the others are done. */
const maySleep = !('document' in globalThis);

/** Workers of the browser. */
export const browserThreads: ThreadSource = (setup) => {
  const worker = new Worker(new URL('./pool.worker.ts', import.meta.url), { type: 'module' });
  const ready = new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', () => resolve(), { once: true });
    worker.addEventListener(
      'error',
      ({ message }) => reject(new Error(message || 'a thread did not start')),
      {
        once: true,
      },
    );
  });
  worker.postMessage(setup);
  return { ready, terminate: () => worker.terminate() };
};

/**
 * Chooses what a run is computed on. Asks every executor whether it could run here, checks a gradient of each candidate
 * before trusting it, and, where more than one is a candidate, times a few training steps of the actual program. Whoever
 * is not chosen is not loaded, and every decision comes back as a sentence for the person.
 *
 * Automatic choice: the compiled executors (`webgpu`, `wasm`) come first; tfjs, op by op and many times slower, stands in
 * where neither runs the program. A software WebGPU adapter is slower than WebAssembly and is never chosen automatically.
 */
import { PlaygroundError, toFailure } from '../foundation/errors.ts';
import type { Executor, ExecutorName } from './executor.ts';
import { executors as allExecutors } from './registry.ts';
import type { ExecutorEntry, Probe } from './registry.ts';
import { checkGradient } from './self-check.ts';
import { timeSteps, workloadKey } from './timing.ts';
import type { Workload } from './timing.ts';

export type { Workload } from './timing.ts';

/** One executor that was considered, for the table on the page. */
export interface ExecutorReport {
  readonly name: ExecutorName;
  readonly available: boolean;
  readonly detail: string;
  /** Milliseconds per training step of the actual program, where measured. */
  readonly millisecondsPerStep: number | null;
  readonly chosen: boolean;
  /** Why it was or was not chosen, one sentence. */
  readonly reason: string;
}

export interface OpenRequest {
  readonly choice: ExecutorName | 'automatic';
  /** Executors whose device was lost in this run: left alone while another one can take over. */
  readonly lost?: readonly ExecutorName[];
  /** What is to be computed; without it nothing is timed. */
  readonly workload?: Workload;
  readonly onProgress?: Progress;
}

export type Progress = (label: string, done: number, total: number) => void;

export interface OpenedExecutor {
  readonly executor: Executor;
  readonly reports: readonly ExecutorReport[];
}

/** Milliseconds for which an executor is timed: while a run waits for it, and when the person asked for the table. */
const timeLimits = { choosing: 400, measuring: 2000 } as const;

interface Candidate {
  readonly entry: ExecutorEntry;
  readonly probe: Probe;
  millisecondsPerStep: number | null;
  /** Why it is out of the question; null while it is not. */
  rejected: string | null;
}

/** Owns the executors of one worker: an executor that was given out stays open until the pool is disposed of. */
export class ExecutorPool {
  readonly #entries: readonly ExecutorEntry[];
  readonly #opened = new Map<ExecutorName, Promise<Executor>>();
  readonly #given = new Set<ExecutorName>();
  /** Why an executor failed its check; it is not tried again. */
  readonly #failed = new Map<ExecutorName, string>();
  /** Milliseconds per step, by workload and executor. */
  readonly #timings = new Map<string, number>();

  constructor(entries: readonly ExecutorEntry[] = allExecutors) {
    this.#entries = entries;
  }

  /**
   * The chosen executor, checked and ready, and a row for each.
   * @throws PlaygroundError `executor-unavailable` when the executor that the person chose cannot be used, or none can.
   */
  async open(request: OpenRequest): Promise<OpenedExecutor> {
    const candidates = await this.#candidates();
    const { choice, lost = [] } = request;
    const chosen =
      choice === 'automatic' || lost.includes(choice)
        ? await this.#best(candidates, request)
        : await this.#asked(candidates, choice);
    const executor = await this.#open(chosen);
    this.#given.add(chosen.entry.name);
    return { executor, reports: candidates.map((candidate) => report(candidate, chosen, request)) };
  }

  /** Times every executor that runs here, software WebGPU included, which may take a minute. `current` is marked as chosen. */
  async measure(
    workload: Workload,
    current: ExecutorName,
    onProgress: Progress = () => undefined,
  ): Promise<readonly ExecutorReport[]> {
    const candidates = await this.#candidates();
    for (const [i, candidate] of candidates.entries()) {
      onProgress(`Measuring ${candidate.entry.name}`, i, candidates.length);
      if (candidate.probe.available) await this.#try(candidate, workload, timeLimits.measuring);
    }
    const chosen = candidates.find(({ entry }) => entry.name === current) ?? null;
    return candidates.map((candidate) => report(candidate, chosen, { choice: current }));
  }

  dispose(): void {
    for (const opened of this.#opened.values()) void opened.then((executor) => executor.dispose());
    this.#opened.clear();
  }

  async #candidates(): Promise<Candidate[]> {
    return Promise.all(
      this.#entries.map(async (entry) => {
        const probe = await entry.probe();
        const rejected = probe.available ? (this.#failed.get(entry.name) ?? null) : probe.detail;
        return { entry, probe, millisecondsPerStep: null, rejected };
      }),
    );
  }

  async #asked(candidates: readonly Candidate[], choice: ExecutorName): Promise<Candidate> {
    const asked = candidates.find(({ entry }) => entry.name === choice);
    if (asked && asked.rejected === null) await this.#try(asked);
    if (!asked || asked.rejected !== null) {
      throw unavailable(`${choice} cannot be used: ${asked?.rejected ?? 'there is no such executor.'}`);
    }
    return asked;
  }

  /** The fastest of the first kind that runs the program. */
  async #best(candidates: readonly Candidate[], request: OpenRequest): Promise<Candidate> {
    const { lost = [], workload, onProgress } = request;
    for (const { name } of this.#entries.filter((entry) => lost.includes(entry.name))) {
      const candidate = candidates.find(({ entry }) => entry.name === name)!;
      candidate.rejected ??= 'Its device was lost in this run.';
    }
    for (const kind of ['compiled', 'interpreted'] as const) {
      const contenders = candidates.filter(
        ({ entry, probe, rejected }) => entry.kind === kind && rejected === null && !probe.software,
      );
      const limit = contenders.length > 1 ? timeLimits.choosing : 0;
      for (const [i, contender] of contenders.entries()) {
        onProgress?.(`Trying ${contender.entry.name}`, i, contenders.length);
        await this.#try(contender, workload, limit);
        // Without a program to time, the first that works is taken and the others are not even loaded.
        if (!workload && contender.rejected === null) break;
      }
      const [best] = contenders
        .filter(({ rejected }) => rejected === null)
        .sort((a, b) => (a.millisecondsPerStep ?? Infinity) - (b.millisecondsPerStep ?? Infinity) || 0);
      if (best) return best;
    }
    throw unavailable('No executor can run this program here.');
  }

  /** Opens and checks a candidate, compiles the workload and times it for up to `limit` milliseconds (0: compiles only). */
  async #try(candidate: Candidate, workload?: Workload, limit = 0): Promise<void> {
    const { name } = candidate.entry;
    const known = workload && this.#timings.get(`${name} ${workloadKey(workload)}`);
    if (known !== undefined) {
      candidate.millisecondsPerStep = known;
      return;
    }
    try {
      const executor = await this.#open(candidate);
      if (workload) {
        const measured = await timeSteps(executor, workload, limit);
        candidate.millisecondsPerStep = measured;
        if (measured !== null) this.#timings.set(`${name} ${workloadKey(workload)}`, measured);
      }
    } catch (error) {
      candidate.rejected = toFailure(error).message;
      await this.#close(name);
    }
  }

  /** An executor is checked once, when it is opened. */
  async #open({ entry }: Candidate): Promise<Executor> {
    const known = this.#opened.get(entry.name);
    if (known) return known;
    const opening = this.#openChecked(entry);
    this.#opened.set(entry.name, opening);
    try {
      const executor = await opening;
      const forget = (): void => {
        if (this.#opened.get(entry.name) === opening) this.#opened.delete(entry.name);
      };
      void executor.lost.then(forget);
      return executor;
    } catch (error) {
      this.#opened.delete(entry.name);
      throw error;
    }
  }

  async #openChecked(entry: ExecutorEntry): Promise<Executor> {
    const executor = await entry.open();
    try {
      await checkGradient(executor);
    } catch (error) {
      this.#failed.set(entry.name, toFailure(error).message);
      executor.dispose();
      throw error;
    }
    return executor;
  }

  async #close(name: ExecutorName): Promise<void> {
    const opened = this.#opened.get(name);
    if (!opened || this.#given.has(name)) return;
    this.#opened.delete(name);
    (await opened).dispose();
  }
}

/** Opens one executor for scripts and tests; the training worker keeps a pool. */
export async function openExecutor(
  choice: ExecutorName | 'automatic',
  workload?: Workload,
): Promise<OpenedExecutor> {
  return new ExecutorPool().open({ choice, ...(workload && { workload }) });
}

function unavailable(message: string): PlaygroundError {
  return new PlaygroundError(
    'executor-unavailable',
    message,
    'The run is as it was.',
    'Choose another executor, or “automatic”.',
  );
}

function report(candidate: Candidate, chosen: Candidate | null, request: OpenRequest): ExecutorReport {
  const { entry, probe, millisecondsPerStep } = candidate;
  return {
    name: entry.name,
    available: probe.available,
    detail: probe.available ? probe.detail : '',
    millisecondsPerStep,
    chosen: candidate === chosen,
    reason: reasonFor(candidate, chosen, request),
  };
}

function reasonFor(candidate: Candidate, chosen: Candidate | null, { choice }: OpenRequest): string {
  const { entry, probe, millisecondsPerStep, rejected } = candidate;
  if (candidate === chosen) {
    if (choice === entry.name) return 'You chose it.';
    return millisecondsPerStep === null
      ? 'The first of its kind that runs this program; a gradient agrees with the processor.'
      : 'The fastest of those measured; a gradient agrees with the processor.';
  }
  if (rejected !== null) return rejected;
  if (probe.software) return 'WebGPU on the processor, slower than WebAssembly; never taken automatically.';
  if (millisecondsPerStep !== null && chosen?.millisecondsPerStep) {
    const ratio = millisecondsPerStep / chosen.millisecondsPerStep;
    return ratio >= 1
      ? `${ratio.toFixed(1)} times slower than ${chosen.entry.name}.`
      : `${(1 / ratio).toFixed(1)} times faster than ${chosen.entry.name}.`;
  }
  if (choice !== 'automatic') return 'Not considered: you chose another.';
  return entry.kind === 'interpreted' && chosen?.entry.kind === 'compiled'
    ? 'Interprets op by op, slower than a compiled executor; not loaded.'
    : 'Not needed; not loaded.';
}

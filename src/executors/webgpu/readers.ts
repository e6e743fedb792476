/** Who reads which buffer: decides what must be kept, and how long. */
import type { TapeBuffer } from '../wasm/views.ts';
import type { PhaseName } from './phases.ts';
import { phaseNames } from './phases.ts';
import { readsOf } from './tasks.ts';
import type { PhaseTasks, Task } from './tasks.ts';
import type { Values } from './values.ts';
import type { Sum } from './contributions.ts';

/** A phase, or the sums over samples and steps at the end. */
export type Reader = PhaseName | 'sums';

const order: readonly Reader[] = [...phaseNames, 'sums'];

/** Phases as moments, in the order in which they run. */
export const moment = (reader: Reader): number => order.indexOf(reader);

export class Readers {
  readonly #values: Values;
  readonly #readers = new Map<TapeBuffer, Set<Reader>>();
  /** Values that tasks other than their own read. */
  readonly #tasks = new Map<TapeBuffer, Set<Task>>();

  constructor(values: Values, tasks: ReadonlyMap<PhaseName, PhaseTasks>, sums: readonly Sum[]) {
    this.#values = values;
    for (const [phase, list] of tasks) for (const task of list.tasks) this.add(phase, task);
    for (const { reads } of sums) for (const id of reads) this.#note(values.view(id).buffer, 'sums');
  }

  add(phase: PhaseName, task: Task): void {
    for (const id of readsOf(task, this.#values)) {
      const { buffer } = this.#values.view(id);
      this.#note(buffer, phase);
      const tasks = this.#tasks.get(buffer) ?? new Set();
      this.#tasks.set(buffer, tasks.add(task));
    }
  }

  of(buffer: TapeBuffer): readonly Reader[] {
    return [...(this.#readers.get(buffer) ?? [])];
  }

  /** The last moment at which a buffer is read; −1: never. */
  last(buffer: TapeBuffer): number {
    return Math.max(-1, ...this.of(buffer).map(moment));
  }

  tasksOf(buffer: TapeBuffer): readonly Task[] {
    return [...(this.#tasks.get(buffer) ?? [])];
  }

  #note(buffer: TapeBuffer, reader: Reader): void {
    const known = this.#readers.get(buffer) ?? new Set();
    this.#readers.set(buffer, known.add(reader));
  }
}

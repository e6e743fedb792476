/**
 * From the nodes of one phase to tasks: pieces of work that the threads of a workgroup share without waiting for each other.
 * Pointwise nodes join the task that makes their operands, so that values in between never leave the registers. Tasks are
 * sorted into stages; a barrier separates one stage from the next.
 */
import type { GraphNode } from '../../graph/types.ts';
import { denseView, isDense, sameExtents } from '../wasm/views.ts';
import type { View } from '../wasm/views.ts';
import { productViews, tileRows } from './product.ts';
import { rules } from './rules.ts';

/** What a task writes. */
export interface Store {
  /** Node id; null writes zeros. */
  readonly value: number | null;
  readonly to: View;
  /** Adds to what is there. */
  readonly accumulate: boolean;
}

export interface ElementsTask {
  readonly kind: 'elements';
  /** The loop over elements. */
  readonly shape: readonly number[];
  /** Computed here, in order. */
  readonly nodes: GraphNode[];
  readonly stores: Store[];
  stage: number;
}

export interface TilesTask {
  readonly kind: 'tiles';
  readonly node: GraphNode<'matmul'>;
  readonly tile: 1 | 4;
  readonly stores: Store[];
  stage: number;
}

export type Task = ElementsTask | TilesTask;

/** Joining more nodes than this makes texts that no other layer shares. */
const longestTask = 16;

export interface ValueViews {
  readonly nodes: readonly GraphNode[];
  /** How a node's value is read. */
  view(id: number): View;
  /** The node whose task makes the value: the node itself, or what it is a view of; null where no task does. */
  maker(id: number): number | null;
  /** Views that failed: the operand is copied. */
  isCopy(id: number): boolean;
}

/** Copies a value, repeated to the shape of its destination; null copies zeros. */
export function copyTask(value: number | null, to: View, accumulate = false): ElementsTask {
  return { kind: 'elements', shape: to.shape, nodes: [], stores: [{ value, to, accumulate }], stage: 0 };
}

export class PhaseTasks {
  readonly tasks: Task[] = [];
  readonly #values: ValueViews;
  readonly #threads: number;
  readonly #taskOf = new Map<number, Task>();

  constructor(values: ValueViews, threads: number) {
    this.#values = values;
    this.#threads = threads;
  }

  /** The task that makes a value, if it is one of this phase. */
  taskOf(id: number): Task | null {
    const maker = this.#values.maker(id);
    return maker === null ? null : (this.#taskOf.get(maker) ?? null);
  }

  compute(id: number): void {
    const node = this.#values.nodes[id]!;
    const task = this.#values.isCopy(id) ? this.#copy(node) : this.#home(node);
    this.#taskOf.set(id, task);
  }

  /** Lets the task that makes a value write it to a further place; null where that task cannot. */
  attach(value: number, to: View, accumulate = false): Task | null {
    const task = this.#taskOf.get(value);
    if (task?.kind !== 'elements' || !sameExtents(to.shape, task.shape)) return null;
    if (!task.nodes.some(({ id }) => id === value)) return null;
    task.stores.push({ value, to, accumulate });
    return task;
  }

  /** Writes a value to a further place: within the task that makes it where that is possible. */
  store(value: number, to: View, accumulate = false): Task {
    const known = this.attach(value, to, accumulate);
    if (known) return known;
    const task = copyTask(value, to, accumulate);
    this.tasks.push(task);
    return task;
  }

  /** Tells that a place that no node owns is written by the task that makes `value`. */
  alias(id: number, task: Task): void {
    this.#taskOf.set(id, task);
  }

  /** Writes every computed value that `isStored` to its own buffer. */
  storeOwn(isStored: (id: number) => boolean): void {
    for (const [id, task] of this.#taskOf) {
      if (!isStored(id) || task.stores.some(({ value, to }) => value === id && to === this.#values.view(id)))
        continue;
      if (task.kind === 'elements' && !task.nodes.some((node) => node.id === id)) continue;
      task.stores.push({ value: id, to: this.#values.view(id), accumulate: false });
    }
  }

  /** Gives every task the first stage in which all that it reads is there, and returns the tasks stage by stage. */
  stages(): Task[][] {
    for (const task of this.tasks) {
      task.stage = 0;
      for (const read of readsOf(task, this.#values)) {
        const before = this.taskOf(read);
        if (before && before !== task) task.stage = Math.max(task.stage, before.stage + 1);
      }
    }
    const count = this.tasks.reduce((most, { stage }) => Math.max(most, stage + 1), 0);
    return Array.from({ length: count }, (_, stage) => this.tasks.filter((task) => task.stage === stage));
  }

  #copy(node: GraphNode): Task {
    const source = node.inputs[0]!;
    const from = this.#values.view(source);
    const to = denseView(this.#values.view(node.id).buffer, from.shape);
    const task: ElementsTask = {
      kind: 'elements',
      shape: from.shape,
      nodes: [],
      stores: [{ value: source, to, accumulate: false }],
      stage: 0,
    };
    this.tasks.push(task);
    return task;
  }

  #home(node: GraphNode): Task {
    const known = this.#joinable(node);
    if (known) {
      known.nodes.push(node);
      return known;
    }
    const task = this.#tiles(node) ?? {
      kind: 'elements' as const,
      shape: node.shape,
      nodes: [node],
      stores: [],
      stage: 0,
    };
    this.tasks.push(task);
    return task;
  }

  #tiles(node: GraphNode): TilesTask | null {
    if (node.op !== 'matmul') return null;
    const product = node as GraphNode<'matmul'>;
    const [a, b] = node.inputs.map((id) => this.#values.view(id)) as [View, View];
    const tile = tileRows(productViews(product, a, b, denseView(a.buffer, node.shape)), this.#threads);
    return tile === 0 ? null : { kind: 'tiles', node: product, tile, stores: [], stage: 0 };
  }

  /** The last task that makes an operand of a pointwise node, if the node can be computed in its loop. */
  #joinable(node: GraphNode): ElementsTask | null {
    if (rules[node.op].kind !== 'pointwise') return null;
    const indices = node.inputs.map((id) => {
      const task = this.taskOf(id);
      return task ? this.tasks.indexOf(task) : -1;
    });
    const last = this.tasks[Math.max(...indices)];
    if (last?.kind !== 'elements' || last.nodes.length === 0 || last.nodes.length >= longestTask) return null;
    if (!sameExtents(last.shape, node.shape)) return null;
    const fits = node.inputs.every((id) => {
      if (this.taskOf(id) !== last) return true;
      const view = this.#values.view(id);
      return sameExtents(view.shape, last.shape) && view.offset === 0 && isDense(view);
    });
    return fits ? last : null;
  }
}

/** Node ids that a task reads from memory. */
export function readsOf(task: Task, values: ValueViews): number[] {
  if (task.kind === 'tiles') return [...task.node.inputs];
  const stored = task.stores.flatMap(({ value }) => (value === null ? [] : [value]));
  const own = new Set(task.nodes.map(({ id }) => id));
  const external = (id: number): boolean => !own.has(id) && !own.has(values.maker(id) ?? -1);
  return [...new Set([...task.nodes.flatMap(({ inputs }) => inputs), ...stored].filter(external))];
}

/**
 * How one pass over a block runs, forward or backward: its groups, which values are held for all steps, which write straight to
 * where their reader wants them. It depends on the step graph and on what is read of it, not on batch or number of steps.
 */
import type { GraphNode } from '../../graph/types.ts';
import type { Group } from './groups.ts';
import { distribute } from './groups.ts';
import { accumulatingOps, addingOps } from './lowering.ts';
import type { Variant } from './variant.ts';
import { sameExtents } from './views.ts';

/** Stands for a reader that is no node of the pass: a result, the other pass, or a contribution to a gradient. */
const outside = -1;

export interface PassRequest {
  /** Nodes to compute, leaves included, in order. */
  readonly needed: readonly number[];
  /** Which of them are read from outside of the pass. */
  readonly readOutside: ReadonlySet<number>;
  /** Leaf of a recurrent value → the node that hands it on; null: zero. */
  readonly carried: ReadonlyMap<number, number | null>;
  /** Leaves whose value is a window over a history. */
  readonly histories: ReadonlySet<number>;
  /** False for a block of a single step: nothing recurs in it. */
  readonly recurs: boolean;
}

export interface PassSchedule {
  readonly groups: readonly Group[];
  /** Values of loops that are held for all steps. */
  readonly kept: ReadonlySet<number>;
  /** Recurrent values that are held for all steps, by their leaf. */
  readonly keptCarried: ReadonlySet<number>;
  /** Leaf of a recurrent value that is held ← the node that writes its entries itself. */
  readonly writers: ReadonlyMap<number, number>;
  /** A product → the addition that it is computed by: the kernel adds at no cost. */
  readonly fused: ReadonlyMap<number, number>;
}

export function schedulePass(variant: Variant, request: PassRequest): PassSchedule {
  return new Scheduler(variant, request).schedule();
}

class Scheduler {
  readonly #variant: Variant;
  readonly #request: PassRequest;
  readonly #groups: readonly Group[];
  readonly #groupOf = new Map<number, Group>();
  readonly #readers = new Map<number, number[]>();

  constructor(variant: Variant, request: PassRequest) {
    this.#variant = variant;
    this.#request = request;
    this.#groups = this.#distribute();
    for (const group of this.#groups) for (const id of group.nodes) this.#groupOf.set(id, group);
    this.#findReaders();
  }

  schedule(): PassSchedule {
    const keptCarried = new Set<number>();
    const writers = new Map<number, number>();
    for (const id of this.#request.needed) {
      if (!this.#holdsCarried(id)) continue;
      keptCarried.add(id);
      const source = this.#request.carried.get(id) ?? null;
      const taken = [...writers.values()].includes(source ?? outside);
      if (source !== null && this.#groupOf.has(source) && this.#ownsMemory(source) && !taken) {
        writers.set(id, source);
      }
    }
    const direct = new Set(writers.values());
    const kept = new Set(
      this.#request.needed.filter(
        (id) => this.#groupOf.get(id)!.loop && (direct.has(id) || this.#isReadOutsideLoop(id)),
      ),
    );
    return { groups: this.#groups, kept, keptCarried, writers, fused: this.#fuse(direct) };
  }

  #distribute(): readonly Group[] {
    const { needed, carried, recurs } = this.#request;
    if (!recurs) return [{ nodes: needed, loop: false }];
    const members = new Set(needed);
    return distribute({
      vertices: needed,
      reads: (id) => this.#variant.readsOf(id).filter((read) => members.has(read)),
      carried: (id) => {
        const source = carried.get(id) ?? null;
        const root = source === null ? null : this.#variant.rootOf(source);
        return root !== null && members.has(root) ? root : null;
      },
    });
  }

  #findReaders(): void {
    const { needed, readOutside, carried } = this.#request;
    for (const id of needed) this.#readers.set(id, readOutside.has(id) ? [outside] : []);
    for (const id of needed) {
      for (const read of this.#variant.readsOf(id)) this.#readers.get(read)?.push(id);
      const source = carried.get(id) ?? null;
      if (source !== null) this.#readers.get(this.#variant.rootOf(source))?.push(id);
    }
  }

  #isReadOutsideLoop(id: number): boolean {
    const group = this.#groupOf.get(id);
    return this.#readers.get(id)!.some((reader) => reader === outside || this.#groupOf.get(reader) !== group);
  }

  /** Whether a recurrent value is held for all steps, and not only handed from one to the next. */
  #holdsCarried(id: number): boolean {
    const { carried, histories, recurs } = this.#request;
    if (!recurs || !carried.has(id) || histories.has(id)) return false;
    if (!this.#groupOf.get(id)!.loop || this.#isReadOutsideLoop(id)) return true;
    // Where its source is held anyway, it can be held here.
    const source = carried.get(id) ?? null;
    return (
      source !== null &&
      this.#groupOf.has(source) &&
      this.#ownsMemory(source) &&
      this.#isReadOutsideLoop(source)
    );
  }

  /** True where the node fills memory of its own, so that it may be told where. */
  #ownsMemory(id: number): boolean {
    const { nodes, fifoByPush, inPlace } = this.#variant;
    const node = nodes[id]!;
    return node.inputs.length > 0 && !this.#variant.isAlias(node) && !fifoByPush.has(id) && !inPlace.has(id);
  }

  #fuse(direct: ReadonlySet<number>): Map<number, number> {
    const { nodes, inPlace } = this.#variant;
    const fused = new Map<number, number>();
    for (const id of this.#request.needed) {
      const add = nodes[id]!;
      if (add.op !== 'add' || add.dtype !== 'f32') continue;
      const addition = inPlace.get(id)?.additions.find(({ node }) => node === id);
      const candidates = addition ? [addition.other] : add.inputs.toReversed();
      const ops = addition ? accumulatingOps : addingOps;
      const product = candidates.find(
        (input) => ops.has(nodes[input]!.op) && !direct.has(input) && this.#isOnlyFor(input, add),
      );
      if (product !== undefined) fused.set(product, id);
    }
    return fused;
  }

  /** True where a value of the same extent is read by this addition alone, and computed at the same time. */
  #isOnlyFor(input: number, add: GraphNode): boolean {
    const node = this.#variant.nodes[input]!;
    if (!node.batched || !sameExtents(node.shape, add.shape)) return false;
    if (this.#readers.get(input)?.length !== 1) return false;
    const [own, other] = [this.#groupOf.get(input)!, this.#groupOf.get(add.id)!];
    return own === other || (!own.loop && !other.loop);
  }
}

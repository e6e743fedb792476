/**
 * A block: some successive steps of one variant, compiled forward and, where a gradient is wanted, backward. Loops over time
 * are unrolled on the tape; what needs no loop (groups.ts) is computed for all steps of the block at once.
 *
 * A value has the axes [steps, samples, …] when it is held for the whole block, and [samples, …] when it is seen from one step.
 */
import type { GraphNode } from '../../graph/types.ts';
import * as emit from './emit.ts';
import * as opcode from './kernels/opcodes.ts';
import { lower } from './lowering.ts';
import type { Prologue } from './prologue.ts';
import type { Scope } from './recurrence.ts';
import { Recurrence, atScope } from './recurrence.ts';
import type { PassSchedule } from './schedule.ts';
import type { Tape } from './tape.ts';
import type { Variant } from './variant.ts';
import type { View } from './views.ts';
import * as views from './views.ts';

export interface BlockSite {
  readonly tape: Tape;
  readonly variant: Variant;
  readonly prologue: Prologue;
  readonly batchSize: number;
  readonly steps: number;
  /** [steps, B, …] */
  readonly input: (name: string) => View;
}

export class Block {
  readonly #site: BlockSite;
  /** [steps, B, …] */
  readonly #whole = new Map<number, View>();
  /** [B, …] of one step, and views that took a copy, by node and scope. */
  readonly #single = new Map<string, View>();
  readonly #recurrent = new Map<number, Recurrence>();
  /** Nodes whose result goes straight to where a recurrent value is held: [steps, B, …]. */
  readonly #destinations = new Map<number, View>();

  constructor(site: BlockSite) {
    this.#site = site;
  }

  /** [steps, B, …] of a value, after the pass that computes it. */
  value(id: number): View {
    return this.resolve(id, 'all');
  }

  /**
   * Computes the states handed on, and `results`, which are read afterwards or by the backward pass.
   * `initial`: [B, …] per state. Returns the states after the last step.
   */
  forward(initial: ReadonlyMap<string, View>, results: readonly number[]): Map<string, View> {
    const { tape, variant, steps } = this.#site;
    const { states } = variant.step;
    for (const { name, kind, node, next } of states) {
      const recurrence = new Recurrence({
        tape,
        steps,
        direction: 'forward',
        source: next,
        initial: initial.get(name)!,
      });
      if (kind === 'fifo') recurrence.holdHistory(false);
      this.#recurrent.set(node, recurrence);
    }
    new Pass(this.#site, this, variant.forwardSchedule(results, steps > 1)).run('forward');
    return new Map(
      states.map(({ name, node, next }) => [
        name,
        this.#recurrent.get(node)!.last() ?? this.#atEnd(next, steps - 1),
      ]),
    );
  }

  /**
   * Back-propagation through a block whose forward pass has kept all that it reads.
   * `incoming`: adjoints [B, …] of the states handed on; null is zero. Returns those of the states handed in.
   */
  backward(incoming: ReadonlyMap<string, View | null>): Map<string, View | null> {
    const { tape, variant, batchSize, steps, prologue } = this.#site;
    const { states } = variant.gradient!;
    for (const { name, nextAdjoint, adjoint } of states) {
      const given = incoming.get(name) ?? null;
      const initial = given ?? prologue.zeros([batchSize, ...variant.nodes[nextAdjoint]!.shape]);
      const recurrence = new Recurrence({ tape, steps, direction: 'backward', source: adjoint, initial });
      if (variant.fifoByAdjoint.has(nextAdjoint)) recurrence.holdHistory(given === null);
      this.#recurrent.set(nextAdjoint, recurrence);
    }
    new Pass(this.#site, this, variant.backwardSchedule(steps > 1)).run('backward');
    return new Map(
      states.map(({ name, nextAdjoint, adjoint }) => [
        name,
        adjoint === null ? null : (this.#recurrent.get(nextAdjoint)!.last() ?? this.#atEnd(adjoint, 0)),
      ]),
    );
  }

  // ---- for the passes

  recurrence(leaf: number): Recurrence | undefined {
    return this.#recurrent.get(leaf);
  }

  /** From now on the node writes to these entries [steps, B, …]. */
  direct(node: number, entries: View): void {
    this.#destinations.set(node, entries);
  }

  /** Where a node's result goes. `kept`: it is held for all steps. */
  destination(node: GraphNode, scope: Scope, kept: boolean): View {
    const { tape, batchSize, steps } = this.#site;
    const given = this.#destinations.get(node.id);
    if (given) return atScope(given, scope);
    if (scope === 'all') return tape.allocate([steps, batchSize, ...node.shape]);
    if (!kept) return tape.allocate([batchSize, ...node.shape]);
    let whole = this.#whole.get(node.id);
    if (!whole) this.#whole.set(node.id, (whole = tape.allocate([steps, batchSize, ...node.shape])));
    return views.select(whole, 0, scope);
  }

  store(id: number, scope: Scope, view: View): void {
    const given = this.#destinations.get(id);
    if (given) this.#whole.set(id, given);
    else if (scope === 'all') this.#whole.set(id, view);
    else if (!this.#whole.has(id)) this.#single.set(keyOf(id, scope), view);
  }

  /** A value as one scope sees it. Unbatched values repeat along steps and samples. */
  resolve(id: number, scope: Scope): View {
    const { variant, prologue, batchSize, steps, input } = this.#site;
    const node = variant.nodes[id]!;
    if (!node.batched) {
      const perSample = views.insertAxis(prologue.value(id), 0, batchSize);
      return scope === 'all' ? views.insertAxis(perSample, 0, steps) : perSample;
    }
    const recurrence = this.#recurrent.get(id);
    if (recurrence) return recurrence.read(scope, (step) => this.resolve(recurrence.source!, step));
    if (node.op === 'input') return atScope(input((node as GraphNode<'input'>).attributes.name), scope);
    if (node.op === 'adjoint') return atScope(prologue.ones([steps, batchSize]), scope);
    const window = this.#window(id, scope);
    if (window) return window;
    if (variant.isAlias(node)) return this.#alias(node, scope);
    const whole = this.#whole.get(id);
    if (whole) return atScope(whole, scope);
    const single = this.#single.get(keyOf(id, scope));
    if (!single) throw new Error(`value ${id} (${node.op}) is not there at step ${scope}`);
    return single;
  }

  /** A value that lies in the history of a FIFO: the buffer after a push, or its adjoint on the way back. */
  #window(id: number, scope: Scope): View | null {
    const { variant } = this.#site;
    const pushed = variant.fifoByPush.get(id);
    if (pushed) return this.#recurrent.get(pushed.node)!.window(scope, 'on');
    const moved = variant.unpushes.get(id);
    if (moved) return this.#recurrent.get(moved.leaf)!.window(scope, 'in');
    const added = variant.inPlace.get(id)?.additions.find(({ node }) => node === id);
    return added ? this.resolve(added.window, scope) : null;
  }

  /** A view of the operand; where that takes a copy, it is made once for each scope. */
  #alias(node: GraphNode, scope: Scope): View {
    const { tape, variant } = this.#site;
    const key = keyOf(node.id, scope);
    const known = this.#single.get(key);
    if (known) return known;
    const from = this.resolve(node.inputs[0]!, scope);
    const view = lower({
      tape,
      node,
      operands: node.inputs.map((input) => variant.nodes[input]!),
      inputs: [from],
      lead: leadOf(scope),
      out: () => {
        throw new Error(`${node.op} has no memory of its own`);
      },
      addend: null,
    });
    if (view.buffer !== from.buffer) this.#single.set(key, view);
    return view;
  }

  /** [B, …] of a value at the last step that a pass computes. */
  #atEnd(id: number, step: number): View {
    return this.#site.steps === 1 ? views.select(this.resolve(id, 'all'), 0, 0) : this.resolve(id, step);
  }
}

/** Computes what a schedule says, in its order. */
class Pass {
  readonly #site: BlockSite;
  readonly #block: Block;
  readonly #schedule: PassSchedule;

  constructor(site: BlockSite, block: Block, schedule: PassSchedule) {
    this.#site = site;
    this.#block = block;
    this.#schedule = schedule;
  }

  run(direction: 'forward' | 'backward'): void {
    const { steps } = this.#site;
    for (const leaf of this.#schedule.keptCarried) this.#holdAll(leaf);
    for (const { nodes, loop } of this.#schedule.groups) {
      if (!loop) {
        for (const id of nodes) this.#compute(id, 'all');
        continue;
      }
      for (let i = 0; i < steps; i++) {
        const step = direction === 'forward' ? i : steps - 1 - i;
        for (const id of nodes) this.#compute(id, step);
        for (const id of nodes) this.#handOver(id, step);
      }
    }
  }

  #holdAll(leaf: number): void {
    const recurrence = this.#block.recurrence(leaf)!;
    const entries = recurrence.holdAll();
    const writer = this.#schedule.writers.get(leaf);
    if (writer !== undefined) this.#block.direct(writer, entries);
    else if (recurrence.source === null) emit.emitZero(this.#site.tape, entries);
  }

  #compute(id: number, scope: Scope): void {
    const { tape, variant } = this.#site;
    const node = variant.nodes[id]!;
    if (this.#schedule.fused.has(id)) return;
    if (this.#block.recurrence(id)) {
      if (scope === 'all') this.#handOver(id, 'all');
      return;
    }
    if (node.inputs.length === 0) return;
    const pushed = variant.fifoByPush.get(id);
    if (pushed) {
      const buffer = this.#block.resolve(id, scope);
      emit.emitCopy(
        tape,
        views.select(buffer, leadOf(scope), 0),
        this.#block.resolve(node.inputs[1]!, scope),
      );
    } else if (variant.inPlace.has(id)) this.#addInPlace(node, scope);
    else {
      const kept = this.#schedule.kept.has(id);
      const product = node.inputs.find((input) => this.#schedule.fused.get(input) === id);
      const other = product === undefined ? null : node.inputs[node.inputs[0] === product ? 1 : 0]!;
      const addend = other === null ? null : this.#block.resolve(other, scope);
      const out = (): View => this.#block.destination(node, scope, kept);
      this.#block.store(id, scope, this.#lower(product ?? id, scope, out, addend));
    }
  }

  #addInPlace({ id }: GraphNode, scope: Scope): void {
    const { tape, variant } = this.#site;
    const { other } = variant.inPlace.get(id)!.additions.find(({ node }) => node === id)!;
    const sum = this.#block.resolve(id, scope);
    if (this.#schedule.fused.get(other) === id) this.#lower(other, scope, () => sum, sum);
    else emit.emitElementwise(tape, opcode.ADD, sum, [sum, this.#block.resolve(other, scope)]);
  }

  #lower(id: number, scope: Scope, out: () => View, addend: View | null): View {
    const { tape, variant } = this.#site;
    const node = variant.nodes[id]!;
    return lower({
      tape,
      node,
      operands: node.inputs.map((input) => variant.nodes[input]!),
      inputs: node.inputs.map((input) => this.#block.resolve(input, scope)),
      lead: leadOf(scope),
      out,
      addend,
    });
  }

  /** A source that does not write where the value is held is copied there. */
  #handOver(id: number, scope: Scope): void {
    const recurrence = this.#block.recurrence(id);
    if (!recurrence?.isKept || recurrence.source === null || this.#schedule.writers.has(id)) return;
    emit.emitCopy(this.#site.tape, recurrence.entry(scope), this.#block.resolve(recurrence.source, scope));
  }
}

const leadOf = (scope: Scope): number => (scope === 'all' ? 2 : 1);
const keyOf = (id: number, scope: Scope): string => `${id}@${scope}`;

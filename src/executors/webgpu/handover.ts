/**
 * How states go from step to step within a run, and their adjoints backwards.
 *
 * - history: rows 0 … capacity in memory, one for each step boundary; a step reads row t and the value it hands on is computed
 *   straight into row t + 1 (backwards: reads row t + 1, fills row t). Chosen where other phases read the rows.
 * - single: one place, to which the value is copied at the end of the step.
 *
 * Between runs states lie in a block of their own: a run copies them in before its first step and out after its last.
 */
import { elementCount } from '../../graph/types.ts';
import { isDense, sameExtents } from '../wasm/views.ts';
import type { TapeBuffer, View } from '../wasm/views.ts';
import { nowhere } from './code.ts';
import type { Place } from './code.ts';
import type { Readers } from './readers.ts';
import type { Lodging } from './settle.ts';
import { copyTask } from './tasks.ts';
import type { Task } from './tasks.ts';
import type { VariantPlan } from './variant.ts';

interface Carried {
  /** What a step is handed. */
  readonly leaf: number;
  /** What it hands on; null: zeros. */
  readonly value: number | null;
  readonly leafShape: readonly number[];
  readonly valueShape: readonly number[];
  /** Where it lies before and after the run. */
  readonly from: Place;
  readonly to: Place;
}

type Through = 'forward through' | 'backward through';

export class Handover {
  readonly entry = new Map<Through, Task[]>();
  readonly end = new Map<Through, Task[]>();
  readonly exit = new Map<Through, Task[]>();
  readonly lodgings: Lodging[] = [];
  readonly #plan: VariantPlan;
  readonly #readers: Readers;
  /** Buffers of values that a history holds. */
  readonly #claimed = new Set<TapeBuffer>();

  constructor(plan: VariantPlan, readers: Readers) {
    this.#plan = plan;
    this.#readers = readers;
    this.#arrange('forward through', this.#forward());
    this.#arrange('backward through', this.#backward());
  }

  #forward(): Carried[] {
    const { graph, frame } = this.#plan;
    const before = frame.blockBefore(graph).offsets;
    const after = frame.blockAfter(graph).offsets;
    return this.#plan.plainStates.map(({ name, node, next, shape }) => {
      const valueShape = graph.nodes[next]!.shape;
      const at = (base: number, size: number, boundary: 'before' | 'after'): Place => ({
        ...nowhere,
        base,
        sample: size,
        boundary,
      });
      return {
        leaf: node,
        value: next,
        leafShape: shape,
        valueShape,
        from: at(before.get(name)!, elementCount(shape), 'before'),
        to: at(after.get(name)!, elementCount(valueShape), 'after'),
      };
    });
  }

  #backward(): Carried[] {
    const { graph, frame, gradient, fifoAdjoints } = this.#plan;
    return (gradient?.states ?? []).flatMap(({ name, nextAdjoint, adjoint }) => {
      if (fifoAdjoints.some(({ leaf }) => leaf === nextAdjoint)) return [];
      const state = graph.states.find((candidate) => candidate.name === name)!;
      const place = frame.adjoint(name);
      return {
        leaf: nextAdjoint,
        value: adjoint,
        leafShape: graph.nodes[state.next]!.shape,
        valueShape: state.shape,
        from: place,
        to: place,
      };
    });
  }

  #arrange(phase: Through, all: readonly Carried[]): void {
    const { values } = this.#plan;
    for (const { leaf, leafShape } of all) {
      if (!values.isGiven(leaf)) values.give(leaf, values.buffer(leafShape));
    }
    const lists: Record<'entry' | 'end' | 'exit', Task[]> = { entry: [], end: [], exit: [] };
    const tangled = this.#tangled(all);
    for (const carried of all) {
      const { leaf, value, leafShape, valueShape, from, to } = carried;
      const source = values.giveExtra(values.buffer(leafShape, from));
      lists.entry.push(copyTask(source, values.view(leaf)));
      if (!sameExtents(leafShape, valueShape)) {
        // The state grows or shrinks: such a run has one step.
        this.#lodge(values.view(leaf), phase, 1, 0);
        lists.end.push(copyTask(value, values.buffer(valueShape, to)));
        continue;
      }
      const history = tangled || this.#isReadElsewhere(phase, carried);
      const claimed = history && value !== null && this.#claim(value);
      if (history) {
        const rows = this.#plan.request.capacity + 1;
        const [leafRow, valueRow] = phase === 'forward through' ? [0, 1] : [1, 0];
        const row = claimed ? values.view(value) : values.buffer(leafShape);
        this.#lodge(values.view(leaf), phase, rows, leafRow, { view: row, row: valueRow });
        if (!claimed) lists.end.push(copyTask(value, row));
      } else {
        this.lodgings.push({ view: values.view(leaf), kind: 'single', phase, also: null, rows: 1, row: 0 });
        if (!this.#isSame(value, leaf)) lists.end.push(copyTask(value, values.view(leaf)));
      }
      lists.exit.push(copyTask(leaf, values.buffer(leafShape, to)));
    }
    this.entry.set(phase, lists.entry);
    this.end.set(phase, lists.end);
    this.exit.set(phase, lists.exit);
    for (const task of [...lists.entry, ...lists.end, ...lists.exit]) this.#readers.add(phase, task);
  }

  #lodge(view: View, phase: Through, rows: number, row: number, also: Lodging['also'] = null): void {
    this.lodgings.push({ view, kind: 'history', phase, also, rows, row });
  }

  /** A value with a buffer and a task of its own, that no other state hands on. */
  #claim(value: number): boolean {
    const { values } = this.#plan;
    if (values.maker(value) !== value) return false;
    const { buffer } = values.view(value);
    if (values.isPlaced(values.view(value)) || this.#claimed.has(buffer)) return false;
    if (!values.nodes[value]!.batched) return false;
    this.#claimed.add(buffer);
    return true;
  }

  /** Whether a state hands on (a view of) what another one was handed: then copies in place could overwrite each other. */
  #tangled(all: readonly Carried[]): boolean {
    const { values } = this.#plan;
    const leaves = new Set(all.map(({ leaf }) => values.view(leaf).buffer));
    return all.some(({ value, leaf }) => {
      return value !== null && leaves.has(values.view(value).buffer) && !this.#isSame(value, leaf);
    });
  }

  #isSame(value: number | null, leaf: number): boolean {
    if (value === null) return false;
    const [a, b] = [this.#plan.values.view(value), this.#plan.values.view(leaf)];
    return a.buffer === b.buffer && a.offset === 0 && isDense(a);
  }

  #isReadElsewhere(phase: Through, { leaf, value }: Carried): boolean {
    const elsewhere = (id: number): boolean => {
      const { buffer } = this.#plan.values.view(id);
      return this.#readers.of(buffer).some((reader) => reader !== phase);
    };
    if (elsewhere(leaf)) return true;
    if (value === null || this.#plan.values.maker(value) !== value) return false;
    return elsewhere(value) || this.#plan.makerPhase(value) !== phase;
  }
}

/**
 * Values that are the same for every sample and step: parameters, constants and what follows from them alone. Each is
 * computed once, where it is first read; its adjoint is gathered over the whole rollout and then led back to the parameters.
 */
import { differentiatePrologue } from '../../graph/differentiate.ts';
import type { GraphNode, StepGraph } from '../../graph/types.ts';
import * as emit from './emit.ts';
import * as opcode from './kernels/opcodes.ts';
import { aliasOps, lower } from './lowering.ts';
import type { Tape } from './tape.ts';
import type { View } from './views.ts';
import * as views from './views.ts';

/** Where the parameters and their gradients lie. */
export interface ParameterPlaces {
  readonly value: (name: string) => View;
  readonly gradient: (name: string) => View;
}

export class Prologue {
  readonly #tape: Tape;
  readonly #nodes: readonly GraphNode[];
  readonly #step: StepGraph;
  readonly #places: ParameterPlaces;
  readonly #values = new Map<number, View>();
  readonly #adjoints = new Map<number, View>();

  /** `nodes`: those of the step, or of its derivative. */
  constructor(tape: Tape, step: StepGraph, nodes: readonly GraphNode[], places: ParameterPlaces) {
    this.#tape = tape;
    this.#step = step;
    this.#nodes = nodes;
    this.#places = places;
  }

  value(id: number): View {
    const known = this.#values.get(id);
    if (known) return known;
    const value = evaluate(
      this.#tape,
      this.#nodes[id]!,
      this.#nodes,
      (input) => this.value(input),
      this.#places,
    );
    this.#values.set(id, value);
    return value;
  }

  /** Zeros of any shape, without memory of their own. */
  zeros(shape: readonly number[]): View {
    return this.#uniform(0, shape);
  }

  ones(shape: readonly number[]): View {
    return this.#uniform(1, shape);
  }

  #uniform(value: number, shape: readonly number[]): View {
    const one = this.#tape.constant([value], [], 'f32');
    return { ...one, shape, strides: shape.map(() => 0) };
  }

  /** Where the adjoint of an unbatched value is gathered. */
  adjoint(id: number): View {
    const node = this.#nodes[id]!;
    if (node.op === 'parameter')
      return this.#places.gradient((node as GraphNode<'parameter'>).attributes.name);
    let sum = this.#adjoints.get(id);
    if (!sum) {
      sum = this.#tape.allocate(node.shape);
      emit.emitZero(this.#tape, sum);
      this.#adjoints.set(id, sum);
    }
    return sum;
  }

  /** Adds what the gathered adjoints mean for the parameters to their gradients. */
  backward(): void {
    const targets = [...this.#adjoints.keys()].sort((a, b) => a - b);
    if (targets.length === 0) return;
    const { nodes, values, parameters } = differentiatePrologue(this.#step, targets);
    const computed = new Map<number, View>(
      values.map(({ target, adjoint }) => [adjoint, this.#adjoints.get(target)!]),
    );
    const valueOf = (id: number): View => {
      const known = computed.get(id) ?? (id < this.#step.nodes.length ? this.value(id) : null);
      if (known) return known;
      const value = evaluate(this.#tape, nodes[id]!, nodes, valueOf, this.#places);
      computed.set(id, value);
      return value;
    };
    for (const { name, adjoint } of parameters) {
      const gradient = this.#places.gradient(name);
      emit.emitElementwise(this.#tape, opcode.ADD, gradient, [gradient, valueOf(adjoint)]);
    }
  }
}

function evaluate(
  tape: Tape,
  node: GraphNode,
  nodes: readonly GraphNode[],
  valueOf: (id: number) => View,
  places: ParameterPlaces,
): View {
  if (node.op === 'parameter') return places.value((node as GraphNode<'parameter'>).attributes.name);
  if (node.op === 'constant') {
    return tape.constant((node as GraphNode<'constant'>).attributes.data, node.shape, node.dtype);
  }
  return lower({
    tape,
    node,
    operands: node.inputs.map((input) => nodes[input]!),
    inputs: node.inputs.map(valueOf),
    lead: 0,
    out: () => {
      if (aliasOps.has(node.op)) throw new Error(`${node.op} has no memory of its own`);
      return tape.allocate(node.shape);
    },
    addend: null,
  });
}

/** Adds Σ over steps and samples of leftᵀ · right to `target`. left [steps, B, (m), k], right [steps, B, (m), n]. */
export function addProduct(tape: Tape, target: View, left: View, right: View): void {
  const rowsOf = (view: View): View => {
    const dense =
      views.coalesce(view.shape.slice(0, -1), [view.strides.slice(0, -1)]).shape.length <= 1
        ? view
        : copyOf(tape, view);
    const width = dense.shape.at(-1)!;
    const merged = views.coalesce(dense.shape.slice(0, -1), [dense.strides.slice(0, -1)]);
    return {
      ...dense,
      shape: [merged.shape[0] ?? 1, width],
      strides: [merged.strides[0]![0] ?? width, dense.strides.at(-1)!],
    };
  };
  emit.emitMatmul(tape, target, views.permute(rowsOf(left), [1, 0]), rowsOf(right), target);
}

/** Adds Σ over steps and samples to `target`. value [steps, B, …target]. */
export function addSum(tape: Tape, target: View, value: View): void {
  const repeated = views.insertAxis(views.insertAxis(target, 0, value.shape[1]!), 0, value.shape[0]!);
  emit.emitReduce(tape, repeated, value, 1, true);
}

/** target [V, D]: target[indices] += rows. rows [steps, B, …, D], indices [steps, B, …]. */
export function addScattered(tape: Tape, target: View, indices: View, rows: View): void {
  const dense = views.hasDenseRows(rows) ? rows : copyOf(tape, rows);
  const table = views.insertAxis(views.insertAxis(target, 0, rows.shape[1]!), 0, rows.shape[0]!);
  emit.emitIndexed(tape, opcode.SCATTER_ADD, { rows: dense, table, indices, lead: 2, added: null });
}

function copyOf(tape: Tape, view: View): View {
  const copy = tape.allocate(view.shape);
  emit.emitCopy(tape, copy, view);
  return copy;
}

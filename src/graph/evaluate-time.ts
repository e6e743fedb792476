/**
 * The gradient through time, in double precision: how much the loss of one sequence would change with the state that each
 * step begins with, ‖∂loss/∂state‖. Several losses (all positions, one of them, all with gradients cut at a horizon) are
 * followed at once, as rows of one batch.
 *
 * Only the states between steps are kept; a step is computed again when the way back comes to it. So memory grows with the
 * state and not with what happens inside a step.
 */
import { differentiate } from './differentiate.ts';
import type { DenseMap, EvaluatedStep, NumericTensor, NumericTensorMap, Setting } from './evaluate.ts';
import { evaluateNodes, evaluateStep, handedOn, settingOf } from './evaluate.ts';
import type { Dense } from './evaluate-indexing.ts';
import type { StepGradient } from './gradient.ts';
import type { GraphNode, Program } from './types.ts';
import { elementCount } from './types.ts';

/** A loss of the sequence, and how far its gradient may flow. */
export interface LossRow {
  /** Weight of each position in the loss [T] (see graph/loss.ts). */
  readonly weights: ArrayLike<number>;
  /** Gradients stop at every `horizon` steps; null: they flow to the start. */
  readonly horizon: number | null;
}

export interface SequenceGradientRequest {
  /** With a loss. */
  readonly program: Program;
  readonly parameters: NumericTensorMap;
  /** Of one sequence [1, T, …], with `target`; `weight` comes from the rows. */
  readonly inputs: NumericTensorMap;
  readonly rows: readonly LossRow[];
}

export interface SequenceGradients {
  /** First position of each step. */
  readonly starts: readonly number[];
  /** For each f32 state and row: the norm of ∂loss/∂state for the state that each step begins with [steps]. */
  readonly states: readonly { readonly name: string; readonly norms: readonly Float64Array[] }[];
}

/** Yields after every step of either direction, so that the caller can do something else in between. */
export function* gradientsThroughTime(
  request: SequenceGradientRequest,
): Generator<void, SequenceGradients, void> {
  const { program, parameters, rows } = request;
  const alone = settingOf(program, parameters, { size: 1, inputs: inputsFor(request, rows.slice(0, 1)) });
  const begins: DenseMap[] = [];
  let states: DenseMap = {};
  for (const index of program.schedule.keys()) {
    begins.push(states);
    states = handedOn(evaluateStep(alone, index, states), 1);
    yield;
  }
  const together: Setting = { ...alone, batch: { size: rows.length, inputs: inputsFor(request, rows) } };
  const back = new WayBack(program, rows);
  for (const index of [...program.schedule.keys()].reverse()) {
    back.addStep(evaluateStep(together, index, repeatAll(begins[index]!, rows.length)));
    yield;
  }
  return { starts: alone.offsets, states: back.states };
}

class WayBack {
  readonly #rows: readonly LossRow[];
  readonly #gradients: readonly StepGradient[];
  /** For each variant, whether a derivative node takes part in the adjoint of a state. */
  readonly #wanted: readonly ((node: GraphNode) => boolean)[];
  readonly #norms: ReadonlyMap<string, readonly Float64Array[]>;
  /** [rows, …] of the states that the step done last began with; absent: zero. */
  #adjoints = new Map<string, Float64Array>();

  constructor(program: Program, rows: readonly LossRow[]) {
    this.#rows = rows;
    this.#gradients = program.variants.map(differentiate);
    this.#wanted = this.#gradients.map(partInStates);
    const names = new Set(
      program.variants
        .flatMap((graph) => graph.states.filter(({ dtype }) => dtype === 'f32'))
        .map(({ name }) => name),
    );
    const steps = program.schedule.length;
    this.#norms = new Map([...names].map((name) => [name, rows.map(() => new Float64Array(steps))]));
  }

  get states(): SequenceGradients['states'] {
    return [...this.#norms].map(([name, norms]) => ({ name, norms }));
  }

  addStep({ variant, index, values: forward }: EvaluatedStep): void {
    const size = this.#rows.length;
    const { nodes, states, lossAdjoint } = this.#gradients[variant]!;
    const values = [...forward];
    if (lossAdjoint !== null) values[lossAdjoint] = new Float64Array(size).fill(1);
    for (const { name, nextAdjoint } of states) {
      const count = elementCount(nodes[nextAdjoint]!.shape);
      const given = this.#adjoints.get(name) ?? new Float64Array(size * count);
      values[nextAdjoint] = this.#cut(given, index + 1);
    }
    evaluateNodes(nodes, size, values, this.#wanted[variant]);
    this.#adjoints = new Map(
      states.flatMap(({ name, adjoint }) => (adjoint === null ? [] : [[name, values[adjoint]!]])),
    );
    for (const [name, adjoint] of this.#adjoints) {
      const count = adjoint.length / size;
      this.#norms.get(name)?.forEach((norms, row) => {
        norms[index] = norm(adjoint.subarray(row * count, (row + 1) * count));
      });
    }
  }

  /** Nothing flows back over the boundary before step `index` in rows whose horizon ends there. */
  #cut(adjoint: Float64Array, index: number): Float64Array {
    const count = adjoint.length / this.#rows.length;
    const kept = adjoint.slice();
    this.#rows.forEach(({ horizon }, row) => {
      if (horizon !== null && index % horizon === 0) kept.fill(0, row * count, (row + 1) * count);
    });
    return kept;
  }
}

function partInStates({ nodes, states }: StepGradient): (node: GraphNode) => boolean {
  const part = new Set(states.flatMap(({ adjoint }) => (adjoint === null ? [] : [adjoint])));
  for (const node of nodes.toReversed()) {
    if (part.has(node.id)) for (const id of node.inputs) part.add(id);
  }
  return ({ id }) => part.has(id);
}

function inputsFor({ program, inputs }: SequenceGradientRequest, rows: readonly LossRow[]): NumericTensorMap {
  const weights = new Float64Array(rows.length * program.length);
  rows.forEach((row, i) => weights.set(Array.from(row.weights), i * program.length));
  const { weight: _replaced, ...others } = inputs;
  return {
    ...repeatAll(others, rows.length),
    weight: { shape: [rows.length, program.length], data: weights },
  };
}

function repeatAll(tensors: NumericTensorMap, count: number): DenseMap {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, repeated(tensor, count)]));
}

/** [1, …] → [count, …] */
function repeated({ shape, data }: NumericTensor, count: number): Dense {
  const whole = new Float64Array(count * data.length);
  for (let i = 0; i < count; i++) whole.set(Array.from(data), i * data.length);
  return { shape: [count, ...shape.slice(1)], data: whole };
}

/** Scaled, so that the square of a vanishing gradient does not become zero before its root is taken. */
function norm(values: Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (const value of values) sum += (value / largest) ** 2;
  return largest * Math.sqrt(sum);
}

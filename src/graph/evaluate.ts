/**
 * The reference evaluator: a whole program on a batch, in double precision, forward and backward. It is the meaning of a step
 * graph and of its gradient, against which executors and models are checked; nothing in the product trains with it.
 *
 * Inputs, states, outputs and taps have the shapes told in executors/executor.ts; numbers are held in Float64Arrays.
 */
import { isConstant } from './emitter.ts';
import type { Dense } from './evaluate-indexing.ts';
import { evaluateOp } from './evaluate-ops.ts';
import type { GraphNode, Program, Shape, StepGraph } from './types.ts';
import { elementCount } from './types.ts';

/** What the evaluator reads: a `Tensor`, or the same with doubles. */
export interface NumericTensor {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

export type NumericTensorMap = Readonly<Record<string, NumericTensor>>;
export type DenseMap = Record<string, Dense>;

export interface EvaluationBatch {
  readonly size: number;
  /** [B, T, …] */
  readonly inputs: NumericTensorMap;
  /** [B, …]; a state that is not listed takes the model's start value. */
  readonly state?: NumericTensorMap;
}

export interface Evaluation {
  /** Sum of the loss shares over batch and time; NaN where the program has no loss. */
  readonly loss: number;
  readonly outputs: DenseMap;
  readonly state: DenseMap;
  readonly taps: DenseMap;
}

/** Values of a graph's nodes by id: [B, …] where batched, else one sample's worth. */
export type Values = (Float64Array | undefined)[];

/** Runs a program forward. */
export function evaluate(program: Program, parameters: NumericTensorMap, batch: EvaluationBatch): Evaluation {
  return collect(program, batch.size, runForward(program, parameters, batch));
}

/** Fills in the values of all nodes that are not given yet; leaves other than constants must be given. */
export function evaluateNodes(
  nodes: readonly GraphNode[],
  size: number,
  values: Values,
  wanted: (node: GraphNode) => boolean = () => true,
): void {
  for (const node of nodes) {
    if (values[node.id] || !wanted(node)) continue;
    const evaluateSample = (b: number): Float64Array =>
      evaluateOp(
        node,
        node.inputs.map((id) => sampleOf(nodes[id]!, values, b)),
      );
    if (isConstant(node)) values[node.id] = Float64Array.from(node.attributes.data);
    else if (!node.batched) values[node.id] = evaluateSample(0);
    else {
      const count = elementCount(node.shape);
      const whole = new Float64Array(size * count);
      for (let b = 0; b < size; b++) whole.set(evaluateSample(b), b * count);
      values[node.id] = whole;
    }
  }
}

/** Sample b of a value; the value itself where it is the same for all. */
export function sampleOf({ id, batched, shape }: GraphNode, values: Values, b: number): Dense {
  const data = values[id]!;
  const count = elementCount(shape);
  return { shape, data: batched ? data.subarray(b * count, (b + 1) * count) : data };
}

/** One step of a rollout with the values of all its nodes. */
export interface EvaluatedStep {
  readonly graph: StepGraph;
  readonly variant: number;
  readonly index: number;
  readonly values: Values;
}

/** Runs all steps and keeps every value. */
export function runForward(
  program: Program,
  parameters: NumericTensorMap,
  batch: EvaluationBatch,
): EvaluatedStep[] {
  const setting = settingOf(program, parameters, batch);
  const steps: EvaluatedStep[] = [];
  for (const index of program.schedule.keys()) {
    const last = steps.at(-1);
    steps.push(evaluateStep(setting, index, last ? handedOn(last, batch.size) : (batch.state ?? {})));
  }
  return steps;
}

/** What all steps of a rollout share. */
export interface Setting {
  readonly program: Program;
  readonly batch: EvaluationBatch;
  /** For each variant, the values of its unbatched nodes. */
  readonly prologues: readonly Values[];
  /** First token of each step. */
  readonly offsets: readonly number[];
}

export function settingOf(program: Program, parameters: NumericTensorMap, batch: EvaluationBatch): Setting {
  const offsets: number[] = [];
  let offset = 0;
  for (const variant of program.schedule) {
    offsets.push(offset);
    offset += program.variants[variant]!.tokens;
  }
  const prologues = program.variants.map((graph) => evaluatePrologue(graph, parameters));
  return { program, batch, prologues, offsets };
}

/** @param states [B, …] as handed to the step; one that is not listed takes the start value */
export function evaluateStep(setting: Setting, index: number, states: NumericTensorMap): EvaluatedStep {
  const { program, batch, prologues, offsets } = setting;
  const variant = program.schedule[index]!;
  const graph = program.variants[variant]!;
  const values = [...prologues[variant]!];
  for (const input of graph.inputs) {
    values[input.node] = cutInput(batch, program.length, input.name, input.shape, offsets[index]!);
  }
  for (const state of graph.states) {
    const given = states[state.name];
    values[state.node] = given
      ? copyOf(given, `state ${state.name}`, batch.size * elementCount(state.shape))
      : perSample(graph, state.start, values, batch.size);
  }
  evaluateNodes(graph.nodes, batch.size, values);
  return { graph, variant, index, values };
}

/** The states after a step, [B, …]. */
export function handedOn({ graph, values }: EvaluatedStep, size: number): DenseMap {
  const states: DenseMap = {};
  for (const { name, next } of graph.states) {
    const { shape } = graph.nodes[next]!;
    states[name] = { shape: [size, ...shape], data: perSample(graph, next, values, size) };
  }
  return states;
}

/** Values of all unbatched nodes. */
function evaluatePrologue(graph: StepGraph, parameters: NumericTensorMap): Values {
  const values: Values = [];
  for (const { name, node, shape } of graph.parameters) {
    values[node] = copyOf(parameters[name], `parameter ${name}`, elementCount(shape));
  }
  evaluateNodes(graph.nodes, 1, values, (node) => !node.batched);
  return values;
}

function copyOf(tensor: NumericTensor | undefined, what: string, count: number): Float64Array {
  if (!tensor) throw new Error(`${what} is missing`);
  if (tensor.data.length !== count)
    throw new Error(`${what} has ${tensor.data.length} numbers instead of ${count}`);
  return Float64Array.from(tensor.data);
}

/** The rows of an input [B, T, …] that one step reads, [B, …shape]. */
function cutInput(
  batch: EvaluationBatch,
  length: number,
  name: string,
  shape: Shape,
  offset: number,
): Float64Array {
  const input = batch.inputs[name];
  const [, , ...rest] = input?.shape ?? [];
  const perToken = elementCount(rest);
  const whole = copyOf(input, `input ${name}`, batch.size * length * perToken);
  const count = elementCount(shape);
  const cut = new Float64Array(batch.size * count);
  for (let b = 0; b < batch.size; b++) {
    const begin = (b * length + offset) * perToken;
    cut.set(whole.subarray(begin, begin + count), b * count);
  }
  return cut;
}

/** [B, …] also for an unbatched value. */
function perSample(graph: StepGraph, id: number, values: Values, size: number): Float64Array {
  const data = values[id]!;
  if (graph.nodes[id]!.batched) return data;
  const repeated = new Float64Array(size * data.length);
  for (let b = 0; b < size; b++) repeated.set(data, b * data.length);
  return repeated;
}

/** Sum of the steps' loss shares over the batch; NaN where a step has none. */
export function totalLoss(steps: readonly EvaluatedStep[], size: number): number {
  let total = 0;
  for (const { graph, values } of steps) {
    if (graph.loss === null) return Number.NaN;
    for (const share of perSample(graph, graph.loss, values, size)) total += share;
  }
  return total;
}

function collect(program: Program, size: number, steps: readonly EvaluatedStep[]): Evaluation {
  const last = steps.at(-1)!;
  const state = handedOn(last, size);
  const outputs: DenseMap = {};
  for (const { name } of last.graph.outputs) {
    const nodeIn = (graph: StepGraph): number => graph.outputs.find((output) => output.name === name)!.node;
    outputs[name] = joinSteps(program, size, steps, nodeIn);
  }
  return { loss: totalLoss(steps, size), outputs, state, taps: collectTaps(program, size, steps) };
}

/** A value of every step along one time axis: [B, T, …]. */
function joinSteps(
  program: Program,
  size: number,
  steps: readonly EvaluatedStep[],
  nodeIn: (graph: StepGraph) => number,
): Dense {
  const { graph } = steps[0]!;
  const { shape } = graph.nodes[nodeIn(graph)]!;
  const rest = graph.unit === 'token' ? shape : shape.slice(1);
  const perToken = elementCount(rest);
  const data = new Float64Array(size * program.length * perToken);
  let offset = 0;
  for (const step of steps) {
    const values = perSample(step.graph, nodeIn(step.graph), step.values, size);
    const count = step.graph.tokens * perToken;
    for (let b = 0; b < size; b++) {
      const rows = values.subarray(b * count, (b + 1) * count);
      data.set(rows, (b * program.length + offset) * perToken);
    }
    offset += step.graph.tokens;
  }
  return { shape: [size, program.length, ...rest], data };
}

function collectTaps(program: Program, size: number, steps: readonly EvaluatedStep[]): DenseMap {
  const taps: DenseMap = {};
  for (const { graph, values, index } of steps) {
    for (const { name, node } of graph.taps) {
      const { shape, batched } = graph.nodes[node]!;
      if (!batched) taps[name] = { shape, data: values[node]! };
      else if (graph.unit === 'segment') {
        taps[name.replaceAll('{s}', String(index))] = { shape: [size, ...shape], data: values[node]! };
      } else if (index === 0) {
        const nodeIn = (other: StepGraph): number => other.taps.find((tap) => tap.name === name)!.node;
        taps[name] = joinSteps(program, size, steps, nodeIn);
      }
    }
  }
  return taps;
}

/**
 * What a program costs, known before it runs: parameters, operations, and the bytes that each back-propagation strategy keeps.
 *
 * Counted are the values that must outlive the step that made them until the backward pass reads them (activations), and the
 * arena of the step being computed. The rows of a FIFO state are counted once each, as one history that all steps read through
 * a window. Not counted: the batch itself, parameters and moments, and adjoints that an executor holds back in order to
 * contract them once per rollout.
 */
import { contributionReads, differentiate } from './differentiate.ts';
import { batchFlops } from './flops.ts';
import type { Contribution, StepGradient } from './gradient.ts';
import { leafOps } from './ops.ts';
import { isView, planBuffers, valueBytes } from './plan.ts';
import { nextStatesOnly } from './simplify.ts';
import type { GraphNode, Program, StateSpec, StepGraph } from './types.ts';
import { elementCount } from './types.ts';

/** The strategies of executors/executor.ts. */
export type CostedStrategy =
  | { readonly kind: 'full' }
  | { readonly kind: 'truncated'; readonly horizon: number }
  | { readonly kind: 'checkpointed' }
  | { readonly kind: 'memoryReplay' };

export interface StrategyCost {
  /** Bytes kept for the backward pass at its fullest: activations, checkpoints, FIFO histories. */
  readonly activationBytes: number;
  /** Bytes of the arena in which the largest step is computed, forward or backward. */
  readonly workingBytes: number;
  /** Floating-point operations of one gradient of the batch, recomputation included. */
  readonly flops: number;
}

/** Trainable numbers of a program. */
export function parameterCount(program: Program): number {
  return program.parameters.reduce((total, { shape }) => total + elementCount(shape), 0);
}

export function parameterBytes(program: Program): number {
  return 4 * parameterCount(program);
}

/** Floating-point operations of one forward pass of a batch. */
export function forwardFlops(program: Program, batchSize: number): number {
  const perVariant = program.variants.map(({ nodes }) => batchFlops(nodes, nodes, batchSize));
  return program.schedule.reduce((total, variant) => total + perVariant[variant]!, 0);
}

/** How many steps are differentiated together. */
function windowLength(strategy: CostedStrategy, steps: number): number {
  switch (strategy.kind) {
    case 'full':
      return steps;
    case 'truncated':
      return Math.max(1, Math.min(strategy.horizon, steps));
    case 'checkpointed':
      return Math.ceil(Math.sqrt(steps));
    case 'memoryReplay':
      return 1;
  }
}

/** What one gradient of a batch costs under a strategy. Recomputing strategies are taken to recompute every window, also the last. */
export function strategyCost(program: Program, batchSize: number, strategy: CostedStrategy): StrategyCost {
  const variants = program.variants.map((graph) => new VariantCost(graph, batchSize));
  const steps = program.schedule.map((variant) => variants[variant]!);
  const recomputes = strategy.kind === 'checkpointed' || strategy.kind === 'memoryReplay';
  const length = windowLength(strategy, steps.length);
  let checkpoints = 0;
  let fullest = 0;
  for (let begin = 0; begin < steps.length; begin += length) {
    const window = steps.slice(begin, begin + length);
    // A checkpoint holds the states at the start of its window; without one the window keeps those that it reads.
    if (recomputes) checkpoints += window[0]!.stateBytes;
    const atStart = recomputes ? 0 : window[0]!.savedStateBytes(null);
    const kept = window.map(
      (step, i) => step.keptBytes + (i === 0 ? atStart : step.savedStateBytes(window[i - 1]!)),
    );
    fullest = Math.max(fullest, sum(kept));
  }
  const rows = strategy.kind === 'truncated' ? length : steps.length;
  const firstPass = recomputes ? sum(steps.map((step) => step.nextStateFlops)) : 0;
  return {
    activationBytes: checkpoints + fullest + historyBytes(steps[0]!.graph, rows, batchSize),
    workingBytes: Math.max(...variants.map(({ workingBytes }) => workingBytes)),
    flops: firstPass + sum(steps.map((step) => step.flops)),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Histories of all FIFO states: the slots at the start and one row for each step. */
function historyBytes(graph: StepGraph, steps: number, batchSize: number): number {
  return sum(
    graph.states.filter(isFifo).map(({ shape: [slots, width] }) => 4 * batchSize * (slots! + steps) * width!),
  );
}

const isFifo = ({ kind }: StateSpec): boolean => kind === 'fifo';

/** Bytes and operations of one step, for one variant. */
class VariantCost {
  readonly graph: StepGraph;
  /** Forward and backward together. */
  readonly flops: number;
  readonly nextStateFlops: number;
  /** States handed in, FIFO states apart. */
  readonly stateBytes: number;
  /** Forward values that the backward pass reads; states handed in, inputs and FIFO buffers apart. */
  readonly keptBytes: number;
  readonly workingBytes: number;
  readonly #batchSize: number;
  /** Owners of the kept values: what views repeat is kept once. */
  readonly #kept: ReadonlySet<number>;

  constructor(graph: StepGraph, batchSize: number) {
    const gradient = differentiate(graph);
    this.graph = graph;
    this.#batchSize = batchSize;
    this.#kept = new Set(gradient.saved.map((id) => viewed(graph.nodes, id)));
    const fifo = fifoNodes(graph);
    const kept = graph.nodes.filter(
      ({ id, op }) => this.#kept.has(id) && op !== 'input' && op !== 'state' && !fifo.has(id),
    );
    this.keptBytes = sum(kept.map((node) => valueBytes(node, batchSize)));
    this.stateBytes = sum(plainStates(graph).map(({ node }) => this.#bytes(node)));
    this.flops =
      batchFlops(gradient.nodes, gradient.nodes, batchSize) +
      batchSize * sum(gradient.contributions.map((found) => contributionFlops(found, gradient.nodes)));
    const first = nextStatesOnly(graph);
    this.nextStateFlops = batchFlops(first.nodes, first.nodes, batchSize);
    this.workingBytes = workingBytes(graph, gradient, this.#kept, batchSize);
  }

  /** Bytes of the states handed in that the backward pass reads and that the step before did not keep as its own values. */
  savedStateBytes(before: VariantCost | null): number {
    const extra = plainStates(this.graph).filter(({ name, node }) => {
      if (!this.#kept.has(node)) return false;
      const handedOn = before?.graph.states.find((state) => state.name === name);
      return !handedOn || !before!.#kept.has(viewed(before!.graph.nodes, handedOn.next));
    });
    return sum(extra.map(({ node }) => this.#bytes(node)));
  }

  #bytes(node: number): number {
    return valueBytes(this.graph.nodes[node]!, this.#batchSize);
  }
}

const plainStates = (graph: StepGraph): readonly StateSpec[] =>
  graph.states.filter((state) => !isFifo(state));

/** FIFO buffers before and after the push: they are windows of a history. */
function fifoNodes(graph: StepGraph): Set<number> {
  return new Set(graph.states.filter(isFifo).flatMap(({ node, next }) => [node, next]));
}

/** The value whose elements a chain of views repeats. */
function viewed(nodes: readonly GraphNode[], id: number): number {
  const node = nodes[id]!;
  return isView(node, nodes) ? viewed(nodes, node.inputs[0]!) : id;
}

/** Adding up over samples and steps counts one operation for each number added. */
function contributionFlops(contribution: Contribution, nodes: readonly GraphNode[]): number {
  if (contribution.kind === 'product') {
    const left = nodes[contribution.left]!.shape;
    const right = nodes[contribution.right]!.shape;
    return 2 * elementCount(left) * right.at(-1)!;
  }
  const added = contribution.kind === 'sum' ? contribution.value : contribution.rows;
  return elementCount(nodes[added]!.shape);
}

function workingBytes(
  graph: StepGraph,
  gradient: StepGradient,
  kept: ReadonlySet<number>,
  batchSize: number,
): number {
  const { nodes, forwardCount, states, contributions } = gradient;
  const fifo = fifoNodes(graph);
  const elsewhere = (node: GraphNode): boolean =>
    leafOps.has(node.op) || !node.batched || fifo.has(node.id) || kept.has(node.id);
  const bytes = (node: GraphNode): number => valueBytes(node, batchSize);
  const forward = planBuffers({
    nodes: graph.nodes,
    given: elsewhere,
    roots: [
      ...gradient.saved,
      ...graph.states.map(({ next }) => next),
      ...graph.outputs.map(({ node }) => node),
      ...(graph.loss === null ? [] : [graph.loss]),
    ],
    bytes,
  });
  const backward = planBuffers({
    nodes,
    given: (node) => node.id < forwardCount || elsewhere(node),
    roots: [
      ...states.flatMap(({ adjoint }) => (adjoint === null ? [] : [adjoint])),
      ...contributions.flatMap(contributionReads),
    ],
    bytes,
  });
  // Adjoints of the states handed back and handed in live at the same time.
  const adjoints = sum(states.map(({ nextAdjoint }) => bytes(nodes[nextAdjoint]!)));
  return Math.max(forward.arenaBytes, backward.arenaBytes + adjoints);
}

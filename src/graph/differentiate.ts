/** Reverse-mode differentiation of a step graph and of its prologue; what the results mean is told in gradient.ts. */
import { derivativeRules, matmulRows } from './derivatives.ts';
import type { Site } from './derivatives.ts';
import { Emitter } from './emitter.ts';
import type { Contribution, PrologueGradient, StepGradient } from './gradient.ts';
import type { OpName } from './ops.ts';
import { leafOps } from './ops.ts';
import { withoutDeadNodes } from './simplify.ts';
import type { GraphNode, StepGraph } from './types.ts';

/** Derivative nodes of one step, for adjoints of its next states and of its loss. */
export function differentiate(step: StepGraph): StepGradient {
  const sweep = new Sweep(step.nodes, true);
  const states = step.states
    .filter((state) => state.dtype === 'f32')
    .map((state) => {
      const next = step.nodes[state.next]!;
      const leaf = sweep.emitter.adjoint(`state:${state.name}`, next.shape, true);
      sweep.receive(next, leaf);
      return { state, leaf };
    });
  if (step.loss !== null) sweep.receive(step.nodes[step.loss]!, sweep.emitter.scalar(1));
  sweep.run();

  const loss = new LossLeaf(sweep.emitter);
  const contributions = sweep.contributions.map((found) => loss.makeBatched(found));
  const handedBack = states.map(({ state, leaf }) => {
    const adjoint = sweep.adjointOf(step.nodes[state.node]!);
    return {
      name: state.name,
      nextAdjoint: leaf.id,
      adjoint: adjoint && loss.batched(adjoint).id,
    };
  });
  return compact(step, sweep.emitter.nodes, handedBack, contributions, loss.id);
}

/** Unbatched values that can have an adjoint: the targets of contributions, and start values of f32 states. Ascending. */
export function prologueTargets(step: StepGraph, gradient: StepGradient): number[] {
  const needed = gradientReaches(step.nodes);
  const starts = step.states
    .filter((state) => state.dtype === 'f32' && needed[state.start])
    .map((state) => state.start);
  const targets = new Set([...gradient.contributions.map((contribution) => contribution.target), ...starts]);
  return [...targets].sort((a, b) => a - b);
}

/** Derivative nodes of the prologue: from adjoints of `targets` (unbatched node ids) to adjoints of parameters. */
export function differentiatePrologue(step: StepGraph, targets: readonly number[]): PrologueGradient {
  const sweep = new Sweep(step.nodes, false);
  const leaves = targets.map((target) => {
    const node = step.nodes[target]!;
    if (node.batched) throw new Error(`value ${target} (${node.op}) is no part of the prologue`);
    const leaf = sweep.emitter.adjoint(`value:${target}`, node.shape, false);
    sweep.receive(node, leaf);
    return { target, leaf };
  });
  sweep.run();
  const parameters = step.parameters.flatMap(({ name, node }) => {
    const adjoint = sweep.adjointOf(step.nodes[node]!);
    return adjoint ? [{ name, adjoint: adjoint.id }] : [];
  });
  const roots = [...leaves.map(({ leaf }) => leaf.id), ...parameters.map(({ adjoint }) => adjoint)];
  const { nodes, renamed } = withoutDeadNodes(sweep.emitter.nodes, step.nodes.length, roots);
  return {
    nodes,
    forwardCount: step.nodes.length,
    values: leaves.map(({ target, leaf }) => ({ target, adjoint: renamed(leaf.id) })),
    parameters: parameters.map(({ name, adjoint }) => ({ name, adjoint: renamed(adjoint) })),
  };
}

/** One walk from the last node to the first, either over the batched nodes or over the prologue. */
class Sweep {
  readonly emitter: Emitter;
  readonly contributions: Contribution[] = [];
  readonly #forward: readonly GraphNode[];
  readonly #batched: boolean;
  readonly #needed: readonly boolean[];
  readonly #adjoints: (GraphNode | undefined)[] = [];

  constructor(forward: readonly GraphNode[], batched: boolean) {
    this.#forward = forward;
    this.#batched = batched;
    this.#needed = gradientReaches(forward);
    this.emitter = new Emitter(forward);
  }

  /** Adds to the adjoint of a value, or notes a contribution where the value belongs to the prologue. */
  receive(node: GraphNode, adjoint: GraphNode): void {
    if (!this.#needed[node.id]) return;
    if (this.#batched && !node.batched) {
      this.contributions.push({ kind: 'sum', target: node.id, value: adjoint.id });
      return;
    }
    const known = this.#adjoints[node.id];
    this.#adjoints[node.id] = known ? this.emitter.add(known, adjoint) : adjoint;
  }

  adjointOf(node: GraphNode): GraphNode | null {
    return this.#adjoints[node.id] ?? null;
  }

  run(): void {
    for (const node of this.#forward.toReversed()) {
      const adjoint = this.#adjoints[node.id];
      if (adjoint && !leafOps.has(node.op)) this.#propagate(node, adjoint);
    }
  }

  #propagate<Op extends OpName>(node: GraphNode<Op>, dy: GraphNode): void {
    const inputs = node.inputs.map((id) => this.#forward[id]!);
    const site: Site<Op> = { e: this.emitter, inputs, attributes: node.attributes, y: node, dy };
    inputs.forEach((input, operand) => {
      if (!this.#needed[input.id]) return;
      const factored = this.#batched && !input.batched ? factoredContribution(site, operand) : null;
      if (factored) {
        this.contributions.push(factored);
        return;
      }
      const adjoint = derivativeRules[node.op](site, operand);
      if (adjoint) this.receive(input, adjoint);
    });
  }
}

/** The contribution to a shared weight or table without its dense per-sample form, where there is such a way. */
function factoredContribution<Op extends OpName>(site: Site<Op>, operand: number): Contribution | null {
  const target = site.inputs[operand]!;
  if (site.y.op === 'matmul' && operand === 1 && target.shape.length === 2) {
    const { e, dy, attributes, inputs } = site as Site<OpName> as Site<'matmul'>;
    const { left, right } = matmulRows({ e, dy, attributes }, inputs[0]!);
    return { kind: 'product', target: target.id, left: left.id, right: right.id };
  }
  if (site.y.op === 'gather' && operand === 0) {
    return { kind: 'scatter', target: target.id, indices: site.inputs[1]!.id, rows: site.dy.id };
  }
  return null;
}

/** For each node whether a gradient can flow through it to a parameter or an f32 state. */
function gradientReaches(nodes: readonly GraphNode[]): readonly boolean[] {
  const reaches: boolean[] = [];
  for (const node of nodes) {
    const isTarget = node.op === 'parameter' || node.op === 'state';
    const open = isTarget || (!blocking.has(node.op) && node.inputs.some((id) => reaches[id]));
    reaches.push(node.dtype === 'f32' && open);
  }
  return reaches;
}

const blocking: ReadonlySet<OpName> = new Set<OpName>(['stopGradient', 'floor', 'less', 'equal', 'oneHot']);

/** Makes adjoints that came out the same for every sample count once for each sample, by a factor 1 that is batched. */
class LossLeaf {
  id: number | null = null;
  readonly #emitter: Emitter;

  constructor(emitter: Emitter) {
    this.#emitter = emitter;
  }

  batched(node: GraphNode): GraphNode {
    if (node.batched) return node;
    const leaf = this.#emitter.adjoint('loss', [], true);
    this.id = leaf.id;
    return this.#emitter.multiply(node, leaf);
  }

  makeBatched(contribution: Contribution): Contribution {
    const batched = (id: number): number => this.batched(this.#emitter.nodes[id]!).id;
    switch (contribution.kind) {
      case 'sum':
        return { ...contribution, value: batched(contribution.value) };
      case 'product':
        return { ...contribution, left: batched(contribution.left), right: batched(contribution.right) };
      case 'scatter':
        return { ...contribution, rows: batched(contribution.rows) };
    }
  }
}

/** Node ids that a contribution reads. */
export function contributionReads(contribution: Contribution): number[] {
  switch (contribution.kind) {
    case 'sum':
      return [contribution.value];
    case 'product':
      return [contribution.left, contribution.right];
    case 'scatter':
      return [contribution.indices, contribution.rows];
  }
}

function compact(
  step: StepGraph,
  emitted: readonly GraphNode[],
  states: StepGradient['states'],
  contributions: readonly Contribution[],
  lossAdjoint: number | null,
): StepGradient {
  const forwardCount = step.nodes.length;
  const results = [
    ...contributions.flatMap(contributionReads),
    ...states.flatMap(({ adjoint }) => (adjoint === null ? [] : [adjoint])),
  ];
  const roots = [...results, ...states.map(({ nextAdjoint }) => nextAdjoint)];
  const { nodes, renamed } = withoutDeadNodes(emitted, forwardCount, roots);
  const derivatives = nodes.slice(forwardCount);
  const read = new Set([...derivatives.flatMap((node) => node.inputs), ...results]);
  return {
    nodes,
    forwardCount,
    states: states.map(({ name, nextAdjoint, adjoint }) => ({
      name,
      nextAdjoint: renamed(nextAdjoint),
      adjoint: adjoint === null ? null : renamed(adjoint),
    })),
    lossAdjoint: lossAdjoint === null ? null : renamed(lossAdjoint),
    contributions: contributions.map((contribution) => renameContribution(contribution, renamed)),
    saved: step.nodes.filter((node) => node.batched && read.has(node.id)).map((node) => node.id),
  };
}

function renameContribution(contribution: Contribution, renamed: (id: number) => number): Contribution {
  const { kind, target } = contribution;
  switch (kind) {
    case 'sum':
      return { kind, target, value: renamed(contribution.value) };
    case 'product':
      return { kind, target, left: renamed(contribution.left), right: renamed(contribution.right) };
    case 'scatter':
      return { kind, target, indices: renamed(contribution.indices), rows: renamed(contribution.rows) };
  }
}

/**
 * Rewrites of graphs that leave every result as it is: nodes that nobody needs are dropped, equal nodes are made once, and
 * what depends on constants alone becomes a constant. Pure functions; the order of the remaining nodes is kept.
 */
import { Emitter, isConstant } from './emitter.ts';
import { evaluateOp } from './evaluate-ops.ts';
import { leafOps } from './ops.ts';
import type { GraphNode, Program, StepGraph } from './types.ts';
import { elementCount, sameShape } from './types.ts';

/** Which results of a step are wanted besides the next states. */
export interface WantedResults {
  readonly outputs: boolean;
  readonly taps: boolean;
  readonly loss: boolean;
}

const everything: WantedResults = { outputs: true, taps: true, loss: true };

/** Constants that grow beyond this many numbers are left to the executor. */
const largestFoldedConstant = 4096;

/**
 * A smaller step with the same next states and the same wanted results. All parameters stay, so that variants of a program
 * keep agreeing about them; inputs that only unwanted results read are gone.
 */
export function simplifyStep(step: StepGraph, wanted: WantedResults = everything): StepGraph {
  const emitter = new Emitter([]);
  const rewritten: GraphNode[] = [];
  for (const node of step.nodes) {
    const inputs = node.inputs.map((id) => rewritten[id]!);
    rewritten.push(
      sameValue(node, inputs) ??
        folded(emitter, node, inputs) ??
        emitter.copy(
          node,
          inputs.map(({ id }) => id),
        ),
    );
  }
  const moved = (id: number): number => rewritten[id]!.id;
  return withoutUnwanted({ ...moveResults(step, moved), nodes: emitter.nodes }, wanted);
}

/** All variants of a program, simplified. */
export function simplifyProgram(program: Program, wanted: WantedResults = everything): Program {
  const variants = program.variants.map((variant) => simplifyStep(variant, wanted));
  const parameters = program.parameters.map((parameter) => {
    const known = variants.flatMap((variant) => variant.parameters);
    return known.find(({ name }) => name === parameter.name) ?? parameter;
  });
  return { ...program, variants, parameters };
}

/** Only what the next states need: the first pass of back-propagation strategies that recompute. */
export function nextStatesOnly(step: StepGraph): StepGraph {
  return simplifyStep(step, { outputs: false, taps: false, loss: false });
}

/** Ids of all nodes that `roots` depend on, themselves included. */
export function liveNodes(nodes: readonly GraphNode[], roots: Iterable<number>): Set<number> {
  const live = new Set(roots);
  for (const node of nodes.toReversed()) {
    if (live.has(node.id)) for (const input of node.inputs) live.add(input);
  }
  return live;
}

/** The first `keptCount` nodes, and of the others those that `roots` need, renumbered without gaps. */
export function withoutDeadNodes(
  nodes: readonly GraphNode[],
  keptCount: number,
  roots: Iterable<number>,
): { readonly nodes: GraphNode[]; readonly renamed: (id: number) => number } {
  const live = liveNodes(nodes, roots);
  const kept: GraphNode[] = [];
  const names = new Map<number, number>();
  for (const node of nodes) {
    if (node.id >= keptCount && !live.has(node.id)) continue;
    names.set(node.id, kept.length);
    // Among the first nodes nothing moves, so their inputs keep their names.
    const inputs = node.id < keptCount ? node.inputs : node.inputs.map((id) => names.get(id)!);
    kept.push({ ...node, id: kept.length, inputs });
  }
  return { nodes: kept, renamed: (id) => names.get(id)! };
}

function withoutUnwanted(step: StepGraph, wanted: WantedResults): StepGraph {
  const asked: StepGraph = {
    ...step,
    outputs: wanted.outputs ? step.outputs : [],
    taps: wanted.taps ? step.taps : [],
    gates: [],
    loss: wanted.loss ? step.loss : null,
  };
  const roots = [
    ...asked.parameters.map(({ node }) => node),
    ...asked.states.flatMap(({ node, next, start }) => [node, next, start]),
    ...asked.outputs.map(({ node }) => node),
    ...asked.taps.map(({ node }) => node),
    ...(asked.loss === null ? [] : [asked.loss]),
  ];
  const live = liveNodes(asked.nodes, roots);
  const { nodes, renamed } = withoutDeadNodes(asked.nodes, 0, roots);
  const inputs = asked.inputs.filter(({ node }) => live.has(node));
  return { ...moveResults({ ...asked, inputs }, renamed), nodes };
}

/** All references to nodes renamed, the nodes themselves left alone. */
function moveResults(step: StepGraph, moved: (id: number) => number): StepGraph {
  const at = <Spec extends { readonly node: number }>(spec: Spec): Spec => ({
    ...spec,
    node: moved(spec.node),
  });
  return {
    ...step,
    parameters: step.parameters.map(at),
    inputs: step.inputs.map(at),
    states: step.states.map((state) => ({
      ...at(state),
      next: moved(state.next),
      start: moved(state.start),
    })),
    outputs: step.outputs.map(at),
    taps: step.taps.map(at),
    loss: step.loss === null ? null : moved(step.loss),
  };
}

/** The operand that a node only repeats: x · 1, x / 1, x + 0, x − 0, a sum over no axis. */
function sameValue(node: GraphNode, inputs: readonly GraphNode[]): GraphNode | null {
  const [a, b] = inputs as readonly [GraphNode, GraphNode];
  const only = (x: GraphNode, other: GraphNode, neutral: number): GraphNode | null =>
    sameShape(x.shape, node.shape) && isAll(other, neutral) ? x : null;
  switch (node.op) {
    case 'multiply':
      return only(a, b, 1) ?? only(b, a, 1);
    case 'divide':
      return only(a, b, 1);
    case 'add':
      return only(a, b, 0) ?? only(b, a, 0);
    case 'subtract':
      return only(a, b, 0);
    case 'sum':
    case 'mean':
      return sameShape(a.shape, node.shape) && a.dtype === node.dtype ? a : null;
    default:
      return null;
  }
}

function isAll(node: GraphNode, value: number): boolean {
  return isConstant(node) && node.attributes.data.every((entry) => entry === value);
}

/** The node as a constant, where all its operands are. */
function folded(emitter: Emitter, node: GraphNode, inputs: readonly GraphNode[]): GraphNode | null {
  if (leafOps.has(node.op) || elementCount(node.shape) > largestFoldedConstant) return null;
  const operands = inputs.filter(isConstant);
  if (operands.length < inputs.length) return null;
  const data = evaluateOp(
    node,
    operands.map(({ shape, attributes }) => ({ shape, data: Float64Array.from(attributes.data) })),
  );
  return emitter.constant([...data], node.shape, node.dtype);
}

/**
 * Rewrites of a step graph that suit this executor, results unchanged but for rounding. A product with a one-hot row takes
 * the row of the table instead. Terms of a sum are reordered: first what is the same for all steps, then what depends on the
 * input alone, which is computed for all steps at once, then what waits for the state.
 */
import { Emitter } from '../../graph/emitter.ts';
import type { StepGradient } from '../../graph/gradient.ts';
import { contributionReads } from '../../graph/differentiate.ts';
import { simplifyStep } from '../../graph/simplify.ts';
import type { GraphNode, StepGraph } from '../../graph/types.ts';
import { sameShape } from '../../graph/types.ts';

export function rewriteStep(step: StepGraph): StepGraph {
  return simplifyStep(reorderSums(gatherOneHot(step)));
}

/**
 * The adjoint of a value that was cut into pieces is a sum of padded pieces. Where they fill it without a gap they are joined
 * instead. Every node keeps its id.
 */
export function rewriteGradient(gradient: StepGradient): StepGradient {
  const { nodes } = gradient;
  const uses = new Array<number>(nodes.length).fill(0);
  const note = (id: number): void => {
    uses[id]!++;
  };
  for (const node of nodes) node.inputs.forEach(note);
  for (const contribution of gradient.contributions) contributionReads(contribution).forEach(note);
  for (const { adjoint } of gradient.states) if (adjoint !== null) note(adjoint);
  const termsOf = (node: GraphNode): GraphNode[] =>
    node.inputs.flatMap((id) => {
      const input = nodes[id]!;
      return input.op === 'add' && uses[id] === 1 ? termsOf(input) : [input];
    });
  const joined = nodes.map((node) => {
    if (node.op !== 'add') return node;
    const terms = termsOf(node);
    if (!terms.every(({ id, op }) => op === 'pad' && uses[id] === 1)) return node;
    return joinedPieces(node, terms as GraphNode<'pad'>[]) ?? node;
  });
  return { ...gradient, nodes: joined };
}

function joinedPieces(sum: GraphNode, pieces: readonly GraphNode<'pad'>[]): GraphNode | null {
  const cut = sum.shape.findIndex((_, axis) =>
    pieces.some(({ attributes }) => marginsAt(attributes, axis) > 0),
  );
  const whole = pieces.every(({ attributes, shape }) =>
    shape.every((_, axis) => axis === cut || marginsAt(attributes, axis) === 0),
  );
  if (cut < 0 || !whole) return null;
  const sorted = pieces.toSorted((a, b) => a.attributes.before[cut]! - b.attributes.before[cut]!);
  let filled = 0;
  for (const { attributes, shape } of sorted) {
    if (attributes.before[cut] !== filled) return null;
    filled = shape[cut]! - attributes.after[cut]!;
  }
  if (filled !== sum.shape[cut]) return null;
  const inputs = sorted.map((piece) => piece.inputs[0]!);
  return { ...sum, op: 'concat', inputs, attributes: { axis: cut } };
}

function marginsAt({ before, after }: GraphNode<'pad'>['attributes'], axis: number): number {
  return before[axis]! + after[axis]!;
}

type Rewrite = (node: GraphNode, inputs: readonly GraphNode[], emitter: Emitter) => GraphNode | null;

/** Rebuilds the graph node by node; `rewrite` may give a replacement. */
function rebuild(step: StepGraph, rewrite: Rewrite): StepGraph {
  const emitter = new Emitter([]);
  const moved: number[] = [];
  for (const node of step.nodes) {
    const inputs = node.inputs.map((id) => emitter.nodes[moved[id]!]!);
    const replacement = rewrite(node, inputs, emitter);
    moved.push(
      (
        replacement ??
        emitter.copy(
          node,
          inputs.map(({ id }) => id),
        )
      ).id,
    );
  }
  const at = <Spec extends { readonly node: number }>(spec: Spec): Spec => ({
    ...spec,
    node: moved[spec.node]!,
  });
  return {
    ...step,
    nodes: emitter.nodes,
    parameters: step.parameters.map(at),
    inputs: step.inputs.map(at),
    states: step.states.map((state) => ({
      ...at(state),
      next: moved[state.next]!,
      start: moved[state.start]!,
    })),
    outputs: step.outputs.map(at),
    taps: step.taps.map(at),
    loss: step.loss === null ? null : moved[step.loss]!,
  };
}

function gatherOneHot(step: StepGraph): StepGraph {
  return rebuild(step, (node, [left, table], emitter) => {
    if (node.op !== 'matmul' || left?.op !== 'oneHot' || !table || table.shape.length !== 2) return null;
    const { transposeA, transposeB } = (node as GraphNode<'matmul'>).attributes;
    if (transposeA || transposeB || table.batched) return null;
    return emitter.apply('gather', [table, emitter.nodes[left.inputs[0]!]!], {});
  });
}

/** Sums of at least three terms, where an inner sum has no other reader. */
function reorderSums(step: StepGraph): StepGraph {
  const uses = countUses(step);
  const waits = dependsOnState(step);
  const { nodes } = step;
  const isSum = (node: GraphNode): boolean => node.op === 'add' && node.dtype === 'f32';
  const termsOf = (node: GraphNode, whole: GraphNode): GraphNode[] =>
    isSum(node) && (node === whole || (uses[node.id] === 1 && sameShape(node.shape, whole.shape)))
      ? node.inputs.flatMap((input) => termsOf(nodes[input]!, whole))
      : [node];
  const rank = ({ id, batched }: GraphNode): number => (batched ? (waits[id] ? 2 : 1) : 0);
  const moved: number[] = [];
  return rebuild(step, (node, _inputs, emitter) => {
    let replacement: GraphNode | null = null;
    const terms = isSum(node) ? termsOf(node, node) : [];
    if (terms.length > 2) {
      const sorted = terms.toSorted((a, b) => rank(a) - rank(b));
      const [first, ...rest] = sorted.map(({ id }) => emitter.nodes[moved[id]!]!);
      replacement = rest.reduce((sum, term) => emitter.add(sum, term), first!);
    }
    const copied =
      replacement ??
      emitter.copy(
        node,
        node.inputs.map((id) => moved[id]!),
      );
    moved.push(copied.id);
    return copied;
  });
}

function countUses(step: StepGraph): number[] {
  const uses = new Array<number>(step.nodes.length).fill(0);
  const note = (id: number): void => {
    uses[id]!++;
  };
  for (const node of step.nodes) node.inputs.forEach(note);
  for (const { next, start } of step.states) [next, start].forEach(note);
  for (const { node } of [...step.outputs, ...step.taps]) note(node);
  if (step.loss !== null) note(step.loss);
  return uses;
}

function dependsOnState(step: StepGraph): boolean[] {
  const waits: boolean[] = [];
  for (const node of step.nodes) waits.push(node.op === 'state' || node.inputs.some((id) => waits[id]));
  return waits;
}

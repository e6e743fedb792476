/** Writes the nodes of a step graph into ONNX bodies: the prologue (parameters and constants) into the root, the rest into the step's body. */
import type { OpName } from '../../graph/ops.ts';
import type { GraphNode, StepGraph, TensorMap } from '../../graph/types.ts';
import type { Body } from './body.ts';
import type { Context } from './emit-ops.ts';
import { emitters } from './emit-ops.ts';

/** ONNX value names of a step graph's nodes. */
export type Names = Map<number, string>;

/**
 * Parameters and everything that depends on parameters and constants alone, as far as `wanted` needs it. Parameters keep
 * their names. @throws when a parameter has no value.
 */
export function emitPrologue(
  root: Body,
  graph: StepGraph,
  parameters: TensorMap,
  wanted: ReadonlySet<number>,
): Names {
  const names: Names = new Map();
  for (const node of graph.nodes) {
    if (node.batched || !wanted.has(node.id)) continue;
    if (node.op === 'parameter') {
      const { name } = (node as GraphNode<'parameter'>).attributes;
      const value = parameters[name];
      if (!value) throw new Error(`parameter ${name} has no value`);
      if (!root.initializers.some((known) => known.name === name))
        root.initializer(name, 'f32', node.shape, value.data);
      names.set(node.id, name);
    } else if (node.op === 'constant') {
      names.set(
        node.id,
        root.constant(node.dtype, node.shape, (node as GraphNode<'constant'>).attributes.data),
      );
    } else {
      names.set(node.id, emitNode(root, graph, node, names, noBatch));
    }
  }
  return names;
}

/** One step: `names` holds the prologue and the leaves (inputs and states handed in) and gains every node in `wanted`. */
export function emitStep(
  body: Body,
  graph: StepGraph,
  names: Names,
  wanted: ReadonlySet<number>,
  batchExtent: () => string,
): void {
  for (const node of graph.nodes) {
    if (names.has(node.id) || !node.batched || !wanted.has(node.id)) continue;
    names.set(node.id, emitNode(body, graph, node, names, batchExtent));
  }
}

/** Nodes on which the given ones depend, themselves included. */
export function ancestors(graph: StepGraph, roots: Iterable<number>): Set<number> {
  const wanted = new Set(roots);
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    if (wanted.has(id)) for (const input of graph.nodes[id]!.inputs) wanted.add(input);
  }
  return wanted;
}

function emitNode(
  body: Body,
  graph: StepGraph,
  node: GraphNode,
  names: Names,
  batchExtent: () => string,
): string {
  const emit = emitters[node.op] as (context: Context<OpName>) => string;
  return emit({
    body,
    node,
    attributes: node.attributes,
    operands: node.inputs.map((id) => ({ node: graph.nodes[id]!, name: names.get(id)! })),
    lead: node.batched ? 1 : 0,
    batchExtent,
  });
}

function noBatch(): string {
  throw new Error('a prologue value has no batch');
}

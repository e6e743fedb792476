/**
 * Interprets one step graph: the prologue (unbatched values, functions of parameters and constants) once for a rollout, the
 * batched values once a step. Values that no root needs are left out. A tensor without elements, such as the cache of a
 * model before its first segment, never reaches a kernel: GPUs have no empty buffers.
 */
import type { OpName } from '../../graph/ops.ts';
import type { GraphNode, StepGraph } from '../../graph/types.ts';
import { elementCount } from '../../graph/types.ts';
import { kernels } from './kernels/index.ts';
import type { Kernel, Operand } from './operand.ts';
import { fullShape } from './operand.ts';
import { keep, upload, zeros } from './ops.ts';
import type { Tensor } from './ops.ts';

/** Values by node id. */
export type Values = readonly (Operand | undefined)[];
export type NamedTensors = ReadonlyMap<string, Tensor>;

export interface StepLeaves {
  /** [B, ...shape] */
  readonly inputs: NamedTensors;
  /** [B, ...shape] */
  readonly states: NamedTensors;
}

/** Ids of the nodes that `roots` depend on, themselves included. */
function reachable(nodes: readonly GraphNode[], roots: readonly number[]): ReadonlySet<number> {
  const live = new Set(roots);
  for (const { id, inputs } of nodes.toReversed()) {
    if (live.has(id)) for (const input of inputs) live.add(input);
  }
  return live;
}

/** The constants of a graph, uploaded once. */
export class Constants {
  readonly #tensors = new Map<number, Tensor>();

  constructor(graph: StepGraph) {
    for (const node of graph.nodes) {
      if (node.op !== 'constant') continue;
      const { data } = (node as GraphNode<'constant'>).attributes;
      const array = node.dtype === 'i32' ? Int32Array.from(data) : Float32Array.from(data);
      this.#tensors.set(node.id, keep(upload(array, node.shape, node.dtype)));
    }
  }

  get(node: GraphNode): Tensor {
    return this.#tensors.get(node.id)!;
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
  }
}

export class StepInterpreter {
  readonly #constants: Constants;
  readonly #batch: number;
  readonly #prologue: readonly GraphNode[];
  readonly #step: readonly GraphNode[];

  /** `roots`: the nodes whose values are wanted. */
  constructor(graph: StepGraph, constants: Constants, batch: number, roots: readonly number[]) {
    const live = reachable(graph.nodes, roots);
    const nodes = graph.nodes.filter(({ id }) => live.has(id));
    this.#constants = constants;
    this.#batch = batch;
    this.#prologue = nodes.filter(({ batched }) => !batched);
    this.#step = nodes.filter(({ batched }) => batched);
  }

  prologue(parameters: NamedTensors): Values {
    return this.#evaluate(this.#prologue, [], (node) =>
      node.op === 'constant'
        ? this.#constants.get(node)
        : named(parameters, (node as GraphNode<'parameter'>).attributes.name),
    );
  }

  /** Continues the prologue's values with those of one step. */
  step(prologue: Values, { inputs, states }: StepLeaves): Values {
    return this.#evaluate(this.#step, prologue, (node) =>
      named(node.op === 'input' ? inputs : states, (node as GraphNode<'input' | 'state'>).attributes.name),
    );
  }

  #evaluate(nodes: readonly GraphNode[], known: Values, leaf: (node: GraphNode) => Tensor): Values {
    const values = [...known];
    for (const node of nodes) {
      const tensor = node.inputs.length === 0 ? leaf(node) : this.#apply(node, values);
      values[node.id] = { tensor, shape: node.shape, batched: node.batched };
    }
    return values;
  }

  #apply(node: GraphNode, values: Values): Tensor {
    const site = { ...node, batch: this.#batch };
    if (elementCount(node.shape) === 0) return zeros(fullShape(site), node.dtype);
    const operands = node.inputs.map((input) => values[input]!);
    const kernel = kernels[node.op] as Kernel<OpName>;
    if (operands.some(({ shape }) => elementCount(shape) === 0)) {
      if (zeroFromNothing.has(node.op)) return zeros(fullShape(site), node.dtype);
      if (node.op !== 'concat') throw new Error(`${node.op} of a tensor without elements is not defined`);
    }
    return kernel(operands, site);
  }
}

/** Ops that sum over, or pad, what is not there. */
const zeroFromNothing: ReadonlySet<OpName> = new Set<OpName>([
  'sum',
  'matmul',
  'pad',
  'scatterAdd',
  'squaredDistanceGradientQuery',
]);

function named(tensors: NamedTensors, name: string): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`no value for ${name}`);
  return tensor;
}

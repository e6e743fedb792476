/** A training step of a whole program in jax-js: loss, gradients, clipping and AdamW in one `jit`. */
import { blockUntilReady, defaultDevice, init, jit, numpy as np, valueAndGrad } from '@jax-js/jax';
import type { Array as JaxArray } from '@jax-js/jax';
import type { GraphNode, Program, StepGraph, TensorMap } from '../../src/graph/types.ts';
import type { Measurement } from '../systems.ts';
import { timeSteps } from '../timing.ts';
import type { Workload } from '../workloads.ts';
import type { Operand } from './ops.ts';
import { applyOp } from './ops.ts';

type Arrays = Record<string, JaxArray>;

/** @throws Error when the browser has no such device. */
export async function measureJax(device: 'wasm' | 'webgpu', workload: Workload): Promise<Measurement> {
  const available = await init(device);
  if (!available.includes(device)) throw new Error(`jax-js has no ${device} here`);
  defaultDevice(device);
  const { program, batch } = workload;
  const step = jit(
    (
      parameters: Arrays,
      first: Arrays,
      second: Arrays,
      inputs: Arrays,
    ): [JaxArray, Arrays, Arrays, Arrays] => {
      const [loss, gradients] = valueAndGrad((own: Arrays) => totalLoss(program, own, inputs, batch.size))(
        references(parameters),
      );
      return [loss, ...adamw(parameters, gradients, first, second)];
    },
  );
  let parameters = toArrays(workload.parameters);
  let [first, second] = [zerosLike(workload.parameters), zerosLike(workload.parameters)];
  const inputs = toArrays(batch.inputs);
  let firstLoss = Number.NaN;
  const msPerStep = await timeSteps(async () => {
    const [share, ...next] = step(parameters, first, second, references(inputs));
    [parameters, first, second] = next;
    await blockUntilReady(parameters);
    const loss = Number(await share.jsAsync());
    if (Number.isNaN(firstLoss)) firstLoss = loss;
  });
  return { msPerStep, calls: null, activationBytes: null, measuredBytes: null, firstLoss };
}

const references = (arrays: Arrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.ref]));

function toArrays(tensors: TensorMap): Arrays {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data, shape, dtype }]) => [
      name,
      np.array(data as Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>, {
        shape: [...shape],
        dtype: dtype === 'f32' ? np.float32 : np.int32,
      }),
    ]),
  );
}

function zerosLike(tensors: TensorMap): Arrays {
  return Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, np.zeros([...shape])]));
}

/** Σ over steps and samples of the loss shares. */
function totalLoss(program: Program, parameters: Arrays, inputs: Arrays, size: number): JaxArray {
  let state: Arrays = {};
  let token = 0;
  const losses = program.schedule.map((index, number) => {
    const graph = program.variants[index]!;
    const last = number === program.schedule.length - 1;
    const { loss, next } = runStep(graph, parameters, cut(graph, inputs, token), state, size, last);
    state = next;
    token += graph.tokens;
    return np.sum(loss);
  });
  for (const array of Object.values(parameters)) array.dispose();
  for (const array of Object.values(inputs)) array.dispose();
  return losses.reduce((total, loss) => total.add(loss));
}

/** The tokens of one step of every input that the step reads. */
function cut(graph: StepGraph, inputs: Arrays, token: number): Arrays {
  return Object.fromEntries(
    graph.inputs.map(({ name }) => {
      const range: number | [number, number] = graph.unit === 'token' ? token : [token, token + graph.tokens];
      return [name, inputs[name]!.ref.slice([], range)];
    }),
  );
}

/** Every value is used as often as it is read: the last reader gets the array itself, the others a reference. */
function runStep(
  graph: StepGraph,
  parameters: Arrays,
  inputs: Arrays,
  state: Arrays,
  size: number,
  last: boolean,
): { readonly loss: JaxArray; readonly next: Arrays } {
  const { nodes, states } = graph;
  const started = Object.keys(state).length > 0;
  const results = [graph.loss!, ...(last ? [] : states.map(({ next }) => next))];
  const needed = closure(nodes, [...results, ...(started ? [] : states.map(({ start }) => start))]);
  const left = countReads(nodes, needed, results);
  const values = new Map<number, JaxArray>();
  const take = (id: number): JaxArray => {
    const remaining = left.get(id)! - 1;
    left.set(id, remaining);
    return remaining > 0 ? values.get(id)!.ref : values.get(id)!;
  };
  const operand = (id: number): Operand => ({
    array: take(id),
    shape: nodes[id]!.shape,
    batched: nodes[id]!.batched,
  });
  const stateOf = new Map(states.map((spec) => [spec.node, spec]));
  for (const id of needed) {
    const node = nodes[id]!;
    const spec = stateOf.get(id);
    if (spec)
      values.set(
        id,
        state[spec.name] ??
          np.broadcastTo(constantStart(nodes[spec.start]!, values, parameters), [size, ...spec.shape]),
      );
    else values.set(id, leafValue(node, parameters, inputs) ?? applyOp(node, node.inputs.map(operand)));
    if (left.get(id) === 0) values.get(id)!.dispose();
  }
  for (const spec of states) if (!needed.includes(spec.node)) state[spec.name]?.dispose();
  for (const { name, node } of graph.inputs) if (!needed.includes(node)) inputs[name]?.dispose();
  const next = last ? {} : Object.fromEntries(states.map((spec) => [spec.name, take(spec.next)]));
  return { loss: take(graph.loss!), next };
}

/** Start values are constants or parameters in all workloads, or were computed already. */
function constantStart(
  start: GraphNode,
  values: ReadonlyMap<number, JaxArray>,
  parameters: Arrays,
): JaxArray {
  return leafValue(start, parameters, {}) ?? values.get(start.id)!.ref;
}

function leafValue(node: GraphNode, parameters: Arrays, inputs: Arrays): JaxArray | null {
  switch (node.op) {
    case 'parameter':
      return parameters[(node as GraphNode<'parameter'>).attributes.name]!.ref;
    case 'input':
      return inputs[(node as GraphNode<'input'>).attributes.name]!;
    case 'constant': {
      const { data } = (node as GraphNode<'constant'>).attributes;
      const values = node.dtype === 'f32' ? Float32Array.from(data) : Int32Array.from(data);
      return np.array(values, {
        shape: [...node.shape],
        dtype: node.dtype === 'f32' ? np.float32 : np.int32,
      });
    }
    default:
      return null;
  }
}

function closure(nodes: readonly GraphNode[], roots: readonly number[]): number[] {
  const live = new Set(roots);
  for (const node of nodes.toReversed())
    if (live.has(node.id)) for (const input of node.inputs) live.add(input);
  return [...live].sort((a, b) => a - b);
}

function countReads(
  nodes: readonly GraphNode[],
  needed: readonly number[],
  results: readonly number[],
): Map<number, number> {
  const reads = new Map(needed.map((id) => [id, 0]));
  const note = (id: number): void => {
    reads.set(id, reads.get(id)! + 1);
  };
  for (const id of needed) nodes[id]!.inputs.forEach(note);
  results.forEach(note);
  return reads;
}

/** Constant rates: what they are does not change how long a step takes. */
const rates = { learningRate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 1e-6, clipNorm: 1 };

function adamw(
  parameters: Arrays,
  gradients: Arrays,
  first: Arrays,
  second: Arrays,
): [Arrays, Arrays, Arrays] {
  const { learningRate, beta1, beta2, epsilon, decay, clipNorm } = rates;
  const squares = Object.values(gradients).map((gradient) => np.sum(np.square(gradient.ref)));
  const norm = np.sqrt(squares.reduce((total, square) => total.add(square)));
  const scale = np.minimum(np.array(clipNorm).div(norm.add(1e-12)), 1);
  const next: [Arrays, Arrays, Arrays] = [{}, {}, {}];
  for (const [name, gradient] of Object.entries(gradients)) {
    const g = gradient.mul(scale.ref);
    const m = first[name]!.mul(beta1).add(g.ref.mul(1 - beta1));
    const v = second[name]!.mul(beta2).add(np.square(g).mul(1 - beta2));
    const change = m.ref.div(np.sqrt(v.ref).add(epsilon)).mul(learningRate);
    next[0][name] = parameters[name]!.mul(1 - decay).sub(change);
    next[1][name] = m;
    next[2][name] = v;
  }
  scale.dispose();
  return next;
}

/**
 * The whole sequence as one ONNX graph: leading steps that differ from the steady one are written out, the steady step is the
 * body of a `Scan` over time (token models) or over segments.
 */
import { create } from '@bufbuild/protobuf';
import type { ValueInfoProto } from 'onnx-buf';
import { GraphProtoSchema } from 'onnx-buf';
import type { Program, StepGraph, TensorMap } from '../../graph/types.ts';
import { Body } from './body.ts';
import type { Names } from './emit-graph.ts';
import { ancestors, emitPrologue, emitStep } from './emit-graph.ts';
import { meaningOf, valueInfo } from './protobuf.ts';

export interface SequenceEnds {
  readonly inputs: ValueInfoProto[];
  readonly outputs: ValueInfoProto[];
}

/** How many steps of the schedule come before its last variant has set in. */
function leadingSteps(program: Program): number {
  const steady = program.schedule.at(-1)!;
  let first = program.schedule.length - 1;
  while (first > 0 && program.schedule[first - 1] === steady) first--;
  return first;
}

export function emitSequence(root: Body, program: Program, parameters: TensorMap): SequenceEnds {
  const steady = program.variants[program.schedule.at(-1)!]!;
  const input = steady.inputs[0]!;
  if (steady.inputs.length !== 1) throw new Error('a sequence is exported with one input');
  const perToken = steady.unit === 'token' ? input.shape : input.shape.slice(1);
  const batchExtent = lazily(() => root.emit('Shape', [input.name], { start: 0, end: 1 }));

  const leading = leadingSteps(program);
  const pieces = new Map<string, string[]>(steady.outputs.map((output) => [output.name, []]));
  let states: Map<string, string> | null = null;
  let consumed = 0;
  for (let step = 0; step < leading; step++) {
    const graph = program.variants[program.schedule[step]!]!;
    const wanted = wantedNodes(graph);
    const names = emitPrologue(root, graph, parameters, wanted);
    bindStates(root, graph, names, states, batchExtent);
    const piece = root.emit('Slice', [
      input.name,
      root.integers(consumed),
      root.integers(consumed + graph.tokens),
      root.integers(1),
    ]);
    names.set(
      graph.inputs[0]!.node,
      graph.unit === 'token' ? root.emit('Squeeze', [piece, root.integers(1)]) : piece,
    );
    emitStep(root, graph, names, wanted, batchExtent);
    for (const output of graph.outputs) {
      const value = names.get(output.node)!;
      pieces
        .get(output.name)!
        .push(graph.unit === 'token' ? root.emit('Unsqueeze', [value, root.integers(1)]) : value);
    }
    states = new Map(graph.states.map((state) => [state.name, names.get(state.next)!]));
    consumed += graph.tokens;
  }

  const rest =
    consumed === 0
      ? input.name
      : root.emit('Slice', [input.name, root.integers(consumed), root.integers(2 ** 31), root.integers(1)]);
  const scanned = emitScan(root, steady, parameters, rest, states, batchExtent);
  const outputs: ValueInfoProto[] = [];
  for (const output of steady.outputs) {
    const parts = [...pieces.get(output.name)!, scanned.outputs.get(output.name)!];
    root.emit(
      parts.length === 1 ? 'Identity' : 'Concat',
      parts,
      parts.length === 1 ? {} : { axis: 1 },
      output.name,
    );
    const shape = steady.nodes[output.node]!.shape;
    outputs.push(
      valueInfo(
        output.name,
        'f32',
        ['batch', 'time', ...(steady.unit === 'token' ? shape : shape.slice(1))],
        meaningOf(output.name, 'at every position'),
      ),
    );
  }
  for (const state of steady.states) {
    root.emit('Identity', [scanned.states.get(state.name)!], {}, `present.${state.name}`);
    outputs.push(
      valueInfo(
        `present.${state.name}`,
        state.dtype,
        ['batch', ...steady.nodes[state.next]!.shape],
        `the state “${state.name}” after the sequence`,
      ),
    );
  }
  const whole = steady.unit === 'token' ? 'one token a step' : `whole segments of ${steady.tokens} tokens`;
  return {
    inputs: [
      valueInfo(input.name, input.dtype, ['batch', 'time', ...perToken], meaningOf(input.name, whole)),
    ],
    outputs,
  };
}

function lazily(make: () => string): () => string {
  let made: string | null = null;
  return () => (made ??= make());
}

function wantedNodes(graph: StepGraph): Set<number> {
  return ancestors(graph, [
    ...graph.outputs.map((output) => output.node),
    ...graph.states.flatMap((state) => [state.next, state.start]),
  ]);
}

/** Names the states handed in: those of the step before, or the start values repeated for every sample. */
function bindStates(
  root: Body,
  graph: StepGraph,
  names: Names,
  states: Map<string, string> | null,
  batchExtent: () => string,
): void {
  for (const state of graph.states) {
    names.set(
      state.node,
      states?.get(state.name) ?? startFor(root, names.get(state.start)!, state.shape, batchExtent),
    );
  }
}

function startFor(root: Body, start: string, shape: readonly number[], batchExtent: () => string): string {
  const extents =
    shape.length === 0
      ? batchExtent()
      : root.emit('Concat', [batchExtent(), root.integers(...shape)], { axis: 0 });
  return root.emit('Expand', [start, extents]);
}

interface Scanned {
  /** [batch, time, …] */
  readonly outputs: ReadonlyMap<string, string>;
  readonly states: ReadonlyMap<string, string>;
}

function emitScan(
  root: Body,
  graph: StepGraph,
  parameters: TensorMap,
  rest: string,
  states: Map<string, string> | null,
  batchExtent: () => string,
): Scanned {
  const input = graph.inputs[0]!;
  const wanted = wantedNodes(graph);
  const names = emitPrologue(root, graph, parameters, wanted);
  const starts = graph.states.map(
    (state) => states?.get(state.name) ?? startFor(root, names.get(state.start)!, state.shape, batchExtent),
  );
  const sliced =
    graph.unit === 'token' ? rest : root.emit('Reshape', [rest, root.integers(0, -1, ...input.shape)]);
  const extent = batchExtent();

  const body = new Body(root);
  const bodyInputs = graph.states.map((state) => {
    const name = body.fresh(`body.${state.name}`);
    names.set(state.node, name);
    return valueInfo(name, state.dtype, ['batch', ...state.shape]);
  });
  const element = body.fresh('body.input');
  names.set(input.node, element);
  bodyInputs.push(valueInfo(element, input.dtype, ['batch', ...input.shape]));
  emitStep(body, graph, names, wanted, () => extent);

  const results = [...graph.states.map((state) => state.next), ...graph.outputs.map((output) => output.node)];
  const bodyOutputs = results.map((id) => {
    const node = graph.nodes[id]!;
    return valueInfo(body.emit('Identity', [names.get(id)!]), node.dtype, ['batch', ...node.shape]);
  });
  const graphProto = create(GraphProtoSchema, {
    name: 'step',
    node: body.nodes,
    input: bodyInputs,
    output: bodyOutputs,
  });
  const scanOutputs = results.map(() => root.fresh('scan'));
  root.emitMany('Scan', [...starts, sliced], scanOutputs, {
    body: graphProto,
    num_scan_inputs: 1,
    scan_input_axes: [1],
    scan_output_axes: graph.outputs.map(() => 1),
  });
  const count = graph.states.length;
  return {
    states: new Map(graph.states.map((state, i) => [state.name, scanOutputs[i]!])),
    outputs: new Map(
      graph.outputs.map((output, i) => [
        output.name,
        joined(root, graph, scanOutputs[count + i]!, graph.nodes[output.node]!.shape),
      ]),
    ),
  };
}

/** [batch, segments, n, …] → [batch, segments · n, …]; token models stack along time already. */
function joined(root: Body, graph: StepGraph, value: string, shape: readonly number[]): string {
  return graph.unit === 'token'
    ? value
    : root.emit('Reshape', [value, root.integers(0, -1, ...shape.slice(1))]);
}

/**
 * A model as ONNX files, written from its step graphs and nothing else (opset 21, IR 10), with a dynamic batch axis.
 *
 * *step*: inputs and `past.NAME` in, outputs and `present.NAME` out, taps as further outputs `tap.NAME`, and the start values of
 * the states as `start.NAME` (no batch axis). (`past` and `present`, because MemNet has a parameter called `state.hidden`.) For segment models it is the step of a full segment in mid-sequence.
 * *sequence*: [batch, time] in one call. Steps that differ from the steady one (Memformer's first segment, a cache that is
 * still filling) come first, one by one; the steady step then runs in a `Scan`. Segment models take whole segments.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import type { NodeProto, ValueInfoProto } from 'onnx-buf';
import { GraphProtoSchema, ModelProtoSchema } from 'onnx-buf';
import type { Program, StepGraph, TensorMap } from '../../graph/types.ts';
import { Body } from './body.ts';
import { ancestors, emitPrologue, emitStep } from './emit-graph.ts';
import { meaningOf, valueInfo } from './protobuf.ts';
import { emitSequence } from './sequence.ts';

export const opset = 21;
export const irVersion = 10;
const producer = 'memory-playground';

export interface OnnxMetadata {
  readonly name: string;
  readonly docString: string;
  /** Kept in the file's metadata as JSON texts: model, config, task, vocabulary, training record, format version. */
  readonly properties: Readonly<Record<string, string>>;
}

export interface ExportOptions {
  readonly taps: boolean;
}

/** The step with the states' shapes of a running sequence. */
export function steadyStep(program: Program): StepGraph {
  return program.variants[program.schedule.at(-1)!]!;
}

/** @returns the bytes of `step.onnx`. */
export function exportStep(
  graph: StepGraph,
  parameters: TensorMap,
  metadata: OnnxMetadata,
  { taps }: ExportOptions,
): Uint8Array {
  const root = new Body();
  // A cache of no rows carries nothing; ONNX gets no input for it.
  const states = graph.states.filter((state) => !state.shape.includes(0));
  const shownTaps = taps ? graph.taps : [];
  const wanted = ancestors(graph, [
    ...graph.outputs.map((output) => output.node),
    ...states.flatMap((state) => [state.next, state.start]),
    ...shownTaps.map((tap) => tap.node),
  ]);
  const names = emitPrologue(root, graph, parameters, wanted);
  const inputs = [
    ...graph.inputs.map(({ name, dtype, shape, node }) => {
      names.set(node, name);
      return valueInfo(name, dtype, ['batch', ...shape], meaningOf(name, 'of this step'));
    }),
    ...states.map((state) => {
      names.set(state.node, `past.${state.name}`);
      return valueInfo(
        `past.${state.name}`,
        state.dtype,
        ['batch', ...state.shape],
        `the state “${state.name}” as the step before left it`,
      );
    }),
  ];
  emitStep(root, graph, names, wanted, batchExtentOf(root, inputs[0]!.name));

  const outputs: ValueInfoProto[] = [];
  const give = (name: string, id: number, doc: string): void => {
    const node = graph.nodes[id]!;
    root.emit('Identity', [names.get(id)!], {}, name);
    outputs.push(valueInfo(name, node.dtype, [...(node.batched ? ['batch'] : []), ...node.shape], doc));
  };
  for (const output of graph.outputs) give(output.name, output.node, meaningOf(output.name, 'of this step'));
  for (const state of states)
    give(`present.${state.name}`, state.next, `the state “${state.name}”, to hand to the next step`);
  for (const state of states)
    give(
      `start.${state.name}`,
      state.start,
      `what “${state.name}” is before the first step, for every sample`,
    );
  for (const tap of shownTaps)
    give(tapName(tap.name), tap.node, `an intermediate value of this step, ${tap.axes.join(' × ')}`);
  return encode(root, inputs, outputs, parameters, metadata);
}

/** @returns the bytes of `sequence.onnx`. `program` must be long enough to reach its steady step (see `sequenceProgramLength`). */
export function exportSequence(program: Program, parameters: TensorMap, metadata: OnnxMetadata): Uint8Array {
  const root = new Body();
  const { inputs, outputs } = emitSequence(root, program, parameters);
  return encode(root, inputs, outputs, parameters, metadata);
}

const tapName = (name: string): string => `tap.${name.replace('.{s}', '')}`;

/** A value holding the batch extent, made when first asked for. */
function batchExtentOf(root: Body, input: string): () => string {
  let name: string | null = null;
  return () => (name ??= root.emit('Shape', [input], { start: 0, end: 1 }));
}

/** Every value that a node or the body of a Scan reads. */
function usedNames(nodes: readonly NodeProto[], names = new Set<string>()): Set<string> {
  for (const node of nodes) {
    for (const name of node.input) names.add(name);
    for (const attribute of node.attribute) if (attribute.g) usedNames(attribute.g.node, names);
  }
  return names;
}

/** Parameters that only another step uses (Memformer's start symbol) are kept too: the file must come back complete. */
function encode(
  root: Body,
  inputs: ValueInfoProto[],
  outputs: ValueInfoProto[],
  parameters: TensorMap,
  metadata: OnnxMetadata,
): Uint8Array {
  const written = new Set(root.initializers.map((value) => value.name));
  for (const [name, { shape, data }] of Object.entries(parameters)) {
    if (!written.has(name)) root.initializer(name, 'f32', shape, data);
  }
  const used = usedNames(root.nodes);
  const graph = create(GraphProtoSchema, {
    name: metadata.name,
    docString: metadata.docString,
    node: root.nodes,
    initializer: root.initializers.filter((value) => used.has(value.name) || value.name in parameters),
    input: inputs,
    output: outputs,
  });
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(irVersion),
    producerName: producer,
    opsetImport: [{ domain: '', version: BigInt(opset) }],
    docString: metadata.docString,
    graph,
    metadataProps: Object.entries(metadata.properties).map(([key, value]) => ({ key, value })),
  });
  return toBinary(ModelProtoSchema, model);
}

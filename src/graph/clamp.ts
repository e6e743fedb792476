/**
 * Gates that can be held at a constant. The rewritten step reads two more inputs for each gate, so that one compiled graph
 * serves every value, every position and every sample of a batch: `clamp.NAME.on` is 0 where the gate is left alone, and
 * `clamp.NAME.value` is what it is held at elsewhere.
 */
import { Emitter } from './emitter.ts';
import type { GraphNode, InputSpec, Shape, StepGraph } from './types.ts';

/** Names of the inputs of a gate, each [] in a token graph and [tokens] in a segment graph, whose first entry counts. */
export const clampInputs = (gate: string): { readonly on: string; readonly value: string } => ({
  on: `clamp.${gate}.on`,
  value: `clamp.${gate}.value`,
});

/**
 * The same step with these gates replaced by `on ? value : gate`, for everything that reads them.
 * @throws Error when the step has no such gate.
 */
export function clampGates(step: StepGraph, names: readonly string[]): StepGraph {
  const emitter = new Emitter([]);
  const inputs: InputSpec[] = [];
  const held = new Map(names.map((name) => [gateNode(step, name), name]));
  const moved: GraphNode[] = [];
  for (const node of step.nodes) {
    const operands = node.inputs.map((id) => moved[id]!.id);
    const copy = emitter.copy(node, operands);
    const name = held.get(node.id);
    moved.push(name === undefined ? copy : clamped(emitter, inputs, step, name, copy));
  }
  const at = <Spec extends { readonly node: number }>(spec: Spec): Spec => ({
    ...spec,
    node: moved[spec.node]!.id,
  });
  return {
    ...step,
    nodes: emitter.nodes,
    parameters: step.parameters.map(at),
    inputs: [...step.inputs.map(at), ...inputs],
    states: step.states.map((state) => ({
      ...at(state),
      next: moved[state.next]!.id,
      start: moved[state.start]!.id,
    })),
    outputs: step.outputs.map(at),
    taps: step.taps.map(at),
    gates: step.gates.map(at),
    loss: step.loss === null ? null : moved[step.loss]!.id,
  };
}

function gateNode(step: StepGraph, name: string): number {
  const gate = step.gates.find((candidate) => candidate.name === name);
  if (!gate) throw new Error(`the step has no gate called ${name}`);
  return gate.node;
}

function clamped(
  emitter: Emitter,
  inputs: InputSpec[],
  { unit, tokens }: StepGraph,
  name: string,
  gate: GraphNode,
): GraphNode {
  const shape: Shape = unit === 'token' ? [] : [tokens];
  const read = (input: string): GraphNode => {
    const node = emitter.input(input, shape);
    inputs.push({ name: input, shape, dtype: 'f32', node: node.id });
    return unit === 'token' ? node : emitter.reshape(emitter.slice(node, [0], [1]), []);
  };
  const { on, value } = clampInputs(name);
  return emitter.select(read(on), emitter.broadcast(read(value), gate.shape), gate);
}

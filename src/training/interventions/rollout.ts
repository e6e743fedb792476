/**
 * One sequence, run side by side in several lanes of a batch, step by step, so that the state of each lane can be changed in
 * between. Lanes never see each other: what is done to one leaves the others as they are, bit for bit.
 */
import type { Batch } from '../../executors/executor.ts';
import { PlaygroundError } from '../../foundation/errors.ts';
import { clampGates, clampInputs } from '../../graph/clamp.ts';
import { evaluateNodes } from '../../graph/evaluate.ts';
import type { Values as NodeValues } from '../../graph/evaluate.ts';
import { liveNodes } from '../../graph/simplify.ts';
import type { Program, StateSpec, StepGraph, Tensor, TensorMap } from '../../graph/types.ts';
import { elementCount } from '../../graph/types.ts';
import type { InferencePool } from '../inference.ts';
import { banksOf, openBank } from './banks.ts';
import type { Bank, Values } from './banks.ts';
import type { BankDescription, Intervention } from './intervention.ts';
import { Holding, applyEdit, isEdit, isHold } from './operations.ts';

/** What is done to one lane. */
export type Lane = readonly Intervention[];

export interface RolloutSetup {
  readonly program: Program;
  readonly pool: InferencePool;
  /** What the sequence reads, for one sample: [1, T, …]. */
  readonly inputs: TensorMap;
  /** Positions of the sequence; padding behind them is not run. */
  readonly positions: number;
  /** Name of the output. */
  readonly output: string;
  /** Numbers of a position's output. */
  readonly width: number;
  /** What the states of a step hold at the start of a sequence; see `startState`. */
  readonly start: TensorMap;
}

/** The start values of the states of a program's first step, without batch axis. */
export function startState({ variants, schedule }: Program, parameters: TensorMap): TensorMap {
  const { nodes, states, parameters: specs } = variants[schedule[0]!]!;
  const needed = liveNodes(
    nodes,
    states.map(({ start }) => start),
  );
  const values: NodeValues = [];
  for (const { name, node } of specs)
    if (needed.has(node)) values[node] = Float64Array.from(parameters[name]!.data);
  evaluateNodes(nodes, 1, values, ({ id }) => needed.has(id));
  return Object.fromEntries(
    states.map(({ name, shape, dtype, start }) => {
      const data = dtype === 'f32' ? Float32Array.from(values[start]!) : Int32Array.from(values[start]!);
      return [name, { shape, dtype, data }];
    }),
  );
}

/**
 * Outputs of every lane, [positions, width] each.
 * @throws PlaygroundError `invalid-intervention` when a lane asks for what the memory does not have.
 */
export async function runLanes(setup: RolloutSetup, lanes: readonly Lane[]): Promise<Float32Array[]> {
  const { program, pool, positions, width } = setup;
  const outputs = lanes.map(() => new Float32Array(positions * width));
  const gates = [...new Set(lanes.flat().flatMap((done) => (done.kind === 'clamp' ? [done.gate] : [])))];
  const holdings = lanes.map(() => new Map<string, Holding>());
  let state: TensorMap | null = null;
  let begin = 0;
  for (const [step, variant] of program.schedule.entries()) {
    if (begin >= positions) break;
    const graph = program.variants[variant]!;
    checkGates(graph, gates);
    const end = begin + graph.tokens;
    const starting = (lane: Lane): Lane => lane.filter(({ position }) => position >= begin && position < end);
    const touched = lanes.some((lane) => starting(lane).some(({ kind }) => kind !== 'clamp'));
    // A step that starts the sequence has its own start values, unless they are to be changed.
    if (touched) state = state ? copied(state) : startOf(setup.start, lanes.length);
    if (state) {
      const memory = new LaneMemory(graph, state, lanes.length, setup.start);
      lanes.forEach((lane, index) => begins(memory, index, starting(lane), holdings[index]!));
    }
    const execution = await pool.other(`${program.length}:${variant}:${gates.join()}`, lanes.length, () =>
      oneStep(graph, gates),
    );
    const batch: Batch = {
      size: lanes.length,
      inputs: {
        ...repeated(setup.inputs, begin, graph.tokens, lanes.length),
        ...clampsAt(graph, gates, lanes, end),
      },
      ...(state && { state }),
    };
    const result = await execution.run(batch);
    copyOutputs(result.outputs[setup.output]!, begin, graph.tokens, outputs, width);
    const next = program.variants[program.schedule[step + 1] ?? variant]!;
    state = held(graph, next, state, result.state, holdings, setup.start);
    begin = end;
  }
  return outputs;
}

const oneStep = (graph: StepGraph, gates: readonly string[]): Program => ({
  variants: [gates.length > 0 ? clampGates(graph, gates) : graph],
  schedule: [0],
  length: graph.tokens,
  parameters: graph.parameters,
});

function checkGates(graph: StepGraph, gates: readonly string[]): void {
  const missing = gates.find((name) => graph.gates.every((gate) => gate.name !== name));
  if (missing !== undefined) throw invalid(`This model has no gate called “${missing}”.`);
}

/** The states of all lanes [B, …], opened as the banks of one of them. */
class LaneMemory {
  readonly #graph: StepGraph;
  readonly #state: TensorMap;
  readonly #lanes: number;
  readonly #start: TensorMap;
  readonly #banks: readonly BankDescription[];

  constructor(graph: StepGraph, state: TensorMap, lanes: number, start: TensorMap) {
    this.#graph = graph;
    this.#state = state;
    this.#lanes = lanes;
    this.#start = start;
    this.#banks = banksOf(graph);
  }

  bank(name: string, lane: number): Bank {
    const description = this.#banks.find((bank) => bank.name === name);
    if (!description) throw invalid(`This model has no memory called “${name}”.`);
    const read = ({ name: state }: StateSpec): Values => {
      const { data } = this.#state[state]!;
      const size = data.length / this.#lanes;
      return data.subarray(lane * size, (lane + 1) * size);
    };
    // A cache that starts empty has no start values for the rows that come later: they count as zeros.
    const start = (state: StateSpec): Values => {
      const own = this.#start[state.name]?.data;
      const size = elementCount(state.shape);
      return own?.length === size ? own : new Float32Array(size);
    };
    return openBank(this.#graph, description, read, start);
  }
}

/** What begins with a step is done to the state that the step will find. */
function begins(memory: LaneMemory, lane: number, starting: Lane, holdings: Map<string, Holding>): void {
  for (const intervention of starting) {
    if (!isEdit(intervention)) continue;
    const bank = memory.bank(intervention.bank, lane);
    checkSlots(bank, intervention);
    applyEdit(bank, intervention);
  }
  for (const intervention of starting) {
    if (!isHold(intervention)) continue;
    const bank = memory.bank(intervention.bank, lane);
    if (intervention.kind === 'freeze') checkSlots(bank, intervention);
    const holding = holdings.get(bank.name) ?? new Holding();
    holding.add(bank, intervention);
    holdings.set(bank.name, holding);
  }
}

function checkSlots(bank: Bank, intervention: Intervention & { readonly slots: readonly number[] }): void {
  const { kind, slots } = intervention;
  const named = kind === 'overwrite' && typeof intervention.source === 'number' ? [intervention.source] : [];
  const outside = [...slots, ...named].find(
    (slot) => !(Number.isInteger(slot) && slot >= 0 && slot < bank.count),
  );
  if (outside !== undefined) {
    throw bank.count === 0
      ? invalid(`The ${bank.name} holds nothing yet at position ${intervention.position}.`)
      : invalid(`The ${bank.name} has no ${bank.noun} ${outside}: there are ${bank.count}, counted from 0.`);
  }
  if (slots.length === 0) throw invalid(`No ${bank.noun} was chosen.`);
  if (kind === 'swap' && slots.length !== 2)
    throw invalid(`To swap takes two ${bank.noun}s, not ${slots.length}.`);
}

/** The states that a step hands on, with what is held put back. */
function held(
  graph: StepGraph,
  next: StepGraph,
  before: TensorMap | null,
  after: TensorMap,
  holdings: readonly ReadonlyMap<string, Holding>[],
  start: TensorMap,
): TensorMap {
  if (!before || holdings.every((lane) => lane.size === 0)) return after;
  const own = copied(after);
  const was = new LaneMemory(graph, before, holdings.length, start);
  const is = new LaneMemory(next, own, holdings.length, start);
  holdings.forEach((lane, index) => {
    for (const [name, holding] of lane) {
      const { parts } = was.bank(name, index);
      holding.restore(
        is.bank(name, index),
        parts.map(({ data }) => data),
      );
    }
  });
  return own;
}

/** To be changed: an executor may hand out arrays that it goes on using. */
const copied = (state: TensorMap): TensorMap =>
  Object.fromEntries(
    Object.entries(state).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
  );

// ---- what a batch is made of

function startOf(start: TensorMap, lanes: number): TensorMap {
  return Object.fromEntries(
    Object.entries(start).map(([name, tensor]) => [name, repeatedTensor(tensor, lanes)]),
  );
}

function repeatedTensor({ shape, dtype, data }: Tensor, lanes: number): Tensor {
  const all = dtype === 'f32' ? new Float32Array(lanes * data.length) : new Int32Array(lanes * data.length);
  for (let lane = 0; lane < lanes; lane++) all.set(data, lane * data.length);
  return { shape: [lanes, ...shape], dtype, data: all };
}

/** The rows that one step reads, the same for every lane: [B, tokens, …]. */
function repeated(inputs: TensorMap, begin: number, tokens: number, lanes: number): TensorMap {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype, data }]) => {
      const rest = shape.slice(2);
      const width = elementCount(rest);
      const rows = data.subarray(begin * width, (begin + tokens) * width);
      return [name, repeatedTensor({ shape: [tokens, ...rest], dtype, data: rows }, lanes)];
    }),
  );
}

/** On in the lanes that clamp a gate at a position of this step or an earlier one; the last of several wins. */
function clampsAt(
  { tokens }: StepGraph,
  gates: readonly string[],
  lanes: readonly Lane[],
  end: number,
): TensorMap {
  const shape = [lanes.length, tokens];
  return Object.fromEntries(
    gates.flatMap((gate) => {
      const on = new Float32Array(lanes.length * tokens);
      const value = new Float32Array(lanes.length * tokens);
      lanes.forEach((lane, index) => {
        for (const done of lane) {
          if (done.kind !== 'clamp' || done.gate !== gate || done.position >= end) continue;
          on.fill(1, index * tokens, (index + 1) * tokens);
          value.fill(done.value, index * tokens, (index + 1) * tokens);
        }
      });
      const names = clampInputs(gate);
      return [
        [names.on, { shape, dtype: 'f32', data: on }] as const,
        [names.value, { shape, dtype: 'f32', data: value }] as const,
      ];
    }),
  );
}

/** The rows of one step [B, tokens, width], to their places; padding behind the sequence is dropped. */
function copyOutputs(
  { data }: Tensor,
  begin: number,
  tokens: number,
  outputs: readonly Float32Array[],
  width: number,
): void {
  outputs.forEach((all, lane) => {
    const rows = data.subarray(lane * tokens * width, (lane + 1) * tokens * width);
    all.set(rows.subarray(0, all.length - begin * width), begin * width);
  });
}

function invalid(message: string): PlaygroundError {
  return new PlaygroundError(
    'invalid-intervention',
    message,
    'Nothing was changed.',
    'Undo the intervention, or choose another.',
  );
}

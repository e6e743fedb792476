/**
 * A whole sequence on one batch: cuts the inputs into steps, hands the state from step to step and adds up the loss. Works on
 * any stretch of steps, so that the strategies can run, forget and recompute parts. Everything here is synchronous and runs
 * inside the caller's tidy.
 */
import { elementCount } from '../../graph/types.ts';
import type { Program, StepGraph, Tensor as PlainTensor } from '../../graph/types.ts';
import { checkBatch } from '../check-batch.ts';
import type { Batch } from '../executor.ts';
import { Constants, StepInterpreter } from './interpreter.ts';
import type { NamedTensors, Values } from './interpreter.ts';
import { add, broadcastTo, reshape, slice, sumOver, upload, zeros } from './ops.ts';
import type { Tensor } from './ops.ts';

/** Which values of a step are wanted besides the next states and the loss. */
export type View = 'nothing' | 'outputs' | 'outputs and taps';

/** A stretch of steps: `first` … `end` − 1. */
export interface Stretch {
  readonly first: number;
  readonly end: number;
}

/** What one step yields, for whoever looks at it. */
export interface StepView {
  readonly index: number;
  readonly graph: StepGraph;
  readonly values: Values;
  /** A node's tensor with the batch in front, repeated where the node is the same for every sample. */
  readonly batched: (node: number) => Tensor;
}

export interface StretchResult {
  readonly states: NamedTensors;
  /** Sum over batch and steps; null where the program has no loss. */
  readonly loss: Tensor | null;
}

/** The step graphs of a program, ready to be interpreted for one batch size. */
export class CompiledProgram {
  readonly program: Program;
  readonly batch: number;
  /** For each step, the index of its first token. */
  readonly offsets: readonly number[];
  readonly #constants: readonly Constants[];
  readonly #interpreters = new Map<string, StepInterpreter>();

  constructor(program: Program, batch: number) {
    this.program = program;
    this.batch = batch;
    this.#constants = program.variants.map((graph) => new Constants(graph));
    let offset = 0;
    this.offsets = program.schedule.map((variant) => {
      const start = offset;
      offset += program.variants[variant]!.tokens;
      return start;
    });
  }

  interpreter(variant: number, view: View): StepInterpreter {
    const key = `${variant} ${view}`;
    let interpreter = this.#interpreters.get(key);
    if (!interpreter) {
      const graph = this.program.variants[variant]!;
      const roots = [...graph.states.flatMap(({ next, start }) => [next, start])];
      if (graph.loss !== null) roots.push(graph.loss);
      if (view !== 'nothing') roots.push(...graph.outputs.map(({ node }) => node));
      if (view === 'outputs and taps') roots.push(...graph.taps.map(({ node }) => node));
      interpreter = new StepInterpreter(graph, this.#constants[variant]!, this.batch, roots);
      this.#interpreters.set(key, interpreter);
    }
    return interpreter;
  }

  dispose(): void {
    for (const constants of this.#constants) constants.dispose();
  }
}

/** One batch on its way through a program. */
export class Rollout {
  readonly #compiled: CompiledProgram;
  readonly #inputs: ReadonlyMap<string, Tensor>;
  /** The states that the batch brings along. */
  readonly given: NamedTensors;

  /** @throws PlaygroundError `invalid-batch` as `checkBatch` finds it. */
  constructor(compiled: CompiledProgram, batch: Batch) {
    this.#compiled = compiled;
    const { program } = compiled;
    checkBatch(program, compiled.batch, batch);
    const inputs = new Map<string, Tensor>();
    for (const graph of program.variants) {
      for (const { name } of graph.inputs) {
        if (!inputs.has(name)) inputs.set(name, uploaded(batch.inputs[name]!));
      }
    }
    this.#inputs = inputs;
    this.given = givenStates(batch);
  }

  /**
   * Runs a stretch of steps. `states` null: from the start of the sequence. `parameters` may be what a tape watches.
   */
  run(
    { first, end }: Stretch,
    states: NamedTensors | null,
    parameters: NamedTensors,
    view: View = 'nothing',
    look?: (step: StepView) => void,
  ): StretchResult {
    const { program, batch } = this.#compiled;
    const prologues = new Map<number, Values>();
    let current = states;
    let loss: Tensor | null = null;
    for (let index = first; index < end; index++) {
      const variant = program.schedule[index]!;
      const graph = program.variants[variant]!;
      const interpreter = this.#compiled.interpreter(variant, view);
      const prologue = prologues.get(variant) ?? interpreter.prologue(parameters);
      prologues.set(variant, prologue);
      current ??= this.#startStates(graph, prologue);
      const values = interpreter.step(prologue, { inputs: this.#cut(graph, index), states: current });
      const batched = (node: number): Tensor => withBatch(values, node, batch);
      look?.({ index, graph, values, batched });
      if (graph.loss !== null) {
        const share = batched(graph.loss);
        loss = loss ? add(loss, share) : share;
      }
      current = new Map(graph.states.map(({ name, next }) => [name, batched(next)]));
    }
    return { states: current ?? new Map(), loss: loss && sumOver(loss, [0], false) };
  }

  #startStates(graph: StepGraph, prologue: Values): NamedTensors {
    return new Map(
      graph.states.map(({ name, start }) => [
        name,
        this.given.get(name) ?? withBatch(prologue, start, this.#compiled.batch),
      ]),
    );
  }

  /** The inputs of one step. */
  #cut(graph: StepGraph, index: number): NamedTensors {
    const offset = this.#compiled.offsets[index]!;
    return new Map(
      graph.inputs.map(({ name, shape }) => {
        const whole = this.#inputs.get(name)!;
        const [batch, , ...rest] = whole.shape as [number, number, ...number[]];
        const piece = slice(whole, [0, offset, ...rest.map(() => 0)], [batch, graph.tokens, ...rest]);
        return [name, graph.unit === 'token' ? reshape(piece, [batch, ...shape]) : piece];
      }),
    );
  }
}

function withBatch(values: Values, node: number, batch: number): Tensor {
  const { tensor, shape, batched } = values[node]!;
  if (batched) return tensor;
  const full = [batch, ...shape];
  return elementCount(shape) === 0 ? zeros(full) : broadcastTo(tensor, full);
}

function givenStates({ state }: Batch): NamedTensors {
  return new Map(Object.entries(state ?? {}).map(([name, tensor]) => [name, uploaded(tensor)]));
}

function uploaded({ data, shape, dtype }: PlainTensor): Tensor {
  return elementCount(shape) === 0 ? zeros(shape, dtype) : upload(data, shape, dtype);
}

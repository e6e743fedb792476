/**
 * A whole sequence on one tape: which steps form a block, what is kept between them, and in which order blocks run forward and
 * backward under each back-propagation strategy. The order of the instructions alone decides how much memory that takes.
 */
import { prologueTargets } from '../../graph/differentiate.ts';
import type { DType, Program, StateSpec, StepGraph } from '../../graph/types.ts';
import type { Strategy } from '../executor.ts';
import { Block } from './block.ts';
import * as emit from './emit.ts';
import * as opcode from './kernels/opcodes.ts';
import { Prologue, addProduct, addScattered, addSum } from './prologue.ts';
import type { ParameterPlaces } from './prologue.ts';
import type { Port, States, Stretch } from './results.ts';
import { RunResults, swapSteps } from './results.ts';
import type { FinishedTape } from './tape.ts';
import { Tape } from './tape.ts';
import type { Variant } from './variant.ts';
import type { View } from './views.ts';
import * as views from './views.ts';

export interface CompiledTape {
  readonly tape: FinishedTape;
  readonly inputs: readonly Port[];
  /** The states that are given by the caller. */
  readonly initialStates: readonly Port[];
  /** One f64; null where the program has no loss. */
  readonly loss: View | null;
  readonly outputs: readonly Port[];
  readonly finalStates: readonly Port[];
  readonly taps: readonly Port[];
  readonly stateGradients: readonly Port[];
}

export interface RolloutOptions {
  readonly program: Program;
  readonly variants: readonly Variant[];
  readonly batchSize: number;
  /** Where a parameter lies among all parameters, and its gradient among all gradients, in bytes. */
  readonly placeOf: (name: string) => { readonly offset: number; readonly shape: readonly number[] };
  readonly parameterBytes: number;
  /** Names of the states that the caller gives. */
  readonly givenStates: ReadonlySet<string>;
}

type Adjoints = Map<string, View | null>;

/** Forward only: outputs, final states and, where asked for, taps. */
export function compileRun(options: RolloutOptions, withTaps: boolean): CompiledTape {
  const rollout = new Rollout(options);
  const stretches = rollout.stretches(0, options.program.schedule.length);
  const results = new RunResults(rollout, withTaps);
  let states = rollout.initialStates();
  for (const stretch of stretches) {
    const { step } = options.variants[stretch.variant]!;
    const block = rollout.block(stretch);
    states = block.forward(states, results.wanted(step));
    results.collect(block, step, stretch);
    if (step.loss !== null) rollout.keepLoss(block.value(step.loss), stretch);
  }
  const lastStep = options.variants[options.program.schedule.at(-1)!]!.step;
  return rollout.finish({
    ...results.ports(),
    finalStates: results.finalStates(lastStep, states),
    stateGradients: [],
  });
}

/** Loss and gradients. */
export function compileGradients(options: RolloutOptions, strategy: Strategy): CompiledTape {
  const rollout = new Rollout(options);
  const count = options.program.schedule.length;
  const chunkSize = stepsPerChunk(strategy, count);
  const chunks = Array.from({ length: Math.ceil(count / chunkSize) }, (_, i) =>
    rollout.stretches(i * chunkSize, Math.min(count, (i + 1) * chunkSize)),
  );
  const backward = new BackwardPass(rollout);
  emit.emitZero(rollout.tape, rollout.tape.foreign('gradients', 0, [options.parameterBytes / 4]));
  let adjoints: Adjoints = new Map();
  if (strategy.kind === 'truncated') {
    let states = rollout.initialStates();
    chunks.forEach((chunk, i) => {
      const { blocks, next } = rollout.record(chunk, states);
      const handedBack = backward.run(chunk, blocks, new Map());
      if (i === 0) adjoints = handedBack;
      states = next;
    });
  } else {
    const starts = rollout.chunkStarts(chunks);
    for (let i = chunks.length - 1; i >= 0; i--) {
      const { blocks } = rollout.record(chunks[i]!, starts[i]!);
      adjoints = backward.run(chunks[i]!, blocks, adjoints);
    }
  }
  const stateGradients = backward.finish(adjoints);
  return rollout.finish({ outputs: [], taps: [], finalStates: [], stateGradients });
}

/** How many steps are kept at a time. */
export function stepsPerChunk(strategy: Strategy, steps: number): number {
  switch (strategy.kind) {
    case 'full':
      return steps;
    case 'truncated':
      return Math.min(strategy.horizon, steps);
    case 'checkpointed':
      return Math.ceil(Math.sqrt(steps));
    case 'memoryReplay':
      return 1;
  }
}

class Rollout {
  readonly tape = new Tape();
  readonly options: RolloutOptions;
  readonly #inputs = new Map<string, { staging: View; ready: View; dtype: DType }>();
  readonly #given = new Map<string, { view: View; dtype: DType }>();
  readonly #prologues = new Map<number, Prologue>();
  readonly #places: ParameterPlaces;
  #losses: View | null = null;

  constructor(options: RolloutOptions) {
    this.options = options;
    const view = (memory: 'parameters' | 'gradients', name: string): View => {
      const { offset, shape } = options.placeOf(name);
      return this.tape.foreign(memory, offset, shape);
    };
    this.#places = { value: (name) => view('parameters', name), gradient: (name) => view('gradients', name) };
  }

  prologue(variant: number): Prologue {
    let prologue = this.#prologues.get(variant);
    if (!prologue) {
      const { step, nodes } = this.options.variants[variant]!;
      prologue = new Prologue(this.tape, step, nodes, this.#places);
      this.#prologues.set(variant, prologue);
    }
    return prologue;
  }

  get prologues(): Iterable<Prologue> {
    return this.#prologues.values();
  }

  /** Cuts steps into stretches: whole runs of one variant in token programs, single steps in segment programs. */
  stretches(from: number, to: number): Stretch[] {
    const { schedule, variants } = this.options.program;
    let token = schedule.slice(0, from).reduce((total, variant) => total + variants[variant]!.tokens, 0);
    const result: Stretch[] = [];
    for (let first = from; first < to;) {
      const variant = schedule[first]!;
      const { unit, tokens } = variants[variant]!;
      let steps = 1;
      while (unit === 'token' && first + steps < to && schedule[first + steps] === variant) steps++;
      result.push({ variant, first, steps, token });
      first += steps;
      token += steps * tokens;
    }
    return result;
  }

  block(stretch: Stretch): Block {
    const variant = this.options.variants[stretch.variant]!;
    return new Block({
      tape: this.tape,
      variant,
      prologue: this.prologue(stretch.variant),
      batchSize: this.options.batchSize,
      steps: stretch.steps,
      input: (name) => this.#input(variant.step, name, stretch),
    });
  }

  initialStates(): States {
    const { program, variants, givenStates, batchSize } = this.options;
    const first = program.schedule[0]!;
    return new Map(
      variants[first]!.step.states.map((state) => {
        if (givenStates.has(state.name)) return [state.name, this.#givenState(state)];
        return [state.name, views.insertAxis(this.prologue(first).value(state.start), 0, batchSize)];
      }),
    );
  }

  /** Runs stretches forward, keeping all that the backward pass reads. */
  record(chunk: readonly Stretch[], initial: States): { readonly blocks: Block[]; readonly next: States } {
    let states = initial;
    const blocks = chunk.map((stretch) => {
      const variant = this.options.variants[stretch.variant]!;
      const block = this.block(stretch);
      const { loss } = variant.step;
      states = block.forward(states, [...variant.savedRoots(), ...(loss === null ? [] : [loss])]);
      if (loss !== null) this.keepLoss(block.value(loss), stretch);
      return block;
    });
    return { blocks, next: states };
  }

  /** The states at the start of every chunk. Only what the next state depends on is computed. */
  chunkStarts(chunks: readonly (readonly Stretch[])[]): States[] {
    const starts = [this.initialStates()];
    for (const chunk of chunks.slice(0, -1)) {
      let states = starts.at(-1)!;
      for (const stretch of chunk) states = this.block(stretch).forward(states, []);
      starts.push(new Map([...states].map(([name, view]) => [name, this.#compact(view)])));
    }
    return starts;
  }

  keepLoss(shares: View, { first, steps }: Stretch): void {
    const { program, batchSize } = this.options;
    this.#losses ??= this.tape.allocate([program.schedule.length, batchSize]);
    emit.emitCopy(this.tape, views.narrow(this.#losses, 0, first, steps), shares);
  }

  finish(results: Pick<CompiledTape, 'outputs' | 'taps' | 'finalStates' | 'stateGradients'>): CompiledTape {
    const { tape } = this;
    let loss: View | null = null;
    if (this.#losses) {
      loss = tape.allocate([2]);
      tape.emit(opcode.SUM_TO_DOUBLE, [this.#losses, views.sizeOf(this.#losses.shape), loss]);
      tape.keep(loss);
    }
    const ports = [...results.outputs, ...results.taps, ...results.finalStates, ...results.stateGradients];
    for (const { view } of ports) tape.keep(view);
    const port = (name: string, view: View, dtype: DType): Port => ({ name, view, dtype, batched: true });
    return {
      ...results,
      inputs: [...this.#inputs].map(([name, { staging, dtype }]) => port(name, staging, dtype)),
      initialStates: [...this.#given].map(([name, { view, dtype }]) => port(name, view, dtype)),
      loss,
      tape: tape.finish(),
    };
  }

  /** [steps, B, …] of an input [B, T, …]. In a token program all steps are brought into this order once. */
  #input(step: StepGraph, name: string, { first, steps, token }: Stretch): View {
    const { program, batchSize } = this.options;
    const { shape, dtype } = step.inputs.find((input) => input.name === name)!;
    const perToken = step.unit === 'token' ? shape : shape.slice(1);
    let input = this.#inputs.get(name);
    if (!input) {
      const staging = this.tape.allocate([batchSize, program.length, ...perToken]);
      this.tape.claim(staging);
      input = { staging, ready: step.unit === 'token' ? this.#stepsFirst(staging) : staging, dtype };
      this.#inputs.set(name, input);
    }
    if (step.unit === 'token') return views.narrow(input.ready, 0, first, steps);
    return views.insertAxis(views.narrow(input.ready, 1, token, step.tokens), 0, 1);
  }

  #stepsFirst(staging: View): View {
    const swapped = swapSteps(staging);
    const ready = this.tape.allocate(swapped.shape);
    emit.emitCopy(this.tape, ready, swapped);
    return ready;
  }

  #givenState(state: StateSpec): View {
    const view = this.tape.allocate([this.options.batchSize, ...state.shape]);
    this.tape.claim(view);
    this.#given.set(state.name, { view, dtype: state.dtype });
    return view;
  }

  /** A copy where the view would keep much more memory alive than it shows. */
  #compact(view: View): View {
    if (view.buffer.size <= views.sizeOf(view.shape)) return view;
    const copy = this.tape.allocate(view.shape);
    emit.emitCopy(this.tape, copy, view);
    return copy;
  }
}

class BackwardPass {
  readonly #rollout: Rollout;

  constructor(rollout: Rollout) {
    this.#rollout = rollout;
  }

  run(chunk: readonly Stretch[], blocks: readonly Block[], incoming: Adjoints): Adjoints {
    let adjoints = incoming;
    for (let i = blocks.length - 1; i >= 0; i--) {
      adjoints = blocks[i]!.backward(adjoints);
      this.#contribute(chunk[i]!.variant, blocks[i]!);
    }
    return adjoints;
  }

  #contribute(index: number, block: Block): void {
    const { tape, options } = this.#rollout;
    const prologue = this.#rollout.prologue(index);
    for (const contribution of options.variants[index]!.contributions) {
      const target = prologue.adjoint(contribution.target);
      switch (contribution.kind) {
        case 'sum':
          addSum(tape, target, block.value(contribution.value));
          break;
        case 'product':
          addProduct(tape, target, block.value(contribution.left), block.value(contribution.right));
          break;
        case 'scatter':
          addScattered(tape, target, block.value(contribution.indices), block.value(contribution.rows));
          break;
      }
    }
  }

  /** Leads everything back to the parameters; gives the gradients of the states that the caller gave. */
  finish(adjoints: Adjoints): Port[] {
    const { tape, options } = this.#rollout;
    const first = options.program.schedule[0]!;
    const { step, gradient } = options.variants[first]!;
    const prologue = this.#rollout.prologue(first);
    const reached = new Set(prologueTargets(step, gradient!));
    const ports: Port[] = [];
    for (const state of step.states) {
      if (state.dtype !== 'f32') continue;
      const adjoint = adjoints.get(state.name) ?? null;
      if (options.givenStates.has(state.name)) {
        const view = tape.allocate([options.batchSize, ...state.shape]);
        if (adjoint) emit.emitCopy(tape, view, adjoint);
        else emit.emitZero(tape, view);
        ports.push({ name: state.name, view, dtype: 'f32', batched: true });
      } else if (adjoint && reached.has(state.start)) {
        addSum(tape, prologue.adjoint(state.start), views.insertAxis(adjoint, 0, 1));
      }
    }
    for (const each of this.#rollout.prologues) each.backward();
    return ports;
  }
}

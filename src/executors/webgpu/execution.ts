/** One program on the GPU for one batch size: forward, gradients, and training steps. */
import { PlaygroundError } from '../../foundation/errors.ts';
import { simplifyProgram } from '../../graph/simplify.ts';
import { elementCount } from '../../graph/types.ts';
import type { Program, Shape } from '../../graph/types.ts';
import type {
  Batch,
  CompileOptions,
  Execution,
  ExecutionCost,
  GradientResult,
  OptimizerSettings,
  RunOptions,
  RunResult,
  Strategy,
  TrainResult,
} from '../executor.ts';
import { checkBatch } from '../check-batch.ts';
import type { Frame } from './frame.ts';
import { Machine } from './machine.ts';
import type { PlacedRun } from './machine.ts';
import { partialSums } from './optimizer.ts';
import type { PhaseName } from './phases.ts';
import { Readback } from './readback.ts';
import type { Range } from './readback.ts';
import { ForwardResults, rowsOf, tensor, total } from './results.ts';
import { forwardSequence, trainingSequence } from './sequence.ts';
import type { ForwardSequence, Sequence, SequenceRequest } from './sequence.ts';
import type { WebgpuStore } from './store.ts';
import type { Workgroups } from './variant.ts';
import type { Updater } from './updater.ts';

interface Compiled<Kind extends Sequence> {
  readonly machine: Machine;
  readonly sequence: Kind;
}

const forwardPhases: readonly PhaseName[] = ['forward before', 'forward through', 'forward after'];
const backwardPhases: readonly PhaseName[] = ['backward before', 'backward through', 'backward after'];

export class WebgpuExecution implements Execution {
  readonly #request: SequenceRequest;
  readonly #options: CompileOptions;
  readonly #updater: Updater;
  readonly #readback: Readback;
  readonly #forward = new Map<boolean, Compiled<ForwardSequence>>();
  #training: Compiled<Sequence> | null = null;
  #calls: number | null = null;

  private constructor(request: SequenceRequest, options: CompileOptions, updater: Updater) {
    this.#request = request;
    this.#options = options;
    this.#updater = updater;
    this.#readback = new Readback(request.store.device);
  }

  static async compile(
    program: Program,
    store: WebgpuStore,
    workgroups: Workgroups,
    updater: Updater,
    options: CompileOptions,
  ): Promise<WebgpuExecution> {
    const request = { program: simplifyProgram(program), store, samples: options.batchSize, workgroups };
    const execution = new WebgpuExecution(request, options, updater);
    try {
      if (options.training ?? true) await execution.#compileTraining();
      else await execution.#compiledForward(false, options.onProgress);
    } catch (error) {
      execution.dispose();
      throw error;
    }
    return execution;
  }

  get cost(): ExecutionCost {
    return {
      activationBytes: this.#training ? this.#training.sequence.activationFloats * 4 : null,
      calls: this.#calls,
    };
  }

  async run(batch: Batch, { taps = false }: RunOptions = {}): Promise<RunResult> {
    const { machine, sequence } = await this.#compiledForward(taps);
    const runs = sequence.stretches.flat();
    const encoder = machine.device.gpu.createCommandEncoder();
    this.#begin(encoder, machine, batch, runs);
    const pass = encoder.beginComputePass();
    for (const run of runs) this.#dispatchForward(pass, machine, run);
    pass.end();
    const results = new ForwardResults(this.#request, sequence);
    const data = await this.#readback.read(encoder, machine.memory, results.ranges());
    return results.assemble(data);
  }

  async gradients(batch: Batch): Promise<GradientResult> {
    const { machine, sequence } = this.#trainingMachine();
    const { frame } = sequence;
    const encoder = machine.device.gpu.createCommandEncoder();
    const given = this.#stateRanges(frame, batch);
    const copies = this.#readback.open([
      { base: frame.loss, floats: frame.samples * frame.program.length },
      { base: frame.gradient!, floats: frame.parameterFloats },
      ...given.map(({ range }) => range),
    ]);
    this.#backpropagate(encoder, batch, () => {
      given.forEach((_, i) => copies.copy(encoder, machine.memory, i + 2));
    });
    copies.copy(encoder, machine.memory, 0);
    copies.copy(encoder, machine.memory, 1);
    const [losses, gradient, ...states] = await copies.read(encoder);
    const names = this.#request.program.parameters.map(({ name }) => name);
    return {
      loss: total(losses!),
      gradients: this.#request.store.split(gradient!, names),
      stateGradients: Object.fromEntries(
        given.map(({ name, shape, gather }, i) => [name, tensor(shape, gather(states[i]!))]),
      ),
    };
  }

  async train(batch: Batch, settings: OptimizerSettings): Promise<TrainResult> {
    const { machine, sequence } = this.#trainingMachine();
    const { frame } = sequence;
    const { store } = this.#request;
    const encoder = machine.device.gpu.createCommandEncoder();
    this.#backpropagate(encoder, batch, () => {});
    const pass = encoder.beginComputePass();
    this.#updater.dispatch(pass, store, machine.memory, frame.gradient!, settings);
    pass.end();
    this.#calls = machine.dispatches + 2;
    const copies = this.#readback.open([
      { base: frame.loss, floats: frame.samples * frame.program.length },
      { base: 0, floats: partialSums },
    ]);
    copies.copy(encoder, machine.memory, 0);
    copies.copy(encoder, this.#updater.squares, 1);
    const [losses, squares] = await copies.read(encoder);
    store.updates++;
    return { loss: total(losses!), gradientNorm: Math.sqrt(total(squares!)) };
  }

  dispose(): void {
    this.#training?.machine.dispose();
    this.#training = null;
    for (const { machine } of this.#forward.values()) machine.dispose();
    this.#forward.clear();
    this.#readback.dispose();
  }

  // ---- compiling

  async #compileTraining(): Promise<void> {
    const strategy: Strategy = this.#options.strategy ?? { kind: 'full' };
    const sequence = trainingSequence(this.#request, strategy);
    const machine = this.#machine(sequence);
    this.#training = { machine, sequence };
    await machine.compile(this.#options.onProgress);
  }

  async #compiledForward(
    taps: boolean,
    onProgress?: CompileOptions['onProgress'],
  ): Promise<Compiled<ForwardSequence>> {
    const known = this.#forward.get(taps);
    if (known) return known;
    const sequence = forwardSequence(this.#request, taps);
    const compiled = { machine: this.#machine(sequence), sequence };
    this.#forward.set(taps, compiled);
    try {
      await compiled.machine.compile(onProgress);
    } catch (error) {
      this.#forward.delete(taps);
      compiled.machine.dispose();
      throw error;
    }
    return compiled;
  }

  #machine({ frame, stretches, scouts, floats }: Sequence): Machine {
    const { store } = this.#request;
    return new Machine(store.device, store, frame, [...stretches.flat(), ...scouts], floats);
  }

  #trainingMachine(): Compiled<Sequence> {
    if (this.#training) return this.#training;
    throw new PlaygroundError(
      'no-training',
      'This program was compiled for inference: it keeps nothing for a backward pass.',
    );
  }

  // ---- running

  /** Brings a batch to the device and computes what all steps share. */
  #begin(commands: GPUCommandEncoder, machine: Machine, batch: Batch, runs: readonly PlacedRun[]): void {
    const { device, frame } = machine;
    checkBatch(frame.program, frame.samples, batch);
    device.check();
    machine.dispatches = 0;
    this.#writeInputs(machine, batch);
    const [first] = runs;
    const names = first ? first.of.graph.states.map(({ name }) => name) : [];
    const missing = names.filter((name) => !batch.state?.[name]);
    // Given states must overwrite what the start values have filled in, so those come with a submission of their own.
    const mixed = missing.length > 0 && missing.length < names.length;
    const encoder = mixed ? device.gpu.createCommandEncoder() : commands;
    this.#clear(encoder, machine, { base: frame.loss, floats: frame.samples * frame.program.length });
    const pass = encoder.beginComputePass();
    const firstRuns = new Map(runs.toReversed().map((run) => [run.of, run]));
    for (const run of firstRuns.values()) machine.dispatch(pass, run, 'prologue');
    if (first && missing.length > 0) machine.dispatch(pass, first, 'start');
    pass.end();
    if (mixed) device.gpu.queue.submit([encoder.finish()]);
    if (first) this.#writeStates(machine, batch, first);
  }

  #dispatchForward(pass: GPUComputePassEncoder, machine: Machine, run: PlacedRun): void {
    for (const phase of forwardPhases) machine.dispatch(pass, run, phase);
  }

  /** Leaves the gradient and the losses in memory; `atStart` is called when the adjoints at the start are complete. */
  #backpropagate(encoder: GPUCommandEncoder, batch: Batch, atStart: () => void): void {
    const { machine, sequence } = this.#trainingMachine();
    const { frame, stretches, scouts } = sequence;
    this.#begin(encoder, machine, batch, [...stretches.flat(), ...scouts]);
    this.#clear(encoder, machine, { base: frame.gradient!, floats: frame.parameterFloats });
    for (const {
      accumulators: { begin, end },
    } of machine.plans) {
      this.#clear(encoder, machine, { base: begin, floats: end - begin });
    }
    const truncated = this.#options.strategy?.kind === 'truncated';
    const within = (work: (pass: GPUComputePassEncoder) => void): void => {
      const pass = encoder.beginComputePass();
      work(pass);
      pass.end();
    };
    within((pass) => {
      for (const run of scouts) this.#dispatchForward(pass, machine, run);
    });
    const given = Object.keys(batch.state ?? {});
    const order = truncated ? stretches : stretches.toReversed();
    order.forEach((runs, i) => {
      if (truncated || i === 0) {
        const { begin, end } = frame.adjoints;
        this.#clear(encoder, machine, { base: begin, floats: end - begin });
      }
      within((pass) => {
        for (const run of runs) this.#dispatchForward(pass, machine, run);
        for (const run of runs.toReversed()) {
          for (const phase of backwardPhases) machine.dispatch(pass, run, phase);
          machine.dispatchSums(pass, run);
          if (run.first === 0) machine.dispatchStartSums(pass, run, given);
        }
      });
      if (runs[0]?.first === 0) atStart();
    });
    const plans = new Map(stretches.flat().map((run) => [run.of, run]));
    within((pass) => {
      for (const run of plans.values()) machine.dispatch(pass, run, 'epilogue');
    });
  }

  #clear(encoder: GPUCommandEncoder, { memory }: Machine, { base, floats }: Range): void {
    if (floats > 0) encoder.clearBuffer(memory, base * 4, floats * 4);
  }

  #writeInputs({ device, frame, memory }: Machine, batch: Batch): void {
    const names = new Set(frame.program.variants.flatMap(({ inputs }) => inputs.map(({ name }) => name)));
    for (const name of names) {
      const { data } = batch.inputs[name]!;
      device.gpu.queue.writeBuffer(memory, frame.inputBase(name) * 4, Float32Array.from(data));
    }
  }

  #writeStates({ device, frame, memory }: Machine, batch: Batch, run: PlacedRun): void {
    const { offsets } = frame.blockBefore(run.of.graph);
    for (const { name, shape } of run.of.graph.states) {
      const state = batch.state?.[name];
      if (!state) continue;
      const size = elementCount(shape);
      const data = Float32Array.from(state.data);
      const fifo = frame.fifos.get(name);
      if (!fifo) {
        device.gpu.queue.writeBuffer(memory, (run.before + offsets.get(name)!) * 4, data);
        continue;
      }
      const { base } = frame.window(name, 0, false);
      for (let b = 0; b < frame.samples; b++) {
        const rows = data.subarray(b * size, (b + 1) * size);
        device.gpu.queue.writeBuffer(memory, (base + b * fifo.stride) * 4, rows);
      }
    }
  }

  /** Where the adjoints of the states lie that the batch brought along. */
  #stateRanges(frame: Frame, batch: Batch): StateRange[] {
    const [run] = this.#trainingMachine().sequence.stretches[0]!;
    const fifoAdjoints = run!.of.fifoAdjoints.map(({ state }) => state.name);
    return run!.of.graph.states.flatMap(({ name, shape, dtype }) => {
      if (dtype !== 'f32' || !batch.state?.[name]) return [];
      const fifo = fifoAdjoints.includes(name);
      const { base, sample } = fifo ? frame.window(name, 0, true) : frame.adjoint(name);
      const size = elementCount(shape);
      return {
        name,
        shape: [frame.samples, ...shape],
        range: { base, floats: Math.max(0, (frame.samples - 1) * sample + size) },
        gather: (data: Float32Array): Float32Array => rowsOf(data, frame.samples, sample, size),
      };
    });
  }
}

interface StateRange {
  readonly name: string;
  readonly shape: Shape;
  readonly range: Range;
  readonly gather: (data: Float32Array) => Float32Array;
}

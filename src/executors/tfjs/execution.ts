/** One program on one tfjs backend: forward with outputs and taps, gradients, and training steps. */
import { PlaygroundError } from '../../foundation/errors.ts';
import type { DType, Program, Tensor as PlainTensor, TensorMap } from '../../graph/types.ts';
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
import type { Device } from './device.ts';
import { concat, dispose, keep, reshape, stack, tidy, zeros } from './ops.ts';
import type { Tensor } from './ops.ts';
import { CompiledProgram, Rollout } from './rollout.ts';
import type { StepView } from './rollout.ts';
import type { TfjsStore } from './store.ts';
import { backpropagate } from './strategies.ts';

export class TfjsExecution implements Execution {
  readonly cost: ExecutionCost = { activationBytes: null, calls: null };
  readonly #device: Device;
  readonly #store: TfjsStore;
  readonly #compiled: CompiledProgram;
  readonly #strategy: Strategy;
  readonly #training: boolean;

  constructor(program: Program, store: TfjsStore, options: CompileOptions) {
    store.device.activate();
    this.#device = store.device;
    this.#store = store;
    this.#strategy = options.strategy ?? { kind: 'full' };
    this.#training = options.training ?? true;
    this.#compiled = new CompiledProgram(program, options.batchSize);
  }

  async run(batch: Batch, options: RunOptions = {}): Promise<RunResult> {
    const view = options.taps === true ? 'outputs and taps' : 'outputs';
    const { program } = this.#compiled;
    const results = this.#compute(() => {
      const rollout = new Rollout(this.#compiled, batch);
      const record = new Record(program);
      const whole = { first: 0, end: program.schedule.length };
      const parameters = this.#store.parameters;
      const { states, loss } = rollout.run(whole, null, parameters, view, (step) => {
        record.outputs(step);
        if (options.taps === true) record.taps(step);
      });
      return new Map([
        ...(loss ? [['loss', loss] as const] : []),
        ...[...states].map(([name, tensor]) => [`state ${name}`, tensor] as const),
        ...record.finish(),
      ]);
    });
    const read = await this.#read(results);
    return {
      loss: read.get('loss')?.data[0] ?? Number.NaN,
      outputs: group(read, 'output '),
      state: group(read, 'state '),
      taps: group(read, 'tap '),
    };
  }

  async gradients(batch: Batch): Promise<GradientResult> {
    const results = this.#compute(() => {
      const { loss, parameters, states } = this.#backpropagate(batch);
      return new Map([
        ['loss', loss],
        ...[...parameters].map(([name, tensor]) => [`parameter ${name}`, tensor] as const),
        ...[...states].map(([name, tensor]) => [`state ${name}`, tensor] as const),
      ]);
    });
    const read = await this.#read(results);
    return {
      loss: read.get('loss')!.data[0]!,
      gradients: group(read, 'parameter '),
      stateGradients: group(read, 'state '),
    };
  }

  async train(batch: Batch, settings: OptimizerSettings): Promise<TrainResult> {
    const results = this.#compute(() => {
      const { loss, parameters } = this.#backpropagate(batch);
      const norm = this.#store.norm(parameters);
      this.#store.update(parameters, norm, settings);
      return new Map([['both', stack([loss, norm])]]);
    });
    const { data } = (await this.#read(results)).get('both')!;
    return { loss: data[0]!, gradientNorm: data[1]! };
  }

  dispose(): void {
    this.#compiled.dispose();
  }

  #backpropagate(batch: Batch): ReturnType<typeof backpropagate> {
    const { program } = this.#compiled;
    if (!this.#training || program.variants.some(({ loss }) => loss === null)) {
      throw new PlaygroundError(
        'no-training',
        'This program was compiled for inference: it has no loss or keeps nothing for a backward pass.',
      );
    }
    const rollout = new Rollout(this.#compiled, batch);
    return backpropagate(rollout, this.#store.parameters, this.#strategy, program.schedule.length);
  }

  /** Runs synchronous work on this backend; what it returns outlives the tidy, everything else is freed. */
  #compute(work: () => ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
    this.#device.check();
    this.#device.activate();
    let results: ReadonlyMap<string, Tensor> = new Map();
    tidy(() => {
      // A result may be a tensor that belongs to the store or to the program: the copy is the reader's.
      results = new Map([...work()].map(([name, tensor]) => [name, keep(tensor.clone())]));
    });
    return results;
  }

  /** Reads tensors and frees them. */
  async #read(tensors: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, PlainTensor>> {
    try {
      const entries = [...tensors].map(async ([name, tensor]) => {
        const dtype: DType = tensor.dtype === 'int32' ? 'i32' : 'f32';
        return [name, { shape: tensor.shape, dtype, data: await this.#device.read(tensor) }] as const;
      });
      return new Map(await Promise.all(entries));
    } finally {
      dispose([...tensors.values()]);
    }
  }
}

function group(tensors: ReadonlyMap<string, PlainTensor>, prefix: string): TensorMap {
  return Object.fromEntries(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [],
    ),
  );
}

/** Collects what the steps of a run show and joins it along time. */
class Record {
  readonly #token: boolean;
  readonly #series = new Map<string, Tensor[]>();
  readonly #single = new Map<string, Tensor>();

  constructor({ variants }: Program) {
    this.#token = variants[0]?.unit === 'token';
  }

  outputs({ graph, batched }: StepView): void {
    for (const { name, node } of graph.outputs) this.#append(`output ${name}`, batched(node));
  }

  /** Token models: along a time axis; segment models: each step under its own name. Unbatched taps are the same at every step. */
  taps({ graph, index, values, batched }: StepView): void {
    for (const { name, node } of graph.taps) {
      if (!graph.nodes[node]!.batched) this.#single.set(`tap ${named(name, index)}`, values[node]!.tensor);
      else if (this.#token) this.#append(`tap ${name}`, batched(node));
      else this.#single.set(`tap ${named(name, index)}`, batched(node));
    }
  }

  finish(): [string, Tensor][] {
    const joined = [...this.#series].map(([name, steps]): [string, Tensor] => [
      name,
      this.#token ? stackSteps(steps) : joinSteps(steps),
    ]);
    return [...joined, ...this.#single];
  }

  #append(name: string, tensor: Tensor): void {
    const steps = this.#series.get(name);
    if (steps) steps.push(tensor);
    else this.#series.set(name, [tensor]);
  }
}

const named = (name: string, step: number): string => name.replace('{s}', String(step));

/** T × [B, …] → [B, T, …] */
function stackSteps(steps: readonly Tensor[]): Tensor {
  const [batch, ...rest] = steps[0]!.shape as [number, ...number[]];
  return joinSteps(steps.map((tensor) => reshape(tensor, [batch, 1, ...rest])));
}

/** Joins along axis 1. */
function joinSteps(steps: readonly Tensor[]): Tensor {
  const present = steps.filter(({ size }) => size > 0);
  if (present.length > 1) return concat(present, 1);
  if (present.length === 1) return present[0]!;
  const [batch, , ...rest] = steps[0]!.shape as [number, number, ...number[]];
  const length = steps.reduce((total, { shape }) => total + shape[1]!, 0);
  return zeros([batch, length, ...rest]);
}

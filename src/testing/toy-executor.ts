/**
 * An executor for tests of sessions and of the worker: forward passes are those of the reference evaluator, but an update
 * follows a made-up gradient, a function of the batch alone. It learns nothing; it is quick, exact, and everything a session
 * must keep (weights, both moments, the number of updates, the cursor into the data) changes what it does next.
 */
import type {
  Batch,
  Execution,
  Executor,
  ExecutorName,
  OptimizerSettings,
  ParameterStore,
  TrainingState,
} from '../executors/executor.ts';
import { evaluate } from '../graph/evaluate.ts';
import type { DenseMap } from '../graph/evaluate.ts';
import { elementCount } from '../graph/types.ts';
import type { Program, Shape, TensorMap } from '../graph/types.ts';

export interface ToyOptions {
  readonly name?: ExecutorName;
  /** Updates (counted by the optimizer) whose loss is not a number. */
  readonly divergesAt?: number;
  /** Called before every training step, with the updates done so far; may wait or throw. */
  readonly beforeStep?: (updates: number) => Promise<void> | void;
  /** Called before every forward pass. */
  readonly beforeRun?: () => Promise<void> | void;
  readonly onCompile?: (program: Program) => void;
}

export interface ToyExecutor extends Executor {
  /** Stores and executions that were not given back. */
  readonly held: ReadonlySet<object>;
  /** Most calls that were ever under way at the same time. */
  readonly overlap: number;
  lose(reason: string): void;
}

export function toyExecutor(options: ToyOptions = {}): ToyExecutor {
  return new Toy(options);
}

type Arrays = Record<string, { shape: Shape; dtype: 'f32'; data: Float32Array }>;

class ToyStore implements ParameterStore {
  readonly #held: Set<object>;
  readonly #shapes: ReadonlyMap<string, Shape>;
  parameters: Arrays = {};
  firstMoments: Arrays = {};
  secondMoments: Arrays = {};
  updates = 0;

  constructor(specs: readonly { readonly name: string; readonly shape: Shape }[], held: Set<object>) {
    this.#held = held;
    this.#shapes = new Map(specs.map(({ name, shape }) => [name, shape]));
    held.add(this);
  }

  async read(): Promise<TrainingState> {
    return {
      parameters: this.#copy(this.parameters),
      firstMoments: this.#copy(this.firstMoments),
      secondMoments: this.#copy(this.secondMoments),
      updates: this.updates,
    };
  }

  async write(state: Pick<TrainingState, 'parameters'> & Partial<TrainingState>): Promise<void> {
    this.parameters = this.#copy(state.parameters);
    this.firstMoments = this.#copy(state.firstMoments ?? {});
    this.secondMoments = this.#copy(state.secondMoments ?? {});
    this.updates = state.updates ?? 0;
  }

  dispose(): void {
    this.#held.delete(this);
  }

  #copy(tensors: TensorMap): Arrays {
    const copies: Arrays = {};
    for (const [name, shape] of this.#shapes) {
      const data = Float32Array.from(tensors[name]?.data ?? new Float32Array(elementCount(shape)));
      copies[name] = { shape, dtype: 'f32', data };
    }
    return copies;
  }
}

class Toy implements ToyExecutor {
  readonly name: ExecutorName;
  readonly detail = 'for tests';
  readonly held = new Set<object>();
  readonly lost: Promise<{ readonly reason: string }>;
  overlap = 0;
  #underWay = 0;
  #lose: (value: { readonly reason: string }) => void = () => {};
  readonly #options: ToyOptions;

  constructor(options: ToyOptions) {
    this.#options = options;
    this.name = options.name ?? 'tfjs-cpu';
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  lose(reason: string): void {
    this.#lose({ reason });
  }

  async createStore(
    specs: readonly { readonly name: string; readonly shape: Shape }[],
  ): Promise<ParameterStore> {
    return new ToyStore(specs, this.held);
  }

  async compile(program: Program, given: ParameterStore): Promise<Execution> {
    this.#options.onCompile?.(program);
    if (!(given instanceof ToyStore)) throw new Error('the store of another executor');
    const store = given;
    const execution: Execution = {
      cost: { activationBytes: null, calls: null },
      run: (batch) =>
        this.#alone(async () => {
          await this.#options.beforeRun?.();
          const { loss, outputs, state, taps } = evaluate(program, store.parameters, batch);
          return { loss, outputs: tensors(outputs), state: tensors(state), taps: tensors(taps) };
        }),
      gradients: () => Promise.reject(new Error('the toy has no gradients')),
      train: (batch, settings) =>
        this.#alone(async () => {
          await this.#options.beforeStep?.(store.updates);
          const { loss } = evaluate(program, store.parameters, batch);
          const diverged = store.updates === this.#options.divergesAt;
          update(store, batch, settings);
          if (diverged) for (const { data } of Object.values(store.parameters)) data.fill(NaN);
          return { loss: diverged ? NaN : loss, gradientNorm: 1 };
        }),
      dispose: () => {
        this.held.delete(execution);
      },
    };
    this.held.add(execution);
    return execution;
  }

  memory(): { readonly bytes: number; readonly objects: number } {
    return { bytes: 0, objects: this.held.size };
  }

  dispose(): void {
    if (this.held.size > 0) throw new Error('something on this executor is still held');
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    this.overlap = Math.max(this.overlap, ++this.#underWay);
    try {
      return await work();
    } finally {
      this.#underWay--;
    }
  }
}

/** AdamW on a gradient that the numbers of the batch decide. */
function update(store: ToyStore, batch: Batch, settings: OptimizerSettings): void {
  const { learningRate, beta1, beta2, epsilon } = settings;
  store.updates++;
  let phase = 0;
  for (const value of batch.inputs['target']!.data) phase = (phase * 31 + value) % 1009;
  for (const [name, { data }] of Object.entries(store.parameters)) {
    const first = store.firstMoments[name]!.data;
    const second = store.secondMoments[name]!.data;
    for (let i = 0; i < data.length; i++) {
      const gradient = Math.sin(phase + i);
      first[i] = beta1 * first[i]! + (1 - beta1) * gradient;
      second[i] = beta2 * second[i]! + (1 - beta2) * gradient ** 2;
      const mean = first[i]! / (1 - beta1 ** store.updates);
      const square = second[i]! / (1 - beta2 ** store.updates);
      data[i]! -= (learningRate * mean) / (Math.sqrt(square) + epsilon);
    }
  }
}

function tensors(values: DenseMap): TensorMap {
  return Object.fromEntries(
    Object.entries(values).map(([name, { shape, data }]) => [
      name,
      { shape, dtype: 'f32', data: Float32Array.from(data) },
    ]),
  );
}

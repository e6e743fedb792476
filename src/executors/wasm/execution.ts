/**
 * A program compiled for one batch size: tapes are made when they are first needed, and run without allocating anything. With
 * several threads every thread runs a tape of its own on its share of the samples.
 */
import { PlaygroundError } from '../../foundation/errors.ts';
import { forwardFlops } from '../../graph/cost.ts';
import type { Program, Shape, Tensor, TensorMap } from '../../graph/types.ts';
import type {
  Batch,
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
import type { Heap } from './heap.ts';
import type { Kernels } from './kernels.ts';
import type { ThreadPool } from './pool.ts';
import type { Port } from './results.ts';
import type { CompiledTape, RolloutOptions } from './rollout.ts';
import { compileGradients, compileRun } from './rollout.ts';
import type { WasmParameterStore } from './store.ts';
import { Variant } from './variant.ts';
import { sizeOf } from './views.ts';

export interface ExecutionSite {
  readonly heap: Heap;
  readonly kernels: Kernels;
  /** null: one thread. */
  readonly pool: ThreadPool | null;
  readonly store: WasmParameterStore;
  readonly program: Program;
  readonly batchSize: number;
  readonly strategy: Strategy;
  readonly training: boolean;
  readonly onDispose: () => void;
}

/** The samples that one thread works on. */
interface Share {
  readonly first: number;
  readonly size: number;
}

/** A share's tape in wasm memory, as byte addresses. */
interface LoadedTape {
  readonly compiled: CompiledTape;
  readonly share: Share;
  readonly base: number;
  readonly table: number;
}

/** Below this much work in a forward pass, waking another thread takes longer than it saves. */
const flopsWorthSharing = 1e6;

export class WasmExecution implements Execution {
  readonly cost: ExecutionCost;
  readonly #site: ExecutionSite;
  readonly #trains: boolean;
  readonly #variants: readonly Variant[];
  readonly #shares: readonly Share[];
  readonly #tapes = new Map<string, readonly LoadedTape[]>();

  constructor(site: ExecutionSite) {
    this.#site = site;
    this.#trains = site.training && site.program.variants.every(({ loss }) => loss !== null);
    this.#variants = site.program.variants.map((variant) => new Variant(variant, this.#trains));
    this.#shares = shareSamples(site);
    const main = this.#trains ? this.#gradientTapes(new Set()) : this.#runTapes(new Set(), false);
    const total = (amount: (tape: LoadedTape) => number): number =>
      main.reduce((sum, tape) => sum + amount(tape), 0);
    this.cost = {
      activationBytes: total(({ compiled }) => compiled.tape.bufferBytes),
      calls: total(({ compiled }) => compiled.tape.instructions),
    };
  }

  async run(batch: Batch, options: RunOptions = {}): Promise<RunResult> {
    const tapes = this.#runTapes(givenStates(batch), options.taps ?? false);
    this.#execute(tapes, batch);
    return {
      loss: this.#loss(tapes),
      outputs: this.#read(tapes, ({ outputs }) => outputs),
      state: this.#read(tapes, ({ finalStates }) => finalStates),
      taps: this.#read(tapes, ({ taps }) => taps),
    };
  }

  async gradients(batch: Batch): Promise<GradientResult> {
    const tapes = this.#backPropagate(batch);
    return {
      loss: this.#loss(tapes),
      gradients: this.#site.store.gradients(),
      stateGradients: this.#read(tapes, ({ stateGradients }) => stateGradients),
    };
  }

  async train(batch: Batch, settings: OptimizerSettings): Promise<TrainResult> {
    const tapes = this.#backPropagate(batch);
    return { loss: this.#loss(tapes), gradientNorm: this.#site.store.update(settings) };
  }

  dispose(): void {
    for (const { base, table } of [...this.#tapes.values()].flat()) {
      this.#site.heap.give(base);
      this.#site.heap.give(table);
    }
    this.#tapes.clear();
    this.#site.onDispose();
  }

  #backPropagate(batch: Batch): readonly LoadedTape[] {
    if (!this.#trains) {
      throw new PlaygroundError(
        'no-training',
        'This program was compiled for inference: it has no loss or keeps nothing for a backward pass.',
      );
    }
    const tapes = this.#gradientTapes(givenStates(batch));
    this.#execute(tapes, batch);
    this.#site.store.gatherGradients(tapes.length);
    return tapes;
  }

  // ---- tapes

  #runTapes(given: ReadonlySet<string>, taps: boolean): readonly LoadedTape[] {
    return this.#load(`run ${taps} ${[...given].sort().join()}`, given, (options) =>
      compileRun(options, taps),
    );
  }

  #gradientTapes(given: ReadonlySet<string>): readonly LoadedTape[] {
    return this.#load(`gradients ${[...given].sort().join()}`, given, (options) =>
      compileGradients(options, this.#site.strategy),
    );
  }

  /** Shares of equal size run the same tape on memory of their own. */
  #load(
    key: string,
    givenStates: ReadonlySet<string>,
    compile: (options: RolloutOptions) => CompiledTape,
  ): readonly LoadedTape[] {
    const known = this.#tapes.get(key);
    if (known) return known;
    const { program, store } = this.#site;
    const bySize = new Map<number, CompiledTape>();
    const loaded = this.#shares.map((share, thread): LoadedTape => {
      const compiled =
        bySize.get(share.size) ??
        compile({
          program,
          variants: this.#variants,
          batchSize: share.size,
          givenStates,
          placeOf: (name) => store.placeOf(name),
          parameterBytes: store.parameterBytes,
        });
      bySize.set(share.size, compiled);
      return this.#place(compiled, share, thread);
    });
    this.#tapes.set(key, loaded);
    return loaded;
  }

  #place(compiled: CompiledTape, share: Share, thread: number): LoadedTape {
    const { heap, store } = this.#site;
    const { tape } = compiled;
    const base = heap.take(tape.bufferBytes);
    const table = heap.take(tape.tableBytes);
    const bases = { own: base, parameters: store.parameterBase, gradients: store.gradientBase(thread) };
    heap.i32.set(tape.encode(bases), table / 4);
    for (const { view, data } of tape.constants) {
      const target = data instanceof Int32Array ? heap.i32 : heap.f32;
      target.set(data, (base + tape.offsetOf(view)) / 4);
    }
    return { compiled, share, base, table };
  }

  #execute(tapes: readonly LoadedTape[], batch: Batch): void {
    const { kernels, pool, program, batchSize } = this.#site;
    checkBatch(program, batchSize, batch);
    for (const tape of tapes) {
      for (const port of tape.compiled.inputs) this.#write(tape, port, batch.inputs[port.name]!);
      for (const port of tape.compiled.initialStates) this.#write(tape, port, batch.state![port.name]!);
    }
    const stretches = tapes.map(({ table, compiled }) => ({
      begin: table,
      end: table + compiled.tape.tableBytes,
    }));
    if (pool && stretches.length > 1) pool.run(stretches);
    else for (const { begin, end } of stretches) kernels.execute(begin, end);
  }

  // ---- moving numbers

  /** Writes the samples of a share. */
  #write({ base, compiled, share }: LoadedTape, { view, dtype }: Port, tensor: Tensor): void {
    const { heap } = this.#site;
    const perSample = sizeOf(view.shape) / share.size;
    const memory = dtype === 'f32' ? heap.f32 : heap.i32;
    const begin = share.first * perSample;
    const own = tensor.data.subarray(begin, begin + share.size * perSample);
    memory.set(own, (base + compiled.tape.offsetOf(view)) / 4);
  }

  /** Joins the samples of all shares; what is the same for all samples comes from the first. */
  #read(tapes: readonly LoadedTape[], portsOf: (compiled: CompiledTape) => readonly Port[]): TensorMap {
    const { heap, batchSize } = this.#site;
    const entries = portsOf(tapes[0]!.compiled).map(({ name, view, dtype, batched }, i): [string, Tensor] => {
      const shape: Shape = batched ? [batchSize, ...view.shape.slice(1)] : view.shape;
      const data = dtype === 'f32' ? new Float32Array(sizeOf(shape)) : new Int32Array(sizeOf(shape));
      const memory = dtype === 'f32' ? heap.f32 : heap.i32;
      for (const { base, compiled, share } of batched ? tapes : tapes.slice(0, 1)) {
        const port = portsOf(compiled)[i]!;
        const begin = (base + compiled.tape.offsetOf(port.view)) / 4;
        const size = sizeOf(port.view.shape);
        data.set(memory.subarray(begin, begin + size), batched ? (share.first * size) / share.size : 0);
      }
      return [name, { shape, dtype, data }];
    });
    return Object.fromEntries(entries);
  }

  #loss(tapes: readonly LoadedTape[]): number {
    const { f64 } = this.#site.heap;
    const of = ({ base, compiled }: LoadedTape): number =>
      compiled.loss ? f64[(base + compiled.tape.offsetOf(compiled.loss)) / 8]! : Number.NaN;
    return tapes.reduce((sum, tape) => sum + of(tape), 0);
  }
}

/** Shares that differ by one sample at most. */
function shareSamples({ pool, program, batchSize }: ExecutionSite): Share[] {
  const worthSharing = pool !== null && forwardFlops(program, batchSize) >= flopsWorthSharing;
  const count = worthSharing ? Math.min(pool.size, batchSize) : 1;
  const shares: Share[] = [];
  for (let i = 0, first = 0; i < count; i++) {
    const size = Math.floor(batchSize / count) + (i < batchSize % count ? 1 : 0);
    shares.push({ first, size });
    first += size;
  }
  return shares;
}

function givenStates(batch: Batch): Set<string> {
  return new Set(Object.keys(batch.state ?? {}));
}

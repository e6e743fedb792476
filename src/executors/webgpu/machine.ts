/** A program's memory, kernels and tables on the device, ready to be dispatched run by run. */
import type { CompileOptions } from '../executor.ts';
import type { Device, Layout } from './device.ts';
import type { Frame } from './frame.ts';
import { recordBytes } from './kernel.ts';
import type { Walk } from './kernel.ts';
import { KernelList } from './kernel-list.ts';
import type { Part } from './kernel-list.ts';
import { phaseNames } from './phases.ts';
import type { PhaseName } from './phases.ts';
import type { Run } from './runs.ts';
import { walkOf } from './settle.ts';
import type { WebgpuStore } from './store.ts';
import { sumsKernel, sumsTable } from './sums.ts';
import type { Target } from './sums.ts';
import type { VariantPlan } from './variant.ts';

/** A run with the positions of the states before and after it. */
export interface PlacedRun extends Run {
  readonly of: VariantPlan;
  readonly before: number;
  readonly after: number;
}

interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  /** Number of the uniform record. */
  readonly record: number;
  readonly workgroups: readonly [number, number];
}

/** What the uniform record says besides the run itself. */
interface Turn {
  readonly part: Part | null;
  readonly walk: Walk;
  readonly step: number;
  readonly count: number;
}

export class Machine {
  readonly device: Device;
  readonly frame: Frame;
  readonly memory: GPUBuffer;
  /** Dispatches since the count was last set to 0. */
  dispatches = 0;
  readonly #store: WebgpuStore;
  readonly #runs: readonly PlacedRun[];
  readonly #phases = new Map<PlacedRun, Map<PhaseName, readonly Dispatch[]>>();
  readonly #sums = new Map<PlacedRun, Dispatch>();
  /** By the states that the batch brings along. */
  readonly #startSums = new Map<string, Dispatch>();
  /** Tables and uniform records. */
  readonly #tables: GPUBuffer[] = [];
  #records: GPUBuffer | null = null;
  #sumsPipeline: GPUComputePipeline | null = null;
  #startRecord = 0;

  constructor(device: Device, store: WebgpuStore, frame: Frame, runs: readonly PlacedRun[], floats: number) {
    this.device = device;
    this.frame = frame;
    this.#store = store;
    this.#runs = runs;
    this.memory = device.buffer(floats * 4, 'storage');
  }

  get plans(): readonly VariantPlan[] {
    return [...new Set(this.#runs.map(({ of }) => of))];
  }

  /** @throws PlaygroundError `executor-failed` where a kernel does not compile. */
  async compile(onProgress: CompileOptions['onProgress']): Promise<void> {
    const kernels = new KernelList(this.plans);
    const codes = [...kernels.codes, sumsKernel];
    let done = 0;
    onProgress?.(0, codes.length);
    const made = codes.map(async (code): Promise<[string, GPUComputePipeline]> => {
      const pipeline = await this.device.pipeline(code, this.#layout());
      onProgress?.(++done, codes.length);
      return [code, pipeline];
    });
    const pipelines = new Map(await Promise.all(made));
    this.#sumsPipeline = pipelines.get(sumsKernel)!;
    this.#listDispatches(kernels, pipelines);
    this.#writeConstants();
    this.device.check();
  }

  /** Dispatches one phase of a run, where it has anything to do. */
  dispatch(pass: GPUComputePassEncoder, run: PlacedRun, phase: PhaseName): void {
    for (const dispatch of this.#phases.get(run)?.get(phase) ?? []) this.#dispatch(pass, dispatch);
  }

  /** Sums over the samples and steps of a run. */
  dispatchSums(pass: GPUComputePassEncoder, run: PlacedRun): void {
    const sums = this.#sums.get(run);
    if (sums) this.#dispatch(pass, sums);
  }

  /** Sums over the samples, for the start values of the states that are not `given`. */
  dispatchStartSums(pass: GPUComputePassEncoder, run: PlacedRun, given: readonly string[]): void {
    const key = given.toSorted().join(' ');
    const sums =
      this.#startSums.get(key) ?? this.#sumsOf(run.of.startTargets(given), run.of, this.#startRecord);
    this.#startSums.set(key, sums);
    this.#dispatch(pass, sums);
  }

  dispose(): void {
    for (const buffer of [this.memory, ...this.#tables]) this.device.free(buffer);
  }

  #dispatch(pass: GPUComputePassEncoder, { pipeline, group, record, workgroups }: Dispatch): void {
    const [x, y] = workgroups;
    if (x === 0 || y === 0) return;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group, [record * recordBytes]);
    pass.dispatchWorkgroups(x, y);
    this.dispatches++;
  }

  // ---- buffers

  #layout(): Layout {
    const readOnly = 'read-only-storage';
    return this.device.layout(['storage', readOnly, readOnly, readOnly, 'uniform']);
  }

  #bind(table: GPUBuffer): GPUBindGroup {
    const { parameters } = this.#store;
    const buffers = [this.memory, parameters, parameters, table];
    return this.device.gpu.createBindGroup({
      layout: this.#layout().group,
      entries: [
        ...buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
        { binding: 4, resource: { buffer: this.#records!, size: recordBytes } },
      ],
    });
  }

  #upload(words: Uint32Array<ArrayBuffer>, purpose: 'storage' | 'uniform' = 'storage'): GPUBuffer {
    const buffer = this.device.buffer(words.byteLength, purpose);
    this.device.gpu.queue.writeBuffer(buffer, 0, words);
    this.#tables.push(buffer);
    return buffer;
  }

  #writeConstants(): void {
    for (const { uploads } of this.plans) {
      for (const { base, data } of uploads) {
        this.device.gpu.queue.writeBuffer(this.memory, base * 4, Float32Array.from(data));
      }
    }
  }

  // ---- dispatches

  /** Lists what each phase of each run dispatches, and writes a uniform record for each dispatch. */
  #listDispatches(kernels: KernelList, pipelines: ReadonlyMap<string, GPUComputePipeline>): void {
    const records: (readonly number[])[] = [];
    const addRecord = (words: readonly number[]): number => records.push(words) - 1;
    type Pending = Omit<Dispatch, 'group'>;
    const phases = this.#runs.map((run) =>
      phaseNames.map((phase): Pending[] => {
        const samples = isSingle(phase) ? 1 : this.frame.samples;
        return turnsOf(kernels, run, phase).map((turn) => {
          const items = turn.walk === 'items' ? samples * turn.count : samples;
          const slots = run.of.settlement.slotsOf(phase);
          return {
            pipeline: pipelines.get(turn.part!.code)!,
            record: addRecord(recordWords(run, samples, turn)),
            workgroups: [Math.min(items, slots), turn.part!.tasks],
          };
        });
      }),
    );
    const plainTurn: Turn = { part: null, walk: 'items', step: 0, count: 1 };
    const sums = this.#runs.map((run) =>
      addRecord(recordWords(run, this.frame.samples, { ...plainTurn, count: run.count })),
    );
    const first = this.#runs.find((run) => run.first === 0);
    if (first) this.#startRecord = addRecord(recordWords(first, this.frame.samples, plainTurn));
    this.#writeRecords(records);

    const group = this.#bind(this.#upload(Uint32Array.from(kernels.table)));
    this.#runs.forEach((run, i) => {
      const own = phaseNames.map((phase, j): [PhaseName, Dispatch[]] => [
        phase,
        phases[i]![j]!.map((pending) => ({ ...pending, group })),
      ]);
      this.#phases.set(run, new Map(own));
      if (run.of.gradient) this.#sums.set(run, this.#sumsOf(run.of.targets(), run.of, sums[i]!));
    });
  }

  #writeRecords(records: readonly (readonly number[])[]): void {
    const words = new Uint32Array((Math.max(1, records.length) * recordBytes) / 4);
    records.forEach((record, i) => words.set(record, (i * recordBytes) / 4));
    this.#records = this.#upload(words, 'uniform');
  }

  #sumsOf(targets: readonly Target[], plan: VariantPlan, record: number): Dispatch {
    const { table, tiles } = sumsTable(targets, plan.values);
    const group = this.#bind(this.#upload(table));
    return { pipeline: this.#sumsPipeline!, group, record, workgroups: [tiles, 1] };
  }
}

/** Phases that are computed once, for no sample in particular. */
const isSingle = (phase: PhaseName): boolean => phase === 'prologue' || phase === 'epilogue';

/** What is dispatched for a phase of a run, in order. */
function turnsOf(kernels: KernelList, run: PlacedRun, phase: PhaseName): Turn[] {
  const { entry, body, exit } = kernels.parts(run.of, phase);
  const walk = walkOf(phase);
  const once = isSingle(phase) || phase === 'start';
  const turns = (parts: readonly Part[], step: number, count: number, as: Walk): Turn[] =>
    parts.map((part) => ({ part, step, count, walk: as }));
  if (walk === 'items' || !run.of.settlement.isCut(phase)) {
    return turns(body, 0, once ? 1 : run.count, walk);
  }
  const last = run.count - 1;
  const [before, after] = walk === 'forward' ? [0, run.count] : [last, -1];
  const steps = Array.from({ length: run.count }, (_, i) => (walk === 'forward' ? i : last - i));
  return [
    ...turns(entry, before, 1, 'items'),
    ...steps.flatMap((step) => turns(body, step, 1, 'items')),
    ...turns(exit, after, 1, 'items'),
  ];
}

/** The uniform record, in the order of the struct in kernel.ts. */
function recordWords(run: PlacedRun, samples: number, { part, walk, step, count }: Turn): number[] {
  const walks = { items: 0, forward: 1, backward: 2 } as const;
  const { entry, body, exit, end } = part?.range ?? { entry: 0, body: 0, exit: 0, end: 0 };
  const { tokens } = run.of.graph;
  return [
    samples,
    step,
    count,
    run.token,
    tokens,
    walks[walk],
    entry,
    body,
    exit,
    end,
    run.before,
    run.after,
  ];
}

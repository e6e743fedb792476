/**
 * Decides where the buffers of a variant lie, and sorts its tasks into kernels. A value that another phase reads is kept for
 * every step of the run; one that only its own phase reads lies in scratch memory of the workgroup, and shares it with values
 * of other stages.
 */
import type { TapeBuffer, View } from '../wasm/views.ts';
import { aligned, lodge } from './arena.ts';
import type { Lodger } from './arena.ts';
import type { Place } from './code.ts';
import { nowhere } from './code.ts';
import type { Handover } from './handover.ts';
import { styleOf } from './kernel.ts';
import type { KernelTasks, Walk } from './kernel.ts';
import { phaseNames } from './phases.ts';
import type { PhaseName } from './phases.ts';
import { moment } from './readers.ts';
import type { Readers } from './readers.ts';
import type { PhaseTasks, Task } from './tasks.ts';
import type { Values } from './values.ts';
import type { VariantPlan } from './variant.ts';

/** A state's place during a run. */
export interface Lodging {
  readonly view: View;
  readonly kind: 'history' | 'single';
  readonly phase: PhaseName;
  /** Rows of a history, and which of them the view is at step 0. */
  readonly rows: number;
  readonly row: number;
  /** The other view of the same history. */
  readonly also: { readonly view: View; readonly row: number } | null;
}

export type Barrier = 'storageBarrier' | 'workgroupBarrier';

/** Floats of workgroup memory that every device has: 16 KiB. */
const padFloats = 4096;

export const walkOf = (phase: PhaseName): Walk => {
  if (phase === 'forward through') return 'forward';
  return phase === 'backward through' ? 'backward' : 'items';
};

export class Settlement {
  readonly kernels = new Map<PhaseName, KernelTasks>();
  /** Floats kept for the steps of a run, and as scratch memory. */
  historyFloats = 0;
  scratchFloats = 0;
  readonly #plan: VariantPlan;
  readonly #values: Values;
  readonly #readers: Readers;
  readonly #histories: Lodger[] = [];
  readonly #scratch = new Map<PhaseName, Lodger[]>(phaseNames.map((name) => [name, []]));
  readonly #offsets: {
    readonly view: View;
    readonly phase: PhaseName | null;
    readonly place: (base: number, stride: number) => Place;
  }[] = [];
  readonly #done = new Set<TapeBuffer>();
  /** Buffers of the steps' history that no task of the phase reads which writes them. */
  readonly #quiet = new Set<TapeBuffer>();
  /** Scratch floats of one workgroup in each phase. */
  readonly #strides = new Map<PhaseName, number>();
  readonly #pads = new Map<PhaseName, number>();
  /** Whether lodgers are being placed in the workgroup's own memory. */
  #padded = false;

  constructor(
    plan: VariantPlan,
    tasks: ReadonlyMap<PhaseName, PhaseTasks>,
    handover: Handover,
    readers: Readers,
  ) {
    this.#plan = plan;
    this.#values = plan.values;
    this.#readers = readers;
    for (const lodging of handover.lodgings) this.#addState(lodging);
    for (const [phase, list] of tasks) {
      list.storeOwn((id) => this.#isStored(id));
      this.#collect(phase, list.stages(), handover);
    }
    for (const [phase, list] of tasks) for (const task of list.tasks) this.#addTask(phase, task);
    this.#measure();
  }

  /** Whether a value leaves the registers. */
  #isStored(id: number): boolean {
    const view = this.#values.view(id);
    return (
      this.#values.isPlaced(view) || this.#done.has(view.buffer) || this.#readers.of(view.buffer).length > 0
    );
  }

  #collect(phase: PhaseName, stages: Task[][], handover: Handover): void {
    const through = phase === 'forward through' || phase === 'backward through' ? phase : null;
    const list = (tasks: Task[] | undefined): Task[][] => (tasks && tasks.length > 0 ? [tasks] : []);
    const entry = through ? list(handover.entry.get(through)) : [];
    const end = through ? list(handover.end.get(through)) : [];
    const exit = through ? list(handover.exit.get(through)) : [];
    const body = [...stages, ...end];
    for (const [stage, tasks] of body.entries()) for (const task of tasks) task.stage = stage;
    const count = [...entry, ...body, ...exit].reduce((sum, { length }) => sum + length, 0);
    const walk = walkOf(phase);
    const { capacity, mostPlainTasks } = this.#plan.request;
    if (count > 0)
      this.kernels.set(phase, {
        walk,
        style: styleOf(walk, count, capacity, mostPlainTasks),
        entry,
        body,
        exit,
      });
  }

  #addState({ view, kind, phase, rows, row, also }: Lodging): void {
    const { size } = view.buffer;
    this.#done.add(view.buffer);
    if (also) this.#done.add(also.view.buffer);
    if (kind === 'single') {
      const lodger = { floats: size, from: -1, to: Number.MAX_SAFE_INTEGER };
      this.#rent(this.#scratch.get(phase)!, lodger, view, phase, (base, stride) => ({
        ...nowhere,
        base,
        slot: stride,
      }));
      return;
    }
    const before = phase === 'forward through' ? 'forward before' : 'backward before';
    const last = Math.max(
      moment(phase),
      this.#readers.last(view.buffer),
      also ? this.#readers.last(also.view.buffer) : -1,
    );
    const lodger = { floats: this.#plan.frame.samples * rows * size, from: moment(before), to: last };
    const at = (base: number, index: number): Place => ({
      ...nowhere,
      base: base + index * size,
      sample: rows * size,
      step: size,
    });
    this.#rent(this.#histories, lodger, view, null, (base) => {
      if (also) this.#values.putAt(also.view, at(base, also.row));
      return at(base, row);
    });
  }

  /** Finds a place for what a task writes to a buffer of its own. */
  #addTask(phase: PhaseName, task: Task): void {
    const { frame, request } = this.#plan;
    for (const { to } of task.stores) {
      const { buffer } = to;
      if (this.#values.isPlaced(to) || this.#done.has(buffer)) continue;
      this.#done.add(buffer);
      const { size } = buffer;
      if (phase === 'prologue' || phase === 'epilogue') {
        this.#values.putAt(to, { ...nowhere, base: frame.land.take(size) });
      } else if (this.#readers.of(buffer).some((reader) => reader !== phase)) {
        const { capacity } = request;
        const last = Math.max(moment(phase), this.#readers.last(buffer));
        const lodger = { floats: frame.samples * capacity * size, from: moment(phase), to: last };
        if (!this.#readers.of(buffer).includes(phase)) this.#quiet.add(buffer);
        this.#rent(this.#histories, lodger, to, null, (base) => ({
          ...nowhere,
          base,
          sample: capacity * size,
          step: size,
        }));
      } else {
        const last = Math.max(task.stage, ...this.#readers.tasksOf(buffer).map(({ stage }) => stage));
        const lodger = { floats: size, from: task.stage, to: last };
        this.#rent(this.#scratch.get(phase)!, lodger, to, phase, (base, stride) => ({
          ...nowhere,
          base,
          slot: stride,
        }));
      }
    }
  }

  #rent(
    house: Lodger[],
    lodger: Omit<Lodger, 'settle'>,
    view: View,
    phase: PhaseName | null,
    place: (base: number, stride: number) => Place,
  ): void {
    house.push({
      ...lodger,
      settle: (offset) => {
        if (this.#padded) this.#values.putAt(view, { ...nowhere, array: 'pad', base: offset });
        else this.#offsets.push({ view, phase, place: (base, stride) => place(base + offset, stride) });
      },
    });
  }

  isCut(phase: PhaseName): boolean {
    return this.kernels.get(phase)?.style === 'cut';
  }

  /** Most workgroups of a phase at one time, each with scratch memory of its own. */
  slotsOf(phase: PhaseName): number {
    const { frame, request } = this.#plan;
    if (phase === 'prologue' || phase === 'epilogue') return 1;
    const steps = phase === 'start' || walkOf(phase) !== 'items' ? 1 : request.capacity;
    const items = frame.samples * steps;
    // Between the kernels of a phase that is cut, scratch values of all items are alive.
    return this.isCut(phase) ? items : Math.min(items, request.slots);
  }

  /** Floats that the values of a run need; constants and values of the prologue lie elsewhere. */
  get floats(): number {
    return this.historyFloats + this.scratchFloats;
  }

  /** Puts the values of a run at `base`. */
  moveTo(base: number): void {
    for (const { view, phase, place } of this.#offsets) {
      const at =
        phase === null ? place(base, 0) : place(base + this.historyFloats, this.#strides.get(phase)!);
      this.#values.putAt(view, at);
    }
  }

  /** Floats of the workgroup's own memory that a phase uses. */
  padOf(phase: PhaseName): number {
    return this.#pads.get(phase) ?? 0;
  }

  /** What must be waited for after a stage: writes to memory, to the workgroup's own memory, or both. */
  barriersOf(phase: PhaseName, stage: readonly Task[]): readonly Barrier[] {
    const written = stage.flatMap(({ stores }) => stores.map(({ to }) => to));
    const shared = written.some(
      (to) => this.#values.place(to).array === 'memory' && !this.#quiet.has(to.buffer),
    );
    if (this.padOf(phase) === 0) return ['storageBarrier'];
    return shared ? ['storageBarrier', 'workgroupBarrier'] : ['workgroupBarrier'];
  }

  /** Scratch values in the workgroup's own memory, as far as they fit, small ones first. Returns the others. */
  #fillPad(phase: PhaseName): Lodger[] {
    const scratch = this.#scratch.get(phase)!;
    // Kernels of single tasks do not see each other's workgroup memory.
    if (this.kernels.get(phase)?.style !== 'plain') return scratch;
    const fits: Lodger[] = [];
    let floats = 0;
    const bySize = scratch.toSorted((a, b) => a.floats - b.floats);
    for (const lodger of bySize) {
      floats += aligned(lodger.floats);
      if (floats <= padFloats) fits.push(lodger);
    }
    this.#padded = true;
    // A tensor without elements takes no room, and is read by name all the same.
    this.#pads.set(phase, fits.length === 0 ? 0 : Math.max(1, lodge(fits)));
    this.#padded = false;
    return scratch.filter((lodger) => !fits.includes(lodger));
  }

  #measure(): void {
    this.historyFloats = lodge(this.#histories);
    for (const phase of phaseNames) {
      const stride = lodge(this.#fillPad(phase));
      this.#strides.set(phase, stride);
      this.scratchFloats = Math.max(this.scratchFloats, stride * this.slotsOf(phase));
    }
  }
}

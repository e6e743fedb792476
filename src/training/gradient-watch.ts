/**
 * The gradient through time of the probe sequence, worked out beside training for whoever looks at it. It is computed in
 * double precision, in slices: between two slices the session hears commands and trains on, and while it trains the slices
 * take less than one part in ten of the time. A pass holds its own copy of the weights, so training may move on meanwhile.
 */
import type { ParameterStore } from '../executors/executor.ts';
import { gradientsThroughTime } from '../graph/evaluate-time.ts';
import type { LossRow, SequenceGradients } from '../graph/evaluate-time.ts';
import type { Program } from '../graph/types.ts';
import { assembleBatch } from './batches.ts';
import { lengthOf, sampleOf } from './probe.ts';
import type { Probe } from './probe.ts';
import type { PreparedRun } from './run-config.ts';
import type { TimeGradient } from './run.ts';

/** Milliseconds of work before the session is asked again. */
const slice = 8;
/** While training: a slice is followed by this many times its length without one. */
const rest = 12;
/** While training: milliseconds from the start of one pass to the start of the next. */
const spacing = 1000;

/** What is to be looked at, and which weights there are. */
export interface GradientView {
  readonly probe: Probe;
  readonly step: number;
  /** Grows when the run goes back. */
  readonly restarts: number;
  readonly training: boolean;
}

interface Pass {
  /** The view without the step: while that is the same, the pass is worth finishing. */
  readonly of: string;
  readonly key: string;
  readonly work: Generator<void, SequenceGradients, void>;
  readonly finish: (result: SequenceGradients) => TimeGradient;
}

export class GradientWatch {
  readonly #run: PreparedRun;
  readonly #store: ParameterStore;
  readonly #now: () => number;
  readonly #programs = new Map<number, Program>();
  #position: number | null = null;
  #watched = false;
  #pass: Pass | null = null;
  #shown = '';
  /** Worked out once for each probe. */
  #answers: { readonly probe: Probe; readonly known: boolean } | null = null;
  #sliceDueAt = 0;
  #passDueAt = 0;

  constructor(run: PreparedRun, store: ParameterStore, now: () => number) {
    this.#run = run;
    this.#store = store;
    this.#now = now;
  }

  /** @param position whose loss is followed by itself, besides that of the sequence; null: none */
  watch(position: number | null): void {
    this.#watched = true;
    this.#position = position;
  }

  stop(): void {
    this.#watched = false;
    this.#pass = null;
    this.#shown = '';
  }

  due(view: GradientView): boolean {
    if (!this.#watched || (this.#shown === this.#keyOf(view) && !this.#pass)) return false;
    if (!this.#hasAnswers(view.probe)) return false;
    if (!view.training) return true;
    const now = this.#now();
    return now >= this.#sliceDueAt && (this.#current(view) !== null || now >= this.#passDueAt);
  }

  /** Of a sequence whose answers nobody knows there is no loss to follow. */
  #hasAnswers(probe: Probe): boolean {
    if (this.#answers?.probe !== probe)
      this.#answers = { probe, known: sampleOf(this.#run, probe).mask.includes(1) };
    return this.#answers.known;
  }

  /** Works for a slice; gives the gradient when it was the last one. */
  async advance(view: GradientView): Promise<TimeGradient | null> {
    const began = this.#now();
    const pass = this.#current(view) ?? (await this.#begin(view, began));
    this.#pass = pass;
    let result: SequenceGradients | null = null;
    do {
      const { done, value } = pass.work.next();
      if (done) result = value;
    } while (!result && this.#now() - began < slice);
    const ended = this.#now();
    this.#sliceDueAt = ended + rest * (ended - began);
    if (!result) return null;
    this.#pass = null;
    this.#shown = pass.key;
    return pass.finish(result);
  }

  /** The pass under way, unless something else is looked at by now. */
  #current(view: GradientView): Pass | null {
    if (this.#pass?.of !== this.#viewOf(view)) return null;
    return view.training || this.#pass.key === this.#keyOf(view) ? this.#pass : null;
  }

  #viewOf({ probe, restarts }: GradientView): string {
    return [restarts, probe.split, probe.sampleIndex, this.#position].join(' ');
  }

  #keyOf(view: GradientView): string {
    return `${view.step} ${this.#viewOf(view)}`;
  }

  async #begin(view: GradientView, now: number): Promise<Pass> {
    this.#passDueAt = now + spacing;
    const { parameters } = await this.#store.read();
    const length = lengthOf(this.#run, view.probe);
    const program = this.#programs.get(length) ?? this.#run.lossProgram(length);
    this.#programs.set(length, program);
    const { work, finish } = sequenceGradient(this.#run, program, parameters, view, this.#position);
    return { of: this.#viewOf(view), key: this.#keyOf(view), work, finish };
  }
}

/** The work, and what to make of its result. Rows: the loss of the sequence; cut at the horizon; of one position. */
export function sequenceGradient(
  run: PreparedRun,
  program: Program,
  parameters: Parameters<typeof gradientsThroughTime>[0]['parameters'],
  { probe, step }: Pick<GradientView, 'probe' | 'step'>,
  position: number | null,
): Pick<Pass, 'work' | 'finish'> {
  const { task, training } = run;
  const sample = sampleOf(run, probe);
  const { inputs } = assembleBatch(task, [sample], program.length);
  const weights = inputs['weight']!.data;
  const horizon = training.strategy === 'truncated' ? training.horizon : null;
  const counts = position !== null && position < sample.mask.length && sample.mask[position] !== 0;
  const rows: LossRow[] = [{ weights, horizon: null }];
  if (horizon !== null) rows.push({ weights, horizon });
  if (counts)
    rows.push({ weights: weights.map((weight, t) => (t === position ? weight : 0)), horizon: null });
  return {
    work: gradientsThroughTime({ program, parameters, inputs, rows }),
    finish: ({ starts, states }) => {
      const steps = starts.filter((start) => start < sample.mask.length);
      const cut = (norms: Float64Array | undefined): Float64Array | null =>
        norms ? norms.slice(0, steps.length) : null;
      return {
        ...{ step, split: probe.split, sampleIndex: probe.sampleIndex, position, horizon },
        starts: Int32Array.from(steps),
        states: states.map(({ name, norms }) => ({
          name,
          full: cut(norms[0])!,
          truncated: horizon === null ? null : cut(norms[1]),
          alone: counts ? cut(norms.at(-1)) : null,
        })),
      };
    },
  };
}

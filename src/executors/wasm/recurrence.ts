/**
 * A recurrent value inside a block: a state, handed from each step to the next, or an adjoint, handed from each step to the one
 * before. It is held in one of three ways: as a window over a history (FIFO), for all steps at once where somebody needs all
 * of them, or not at all, when each step reads what its neighbour has just computed.
 */
import * as emit from './emit.ts';
import { handedIn, handedOn } from './fifo.ts';
import type { Tape } from './tape.ts';
import type { View } from './views.ts';
import * as views from './views.ts';

/** One step, or all steps of the block at once. */
export type Scope = number | 'all';

export interface RecurrenceSite {
  readonly tape: Tape;
  readonly steps: number;
  /** 'forward': states. 'backward': adjoints. */
  readonly direction: 'forward' | 'backward';
  /** The node that hands the value on; null: zero. */
  readonly source: number | null;
  /** [B, …]: what the first step of this direction gets. */
  readonly initial: View;
}

export class Recurrence {
  readonly source: number | null;
  readonly #site: RecurrenceSite;
  /** [B, steps + slots, width] */
  #history: View | null = null;
  /** [steps + 1, B, …]. Forward, entry t is handed to step t; backward, entry t + 1 is. */
  #kept: View | null = null;

  constructor(site: RecurrenceSite) {
    this.#site = site;
    this.source = site.source;
  }

  /** Holds the value as a window over a history. `isZero`: the initial value is. */
  holdHistory(isZero: boolean): void {
    const { tape, steps, direction, initial } = this.#site;
    const [size, slots, width] = initial.shape as [number, number, number];
    const history = tape.allocate([size, steps + slots, width]);
    if (direction === 'forward') emit.emitCopy(tape, views.narrow(history, 1, steps, slots), initial);
    else if (isZero) emit.emitZero(tape, history);
    else {
      // Adjoints gather in the rows that were pushed in this block or were there before.
      emit.emitCopy(tape, views.narrow(history, 1, 0, slots), initial);
      emit.emitZero(tape, views.narrow(history, 1, slots, steps));
    }
    this.#history = history;
  }

  /** Holds the value for all steps. Returns the entries [steps, B, …] that the source has to fill. */
  holdAll(): View {
    const { tape, steps, initial } = this.#site;
    const kept = tape.allocate([steps + 1, ...initial.shape]);
    emit.emitCopy(tape, views.select(kept, 0, this.#isForward ? 0 : steps), initial);
    this.#kept = kept;
    return this.#entries(1);
  }

  get isHistory(): boolean {
    return this.#history !== null;
  }

  get isKept(): boolean {
    return this.#kept !== null;
  }

  /** The value as a step reads it. `fromNeighbour` resolves the source one step earlier in this direction. */
  read(scope: Scope, fromNeighbour: (step: number) => View): View {
    const { steps, initial } = this.#site;
    if (this.#history) return this.window(scope, this.#isForward ? 'in' : 'on');
    if (steps === 1) return scope === 'all' ? views.insertAxis(initial, 0, 1) : initial;
    if (this.#kept) return atScope(this.#entries(0), scope);
    if (scope === 'all') throw new Error('a recurrent value is read for all steps, but is not held');
    if (scope === (this.#isForward ? 0 : steps - 1)) return initial;
    return fromNeighbour(this.#isForward ? scope - 1 : scope + 1);
  }

  /** The buffer handed in to, or handed on by, a step; of an adjoint: the adjoint of that buffer. */
  window(scope: Scope, which: 'in' | 'on'): View {
    const slots = this.#site.initial.shape[1]!;
    const place = which === 'in' ? handedIn : handedOn;
    return atScope(place(this.#history!, this.#site.steps, slots), scope);
  }

  /** Where a source that does not write there itself has its value copied to. */
  entry(scope: Scope): View {
    return atScope(this.#entries(1), scope);
  }

  /** [B, …]: the value at the far end of the block; null where only its source knows. */
  last(): View | null {
    const { steps, initial } = this.#site;
    if (this.#history && !this.#isForward) return views.narrow(this.#history, 1, steps, initial.shape[1]!);
    return this.#kept && views.select(this.#kept, 0, this.#isForward ? steps : 0);
  }

  get #isForward(): boolean {
    return this.#site.direction === 'forward';
  }

  /** `handed` 0: what the steps are given; 1: what they hand on. */
  #entries(handed: 0 | 1): View {
    return views.narrow(this.#kept!, 0, this.#isForward ? handed : 1 - handed, this.#site.steps);
  }
}

/** [steps, B, …] as one step sees it. */
export function atScope(whole: View, scope: Scope): View {
  return scope === 'all' ? whole : views.select(whole, 0, scope);
}

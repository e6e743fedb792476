/**
 * Gradients through time that the worker has sent, by training step, outside React; and whether anybody looks at them, which
 * is what makes the worker compute them. Only a few numbers a position are kept, so a hundred of them are small; full, the
 * history lets go of every second one.
 */
import type { TimeGradient } from '../worker/protocol.ts';

export type { TimeGradient };

const most = 128;

export class GradientStore {
  readonly #listeners = new Set<() => void>();
  #kept: TimeGradient[] = [];
  #watchers = 0;

  /** The one of the training step nearest to `step`; of the newest for null. */
  at(step: number | null): TimeGradient | null {
    const newest = this.#kept.at(-1) ?? null;
    if (step === null) return newest;
    const distance = (gradient: TimeGradient): number => Math.abs(gradient.step - step);
    return this.#kept.reduce(
      (best, next) => (best && distance(best) <= distance(next) ? best : next),
      newest,
    );
  }

  get size(): number {
    return this.#kept.length;
  }

  get watched(): boolean {
    return this.#watchers > 0;
  }

  /** Asks for gradients until the returned function is called. */
  watch(): () => void {
    this.#watchers++;
    this.#tell();
    let stopped = false;
    return () => {
      if (stopped) return;
      stopped = true;
      this.#watchers--;
      this.#tell();
    };
  }

  /** Another sequence, or an earlier step than the newest (a restart), begins a new history. */
  add(gradient: TimeGradient): void {
    const newest = this.#kept.at(-1);
    const goesOn =
      newest?.split === gradient.split &&
      newest.sampleIndex === gradient.sampleIndex &&
      newest.step <= gradient.step;
    const before = goesOn ? this.#kept.filter(({ step }) => step < gradient.step) : [];
    const room = before.length < most ? before : before.filter((_, i) => i % 2 === 0);
    this.#kept = [...room, gradient];
    this.#tell();
  }

  /** There is another run. */
  clear(): void {
    this.#kept = [];
    this.#tell();
  }

  /** Returns the function that unsubscribes. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const gradientStore = new GradientStore();

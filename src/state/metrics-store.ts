/**
 * The metrics of the current run: two arrays and a version counter, outside React. Panels read the arrays in an animation
 * frame; nobody copies them.
 */
import { thinnedBySteps } from '../foundation/thinning.ts';
import type { Evaluation, MetricPoint } from '../worker/protocol.ts';

export class MetricsStore {
  readonly #listeners = new Set<() => void>();
  #points: MetricPoint[] = [];
  #evaluations: Evaluation[] = [];
  #version = 0;

  /** Ascending by step. */
  get points(): readonly MetricPoint[] {
    return this.#points;
  }

  /** Ascending by step; the splits of one evaluation follow each other. */
  get evaluations(): readonly Evaluation[] {
    return this.#evaluations;
  }

  /** Grows with every change: equal versions mean equal content. */
  get version(): number {
    return this.#version;
  }

  /** The newest evaluation of a split, or null. */
  latest(split: string): Evaluation | null {
    return this.#evaluations.findLast((evaluation) => evaluation.split === split) ?? null;
  }

  /** Adds what is new: a point or evaluation that is already there (a resumed run repeats some) is passed over. */
  append(points: readonly MetricPoint[], evaluations: readonly Evaluation[]): void {
    let added = false;
    for (const point of points) {
      if (point.step <= (this.#points.at(-1)?.step ?? -1)) continue;
      this.#points.push(point);
      added = true;
    }
    for (const evaluation of evaluations) {
      if (evaluation.step <= (this.latest(evaluation.split)?.step ?? -1)) continue;
      // As the run's own record does.
      if (evaluation.step !== this.#evaluations.at(-1)?.step)
        this.#evaluations = thinnedBySteps(this.#evaluations);
      this.#evaluations.push(evaluation);
      added = true;
    }
    if (added) this.#changed();
  }

  /** Starts over, e.g. with the metrics of a resumed run. */
  replace(points: readonly MetricPoint[] = [], evaluations: readonly Evaluation[] = []): void {
    this.#points = [...points];
    this.#evaluations = [...evaluations];
    this.#changed();
  }

  /** Returns the function that unsubscribes. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #changed(): void {
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}

export const metricsStore = new MetricsStore();

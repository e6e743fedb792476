/**
 * How far a run has come: step, seconds, tokens, and the metrics so far. Metric points are one for each step at first,
 * later means over more and more steps, so that a run of any length keeps some thousands; evaluations are thinned when there
 * are many.
 */
import { mostGrids, thinnedBySteps } from '../foundation/thinning.ts';
import type { GeneralisationGrid } from './grid/grid.ts';
import type { Checkpoint, Evaluation, MetricPoint } from './run.ts';

/** Steps with a point of their own. */
const singlePoints = 2000;

export interface StepFigures {
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly seconds: number;
  readonly tokens: number;
}

export type History = Pick<Checkpoint, 'step' | 'seconds' | 'tokens' | 'metrics' | 'evaluations' | 'grids'>;

export class RunRecord {
  #step = 0;
  #seconds = 0;
  #tokens = 0;
  #metrics: MetricPoint[] = [];
  #evaluations: Evaluation[] = [];
  #grids: GeneralisationGrid[] = [];
  #open = { steps: 0, loss: 0, gradientNorm: 0 };

  /** Updates done. */
  get step(): number {
    return this.#step;
  }

  /** Step of the newest evaluation, or −1. */
  get evaluatedAt(): number {
    return this.#evaluations.at(-1)?.step ?? -1;
  }

  /** Counts one update; gives a metric point when enough steps have come together. */
  addStep({ loss, gradientNorm, learningRate, seconds, tokens }: StepFigures): MetricPoint | null {
    this.#step++;
    this.#seconds += seconds;
    this.#tokens += tokens;
    this.#open.steps++;
    this.#open.loss += loss;
    this.#open.gradientNorm += gradientNorm;
    if (this.#step % stepsPerPoint(this.#step) !== 0) return null;
    const point: MetricPoint = {
      ...this.#position(),
      loss: this.#open.loss / this.#open.steps,
      gradientNorm: this.#open.gradientNorm / this.#open.steps,
      learningRate,
    };
    this.#metrics.push(point);
    this.#open = { steps: 0, loss: 0, gradientNorm: 0 };
    return point;
  }

  addEvaluation(evaluation: Omit<Evaluation, 'step' | 'seconds' | 'tokens'>): Evaluation {
    const complete = { ...this.#position(), ...evaluation };
    if (complete.step !== this.evaluatedAt) this.#evaluations = thinnedBySteps(this.#evaluations);
    this.#evaluations.push(complete);
    return complete;
  }

  /** A second one of the same step takes the place of the first. */
  /** A grid of the same step gives way to one of as many cells. @returns whether it was added */
  addGrid(grid: GeneralisationGrid): boolean {
    const same = this.#grids.find(({ step }) => step === grid.step);
    if (same && same.cells.length > grid.cells.length) return false;
    this.#grids = thinnedBySteps([...this.#grids.filter(({ step }) => step < grid.step), grid], mostGrids);
    return true;
  }

  history(): History {
    return {
      ...this.#position(),
      ...{ metrics: [...this.#metrics], evaluations: [...this.#evaluations], grids: [...this.#grids] },
    };
  }

  /** Goes back (or on) to where a checkpoint was made; null is the start. */
  restore(history: History | null): void {
    this.#step = history?.step ?? 0;
    this.#seconds = history?.seconds ?? 0;
    this.#tokens = history?.tokens ?? 0;
    this.#metrics = [...(history?.metrics ?? [])];
    this.#evaluations = [...(history?.evaluations ?? [])];
    this.#grids = [...(history?.grids ?? [])];
    this.#open = { steps: 0, loss: 0, gradientNorm: 0 };
  }

  #position(): Pick<MetricPoint, 'step' | 'seconds' | 'tokens'> {
    return { step: this.#step, seconds: this.#seconds, tokens: this.#tokens };
  }
}

/** The spacing doubles whenever the run has doubled. */
function stepsPerPoint(step: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(step / singlePoints)));
}

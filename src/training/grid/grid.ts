/**
 * The generalisation grid as data: how well the weights of one training step do at every level of difficulty of the task.
 * Everything here crosses the worker boundary and is kept with the run.
 */
import type { DifficultyAxis } from '../../tasks/task.ts';

export type { DifficultyAxis };

/** Lowest and highest value that the measured samples leave open, at 95 %. */
export type Interval = readonly [low: number, high: number];

export interface GridCell {
  /** One for each axis. */
  readonly levels: readonly number[];
  /** Answers that counted, in all samples of the cell. */
  readonly answers: number;
  /** Share of answers that were right. */
  readonly tokenAccuracy: number;
  readonly tokenInterval: Interval;
  /** Share of samples whose every answer was right. */
  readonly sequenceAccuracy: number;
  readonly sequenceInterval: Interval;
}

export interface GeneralisationGrid {
  /** Training step whose weights were measured. */
  readonly step: number;
  /** Samples of each cell. */
  readonly samples: number;
  /** Those that were measured: all that can be, unless somebody stopped it. */
  readonly cells: readonly GridCell[];
}

/** What a run's grid will look like, before anything is measured. */
export interface GridDescription {
  readonly axes: readonly DifficultyAxis[];
  /** Row by row: the first axis runs fastest. */
  readonly cells: readonly {
    readonly levels: readonly number[];
    readonly positions: number;
    /** Why it is not measured, or null. */
    readonly obstacle: string | null;
  }[];
}

/** A grid under way, with the cells that are measured by now. */
export interface GridProgress extends GeneralisationGrid {
  /** Cells that it will have. */
  readonly total: number;
  /** By a person; else it follows the training. */
  readonly asked: boolean;
}

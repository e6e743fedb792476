/**
 * What a person may do to a memory while one sequence runs through it, as plain data that crosses the worker boundary. Every
 * intervention takes effect at a position: in the state as the step of that position finds it, before it reads or writes.
 */

interface At {
  /** Position in the sequence, from 0. In a model of segments, the segment of the position. */
  readonly position: number;
}

interface InBank extends At {
  /** Name of the bank; see `MemoryPlace`. */
  readonly bank: string;
}

interface OnSlots extends InBank {
  readonly slots: readonly number[];
}

export type Intervention =
  /** Back to what the slots held at the start of a sequence, as if they had never been written. */
  | (OnSlots & { readonly kind: 'erase' })
  /** The slots keep what they hold from here on, whatever is written; a queue moves on around them. */
  | (OnSlots & { readonly kind: 'freeze' })
  /** Two slots change places. */
  | (OnSlots & { readonly kind: 'swap' })
  /** The slots change places among each other, in an order drawn from the seed. */
  | (OnSlots & { readonly kind: 'permute'; readonly seed: number })
  /** Adds Gaussian noise; `amount` is its standard deviation over the root mean square of the bank. */
  | (OnSlots & { readonly kind: 'noise'; readonly amount: number; readonly seed: number })
  /** `source`: zeros, the mean of all slots of the bank, or what another slot holds. */
  | (OnSlots & { readonly kind: 'overwrite'; readonly source: 'zeros' | 'mean' | number })
  /** The bank stays as it is from here on: nothing is written any more. */
  | (InBank & { readonly kind: 'cutWrites' })
  /** The gate is held at a value from here on. */
  | (At & { readonly kind: 'clamp'; readonly gate: string; readonly value: number });

export interface InterventionRequest {
  /** Together, in this order. */
  readonly interventions: readonly Intervention[];
  /** Also erase each slot of a bank alone at a position, to see which slots matter; null: do not. */
  readonly survey: { readonly bank: string; readonly position: number } | null;
}

/** What became of one sequence; predictions as in a snapshot: [T, outputSize]. */
export interface Course {
  readonly predictions: Float32Array;
  /** −log probability of the target, or squared error per element, at each position [T]; NaN where no answer counts. */
  readonly losses: Float32Array;
  /** Mean over the positions that count; NaN where none does. */
  readonly loss: number;
}

/** What erasing each slot of a bank alone does, compared to leaving the memory as it is. */
export interface Survey {
  readonly bank: string;
  readonly position: number;
  /** Change of the mean loss, by slot [N]; NaN where no answer counts. */
  readonly lossChanges: Float32Array;
  /**
   * How far the outputs move, by slot [N], as the mean over the positions from this one on: half the sum of the absolute changes
   * of probability (total variation), or the root mean square of the change of a vector.
   */
  readonly outputChanges: Float32Array;
}

export interface InterventionResult {
  readonly request: InterventionRequest;
  /** Training step whose weights were used. */
  readonly step: number;
  readonly split: string;
  readonly sampleIndex: number;
  readonly tokens: Int32Array | null;
  readonly inputs: Float32Array | null;
  readonly targets: Int32Array | Float32Array;
  readonly mask: Uint8Array;
  readonly before: Course;
  /** The same object as `before` when there is no intervention. */
  readonly after: Course;
  readonly survey: Survey | null;
}

/** Slots that can be operated on, and what they are called. */
export interface BankDescription {
  readonly name: string;
  /** What one slot is: the last of the counted axes, e.g. 'slot', 'row' or 'unit'. */
  readonly noun: string;
  readonly count: number;
  readonly order: 'newestFirst' | 'oldestFirst' | null;
}

export interface GateDescription {
  readonly name: string;
  readonly maximum: number;
}

export interface MemoryDescription {
  readonly banks: readonly BankDescription[];
  readonly gates: readonly GateDescription[];
}

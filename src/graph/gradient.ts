/**
 * What reverse-mode differentiation of one step yields: more graph.
 *
 * `differentiate(step)` appends derivative nodes to the step's own nodes. Per sample and step they take the adjoints of the
 * next states (`adjoint` leaves named `state:NAME`) and give the adjoints of the states handed in. What a step contributes
 * to an unbatched value (a parameter, or a prologue value such as unit(memory.bias)) is left as a sum for the executor:
 * over samples and over all steps of the rollout. A contribution of kind 'product' is leftᵀ · right, contracted over the rows
 * of both; executors keep left and right for all steps and do one matrix product for the rollout. The steps of a rollout
 * may hand in several contributions to one target: they add up.
 *
 * Afterwards the prologue is differentiated once: `differentiatePrologue(step, targets)` turns the adjoints of unbatched
 * values into those of parameters. `prologueTargets(step, gradient)` lists the values that can have an adjoint: the targets
 * of the contributions, and the start values of states. The adjoint of a start value is the sum over the batch of the
 * adjoint of the state handed in at step 0 (unless the batch brought that state along).
 *
 * Derivative nodes may be unbatched (a transposed weight, a constant): like the prologue they are the same for every sample
 * and step. What contributions and states refer to is always batched.
 */
import type { GraphNode } from './types.ts';

export type Contribution =
  /** d(target) += Σ_samples Σ_steps value; `value` has the target's shape. */
  | { readonly kind: 'sum'; readonly target: number; readonly value: number }
  /** d(target [k, n]) += Σ_samples Σ_steps leftᵀ · right; left [m, k] or [k], right [m, n] or [n] (m rows contracted). */
  | { readonly kind: 'product'; readonly target: number; readonly left: number; readonly right: number }
  /** d(target [V, D]) += Σ_samples Σ_steps scatterAdd(indices [...] i32, rows [..., D]): a gather from a table. */
  | { readonly kind: 'scatter'; readonly target: number; readonly indices: number; readonly rows: number };

export interface StepGradient {
  /** The step's nodes, then derivative nodes; ids are indices. Dead derivative nodes are left out. */
  readonly nodes: readonly GraphNode[];
  /** How many of `nodes` are forward. */
  readonly forwardCount: number;
  /** For each f32 state: leaf of the next value's adjoint (its shape) and node of the adjoint handed back (null: zero). */
  readonly states: readonly {
    readonly name: string;
    readonly nextAdjoint: number;
    readonly adjoint: number | null;
  }[];
  /**
   * A leaf [] (`adjoint` of `loss`) that must hold 1 for every sample, or null. Only in graphs where an adjoint would
   * otherwise not depend on the sample at all, e.g. the unweighted sum of an output.
   */
  readonly lossAdjoint: number | null;
  readonly contributions: readonly Contribution[];
  /**
   * Batched forward node ids (leaves included), ascending, whose values the derivative nodes or contributions read: what full
   * BPTT must keep for each step.
   */
  readonly saved: readonly number[];
}

export interface PrologueGradient {
  /** The step's nodes, then derivative nodes, all unbatched; ids are indices. Dead derivative nodes are left out. */
  readonly nodes: readonly GraphNode[];
  readonly forwardCount: number;
  /** The adjoints to hand in: `adjoint` leaves named `value:TARGET`, with the shape of the target. */
  readonly values: readonly { readonly target: number; readonly adjoint: number }[];
  /**
   * Parameters that get a gradient. `adjoint` may be one of the leaves of `values`, where a parameter is itself the target.
   * Parameters that are not listed get none from these targets.
   */
  readonly parameters: readonly { readonly name: string; readonly adjoint: number }[];
}

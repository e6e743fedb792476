/**
 * A value of a step graph on a backend, and the two ways in which values with and without a batch axis meet: `aligned` for ops
 * that broadcast, `whole` for those that do not.
 */
import type { OpAttributes, OpName } from '../../graph/ops.ts';
import type { Shape } from '../../graph/types.ts';
import { broadcastTo, reshape } from './ops.ts';
import type { Tensor } from './ops.ts';

export interface Operand {
  /** [B, ...shape] when batched, else [...shape]. */
  readonly tensor: Tensor;
  /** Per sample. */
  readonly shape: Shape;
  readonly batched: boolean;
}

/** What a kernel must produce. */
export interface Site<Op extends OpName> {
  readonly attributes: OpAttributes[Op];
  /** Of the result, per sample. */
  readonly shape: Shape;
  /** Whether the result has a batch axis: some operand has one. */
  readonly batched: boolean;
  /** B */
  readonly batch: number;
}

export type Kernel<Op extends OpName> = (operands: readonly Operand[], site: Site<Op>) => Tensor;

/** The operand with as many axes of its own as `rank`, so that tfjs broadcasts it the way the graph means it. */
export function aligned({ tensor, shape, batched }: Operand, rank: number): Tensor {
  if (!batched || shape.length === rank) return tensor;
  const ones = new Array<number>(rank - shape.length).fill(1);
  return reshape(tensor, [tensor.shape[0], ...ones, ...shape]);
}

/** The operand repeated along the batch where the result is batched and it is not. */
export function whole(
  { tensor, shape, batched }: Operand,
  site: Pick<Site<OpName>, 'batched' | 'batch'>,
): Tensor {
  return site.batched && !batched ? broadcastTo(tensor, [site.batch, ...shape]) : tensor;
}

/** Shape of a kernel's result, the batch in front. */
export function fullShape(site: Pick<Site<OpName>, 'batched' | 'batch' | 'shape'>): number[] {
  return site.batched ? [site.batch, ...site.shape] : [...site.shape];
}

/** Axes of the graph (per sample) as axes of the tensor. */
export function tensorAxes(operand: Operand, axes: readonly number[]): number[] {
  return axes.map((axis) => (operand.batched ? axis + 1 : axis));
}

/** What a step contributes to the adjoints that all steps of a run share, as sums that a kernel can walk through. */
import type { Contribution } from '../../graph/gradient.ts';
import type { GraphNode } from '../../graph/types.ts';
import { reshape, sizeOf } from '../wasm/views.ts';
import type { View } from '../wasm/views.ts';
import type { Job, Target } from './sums.ts';
import type { Values } from './values.ts';

/** Σ over samples and steps of a run, added to `target`. */
export interface Sum {
  readonly target: View;
  readonly job: Job;
  /** Node ids that it reads. */
  readonly reads: readonly number[];
}

/** Where the operands of a sum are. */
export interface Operands {
  readonly nodes: readonly GraphNode[];
  readonly values: Values;
  /** Id of a dense copy of a value, kept for all steps of the run. */
  readonly copied: (id: number) => number;
}

/** @param flat targets that get sums only */
export function sumOf(
  contribution: Contribution,
  target: View,
  flat: ReadonlySet<number>,
  { nodes, values, copied }: Operands,
): Sum {
  const reads: number[] = [];
  /** The operand in a form that the kernel can walk through; copied where it has none. */
  const operand = (id: number, shape: readonly number[]): View => {
    const view = values.literal(values.view(id)) === null ? reshape(values.view(id), 0, shape) : null;
    const read = view ? id : copied(id);
    reads.push(read);
    return view ?? reshape(values.view(read), 0, shape)!;
  };
  const shapeOf = (id: number): readonly number[] => nodes[id]!.shape;
  switch (contribution.kind) {
    case 'sum': {
      const { value } = contribution;
      const shape = flat.has(contribution.target) ? [1, sizeOf(shapeOf(value))] : shapeOf(value);
      return { target, job: { kind: 'sum', value: operand(value, shape) }, reads };
    }
    case 'product': {
      const { left, right } = contribution;
      const matrix = (id: number): View =>
        operand(id, shapeOf(id).length === 1 ? [1, ...shapeOf(id)] : shapeOf(id));
      return { target, job: { kind: 'product', left: matrix(left), right: matrix(right) }, reads };
    }
    case 'scatter': {
      const { indices, rows } = contribution;
      const count = sizeOf(shapeOf(indices));
      const left = operand(indices, [count, 1]);
      return {
        target,
        job: { kind: 'scatter', left, right: operand(rows, [count, shapeOf(rows).at(-1)!]) },
        reads,
      };
    }
  }
}

/** Targets that get sums only. */
export function flatTargets(contributions: readonly Contribution[]): Set<number> {
  const flat = new Set(contributions.map(({ target }) => target));
  for (const { kind, target } of contributions) if (kind !== 'sum') flat.delete(target);
  return flat;
}

/** Jobs of one target together, in their order. */
export function gather(sums: readonly { readonly target: View; readonly job: Job }[]): Target[] {
  const targets = new Map<View, Job[]>();
  for (const { target, job } of sums) targets.set(target, [...(targets.get(target) ?? []), job]);
  return [...targets].map(([view, jobs]) => ({ view, jobs }));
}

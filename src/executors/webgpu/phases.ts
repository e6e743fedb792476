/**
 * When each value of a step is computed. Only what goes from state to state must wait for the step before; everything else is
 * computed for all steps of a run side by side:
 *
 * - before: what the recurrence needs and does not depend on it (projections of the input);
 * - through: the recurrence itself, one workgroup for each sample, step after step;
 * - after: what depends on the states and is needed by none (outputs, the loss), unless it would take keeping large values.
 *
 * The backward pass is divided in the same way: adjoints that states hand back go through time, the others do not wait.
 */
import { liveNodes } from '../../graph/simplify.ts';
import type { OpName } from '../../graph/ops.ts';
import type { GraphNode } from '../../graph/types.ts';
import { elementCount } from '../../graph/types.ts';

export type Part = 'before' | 'through' | 'after';

/** In the order in which they run. */
export const phaseNames = [
  'prologue',
  'start',
  'forward before',
  'forward through',
  'forward after',
  'backward before',
  'backward through',
  'backward after',
  'epilogue',
] as const;

export type PhaseName = (typeof phaseNames)[number];

/** A value that is this many times larger than what is made of it is not kept for all steps for that alone. */
const muchLarger = 4;

export interface Division {
  /** The nodes to divide, ascending. */
  readonly ids: readonly number[];
  /** Values that the step before (or, backwards, the step after) hands in. */
  readonly carried: ReadonlySet<number>;
  /** Values that the next step needs. */
  readonly handed: readonly number[];
  /** Values that are kept for all steps in any case. */
  readonly kept: (id: number) => boolean;
}

export function divide(
  nodes: readonly GraphNode[],
  { ids, carried, handed, kept }: Division,
): Map<number, Part> {
  const dependent = new Set(carried);
  for (const id of ids) if (nodes[id]!.inputs.some((input) => dependent.has(input))) dependent.add(id);
  const needed = liveNodes(nodes, handed);
  const through = new Set(ids.filter((id) => dependent.has(id) && needed.has(id)));
  const early = (id: number): boolean => !dependent.has(id) || through.has(id) || carried.has(id);
  for (const id of ids) {
    const { inputs, shape } = nodes[id]!;
    const large = inputs.some(
      (input) =>
        dependent.has(input) &&
        !kept(sourceOf(nodes, input)) &&
        elementCount(nodes[sourceOf(nodes, input)]!.shape) >= muchLarger * elementCount(shape),
    );
    if (dependent.has(id) && large && inputs.every(early)) through.add(id);
  }
  const fed = liveNodes(nodes, through);
  return new Map(
    ids.map((id): [number, Part] => {
      if (dependent.has(id)) return [id, through.has(id) ? 'through' : 'after'];
      return [id, fed.has(id) || needed.has(id) ? 'before' : 'after'];
    }),
  );
}

const renaming: ReadonlySet<OpName> = new Set<OpName>([
  'reshape',
  'slice',
  'transpose',
  'broadcast',
  'stopGradient',
]);

/** What a value is a view of. */
function sourceOf(nodes: readonly GraphNode[], id: number): number {
  const { op, inputs } = nodes[id]!;
  return renaming.has(op) ? sourceOf(nodes, inputs[0]!) : id;
}

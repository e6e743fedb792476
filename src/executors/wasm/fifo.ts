/**
 * FIFO states. The buffer of one sample is a window of `slots` rows over a history, newest first, that moves by one row a
 * step:
 *
 *     history [steps + slots, width]      row steps − 1 − t: pushed at step t      rows steps …: the buffer handed in
 *     before step t                       rows steps − t …                         (`handedIn`)
 *     after step t                        rows steps − t − 1 …                     (`handedOn`)
 *
 * The adjoint is kept the same way: the adjoint of the buffer handed on, without its newest row, lies where the adjoint of
 * the buffer handed in must be, so that what a step adds to it is added in place, and a row is complete once no later step can
 * see it.
 */
import { contributionReads } from '../../graph/differentiate.ts';
import type { StepGradient } from '../../graph/gradient.ts';
import type { GraphNode, StateSpec, StepGraph } from '../../graph/types.ts';
import { sameExtents } from './views.ts';
import type { View } from './views.ts';

export interface FifoAdjoint {
  readonly state: StateSpec;
  /** The `adjoint` leaf: of the buffer handed on. */
  readonly leaf: number;
  /** The node that moves the adjoint from the buffer handed on to the one handed in. */
  readonly unpush: number;
  /** Additions to the history: `window` is the operand that lies there, `other` what is added. */
  readonly additions: readonly { readonly node: number; readonly window: number; readonly other: number }[];
}

/** history [B, steps + slots, width] → [steps, B, slots, width]: the buffer before each step. */
export function handedIn(history: View, steps: number, slots: number): View {
  return windows(history, steps, steps, slots);
}

/** The buffer after each step. */
export function handedOn(history: View, steps: number, slots: number): View {
  return windows(history, steps, steps - 1, slots);
}

function windows(history: View, steps: number, firstRow: number, slots: number): View {
  const [size, , width] = history.shape as [number, number, number];
  const [sample, row, column] = history.strides as [number, number, number];
  return {
    ...history,
    offset: history.offset + firstRow * row,
    shape: [steps, size, slots, width],
    strides: [-row, sample, row, column],
  };
}

/**
 * The FIFO states whose adjoint allows this: from the leaf to the adjoint handed back there is one chain of additions and one
 * unpush, and beside it only the newest row is read. All others are treated as ordinary states.
 */
export function fifoAdjoints(step: StepGraph, gradient: StepGradient): FifoAdjoint[] {
  const uses = usesOf(gradient);
  return gradient.states.flatMap(({ name, nextAdjoint, adjoint }) => {
    const state = step.states.find((candidate) => candidate.name === name)!;
    if (state.kind !== 'fifo' || adjoint === null) return [];
    const chain = followChain(gradient.nodes, uses, nextAdjoint, adjoint);
    return chain ? [{ state, leaf: nextAdjoint, ...chain }] : [];
  });
}

/** Readers of every node; −1 for contributions and adjoints handed back. */
function usesOf(gradient: StepGradient): Map<number, number[]> {
  const uses = new Map<number, number[]>();
  const note = (id: number, reader: number): void => {
    const known = uses.get(id);
    if (known) known.push(reader);
    else uses.set(id, [reader]);
  };
  for (const node of gradient.nodes) for (const input of node.inputs) note(input, node.id);
  for (const contribution of gradient.contributions) {
    for (const id of contributionReads(contribution)) note(id, -1);
  }
  for (const { adjoint } of gradient.states) if (adjoint !== null) note(adjoint, -1);
  return uses;
}

function followChain(
  nodes: readonly GraphNode[],
  uses: ReadonlyMap<number, readonly number[]>,
  leaf: number,
  end: number,
): Pick<FifoAdjoint, 'unpush' | 'additions'> | null {
  const additions: { node: number; window: number; other: number }[] = [];
  let current = leaf;
  let unpush: number | null = null;
  for (;;) {
    const readers = uses.get(current) ?? [];
    const single = readers.length === 1 ? readers[0]! : null;
    if (unpush !== null && current === end) return single === -1 ? { unpush, additions } : null;
    const next = single === null || single === -1 ? null : nodes[single]!;
    const other = next?.op === 'add' ? next.inputs.find((input) => input !== current) : undefined;
    if (next && other !== undefined && sameExtents(nodes[other]!.shape, nodes[current]!.shape)) {
      additions.push({ node: next.id, window: current, other });
      current = next.id;
      continue;
    }
    if (unpush !== null) return null;
    const moves = readers.filter((reader) => reader !== -1 && nodes[reader]!.op === 'unpush');
    const rest = readers.filter((reader) => reader === -1 || nodes[reader]!.op !== 'unpush');
    if (moves.length !== 1 || !rest.every((reader) => reader !== -1 && readsNewestRow(nodes[reader]!)))
      return null;
    unpush = moves[0]!;
    current = unpush;
  }
}

function readsNewestRow(node: GraphNode): boolean {
  if (node.op !== 'slice') return false;
  const { begin, size } = (node as GraphNode<'slice'>).attributes;
  return begin[0] === 0 && size[0] === 1;
}

/**
 * Buffer planning: where every value of a node list lies in one arena, known to the byte before anything runs.
 *
 * A value lives from the node that makes it to the last node that reads it; values whose lives do not meet may share bytes.
 * Values are placed largest first at the lowest offset that is free for their whole life ("greedy by size"; Pisarchyk and Lee,
 * Efficient Memory Management for Deep Neural Net Inference, 2020). Nodes that only rename their operand's elements, such as
 * reshape, share its bytes, and elementwise nodes may write over an operand that dies with them.
 */
import type { OpName } from './ops.ts';
import type { GraphNode } from './types.ts';
import { elementCount } from './types.ts';

export interface PlanRequest {
  /** Ids are indices; executed in this order. */
  readonly nodes: readonly GraphNode[];
  /** Values that lie elsewhere: leaves, values kept from a forward pass, history buffers. They take no bytes here. */
  readonly given: (node: GraphNode) => boolean;
  /** Values that must still be there after the last node. */
  readonly roots: readonly number[];
  /** Size of one value in bytes. */
  readonly bytes: (node: GraphNode) => number;
  /** Offsets are multiples of this. Default 16, one SIMD register. */
  readonly alignment?: number;
  /** Let elementwise nodes write over an operand that nobody reads afterwards. Default true. */
  readonly inPlace?: boolean;
}

export interface BufferPlan {
  /** Where each value begins, by node id; null: it is given, or no root needs it. */
  readonly offsets: readonly (number | null)[];
  /** Whose bytes each value uses, by node id: its own id, or that of the value that it repeats or overwrites. */
  readonly storage: readonly number[];
  readonly arenaBytes: number;
  /** Most bytes alive at one time: no plan with these lives can do with less. */
  readonly peakBytes: number;
}

/** Bytes of a value for a batch; unbatched values are stored once. */
export function valueBytes(node: GraphNode, batchSize: number): number {
  return 4 * elementCount(node.shape) * (node.batched ? batchSize : 1);
}

/** Whether a node's result is its first operand, element for element in the same order. */
export function isView(node: GraphNode, nodes: readonly GraphNode[]): boolean {
  const source = nodes[node.inputs[0] ?? -1];
  if (!source || source.dtype !== node.dtype || source.batched !== node.batched) return false;
  if (elementCount(source.shape) !== elementCount(node.shape)) return false;
  if (node.op === 'transpose') return keepsOrder(node as GraphNode<'transpose'>, source);
  return views.has(node.op);
}

const views: ReadonlySet<OpName> = new Set<OpName>([
  'reshape',
  'stopGradient',
  'cast',
  // With an unchanged number of elements these add up, take or repeat nothing.
  'sum',
  'mean',
  'broadcast',
  'slice',
  'pad',
]);

/** A transposition that only moves axes of extent 1. */
function keepsOrder({ attributes: { permutation } }: GraphNode<'transpose'>, source: GraphNode): boolean {
  const moved = permutation.filter((axis) => source.shape[axis] !== 1);
  return moved.every((axis, i) => i === 0 || axis > moved[i - 1]!);
}

/** Nodes that read element i of their operands only to write element i. */
const elementwise: ReadonlySet<OpName> = new Set<OpName>([
  'add',
  'subtract',
  'multiply',
  'divide',
  'minimum',
  'maximum',
  'less',
  'equal',
  'select',
  'negate',
  'exp',
  'log',
  'sqrt',
  'square',
  'tanh',
  'sigmoid',
  'silu',
  'gelu',
  'relu',
  'softplus',
  'elu',
  'sine',
  'cosine',
  'floor',
  'tanhGradient',
  'sigmoidGradient',
  'siluGradient',
  'geluGradient',
  'reluGradient',
  'softplusGradient',
  'eluGradient',
]);

/** Bytes that one or several values use in turn. */
interface Block {
  readonly owner: number;
  readonly bytes: number;
  readonly first: number;
  last: number;
  offset: number;
}

/** Plans the arena of a node list. */
export function planBuffers(request: PlanRequest): BufferPlan {
  const { nodes, alignment = 16 } = request;
  const storage = shareStorage(request);
  const blocks = collectBlocks(request, storage, alignment);
  place(blocks);
  const byOwner = new Map(blocks.map((block) => [block.owner, block]));
  return {
    offsets: nodes.map(({ id }) => byOwner.get(storage[id]!)?.offset ?? null),
    storage,
    arenaBytes: blocks.reduce((most, { offset, bytes }) => Math.max(most, offset + bytes), 0),
    peakBytes: peak(blocks, nodes.length),
  };
}

/** Index of the node that reads each value last; Infinity for roots, −1 where nobody needs it. */
function lastUses({ nodes, given, roots }: PlanRequest): number[] {
  const last = new Array<number>(nodes.length).fill(-1);
  for (const root of roots) last[root] = Infinity;
  for (const node of nodes.toReversed()) {
    if (given(node) || last[node.id] === -1) continue;
    for (const input of node.inputs) last[input] = Math.max(last[input]!, node.id);
  }
  return last;
}

/** Joins views, and elementwise results that may overwrite an operand, with the storage of that operand. */
function shareStorage(request: PlanRequest): number[] {
  const { nodes, given, bytes, inPlace = true } = request;
  const uses = lastUses(request);
  const storage: number[] = [];
  /** For each storage, when its values so far are read last. */
  const busyUntil: number[] = [];
  for (const node of nodes) {
    const dies = (owner: number): boolean =>
      !given(nodes[owner]!) && busyUntil[owner] === node.id && bytes(nodes[owner]!) === bytes(node);
    let owner: number = node.id;
    if (!given(node) && uses[node.id] !== -1) {
      if (isView(node, nodes)) owner = storage[node.inputs[0]!]!;
      else if (inPlace && elementwise.has(node.op)) {
        const operand = node.inputs.find((id) => fits(node, nodes[id]!) && dies(storage[id]!));
        if (operand !== undefined) owner = storage[operand]!;
      }
    }
    storage.push(owner);
    busyUntil[owner] = Math.max(busyUntil[owner] ?? -1, uses[node.id]!);
  }
  return storage;
}

function fits(node: GraphNode, operand: GraphNode): boolean {
  return (
    operand.batched === node.batched &&
    operand.dtype === node.dtype &&
    elementCount(operand.shape) === elementCount(node.shape)
  );
}

function collectBlocks(request: PlanRequest, storage: readonly number[], alignment: number): Block[] {
  const { nodes, given, bytes } = request;
  const uses = lastUses(request);
  const blocks = new Map<number, Block>();
  for (const node of nodes) {
    const owner = storage[node.id]!;
    if (given(nodes[owner]!) || uses[node.id] === -1) continue;
    const known = blocks.get(owner);
    if (known) known.last = Math.max(known.last, uses[node.id]!);
    else {
      const rounded = Math.ceil(bytes(node) / alignment) * alignment;
      blocks.set(owner, { owner, bytes: rounded, first: node.id, last: uses[node.id]!, offset: 0 });
    }
  }
  return [...blocks.values()];
}

/** Gives every block the lowest offset at which no block of the same time lies. */
function place(blocks: readonly Block[]): void {
  const placed: Block[] = [];
  for (const block of [...blocks].sort((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    const rivals = placed.filter((other) => other.first <= block.last && block.first <= other.last);
    for (const rival of rivals.sort((a, b) => a.offset - b.offset)) {
      if (rival.offset >= block.offset + block.bytes) break;
      block.offset = Math.max(block.offset, rival.offset + rival.bytes);
    }
    placed.push(block);
  }
}

function peak(blocks: readonly Block[], length: number): number {
  const change = new Array<number>(length + 1).fill(0);
  for (const { first, last, bytes } of blocks) {
    change[first]! += bytes;
    if (last < length) change[last + 1]! -= bytes;
  }
  let alive = 0;
  let most = 0;
  for (const step of change) {
    alive += step;
    most = Math.max(most, alive);
  }
  return most;
}

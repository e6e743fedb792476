/**
 * Loop distribution: which values of a step must be computed step by step, and which can be computed for all steps of a
 * rollout at once.
 *
 * Values that depend on each other around a state (h → query → content → h) form a cycle and must run as a loop over time.
 * Everything else, projections of the input before the loop, readout and loss after it, layers between two recurrent
 * layers, is one whole-rollout kernel each. The cycles are the strongly connected components of the graph in which every
 * state also depends on its own next value (Tarjan 1972).
 */

export interface Group {
  readonly nodes: readonly number[];
  /** True: one step after the other, in the order of `nodes`. False: all steps at once. */
  readonly loop: boolean;
}

export interface DependenceGraph {
  /** Vertices in an order in which they can be computed within one step. */
  readonly vertices: readonly number[];
  /** What a vertex reads in the same step. */
  readonly reads: (vertex: number) => readonly number[];
  /** What a vertex reads from the neighbouring step; null: nothing. */
  readonly carried: (vertex: number) => number | null;
}

/** Groups in an order in which they can run one after the other. */
export function distribute(graph: DependenceGraph): Group[] {
  const components = stronglyConnected(graph);
  const componentOf = new Map<number, number>();
  components.forEach((members, index) => members.forEach((vertex) => componentOf.set(vertex, index)));
  const position = new Map(graph.vertices.map((vertex, i) => [vertex, i]));
  const groups = components.map((members) => {
    const nodes = members.toSorted((a, b) => position.get(a)! - position.get(b)!);
    const carried = graph.carried(nodes[0]!);
    return { nodes, loop: nodes.length > 1 || carried === nodes[0] };
  });
  const dependencies = groups.map(({ nodes }, own) => {
    const read = nodes.flatMap((vertex) => allReads(graph, vertex)).map((vertex) => componentOf.get(vertex)!);
    return new Set(read.filter((other) => other !== own));
  });
  return inOrder(groups, dependencies, (index) => position.get(groups[index]!.nodes.at(-1)!)!);
}

function allReads(graph: DependenceGraph, vertex: number): readonly number[] {
  const carried = graph.carried(vertex);
  return carried === null ? graph.reads(vertex) : [...graph.reads(vertex), carried];
}

/** Among the groups whose inputs are ready, always the one that comes first in the graph. */
function inOrder(
  groups: readonly Group[],
  dependencies: readonly ReadonlySet<number>[],
  rank: (index: number) => number,
): Group[] {
  const waiting = dependencies.map((set) => set.size);
  const readers = groups.map((): number[] => []);
  dependencies.forEach((set, index) => set.forEach((other) => readers[other]!.push(index)));
  const ready = groups.map((_, index) => index).filter((index) => waiting[index] === 0);
  const result: Group[] = [];
  while (ready.length > 0) {
    let best = 0;
    for (let i = 1; i < ready.length; i++) if (rank(ready[i]!) < rank(ready[best]!)) best = i;
    const [index] = ready.splice(best, 1) as [number];
    result.push(groups[index]!);
    for (const reader of readers[index]!) if (--waiting[reader]! === 0) ready.push(reader);
  }
  return result;
}

function stronglyConnected(graph: DependenceGraph): number[][] {
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const stack: number[] = [];
  const onStack = new Set<number>();
  const components: number[][] = [];

  const visit = (vertex: number): void => {
    index.set(vertex, index.size);
    low.set(vertex, index.get(vertex)!);
    stack.push(vertex);
    onStack.add(vertex);
    for (const read of allReads(graph, vertex)) {
      if (!index.has(read)) {
        visit(read);
        low.set(vertex, Math.min(low.get(vertex)!, low.get(read)!));
      } else if (onStack.has(read)) low.set(vertex, Math.min(low.get(vertex)!, index.get(read)!));
    }
    if (low.get(vertex) !== index.get(vertex)) return;
    const members = stack.splice(stack.lastIndexOf(vertex));
    for (const member of members) onStack.delete(member);
    components.push(members);
  };

  for (const vertex of graph.vertices) if (!index.has(vertex)) visit(vertex);
  return components;
}

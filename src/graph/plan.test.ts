/** Plans keep values apart as long as they live, and never take more bytes than they say. */
import { describe, expect, it } from 'vitest';
import { largestError } from '../testing/central-differences.ts';
import { randomProgram } from '../testing/random-graphs.ts';
import { readVectors, vectorFiles } from '../testing/vector-files.ts';
import { vectorProgram } from '../testing/vectors.ts';
import { GraphBuilder } from './builder.ts';
import type { Value } from './builder.ts';
import { contributionReads, differentiate } from './differentiate.ts';
import { runForward } from './evaluate.ts';
import type { Values } from './evaluate.ts';
import { evaluateOp } from './evaluate-ops.ts';
import { leafOps } from './ops.ts';
import type { BufferPlan, PlanRequest } from './plan.ts';
import { isView, planBuffers, valueBytes } from './plan.ts';
import type { GraphNode } from './types.ts';
import { elementCount } from './types.ts';

const isLeaf = (node: GraphNode): boolean => leafOps.has(node.op);

/** A plan for batch size 1 and alignment 4, so that sizes are easy to read: 4 bytes a number. */
function plan(g: GraphBuilder, roots: readonly Value[], options: Partial<PlanRequest> = {}): BufferPlan {
  const { nodes } = g.finish();
  return planBuffers({
    nodes,
    given: isLeaf,
    roots: roots.map(({ id }) => id),
    bytes: (node) => valueBytes(node, 1),
    alignment: 4,
    ...options,
  });
}

describe('planBuffers', () => {
  it('runs a chain of elementwise nodes in one buffer', () => {
    const g = new GraphBuilder();
    const y = g.exp(g.tanh(g.square(g.input('x', [8]))));
    expect(plan(g, [y])).toMatchObject({ arenaBytes: 32, peakBytes: 32 });
  });

  it('needs two buffers for that chain when nothing may be overwritten', () => {
    const g = new GraphBuilder();
    const y = g.exp(g.tanh(g.square(g.input('x', [8]))));
    const { arenaBytes, offsets } = plan(g, [y], { inPlace: false });
    expect(arenaBytes).toBe(64);
    expect(offsets).toEqual([null, 0, 32, 0]);
  });

  it('does not overwrite an operand that is read later', () => {
    const g = new GraphBuilder();
    const a = g.square(g.input('x', [8]));
    const b = g.tanh(a);
    const y = g.multiply(a, b);
    const { storage, arenaBytes } = plan(g, [y]);
    expect(storage[b.id]).toBe(b.id);
    expect(storage[y.id]).toBe(a.id);
    expect(arenaBytes).toBe(64);
  });

  it('does not overwrite a broadcast operand, nor one that is given', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [2, 4]);
    const row = g.square(g.input('row', [4]));
    const y = g.add(x, row);
    const { storage } = plan(g, [y]);
    expect(storage[y.id]).toBe(y.id);
  });

  it('keeps roots to the end', () => {
    const g = new GraphBuilder();
    const a = g.square(g.input('x', [8]));
    const y = g.exp(g.tanh(a));
    const { arenaBytes, offsets } = plan(g, [a, y]);
    expect(arenaBytes).toBe(64);
    expect(offsets[a.id]).not.toBe(offsets[y.id]);
  });

  it('gives no bytes to nodes that no root needs', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [8]);
    const idle = g.exp(x);
    const y = g.tanh(x);
    const { arenaBytes, offsets } = plan(g, [y]);
    expect([arenaBytes, offsets[idle.id]]).toEqual([32, null]);
  });

  it('lets a reshape share the bytes of its operand, for as long as either is read', () => {
    const g = new GraphBuilder();
    const a = g.square(g.input('x', [2, 4]));
    const flat = g.reshape(a, [8]);
    const weights = g.softmax(flat);
    const y = g.multiply(weights, flat);
    const { storage, offsets } = plan(g, [y]);
    expect(storage[flat.id]).toBe(a.id);
    expect(offsets[weights.id]).not.toBe(offsets[a.id]);
  });

  it('lets a reshape of a given value stay where that value lies', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [2, 4]);
    const flat = g.reshape(x, [8]);
    const y = g.softmax(flat);
    const { storage, offsets, arenaBytes } = plan(g, [y]);
    expect([storage[flat.id], offsets[flat.id], arenaBytes]).toEqual([x.id, null, 32]);
  });

  it('puts a large value where two small dead ones lay', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [4]);
    const a = g.softmax(x);
    const b = g.standardize(x, 1e-5);
    const c = g.sum(g.multiply(a, b));
    const y = g.add(g.constant(new Array<number>(8).fill(0), [8]), c);
    const { arenaBytes } = plan(g, [y]);
    // 8 numbers for y, and beside it the scalar that it reads.
    expect(arenaBytes).toBe(36);
  });

  it('aligns offsets', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [3]);
    const roots = [g.softmax(x), g.exp(x), g.tanh(x)];
    const { offsets, arenaBytes } = plan(g, roots, { alignment: 16 });
    expect(roots.map(({ id }) => offsets[id])).toEqual([0, 16, 32]);
    expect(arenaBytes).toBe(48);
  });

  it('multiplies batched values by the batch size, and only those', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [3]);
    const parameter = g.parameter('p', [3], { kind: 'zeros' });
    expect([valueBytes(x, 5), valueBytes(parameter, 5)]).toEqual([60, 12]);
  });
});

describe('isView', () => {
  const g = new GraphBuilder();
  const x = g.input('x', [1, 4, 1]);
  const { nodes } = g.finish();
  const wide = g.input('wide', [2, 4]);
  it.each([
    ['a transposition that moves axes of extent 1', g.transpose(x, [1, 0, 2]), true],
    ['a transposition of a matrix', g.transpose(wide, [1, 0]), false],
    ['a sum over an axis of extent 1', g.sum(x, [0]), true],
    ['a sum over more', g.sum(wide, [0]), false],
    ['a whole slice', g.slice(wide, [0, 0], [2, 4]), true],
    ['a part', g.slice(wide, [0, 0], [1, 4]), false],
    ['new axes', g.broadcast(x, [1, 1, 4, 1]), true],
    ['a cast to integers', g.cast(wide, 'i32'), false],
    ['tanh', g.tanh(wide), false],
  ])('%s: %s', (_name, node, expected) => {
    expect(isView(node, nodes)).toBe(expected);
  });
});

/** Runs a node list inside one arena of the planned size; returns the roots. */
function runInArena(request: PlanRequest, planned: BufferPlan, values: Values, size: number): Float64Array[] {
  const { nodes, given } = request;
  const arena = new Float64Array(planned.arenaBytes / 4).fill(Number.NaN);
  const whole = (node: GraphNode): Float64Array => {
    const owner = nodes[planned.storage[node.id]!]!;
    if (given(owner)) return values[owner.id]!;
    const begin = planned.offsets[node.id]! / 4;
    return arena.subarray(begin, begin + elementCount(node.shape) * (node.batched ? size : 1));
  };
  for (const node of nodes) {
    const owner = nodes[planned.storage[node.id]!]!;
    if (given(owner) || planned.offsets[node.id] === null || isView(node, nodes)) continue;
    const target = whole(node);
    const count = elementCount(node.shape);
    for (let b = 0; b < (node.batched ? size : 1); b++) {
      const operands = node.inputs.map((id) => {
        const operand = nodes[id]!;
        const length = elementCount(operand.shape);
        const begin = operand.batched ? b * length : 0;
        return { shape: operand.shape, data: whole(operand).subarray(begin, begin + length) };
      });
      target.set(evaluateOp(node, operands), b * count);
    }
  }
  return request.roots.map((root) => whole(nodes[root]!).slice());
}

describe.each(Array.from({ length: 60 }, (_, seed) => seed))('the plan of random program %i', (seed) => {
  const { program, parameters, batch } = randomProgram(seed);
  const steps = runForward(program, parameters, batch);

  it.each([true, false])('computes the same in its arena as without one (in place: %s)', (inPlace) => {
    for (const { graph, values } of steps) {
      const roots = [...graph.outputs, ...graph.taps].map(({ node }) => node);
      const request: PlanRequest = {
        nodes: graph.nodes,
        given: (node) => leafOps.has(node.op) || !node.batched,
        roots: [...roots, ...graph.states.map(({ next }) => next), graph.loss!],
        bytes: (node) => valueBytes(node, batch.size),
        inPlace,
      };
      const planned = planBuffers(request);
      expect(planned.arenaBytes).toBeGreaterThanOrEqual(planned.peakBytes);
      const found = runInArena(request, planned, values, batch.size);
      request.roots.forEach((root, i) => {
        expect(largestError(found[i]!, values[root]!)).toBe(0);
      });
    }
  });
});

it.each(vectorFiles)('plans %s forward and backward within a tenth of the least possible', (file) => {
  for (const variant of vectorProgram(readVectors(file)[0]!).variants) {
    const { nodes, forwardCount, states, contributions, saved } = differentiate(variant);
    const kept = new Set(saved);
    const handedBack = states.flatMap(({ adjoint }) => (adjoint === null ? [] : [adjoint]));
    const { arenaBytes, peakBytes } = planBuffers({
      nodes,
      given: (node) => leafOps.has(node.op) || !node.batched || (node.id < forwardCount && kept.has(node.id)),
      roots: [...handedBack, ...contributions.flatMap(contributionReads)],
      bytes: (node) => valueBytes(node, 32),
    });
    expect(peakBytes).toBeGreaterThan(0);
    expect(arenaBytes / peakBytes).toBeLessThan(1.1);
  }
});

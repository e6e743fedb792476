/** The form of what differentiation yields: executors rely on it. Its numbers are checked in derivatives.test.ts and vectors.test.ts. */
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from './builder.ts';
import { differentiate, differentiatePrologue, prologueTargets } from './differentiate.ts';
import { evaluateGradients } from './evaluate-gradients.ts';
import type { GraphNode, StepGraph } from './types.ts';

const zeros = { kind: 'zeros' } as const;
const opsOf = (nodes: readonly GraphNode[]): string[] => nodes.map((node) => node.op);
const runOnce = (graph: StepGraph): Parameters<typeof evaluateGradients>[0] => ({
  variants: [graph],
  schedule: [0],
  length: 1,
  parameters: graph.parameters,
});

describe('contributions', () => {
  it('to a weight are the two factors of one product for the rollout', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [2, 3]);
    const y = g.matmul(x, g.parameter('weight', [3, 4], zeros));
    g.loss(g.sum(g.square(y)));
    const { contributions, nodes } = differentiate(g.finish());
    const [only] = contributions;
    expect(contributions).toHaveLength(1);
    expect(only).toMatchObject({ kind: 'product', target: 1, left: x.id });
    expect(nodes[only!.kind === 'product' ? only!.right : -1]!.shape).toEqual([2, 4]);
  });

  it('swap their factors for a transposed weight', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [3]);
    g.loss(g.sum(g.square(g.matmul(x, g.parameter('weight', [4, 3], zeros), { transposeB: true }))));
    expect(differentiate(g.finish()).contributions).toMatchObject([{ kind: 'product', right: x.id }]);
  });

  it('flatten heads into rows', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [2, 5, 3]);
    g.loss(g.sum(g.square(g.matmul(x, g.parameter('weight', [3, 4], zeros)))));
    const { contributions, nodes } = differentiate(g.finish());
    const only = contributions[0]!;
    if (only.kind !== 'product') throw new Error(`unexpected ${only.kind}`);
    expect([nodes[only.left]!.shape, nodes[only.right]!.shape]).toEqual([
      [10, 3],
      [10, 4],
    ]);
  });

  it('to a bias are reduced to its shape', () => {
    const g = new GraphBuilder();
    const y = g.add(g.input('x', [2, 3]), g.parameter('bias', [3], zeros));
    g.loss(g.sum(g.square(y)));
    const { contributions, nodes } = differentiate(g.finish());
    const only = contributions[0]!;
    if (only.kind !== 'sum') throw new Error(`unexpected ${only.kind}`);
    expect(nodes[only.value]!.shape).toEqual([3]);
  });

  it('to an embedding table are its indices and rows, not a dense table', () => {
    const g = new GraphBuilder();
    const table = g.parameter('table', [100, 3], zeros);
    const tokens = g.input('tokens', [4], 'i32');
    g.loss(g.sum(g.square(g.gather(table, tokens))));
    const { contributions, nodes } = differentiate(g.finish());
    const only = contributions[0]!;
    if (only.kind !== 'scatter') throw new Error(`unexpected ${only.kind}`);
    expect(only.indices).toBe(tokens.id);
    expect(nodes[only.rows]!.shape).toEqual([4, 3]);
    expect(opsOf(nodes)).not.toContain('scatterAdd');
  });

  it('stop at the prologue: a value made from parameters alone is the target, not its parameters', () => {
    const g = new GraphBuilder();
    const bias = g.parameter('bias', [3], zeros);
    const unit = g.l2Normalize(bias, 1e-12);
    g.loss(g.sum(g.square(g.multiply(g.input('x', [3]), unit))));
    const gradient = differentiate(g.finish());
    expect(gradient.contributions.map(({ target }) => target)).toEqual([unit.id]);
    expect(opsOf(gradient.nodes)).not.toContain('l2NormalizeGradient');
  });

  it('count once for each sample even where the adjoint does not depend on it', () => {
    const g = new GraphBuilder();
    g.loss(g.sum(g.add(g.input('x', [2]), g.parameter('bias', [2], zeros))));
    const graph = g.finish();
    const gradient = differentiate(graph);
    expect(gradient.lossAdjoint).not.toBeNull();
    for (const contribution of gradient.contributions) {
      expect(contribution.kind === 'sum' && gradient.nodes[contribution.value]!.batched).toBe(true);
    }
    const batch = { size: 3, inputs: { x: { shape: [3, 1, 2], data: [1, 2, 3, 4, 5, 6] } } };
    const { gradients } = evaluateGradients(runOnce(graph), { bias: { shape: [2], data: [0, 0] } }, batch);
    expect([...gradients['bias']!.data]).toEqual([3, 3]);
  });
});

describe('derivative nodes', () => {
  it('fold the seed of the loss away', () => {
    const g = new GraphBuilder();
    const logits = g.matmul(g.input('x', [3]), g.parameter('weight', [3, 5], zeros));
    const weight = g.input('weight', []);
    g.loss(g.sum(g.multiply(g.crossEntropy(logits, g.input('target', [], 'i32')), weight)));
    const gradient = differentiate(g.finish());
    const added = gradient.nodes.slice(gradient.forwardCount);
    expect(opsOf(added)).toEqual(['crossEntropyGradient']);
    expect(added[0]!.inputs[2]).toBe(weight.id);
    expect(gradient.lossAdjoint).toBeNull();
  });

  it('are left out where nobody asks for them', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [3]);
    g.loss(g.sum(g.square(g.matmul(g.tanh(x), g.parameter('weight', [3, 2], zeros)))));
    const { nodes, forwardCount } = differentiate(g.finish());
    expect(opsOf(nodes.slice(forwardCount))).not.toContain('tanhGradient');
    expect(opsOf(nodes.slice(forwardCount))).not.toContain('matmul');
  });

  it('keep ids equal to indices, and inputs before their uses', () => {
    const g = new GraphBuilder();
    const h = g.state('h', [3]);
    g.next('h', g.tanh(g.add(g.matmul(h, g.parameter('w', [3, 3], zeros)), g.input('x', [3]))));
    const { nodes } = differentiate(g.finish());
    nodes.forEach((node, i) => {
      expect(node.id).toBe(i);
      expect(node.inputs.every((input) => input < i)).toBe(true);
    });
  });

  it('share equal work', () => {
    const g = new GraphBuilder();
    const a = g.state('a', [2]);
    const b = g.state('b', [2]);
    g.next('a', g.divide(a, b));
    g.next('b', b);
    const { nodes, forwardCount } = differentiate(g.finish());
    expect(opsOf(nodes.slice(forwardCount)).filter((op) => op === 'divide')).toHaveLength(1);
  });
});

describe('states', () => {
  it('that are handed on unchanged hand their adjoint back unchanged', () => {
    const g = new GraphBuilder();
    const h = g.state('h', [3]);
    g.next('h', h);
    const { states } = differentiate(g.finish());
    expect(states).toHaveLength(1);
    expect(states[0]!.adjoint).toBe(states[0]!.nextAdjoint);
  });

  it('whose gradient is stopped have no adjoint', () => {
    const g = new GraphBuilder();
    const h = g.state('h', [3]);
    g.next('h', g.stopGradient(g.tanh(h)));
    expect(differentiate(g.finish()).states).toMatchObject([{ name: 'h', adjoint: null }]);
  });

  it('of integers are not listed', () => {
    const g = new GraphBuilder();
    const count = g.state('count', [], { dtype: 'i32' });
    g.next('count', g.add(count, 1));
    expect(differentiate(g.finish()).states).toEqual([]);
  });

  it('whose next value has another shape take an adjoint of that shape', () => {
    const g = new GraphBuilder('segment', 2);
    const cache = g.state('cache', [1, 3]);
    g.next('cache', g.concat([cache, g.input('x', [2, 3])]));
    const { nodes, states } = differentiate(g.finish());
    expect(nodes[states[0]!.nextAdjoint]!.shape).toEqual([3, 3]);
    expect(nodes[states[0]!.adjoint!]!.shape).toEqual([1, 3]);
  });
});

describe('saved values', () => {
  it('are the batched forward values that derivatives and contributions read', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [3]);
    const h = g.state('h', [3]);
    const weight = g.parameter('w', [3, 3], zeros);
    const before = g.add(x, g.matmul(h, weight));
    const next = g.tanh(before);
    g.next('h', next);
    const { saved } = differentiate(g.finish());
    expect(saved).toEqual([h.id, next.id]);
    expect(saved).not.toContain(before.id);
  });
});

describe('the prologue', () => {
  const withStart = (): StepGraph => {
    const g = new GraphBuilder();
    const bias = g.parameter('bias', [2], zeros);
    const memory = g.state('memory', [2], { start: g.multiply(bias, 3) });
    g.next('memory', g.add(memory, g.parameter('push', [2], zeros)));
    g.loss(g.sum(g.multiply(memory, g.input('x', [2]))));
    return g.finish();
  };

  it('targets what contributions and start values name', () => {
    const graph = withStart();
    const targets = prologueTargets(graph, differentiate(graph));
    const parameter = graph.parameters.find(({ name }) => name === 'push')!.node;
    expect(targets).toEqual([graph.states[0]!.start, parameter].sort((a, b) => a - b));
  });

  it('turns the adjoint of a start value into that of its parameter, and passes a parameter through', () => {
    const graph = withStart();
    const targets = prologueTargets(graph, differentiate(graph));
    const { nodes, values, parameters, forwardCount } = differentiatePrologue(graph, targets);
    expect(parameters.map(({ name }) => name).sort()).toEqual(['bias', 'push']);
    const leafOf = (target: number): number => values.find((value) => value.target === target)!.adjoint;
    const push = parameters.find(({ name }) => name === 'push')!;
    expect(push.adjoint).toBe(leafOf(graph.parameters.find(({ name }) => name === 'push')!.node));
    expect(nodes.slice(forwardCount).every((node) => !node.batched)).toBe(true);
  });

  it('sums the start adjoint over the batch, and only where the state was not given', () => {
    const graph = withStart();
    const parameters = { bias: { shape: [2], data: [1, 1] }, push: { shape: [2], data: [0, 0] } };
    const batch = { size: 2, inputs: { x: { shape: [2, 1, 2], data: [1, 2, 3, 4] } } };
    expect([...evaluateGradients(runOnce(graph), parameters, batch).gradients['bias']!.data]).toEqual([
      12, 18,
    ]);
    const state = { memory: { shape: [2, 2], data: [1, 1, 1, 1] } };
    const given = evaluateGradients(runOnce(graph), parameters, { ...batch, state });
    expect([...given.gradients['bias']!.data]).toEqual([0, 0]);
    expect([...given.stateGradients['memory']!.data]).toEqual([1, 2, 3, 4]);
  });

  it('refuses a value that differs between samples', () => {
    const graph = withStart();
    expect(() => differentiatePrologue(graph, [graph.states[0]!.node])).toThrow('no part of the prologue');
  });
});

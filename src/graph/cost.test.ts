/** Costs against numbers worked out by hand. */
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../foundation/fields.ts';
import { modelById } from '../models/registry.ts';
import { buildProgram } from '../models/program.ts';
import { opExamples, exampleRun } from '../testing/op-examples.ts';
import type { OpExample } from '../testing/op-examples.ts';
import { GraphBuilder } from './builder.ts';
import { forwardFlops, parameterBytes, parameterCount, strategyCost } from './cost.ts';
import { nodeFlops } from './flops.ts';
import { attachLoss } from './loss.ts';
import { opNames } from './ops.ts';
import type { GraphNode, Program } from './types.ts';

const zeros = { kind: 'zeros' } as const;

/** h ← tanh(x W + h U + b), y = h V with 3 inputs, 4 hidden units, 2 outputs and squared error, for 9 steps. */
function recurrentNet(): Program {
  const g = new GraphBuilder();
  const h = g.state('h', [4]);
  const x = g.matmul(g.input('x', [3]), g.parameter('W', [3, 4], zeros));
  const next = g.tanh(
    g.addAll(x, g.matmul(h, g.parameter('U', [4, 4], zeros)), g.parameter('b', [4], zeros)),
  );
  g.next('h', next);
  g.output('y', g.matmul(next, g.parameter('V', [4, 2], zeros)));
  attachLoss(g, 'y', 'mse', 'token');
  const graph = g.finish();
  const schedule = new Array<number>(9).fill(0);
  return { variants: [graph], schedule, length: 9, parameters: graph.parameters };
}

describe('a recurrent net with 9 steps and batch 2', () => {
  const program = recurrentNet();
  // x W 24, h U 32, two sums 8, tanh 4; h V 16, difference 2, square 2, sum 1, weight 1.
  const nextState = 24 + 32 + 8 + 4;
  const forward = nextState + 16 + 2 + 2 + 1 + 1;
  // Square 4, back through V 16, with the next step's adjoint 4, tanh 12, back through U 32; into V 16, b 4, U 32, W 24.
  const backward = 4 + 16 + 4 + 12 + 32 + 16 + 4 + 32 + 24;
  const samples = 9 * 2;
  // For each step the hidden state (4) and the difference (2) are kept; a state is 4 numbers.
  const kept = (4 + 2) * 4 * 2;
  const state = 4 * 4 * 2;

  it('has 40 parameters', () => {
    expect([parameterCount(program), parameterBytes(program)]).toEqual([12 + 16 + 4 + 8, 160]);
  });

  it('counts the operations of a forward pass', () => {
    expect(forwardFlops(program, 2)).toBe(forward * samples);
  });

  it('keeps every step with full back-propagation; the hidden state of one step is the state of the next', () => {
    const cost = strategyCost(program, 2, { kind: 'full' });
    expect(cost.activationBytes).toBe(9 * kept + state);
    expect(cost.flops).toBe((forward + backward) * samples);
  });

  it('keeps one window when truncated', () => {
    const cost = strategyCost(program, 2, { kind: 'truncated', horizon: 4 });
    expect(cost.activationBytes).toBe(4 * kept + state);
    expect(cost.flops).toBe((forward + backward) * samples);
  });

  it('keeps no more than the sequence when the horizon is longer', () => {
    const full = strategyCost(program, 2, { kind: 'full' });
    expect(strategyCost(program, 2, { kind: 'truncated', horizon: 99 })).toEqual(full);
  });

  it('keeps a state every √T steps and one window when checkpointed, and runs next states twice', () => {
    const cost = strategyCost(program, 2, { kind: 'checkpointed' });
    expect(cost.activationBytes).toBe(3 * state + 3 * kept);
    expect(cost.flops).toBe((nextState + forward + backward) * samples);
  });

  it('keeps every state and one step with memory replay', () => {
    const cost = strategyCost(program, 2, { kind: 'memoryReplay' });
    expect(cost.activationBytes).toBe(9 * state + kept);
    expect(cost.flops).toBe((nextState + forward + backward) * samples);
  });

  it('works in an arena for the adjoints of output, hidden state before tanh and state handed back, and of the next state', () => {
    const output = 2 * 4 * 2;
    expect(strategyCost(program, 2, { kind: 'full' }).workingBytes).toBe(output + 3 * state);
  });
});

describe('FIFO states', () => {
  const g = new GraphBuilder();
  const memory = g.state('memory', [3, 2], { kind: 'fifo' });
  g.next('memory', g.push(memory, g.matmul(g.input('x', [2]), g.parameter('W', [2, 2], zeros))));
  g.loss(g.sum(g.square(memory)));
  const graph = g.finish();
  const program = { variants: [graph], schedule: [0, 0, 0, 0], length: 4, parameters: graph.parameters };

  it('are kept once, as a history of the slots at the start and one row a step', () => {
    const history = (3 + 4) * 2 * 4;
    expect(strategyCost(program, 1, { kind: 'full' }).activationBytes).toBe(history);
    expect(strategyCost(program, 1, { kind: 'memoryReplay' }).activationBytes).toBe(history);
  });

  it('are kept for one window when truncated', () => {
    expect(strategyCost(program, 5, { kind: 'truncated', horizon: 2 }).activationBytes).toBe(
      5 * (3 + 2) * 2 * 4,
    );
  });
});

describe('nodeFlops', () => {
  const flopsOf = (make: (g: GraphBuilder) => GraphNode): number => {
    const g = new GraphBuilder();
    const node = make(g);
    return nodeFlops(node, g.finish().nodes);
  };

  it.each([
    ['[2, 3] · [3, 4]', (g: GraphBuilder) => g.matmul(g.input('a', [2, 3]), g.input('b', [3, 4])), 48],
    [
      '[3, 2]ᵀ · [3, 4]',
      (g: GraphBuilder) => g.matmul(g.input('a', [3, 2]), g.input('b', [3, 4]), { transposeA: true }),
      48,
    ],
    ['[3] · [3, 4]', (g: GraphBuilder) => g.matmul(g.input('a', [3]), g.input('b', [3, 4])), 24],
    ['5 heads', (g: GraphBuilder) => g.matmul(g.input('a', [5, 2, 3]), g.input('b', [5, 3, 4])), 240],
    ['distances', (g: GraphBuilder) => g.squaredDistance(g.input('q', [2, 3]), g.input('k', [4, 3])), 72],
    ['a sum of 6 numbers', (g: GraphBuilder) => g.sum(g.input('x', [2, 3])), 5],
    ['sums of 3 numbers', (g: GraphBuilder) => g.sum(g.input('x', [2, 3]), [1]), 4],
    ['softmax', (g: GraphBuilder) => g.softmax(g.input('x', [2, 3])), 30],
    ['a broadcast sum', (g: GraphBuilder) => g.add(g.input('x', [2, 1]), g.input('y', [3])), 6],
    ['a reshape', (g: GraphBuilder) => g.reshape(g.input('x', [2, 3]), [6]), 0],
  ])('%s', (_name, make, expected) => {
    expect(flopsOf(make)).toBe(expected);
  });

  it('is a whole number ≥ 0 for every example of every op', () => {
    for (const op of opNames) {
      for (const example of opExamples[op] as readonly OpExample[]) {
        const { nodes, outputs } = exampleRun(op, example, () => false).program.variants[0]!;
        const flops = nodeFlops(nodes[outputs[0]!.node]!, nodes);
        expect(Number.isInteger(flops) && flops >= 0, `${op}: ${example.note}`).toBe(true);
      }
    }
  });
});

it('orders the strategies of a segment model as the paper does: replay least, then checkpoints, then full', () => {
  const memformer = modelById('memformer');
  const config = { ...defaultsOf(memformer.fields), vocabularySize: 30 };
  const program = buildProgram(memformer, config, { length: 128, loss: 'crossEntropy' });
  const bytes = (kind: 'full' | 'checkpointed' | 'memoryReplay'): number =>
    strategyCost(program, 8, { kind }).activationBytes;
  expect(bytes('memoryReplay')).toBeLessThan(bytes('checkpointed'));
  expect(bytes('checkpointed')).toBeLessThan(bytes('full'));
});

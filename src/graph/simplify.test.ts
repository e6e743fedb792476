/** Simplified graphs are smaller and mean the same. */
import { describe, expect, it } from 'vitest';
import { largestError } from '../testing/central-differences.ts';
import { randomProgram } from '../testing/random-graphs.ts';
import { readVectors, vectorFiles } from '../testing/vector-files.ts';
import { assertMatches, evaluationBatch, tolerances, vectorProgram } from '../testing/vectors.ts';
import { GraphBuilder } from './builder.ts';
import { evaluateGradients } from './evaluate-gradients.ts';
import { evaluate } from './evaluate.ts';
import { nextStatesOnly, simplifyProgram, simplifyStep } from './simplify.ts';
import type { StepGraph } from './types.ts';

const zeros = { kind: 'zeros' } as const;
const opsOf = (step: StepGraph): string[] => step.nodes.map(({ op }) => op);

describe('simplifyStep', () => {
  it('drops nodes and inputs that nothing wanted reads, and keeps parameters', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [2]);
    const unused = g.exp(g.input('unused', [2]));
    g.add(unused, g.parameter('idle', [2], zeros));
    g.output('y', g.tanh(x));
    const step = simplifyStep(g.finish());
    expect(opsOf(step)).toEqual(['input', 'parameter', 'tanh']);
    expect(step.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(step.parameters.map(({ name }) => name)).toEqual(['idle']);
  });

  it('makes equal nodes once', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [2]);
    g.output('y', g.add(g.tanh(x), g.tanh(x)));
    const step = simplifyStep(g.finish());
    expect(opsOf(step)).toEqual(['input', 'tanh', 'add']);
    expect(step.nodes[2]!.inputs).toEqual([1, 1]);
  });

  it('folds what depends on constants alone', () => {
    const g = new GraphBuilder();
    const scale = g.divide(g.scalar(1), g.square(g.scalar(2)));
    g.output('y', g.multiply(g.input('x', [2]), scale));
    const step = simplifyStep(g.finish());
    expect(opsOf(step)).toEqual(['constant', 'input', 'multiply']);
    expect(step.nodes[0]!.attributes).toEqual({ data: [0.25] });
  });

  it('leaves large constants to the executor', () => {
    const g = new GraphBuilder();
    g.output('y', g.add(g.input('x', [100, 100]), g.broadcast(g.scalar(2), [100, 100])));
    expect(opsOf(simplifyStep(g.finish()))).toContain('broadcast');
  });

  it('skips operations that only repeat their operand', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [1, 2]);
    g.output('y', g.sum(g.subtract(g.divide(g.add(g.multiply(x, 1), 0), 1), 0), [0], true));
    const step = simplifyStep(g.finish());
    expect(opsOf(step)).toEqual(['input']);
    expect(step.outputs).toEqual([{ name: 'y', node: 0 }]);
  });

  it('keeps x + 0 where it changes the shape', () => {
    const g = new GraphBuilder();
    g.output('y', g.add(g.input('x', [2]), g.constant([0, 0, 0, 0], [2, 2])));
    expect(opsOf(simplifyStep(g.finish()))).toContain('add');
  });

  it('does not confuse constants of different types', () => {
    const g = new GraphBuilder();
    g.output('y', g.add(g.input('x', []), 2));
    g.output('n', g.add(g.input('i', [], 'i32'), 2));
    const step = simplifyStep(g.finish());
    expect(step.nodes.filter(({ op }) => op === 'constant').map(({ dtype }) => dtype)).toEqual([
      'f32',
      'i32',
    ]);
  });
});

describe('nextStatesOnly', () => {
  it('leaves out the readout and the loss', () => {
    const g = new GraphBuilder();
    const h = g.state('h', [2]);
    const next = g.tanh(g.add(h, g.input('x', [2])));
    g.next('h', next);
    const y = g.matmul(next, g.parameter('readout', [2, 3], zeros));
    g.output('y', y);
    g.tap('y', y);
    g.loss(g.sum(g.square(g.subtract(y, g.input('target', [3])))));
    const step = nextStatesOnly(g.finish());
    expect(opsOf(step)).toEqual(['constant', 'state', 'input', 'add', 'tanh', 'parameter']);
    expect(step.inputs.map(({ name }) => name)).toEqual(['x']);
    expect([step.outputs, step.taps, step.loss]).toEqual([[], [], null]);
  });
});

describe('a simplified program means the same', () => {
  const cases = vectorFiles.flatMap((file) =>
    readVectors(file)
      .slice(0, 2)
      .map((vector) => ({ name: `${file}, ${vector.name}`, vector })),
  );

  it.each(cases)('$name', ({ vector }) => {
    const program = simplifyProgram(vectorProgram(vector));
    const batch = evaluationBatch(vector);
    const forward = evaluate(program, vector.parameters, batch);
    const { gradients, stateGradients } = evaluateGradients(program, vector.parameters, batch);
    assertMatches(vector, { ...forward, gradients, stateGradients }, tolerances.f64);
  });

  it.each(Array.from({ length: 60 }, (_, seed) => seed))('random program %i', (seed) => {
    const { program, parameters, batch } = randomProgram(seed);
    const simple = simplifyProgram(program);
    const before = evaluate(program, parameters, batch);
    const after = evaluate(simple, parameters, batch);
    for (const group of ['outputs', 'state', 'taps'] as const) {
      expect(Object.keys(after[group])).toEqual(Object.keys(before[group]));
      for (const [name, { data }] of Object.entries(before[group])) {
        expect(largestError(after[group][name]!.data, data), name).toBeLessThan(1e-12);
      }
    }
    const { gradients } = evaluateGradients(program, parameters, batch);
    const simplified = evaluateGradients(simple, parameters, batch);
    for (const [name, { data }] of Object.entries(gradients)) {
      expect(largestError(simplified.gradients[name]!.data, data), name).toBeLessThan(1e-10);
    }
    const states = evaluate(
      { ...program, variants: program.variants.map(nextStatesOnly) },
      parameters,
      batch,
    ).state;
    expect(Object.keys(states)).toEqual(Object.keys(before.state));
    for (const [name, { data }] of Object.entries(before.state)) {
      expect(largestError(states[name]!.data, data), name).toBeLessThan(1e-12);
    }
  });
});

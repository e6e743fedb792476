/** Every derivative rule against central differences, with operands of their own for each sample and with shared ones. */
import { describe, expect, it } from 'vitest';
import { centralDifferences, largestError } from '../testing/central-differences.ts';
import type { OpExample } from '../testing/op-examples.ts';
import { exampleRun, isDifferentiable, opExamples } from '../testing/op-examples.ts';
import { derivativeRules } from './derivatives.ts';
import { differentiate } from './differentiate.ts';
import { Emitter } from './emitter.ts';
import { evaluateGradients } from './evaluate-gradients.ts';
import { evaluate } from './evaluate.ts';
import type { OpName } from './ops.ts';
import { opNames } from './ops.ts';
import { GraphBuilder } from './builder.ts';

type Expectation = 'central differences' | 'leaf' | 'zero' | 'no second derivative';

/** Every other op is held against central differences. */
const exceptions: Partial<Record<OpName, Expectation>> = {
  parameter: 'leaf',
  input: 'leaf',
  state: 'leaf',
  constant: 'leaf',
  adjoint: 'leaf',
  stopGradient: 'zero',
  cast: 'zero',
  oneHot: 'zero',
  crossEntropyGradient: 'no second derivative',
  tanhGradient: 'no second derivative',
  sigmoidGradient: 'no second derivative',
  siluGradient: 'no second derivative',
  geluGradient: 'no second derivative',
  reluGradient: 'no second derivative',
  softplusGradient: 'no second derivative',
  eluGradient: 'no second derivative',
  softmaxGradient: 'no second derivative',
  standardizeGradient: 'no second derivative',
  rmsNormalizeGradient: 'no second derivative',
  l2NormalizeGradient: 'no second derivative',
  squaredDistanceGradientQuery: 'no second derivative',
  squaredDistanceGradientKeys: 'no second derivative',
};

const opsThat = (expectation: Expectation): OpName[] =>
  opNames.filter((op) => (exceptions[op] ?? 'central differences') === expectation);

/** All sets of shared operands: none, each alone, all. */
function sharings(example: OpExample): { label: string; shared: (operand: number) => boolean }[] {
  const movable = example.operands.flatMap(({ fill }, i) => (isDifferentiable(fill) ? [i] : []));
  return [
    { label: 'own operands', shared: () => false },
    ...movable.map((only) => ({ label: `operand ${only} shared`, shared: (i: number) => i === only })),
    ...(movable.length > 1 ? [{ label: 'all shared', shared: () => true }] : []),
  ];
}

const tolerance = 1e-7;

describe.each(opsThat('central differences'))('the derivative of %s', (op) => {
  const cases = (opExamples[op] as readonly OpExample[]).flatMap((example) =>
    sharings(example).map(({ label, shared }) => ({ name: `${example.note}, ${label}`, example, shared })),
  );

  it.each(cases)('equals central differences: $name', ({ example, shared }) => {
    const { program, parameters, batch } = exampleRun(op, example, shared);
    const { gradients, stateGradients } = evaluateGradients(program, parameters, batch);
    const loss = (): number => evaluate(program, parameters, batch).loss;
    const found = { ...gradients, ...stateGradients };
    const leaves = { ...parameters, ...batch.state };
    expect(Object.keys(found).sort()).toEqual(Object.keys(leaves).sort());
    for (const [name, { data }] of Object.entries(leaves)) {
      const numeric = centralDifferences(loss, data as number[]);
      expect(largestError(found[name]!.data, numeric), name).toBeLessThan(tolerance);
    }
  });

  it('has examples', () => expect(cases.length).toBeGreaterThan(0));
});

it.each(opsThat('zero'))('no gradient flows through %s', (op) => {
  for (const example of opExamples[op] as readonly OpExample[]) {
    const { program, parameters, batch } = exampleRun(op, example, () => false);
    const { stateGradients } = evaluateGradients(program, parameters, batch);
    const values = Object.values(stateGradients).flatMap(({ data }) => [...data]);
    expect(values.every((value) => value === 0)).toBe(true);
  }
});

it.each(opsThat('no second derivative'))('%s says that it has no second derivative', (op) => {
  const example = (opExamples[op] as readonly OpExample[])[0]!;
  const { program } = exampleRun(op, example, () => false);
  expect(() => differentiate(program.variants[0]!)).toThrow(`${op} is a derivative`);
});

it.each(opsThat('leaf'))('nothing flows beyond the leaf %s', (op) => {
  const g = new GraphBuilder();
  const x = g.input('x', []);
  const site = { e: new Emitter([]), inputs: [], attributes: {}, y: x, dy: x };
  const rule = derivativeRules[op] as (typeof derivativeRules)['add'];
  expect(rule(site, 0)).toBeNull();
});

it('gives ties of minimum and maximum to the first operand', () => {
  const g = new GraphBuilder();
  const a = g.state('a', []);
  const b = g.state('b', []);
  g.next('a', a);
  g.next('b', b);
  g.loss(g.add(g.multiply(g.minimum(a, b), 2), g.multiply(g.maximum(a, b), 3)));
  const graph = g.finish();
  const program = { variants: [graph], schedule: [0], length: 1, parameters: [] };
  const two = { shape: [1], data: [2] };
  const { stateGradients } = evaluateGradients(
    program,
    {},
    { size: 1, inputs: {}, state: { a: two, b: two } },
  );
  expect([...stateGradients['a']!.data, ...stateGradients['b']!.data]).toEqual([5, 0]);
});

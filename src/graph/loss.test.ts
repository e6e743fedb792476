/** The shares of all steps and samples add up to the loss of the batch. */
import { expect, it } from 'vitest';
import { GraphBuilder } from './builder.ts';
import { evaluate } from './evaluate.ts';
import type { NumericTensor } from './evaluate.ts';
import type { LossKind } from './loss.ts';
import { attachLoss } from './loss.ts';

const tensor = (shape: number[], ...data: number[]): NumericTensor => ({ shape, data });

/** Loss of a model whose output is its input, for one sample of two tokens and two outputs. */
function lossOf(
  unit: 'token' | 'segment',
  kind: LossKind,
  x: readonly number[],
  target: NumericTensor,
  weight: readonly number[],
): number {
  const g = new GraphBuilder(unit, unit === 'token' ? 1 : 2);
  g.output('y', g.input('x', unit === 'token' ? [2] : [2, 2]));
  attachLoss(g, 'y', kind, unit);
  const graph = g.finish();
  const schedule = unit === 'token' ? [0, 0] : [0];
  const inputs = { x: tensor([1, 2, 2], ...x), target, weight: tensor([1, 2], ...weight) };
  return evaluate({ variants: [graph], schedule, length: 2, parameters: [] }, {}, { size: 1, inputs }).loss;
}

it.each(['token', 'segment'] as const)('weighs squared errors by position in a %s model', (unit) => {
  const target = tensor([1, 2, 2], 0, 0, 0, 0);
  // 0.25 · (1 + 4) + 0.5 · (9 + 16)
  expect(lossOf(unit, 'mse', [1, 2, 3, 4], target, [0.25, 0.5])).toBe(13.75);
});

it.each(['token', 'segment'] as const)('weighs cross-entropy by position in a %s model', (unit) => {
  const target = tensor([1, 2], 1, 0);
  const logits = [0, Math.log(3), 5, -7];
  expect(lossOf(unit, 'crossEntropy', logits, target, [2, 0])).toBeCloseTo(-2 * Math.log(0.75), 14);
});

it('needs the output that it reads', () => {
  expect(() => attachLoss(new GraphBuilder(), 'y', 'mse', 'token')).toThrow('an output named y');
});

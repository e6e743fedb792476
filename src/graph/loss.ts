/**
 * The loss as the end of a step graph. Each step adds its share, Σ weight · loss, so that the sum over steps and samples is
 * the loss of the batch; the caller divides the weights by their total (mask total for cross-entropy, elements for mse).
 *
 * Inputs added: `target` and `weight`. Cross-entropy: target i32 and weight f32, [] in a token graph, [n] in a segment graph.
 * Mean squared error: target as the output, weight [] (token) or [n] (segment), applied to the sum over the other axes.
 */
import type { GraphBuilder } from './builder.ts';

export type LossKind = 'crossEntropy' | 'mse';

export function attachLoss(
  g: GraphBuilder,
  outputName: string,
  kind: LossKind,
  unit: 'token' | 'segment',
): void {
  const output = g.outputValue(outputName);
  if (!output) throw new Error(`the loss needs an output named ${outputName}`);
  const positions = unit === 'segment' ? output.shape.slice(0, 1) : [];
  const weight = g.input('weight', positions);
  if (kind === 'crossEntropy') {
    const target = g.input('target', positions, 'i32');
    g.loss(g.sum(g.multiply(g.crossEntropy(output, target), weight)));
  } else {
    const target = g.input('target', output.shape);
    const squared = g.square(g.subtract(output, target));
    const axes = squared.shape.map((_, axis) => axis).slice(positions.length);
    g.loss(g.sum(g.multiply(axes.length > 0 ? g.sum(squared, axes) : squared, weight)));
  }
}

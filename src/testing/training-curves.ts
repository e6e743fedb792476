/** The metrics of a run that learns, for tests of the curves: a loss that falls in two stages with seeded noise, evaluated on three splits. */
import { RandomStream } from '../foundation/random.ts';
import type { Evaluation, MetricPoint } from '../worker/protocol.ts';

export interface TrainingCurves {
  readonly points: readonly MetricPoint[];
  readonly evaluations: readonly Evaluation[];
}

export function trainingCurves(steps = 3000, classes = 10): TrainingCurves {
  const stream = new RandomStream('training curves', steps);
  const start = Math.log(classes);
  const level = (step: number, delay: number): number =>
    start * (0.35 * Math.exp(-step / 120) + 0.65 / (1 + Math.exp((step - delay) / 130))) + 0.002;
  const measured = { seconds: (step: number) => step / 41, tokens: (step: number) => step * 32 * 17 };
  const points: MetricPoint[] = [];
  for (let step = 10; step <= steps; step += 10) {
    points.push({
      step,
      seconds: measured.seconds(step),
      tokens: measured.tokens(step),
      loss: level(step, 1000) * Math.exp(0.18 * stream.normal()),
      gradientNorm: 1,
      learningRate: 0.003,
    });
  }
  const delays = { train: 1000, heldOut: 1060, longer: 1900 };
  const evaluations: Evaluation[] = [];
  for (let step = 0; step <= steps; step += 200) {
    for (const [split, delay] of Object.entries(delays)) {
      const loss = level(step, delay);
      const tokenAccuracy = Math.min(1, Math.exp(-loss) * 1.002);
      evaluations.push({
        step,
        seconds: measured.seconds(step),
        tokens: measured.tokens(step),
        split,
        loss,
        perplexity: Math.exp(loss),
        tokenAccuracy,
        sequenceAccuracy: tokenAccuracy ** (split === 'longer' ? 16 : 8),
      });
    }
  }
  return { points, evaluations };
}

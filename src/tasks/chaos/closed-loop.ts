/**
 * Closed-loop prediction: the model's own prediction is its next input. On a chaotic system every error grows, so the
 * question is not whether but when it loses the true path.
 */
import type { VectorSample } from '../task.ts';

export interface ClosedLoopOptions {
  /** Numbers per row; what goes in is what comes out. */
  readonly size: number;
  /** True rows that the model reads before it is on its own. */
  readonly context: number;
  /** Rows to predict. */
  readonly steps: number;
  /** The row after `inputs` [t, size]. */
  readonly predict: (inputs: Float32Array) => ArrayLike<number> | Promise<ArrayLike<number>>;
}

/** Predicted rows [steps, size]; the first follows the last row of the context. */
export async function closedLoop(
  sample: VectorSample,
  { size, context, steps, predict }: ClosedLoopOptions,
): Promise<Float32Array> {
  const inputs = new Float32Array((context + steps) * size);
  inputs.set(sample.inputs.subarray(0, context * size));
  for (let row = context; row < context + steps; row++) {
    const predicted = await predict(inputs.slice(0, row * size));
    if (predicted.length !== size) throw new Error(`a row has ${size} numbers, not ${predicted.length}`);
    inputs.set(predicted, row * size);
  }
  return inputs.slice(context * size);
}

/**
 * Squared error of each predicted row over the variance of the series: 0 is exact, 1 is as far off as the mean.
 * @param predicted [steps, size], as `closedLoop` gives it
 * @param variance of one standardised component, 1 for the chaos task
 * @returns [steps]
 */
export function closedLoopErrors(
  sample: VectorSample,
  predicted: ArrayLike<number>,
  { size, context }: Pick<ClosedLoopOptions, 'size' | 'context'>,
  variance = 1,
): Float64Array {
  const errors = new Float64Array(predicted.length / size);
  for (let row = 0; row < errors.length; row++) {
    let sum = 0;
    for (let i = 0; i < size; i++) {
      // The target of position t is row t + 1.
      const truth = sample.targets[(context - 1 + row) * size + i];
      if (truth === undefined) throw new Error('more rows were predicted than the sample has');
      sum += (predicted[row * size + i]! - truth) ** 2;
    }
    errors[row] = sum / (size * variance);
  }
  return errors;
}

/** How many rows stay below an error before the first that does not: the valid prediction time, in samples. */
export function validSteps(errors: ArrayLike<number>, threshold = 0.16): number {
  for (let row = 0; row < errors.length; row++) if (!(errors[row]! < threshold)) return row;
  return errors.length;
}

/** AdamW written number by number in double precision, in the order of PyTorch's documentation: a reference for tests. */
import type { OptimizerSettings } from '../executors/executor.ts';

export interface ScalarAdamW {
  /** One update of all parameters with these gradients. */
  update(gradients: readonly (readonly number[])[]): {
    readonly parameters: readonly (readonly number[])[];
    /** Before clipping. */
    readonly norm: number;
  };
}

export function scalarAdamW(
  start: readonly { readonly shape: readonly number[]; readonly parameter: ArrayLike<number> }[],
  { learningRate, beta1, beta2, epsilon, weightDecay, clipNorm }: OptimizerSettings,
): ScalarAdamW {
  const numbers = start.map(({ shape, parameter }) =>
    Array.from(parameter, (theta) => ({ theta, m: 0, v: 0, decays: shape.length > 1 })),
  );
  let t = 0;
  return {
    update(gradients) {
      t++;
      const norm = Math.hypot(...gradients.flat());
      for (const [i, group] of numbers.entries()) {
        for (const [j, number] of group.entries()) {
          const g = norm > clipNorm ? (gradients[i]![j]! / norm) * clipNorm : gradients[i]![j]!;
          if (number.decays) number.theta -= learningRate * weightDecay * number.theta;
          number.m += (1 - beta1) * (g - number.m);
          number.v += (1 - beta2) * (g ** 2 - number.v);
          const mHat = number.m / (1 - beta1 ** t);
          const vHat = number.v / (1 - beta2 ** t);
          number.theta -= (learningRate * mHat) / (Math.sqrt(vHat) + epsilon);
        }
      }
      return { parameters: numbers.map((group) => group.map(({ theta }) => theta)), norm };
    },
  };
}

/**
 * AdamW with clipping by global norm, as every executor does it. In one update, with t counting updates from 1:
 *
 *     norm = √ Σ g²                                  over all parameters
 *     g ← g · min(1, clipNorm / max(norm, 1e-12))    left out when clipNorm is Infinity
 *     m ← β1 m + (1 − β1) g
 *     v ← β2 v + (1 − β2) g²
 *     p ← (1 − learningRate · weightDecay) p − learningRate · (m / (1 − β1ᵗ)) / (√(v / (1 − β2ᵗ)) + ε)
 *
 * The decay is decoupled (Loshchilov and Hutter 2019, algorithm 2, as PyTorch has it) and applies to parameters of rank 2 and
 * above: biases, gains and mixing scalars keep their size.
 */
import { elementCount } from '../graph/types.ts';
import type { Shape } from '../graph/types.ts';
import type { OptimizerSettings } from './executor.ts';

/** Numbers that one update needs besides the arrays. */
export interface UpdateFactors {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 1 − β1ᵗ and 1 − β2ᵗ */
  readonly correction1: number;
  readonly correction2: number;
}

/** `update` counts from 1. */
export function updateFactors(settings: OptimizerSettings, update: number): UpdateFactors {
  const { learningRate, beta1, beta2, epsilon } = settings;
  const correction1 = 1 - beta1 ** update;
  const correction2 = 1 - beta2 ** update;
  return { learningRate, beta1, beta2, epsilon, correction1, correction2 };
}

/** What a parameter is multiplied by in every update. */
export function decayFactor(settings: OptimizerSettings, shape: Shape): number {
  return shape.length >= 2 ? 1 - settings.learningRate * settings.weightDecay : 1;
}

/** What gradients are multiplied by. */
export function clipScale(norm: number, clipNorm: number): number {
  return clipNorm === Infinity ? 1 : Math.min(1, clipNorm / Math.max(norm, smallestNorm));
}

/** Keeps the quotient finite when all gradients are zero. */
export const smallestNorm = 1e-12;

/** √ Σ g² over all arrays. */
function globalNorm(gradients: readonly Float32Array[]): number {
  let sum = 0;
  for (const gradient of gradients) for (const g of gradient) sum += g * g;
  return Math.sqrt(sum);
}

export interface Trainee {
  readonly shape: Shape;
  readonly parameter: Float32Array;
  readonly gradient: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

/**
 * One update of plain arrays, in place (gradients are left as they are). `update` counts from 1.
 * @returns the global norm before clipping
 */
export function updateArrays(
  trainees: readonly Trainee[],
  settings: OptimizerSettings,
  update: number,
): number {
  const norm = globalNorm(trainees.map(({ gradient }) => gradient));
  const scale = clipScale(norm, settings.clipNorm);
  const { learningRate, beta1, beta2, epsilon, correction1, correction2 } = updateFactors(settings, update);
  for (const { shape, parameter, gradient, firstMoment, secondMoment } of trainees) {
    const decay = decayFactor(settings, shape);
    for (let i = 0; i < elementCount(shape); i++) {
      const g = gradient[i]! * scale;
      const m = beta1 * firstMoment[i]! + (1 - beta1) * g;
      const v = beta2 * secondMoment[i]! + (1 - beta2) * g * g;
      firstMoment[i] = m;
      secondMoment[i] = v;
      const direction = m / correction1 / (Math.sqrt(v / correction2) + epsilon);
      parameter[i] = decay * parameter[i]! - learningRate * direction;
    }
  }
  return norm;
}

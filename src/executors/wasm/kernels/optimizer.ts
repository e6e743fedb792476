/** AdamW (Loshchilov and Hutter 2019) with the clipping factor, over flat buffers of parameters, gradients and moments. */
import { settled, splat } from "./vector-math";

/**
 * `step` is learningRate / (1 − β1ᵗ), `correction` 1 / √(1 − β2ᵗ), `decay` the factor learningRate · weightDecay, `scale` the
 * clipping factor of the gradient.
 */
export function adamw(
  parameter: usize,
  gradient: usize,
  first: usize,
  second: usize,
  count: i32,
  scale: f32,
  beta1: f32,
  beta2: f32,
  step: f32,
  correction: f32,
  epsilon: f32,
  decay: f32,
): void {
  const vScale = splat(scale), vBeta1 = splat(beta1), vBeta2 = splat(beta2);
  const vRest1 = splat(1 - beta1), vRest2 = splat(1 - beta2);
  const vStep = splat(step), vCorrection = splat(correction), vEpsilon = splat(epsilon);
  const vKeep = splat(1 - decay);
  // Buffers are padded to whole vectors.
  for (let i = 0; i < count; i += 4) {
    const g = f32x4.mul(v128.load(gradient), vScale);
    const m = settled(f32x4.add(f32x4.mul(v128.load(first), vBeta1), f32x4.mul(g, vRest1)));
    const v = settled(f32x4.add(f32x4.mul(v128.load(second), vBeta2), f32x4.mul(f32x4.mul(g, g), vRest2)));
    v128.store(first, m);
    v128.store(second, v);
    const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(v), vCorrection), vEpsilon);
    const change = f32x4.mul(vStep, f32x4.div(m, denominator));
    v128.store(parameter, f32x4.sub(f32x4.mul(v128.load(parameter), vKeep), change));
    parameter += 16;
    gradient += 16;
    first += 16;
    second += 16;
  }
}

/** The derivatives that the graph has as ops of their own. Each is f(saved value, adjoint), as the op table says. */
import { add, exp, minimum, mul, positive, sigmoid, square, sumOver, broadcastTo } from '../ops.ts';
import type { Tensor } from '../ops.ts';
import { fullShape } from '../operand.ts';
import type { Kernel } from '../operand.ts';
import { geluSlope, geluTanh } from './elementwise.ts';
import { column, differences } from './products.ts';

/** 1 − x */
const complement = (x: Tensor): Tensor => add(mul(x, -1), 1);

export const tanhGradient = (y: Tensor, dy: Tensor): Tensor => mul(dy, complement(square(y)));

export const sigmoidGradient = (y: Tensor, dy: Tensor): Tensor => mul(dy, mul(y, complement(y)));

/** σ(x) (1 + x (1 − σ(x))) dy */
export function siluGradient(x: Tensor, dy: Tensor): Tensor {
  const gate = sigmoid(x);
  return mul(dy, mul(gate, add(mul(x, complement(gate)), 1)));
}

/** (½ (1 + t) + ½ x (1 − t²) t') dy, t being the tanh of gelu. */
export function geluGradient(x: Tensor, dy: Tensor): Tensor {
  const t = geluTanh(x);
  const bend = mul(mul(x, complement(square(t))), geluSlope(x));
  return mul(dy, mul(add(add(t, 1), bend), 0.5));
}

export const reluGradient = (x: Tensor, dy: Tensor): Tensor => mul(dy, positive(x));

export const softplusGradient = (x: Tensor, dy: Tensor): Tensor => mul(dy, sigmoid(x));

/** dy where x > 0, else eˣ dy: the exponent is held at 0, where both sides meet. */
export const eluGradient = (x: Tensor, dy: Tensor): Tensor => mul(dy, exp(minimum(x, 0)));

/** Σ_j 2 d_ij (q_i − k_j) */
export const squaredDistanceGradientQuery: Kernel<'squaredDistanceGradientQuery'> = (
  [query, keys, adjoint],
  site,
) => {
  const pulls = mul(mul(differences(query!, keys!), column(adjoint!)), 2);
  return broadcastTo(sumOver(pulls, [pulls.shape.length - 2], false), fullShape(site));
};

/** Σ_i 2 d_ij (k_j − q_i) */
export const squaredDistanceGradientKeys: Kernel<'squaredDistanceGradientKeys'> = (
  [query, keys, adjoint],
  site,
) => {
  const pulls = mul(mul(differences(query!, keys!), column(adjoint!)), -2);
  const queries = query!.shape.length === 2 ? [pulls.shape.length - 3] : [];
  return broadcastTo(sumOver(pulls, queries, false), fullShape(site));
};

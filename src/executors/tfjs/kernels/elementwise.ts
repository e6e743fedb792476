/** Elementwise ops: broadcasting pairs and single operands. */
import type { OpName } from '../../../graph/ops.ts';
import { add, broadcastTo, mul, select as choose, sigmoid, square, tanh } from '../ops.ts';
import type { Tensor } from '../ops.ts';
import { aligned, fullShape } from '../operand.ts';
import type { Kernel, Operand, Site } from '../operand.ts';

export const binary =
  (op: (a: Tensor, b: Tensor) => Tensor): Kernel<OpName> =>
  ([a, b], { shape }) =>
    op(aligned(a!, shape.length), aligned(b!, shape.length));

export const unary =
  (op: (x: Tensor) => Tensor): Kernel<OpName> =>
  ([x]) =>
    op(x!.tensor);

const filling = (operand: Operand, site: Site<OpName>): Tensor =>
  broadcastTo(aligned(operand, site.shape.length), fullShape(site));

/** minimum and maximum: tfjs forgets to sum their gradients over axes that were broadcast. */
export const extreme =
  (op: (a: Tensor, b: Tensor) => Tensor): Kernel<OpName> =>
  ([a, b], site) =>
    op(filling(a!, site), filling(b!, site));

export const select: Kernel<'select'> = (operands, site) => {
  const [condition, a, b] = operands.map((operand) => filling(operand, site));
  return choose(condition!, a!, b!);
};

export const silu = (x: Tensor): Tensor => mul(x, sigmoid(x));

const geluScale = Math.sqrt(2 / Math.PI);

/** tanh(√(2/π) (x + 0.044715 x³)) */
export function geluTanh(x: Tensor): Tensor {
  return tanh(mul(mul(x, add(mul(square(x), 0.044715), 1)), geluScale));
}

/** ½ x (1 + tanh …) */
export const gelu = (x: Tensor): Tensor => mul(mul(x, 0.5), add(geluTanh(x), 1));

/** d/dx of the argument of the tanh in gelu. */
export const geluSlope = (x: Tensor): Tensor => mul(add(mul(square(x), 3 * 0.044715), 1), geluScale);

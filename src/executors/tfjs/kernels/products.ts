/**
 * Products. A right side without a batch axis becomes one plain matrix product over all rows, because the gradient of a
 * tfjs matMul does not sum over batch axes that were broadcast.
 */
import { matMul, mul, reshape, square, sub, sumOver, transpose } from '../ops.ts';
import type { Tensor } from '../ops.ts';
import { aligned, fullShape, whole } from '../operand.ts';
import type { Kernel, Operand } from '../operand.ts';

/** The last two axes exchanged. */
function swapped(x: Tensor): Tensor {
  const last = x.shape.length - 1;
  return transpose(x, [...Array(last - 1).keys(), last, last - 1]);
}

export const matmul: Kernel<'matmul'> = ([a, b], site) => {
  const { transposeA, transposeB } = site.attributes;
  const result = fullShape(site);
  if (b!.shape.length === 3) return matMul(whole(a!, site), whole(b!, site), transposeA, transposeB);
  if (!b!.batched) {
    const left = transposeA ? swapped(a!.tensor) : a!.tensor;
    const rows = reshape(left, [-1, left.shape.at(-1)!]);
    return reshape(matMul(rows, b!.tensor, false, transposeB), result);
  }
  if (!a!.batched && a!.shape.length < 3) return reshape(fixedLeft(a!, b!, site.attributes), result);
  // One right side for each sample: rows of all heads meet it together.
  const left = transposeA ? swapped(whole(a!, site)) : whole(a!, site);
  const rows = reshape(left, [site.batch, -1, left.shape.at(-1)!]);
  return reshape(matMul(rows, b!.tensor, false, transposeB), result);
};

/** A [m, k] (the same for every sample) times B [batch, k, n], as (Bᵀ Aᵀ)ᵀ so that A is the plain right side. */
function fixedLeft(
  a: Operand,
  b: Operand,
  { transposeA, transposeB }: { readonly transposeA: boolean; readonly transposeB: boolean },
): Tensor {
  const matrix = a.shape.length === 1 ? reshape(a.tensor, [1, -1]) : a.tensor;
  const columns = transposeB ? b.tensor : swapped(b.tensor);
  const [batch, n, k] = columns.shape as [number, number, number];
  const product = matMul(reshape(columns, [batch * n, k]), matrix, false, !transposeA);
  return swapped(reshape(product, [batch, n, -1]));
}

/** A view with one more axis of extent 1, counted per sample. */
function expanded({ tensor, shape, batched }: Operand, axis: number): Tensor {
  const own = [...shape.slice(0, axis), 1, ...shape.slice(axis)];
  return reshape(tensor, batched ? [tensor.shape[0], ...own] : own);
}

export const outer: Kernel<'outer'> = ([a, b]) =>
  mul(expanded(a!, a!.shape.length), expanded(b!, b!.shape.length - 1));

/** q_i − k_j: [N, n] or [m, N, n] per sample. Differences first, squares later: nothing cancels. */
export function differences(query: Operand, keys: Operand): Tensor {
  if (query.shape.length === 1) return sub(aligned(query, 2), keys.tensor);
  return sub(expanded(query, 1), expanded(keys, 0));
}

export const squaredDistance: Kernel<'squaredDistance'> = ([query, keys]) => {
  const difference = differences(query!, keys!);
  return sumOver(square(difference), [difference.shape.length - 1], false);
};

/** x of the given per-sample shape, with a trailing axis of extent 1. */
export function column(operand: Operand): Tensor {
  return expanded(operand, operand.shape.length);
}

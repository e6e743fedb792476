/** Reference kernels that work row by row over the last axis: softmax, norms, cross-entropy, and their derivatives. */
import type { Dense } from './evaluate-indexing.ts';
import { broadcastTo, checkedRow } from './evaluate-indexing.ts';
import type { Shape } from './types.ts';

/** Calls `visit(begin, end)` for every row of the last axis. */
function eachRow(shape: Shape, count: number, visit: (begin: number, end: number) => void): void {
  const width = shape.at(-1) ?? 1;
  for (let begin = 0; begin < count; begin += width) visit(begin, begin + width);
}

/** A masked entry has weight exactly 0; a row that is masked whole is all 0. */
export function softmax(logits: Dense, mask: Dense | undefined, out: Float64Array): void {
  const visible = mask && broadcastTo(mask, logits.shape);
  eachRow(logits.shape, out.length, (begin, end) => {
    let largest = -Infinity;
    for (let i = begin; i < end; i++) {
      if (!visible || visible[i] !== 0) largest = Math.max(largest, logits.data[i]!);
    }
    let total = 0;
    for (let i = begin; i < end; i++) {
      out[i] = !visible || visible[i] !== 0 ? Math.exp(logits.data[i]! - largest) : 0;
      total += out[i]!;
    }
    if (total > 0) for (let i = begin; i < end; i++) out[i]! /= total;
  });
}

/** y (dy − Σ y dy) */
export function softmaxGradient(y: Dense, dy: Dense, out: Float64Array): void {
  eachRow(y.shape, out.length, (begin, end) => {
    const inner = rowDot(y.data, dy.data, begin, end);
    for (let i = begin; i < end; i++) out[i] = y.data[i]! * (dy.data[i]! - inner);
  });
}

/** (x − mean) / √(variance + epsilon) */
export function standardize(x: Dense, epsilon: number, out: Float64Array): void {
  eachRow(x.shape, out.length, (begin, end) => {
    const { mean, inverse } = moments(x.data, begin, end, epsilon);
    for (let i = begin; i < end; i++) out[i] = (x.data[i]! - mean) * inverse;
  });
}

export function standardizeGradient(x: Dense, dy: Dense, epsilon: number, out: Float64Array): void {
  eachRow(x.shape, out.length, (begin, end) => {
    const width = end - begin;
    const { mean, inverse } = moments(x.data, begin, end, epsilon);
    let meanDy = 0;
    let inner = 0;
    for (let i = begin; i < end; i++) {
      meanDy += dy.data[i]! / width;
      inner += (dy.data[i]! * (x.data[i]! - mean) * inverse) / width;
    }
    for (let i = begin; i < end; i++) {
      out[i] = inverse * (dy.data[i]! - meanDy - (x.data[i]! - mean) * inverse * inner);
    }
  });
}

/** x / √(scale · Σ x² + epsilon): RMS norm with scale 1 / width, L2 norm with scale 1. */
export function normalize(x: Dense, scale: number, epsilon: number, out: Float64Array): void {
  eachRow(x.shape, out.length, (begin, end) => {
    const inverse = 1 / Math.sqrt(scale * rowDot(x.data, x.data, begin, end) + epsilon);
    for (let i = begin; i < end; i++) out[i] = x.data[i]! * inverse;
  });
}

/** With r = 1 / √(scale · Σ x² + epsilon): r dy − scale r³ x Σ x dy. */
export function normalizeGradient(
  x: Dense,
  dy: Dense,
  scale: number,
  epsilon: number,
  out: Float64Array,
): void {
  eachRow(x.shape, out.length, (begin, end) => {
    const inverse = 1 / Math.sqrt(scale * rowDot(x.data, x.data, begin, end) + epsilon);
    const inner = scale * inverse ** 3 * rowDot(x.data, dy.data, begin, end);
    for (let i = begin; i < end; i++) out[i] = dy.data[i]! * inverse - x.data[i]! * inner;
  });
}

/** −log softmax(logits)[target] for each row. */
export function crossEntropy(logits: Dense, targets: Dense, out: Float64Array): void {
  let row = 0;
  eachRow(logits.shape, logits.data.length, (begin, end) => {
    const target = checkedRow(targets.data[row]!, end - begin);
    out[row++] = logSumExp(logits.data, begin, end) - logits.data[begin + target]!;
  });
}

/** dLoss · (softmax(logits) − oneHot(target)) */
export function crossEntropyGradient(logits: Dense, targets: Dense, dLoss: Dense, out: Float64Array): void {
  let row = 0;
  eachRow(logits.shape, logits.data.length, (begin, end) => {
    const weight = dLoss.data[row]!;
    const target = checkedRow(targets.data[row]!, end - begin);
    const normalizer = logSumExp(logits.data, begin, end);
    for (let i = begin; i < end; i++) out[i] = weight * Math.exp(logits.data[i]! - normalizer);
    out[begin + target]! -= weight;
    row++;
  });
}

function moments(
  data: Float64Array,
  begin: number,
  end: number,
  epsilon: number,
): { readonly mean: number; readonly inverse: number } {
  const width = end - begin;
  let mean = 0;
  for (let i = begin; i < end; i++) mean += data[i]! / width;
  let variance = 0;
  for (let i = begin; i < end; i++) variance += (data[i]! - mean) ** 2 / width;
  return { mean, inverse: 1 / Math.sqrt(variance + epsilon) };
}

function rowDot(a: Float64Array, b: Float64Array, begin: number, end: number): number {
  let total = 0;
  for (let i = begin; i < end; i++) total += a[i]! * b[i]!;
  return total;
}

function logSumExp(data: Float64Array, begin: number, end: number): number {
  let largest = -Infinity;
  for (let i = begin; i < end; i++) largest = Math.max(largest, data[i]!);
  let total = 0;
  for (let i = begin; i < end; i++) total += Math.exp(data[i]! - largest);
  return largest + Math.log(total);
}

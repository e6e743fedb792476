/**
 * Kernels over the last axis: softmax, norms, cross-entropy, and their gradients. Rows are contiguous; up to three axes of
 * rows have free strides.
 */
import * as op from "./opcodes";
import { word } from "./elementwise";
import { dot, exp4, log4, madd, maxLanes, splat, sumLanes } from "./vector-math";

@inline
function exponential(x: f32): f32 {
  return f32x4.extract_lane(exp4(splat(x)), 0);
}

@inline
function logarithm(x: f32): f32 {
  return f32x4.extract_lane(log4(splat(x)), 0);
}

function rowMaximum(a: usize, n: i32): f32 {
  let i = 0;
  let high = splat(-Infinity);
  for (; i + 4 <= n; i += 4) {
    high = f32x4.max(high, v128.load(a));
    a += 16;
  }
  let result = maxLanes(high);
  for (; i < n; i++) {
    result = max(result, load<f32>(a));
    a += 4;
  }
  return result;
}

/** out = factor · a */
function scaleRow(out: usize, a: usize, factor: f32, n: i32): void {
  const f = splat(factor);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(out, f32x4.mul(v128.load(a), f));
    out += 16;
    a += 16;
  }
  for (; i < n; i++) {
    store<f32>(out, load<f32>(a) * factor);
    out += 4;
    a += 4;
  }
}

/** out = exp(a − shift); returns the sum. */
function exponentials(out: usize, a: usize, shift: f32, n: i32): f32 {
  const s = splat(shift);
  let total = splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const e = exp4(f32x4.sub(v128.load(a), s));
    total = f32x4.add(total, e);
    v128.store(out, e);
    out += 16;
    a += 16;
  }
  let sum = sumLanes(total);
  for (; i < n; i++) {
    const e = exponential(load<f32>(a) - shift);
    sum += e;
    store<f32>(out, e);
    out += 4;
    a += 4;
  }
  return sum;
}

@inline
function softmaxRow(out: usize, a: usize, n: i32): void {
  const sum = exponentials(out, a, rowMaximum(a, n), n);
  scaleRow(out, out, <f32>1 / sum, n);
}

function softmaxMaskedRow(out: usize, a: usize, mask: usize, maskStride: i32, n: i32): void {
  let high: f32 = -Infinity;
  for (let i = 0, m = mask; i < n; i++, m += maskStride) {
    if (load<f32>(m) != 0) high = max(high, load<f32>(a + (i << 2)));
  }
  if (high == -Infinity) high = 0; // masked whole
  const excluded = splat(-Infinity);
  const zero = splat(0);
  const s = splat(high);
  let total = splat(0);
  let i = 0;
  let to = out, from = a, m = mask;
  if (maskStride == 4) {
    for (; i + 4 <= n; i += 4) {
      const hidden = f32x4.eq(v128.load(m), zero);
      const e = exp4(v128.bitselect(excluded, f32x4.sub(v128.load(from), s), hidden));
      total = f32x4.add(total, e);
      v128.store(to, e);
      to += 16;
      from += 16;
      m += 16;
    }
  }
  let sum = sumLanes(total);
  for (; i < n; i++) {
    const e: f32 = load<f32>(m) == 0 ? 0 : exponential(load<f32>(from) - high);
    sum += e;
    store<f32>(to, e);
    to += 4;
    from += 4;
    m += maskStride;
  }
  if (sum != 0) scaleRow(out, out, <f32>1 / sum, n);
}

function total(a: usize, n: i32): f32 {
  let s0 = splat(0), s1 = splat(0);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    s0 = f32x4.add(s0, v128.load(a));
    s1 = f32x4.add(s1, v128.load(a, 16));
    a += 32;
  }
  for (; i + 4 <= n; i += 4) {
    s0 = f32x4.add(s0, v128.load(a));
    a += 16;
  }
  let sum = sumLanes(f32x4.add(s0, s1));
  for (; i < n; i++) {
    sum += load<f32>(a);
    a += 4;
  }
  return sum;
}

/** Σ (a − mean)² */
function squaredDeviation(a: usize, mean: f32, n: i32): f32 {
  const m = splat(mean);
  let s = splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const d = f32x4.sub(v128.load(a), m);
    s = madd(d, d, s);
    a += 16;
  }
  let sum = sumLanes(s);
  for (; i < n; i++) {
    const d = load<f32>(a) - mean;
    sum += d * d;
    a += 4;
  }
  return sum;
}

/** out = a · x + b · y + c */
function combine(out: usize, x: usize, a: f32, y: usize, b: f32, c: f32, n: i32): void {
  const va = splat(a), vb = splat(b), vc = splat(c);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(out, madd(v128.load(x), va, madd(v128.load(y), vb, vc)));
    out += 16;
    x += 16;
    y += 16;
  }
  for (; i < n; i++) {
    store<f32>(out, load<f32>(x) * a + load<f32>(y) * b + c);
    out += 4;
    x += 4;
    y += 4;
  }
}

function standardizeRow(out: usize, x: usize, epsilon: f32, n: i32): void {
  const mean = total(x, n) / <f32>n;
  const scale: f32 = <f32>1 / sqrt<f32>(squaredDeviation(x, mean, n) / <f32>n + epsilon);
  combine(out, x, scale, x, 0, -mean * scale, n);
}

/** dx = s (dy − mean(dy) − x̂ mean(x̂ dy)), x̂ = s (x − mean) */
function standardizeGradientRow(out: usize, x: usize, dy: usize, epsilon: f32, n: i32): void {
  const count = <f32>n;
  const mean = total(x, n) / count;
  const scale: f32 = <f32>1 / sqrt<f32>(squaredDeviation(x, mean, n) / count + epsilon);
  const meanDy = total(dy, n) / count;
  const along = (scale * centredDot(x, mean, dy, n)) / count;
  const slope = -scale * scale * along;
  combine(out, dy, scale, x, slope, -scale * meanDy - slope * mean, n);
}

/** Σ (x − mean) dy */
function centredDot(x: usize, mean: f32, dy: usize, n: i32): f32 {
  const m = splat(mean);
  let s = splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    s = madd(f32x4.sub(v128.load(x), m), v128.load(dy), s);
    x += 16;
    dy += 16;
  }
  let sum = sumLanes(s);
  for (; i < n; i++) {
    sum += (load<f32>(x) - mean) * load<f32>(dy);
    x += 4;
    dy += 4;
  }
  return sum;
}

/** y = x / √(‖x‖² / divisor + epsilon) and its derivative; the divisor is n for the RMS norm, 1 for the L2 norm. */
@inline
function normalizeRow(out: usize, x: usize, divisor: f32, epsilon: f32, n: i32): void {
  scaleRow(out, x, <f32>1 / sqrt<f32>(dot(x, x, n) / divisor + epsilon), n);
}

@inline
function normalizeGradientRow(out: usize, x: usize, dy: usize, divisor: f32, epsilon: f32, n: i32): void {
  const scale: f32 = <f32>1 / sqrt<f32>(dot(x, x, n) / divisor + epsilon);
  const along = (dot(x, dy, n) * scale * scale * scale) / divisor;
  combine(out, dy, scale, x, -along, 0, n);
}

/** dx = y (dy − Σ y dy) */
function softmaxGradientRow(out: usize, y: usize, dy: usize, n: i32): void {
  const along = dot(y, dy, n);
  const shift = splat(along);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(out, f32x4.mul(v128.load(y), f32x4.sub(v128.load(dy), shift)));
    out += 16;
    y += 16;
    dy += 16;
  }
  for (; i < n; i++) {
    store<f32>(out, load<f32>(y) * (load<f32>(dy) - along));
    out += 4;
    y += 4;
    dy += 4;
  }
}

/** log Σ exp(logits) − logits[target] */
function crossEntropyRow(out: usize, logits: usize, target: i32, n: i32): void {
  const high = rowMaximum(logits, n);
  const shift = splat(high);
  let sums = splat(0);
  let i = 0;
  let at = logits;
  for (; i + 4 <= n; i += 4) {
    sums = f32x4.add(sums, exp4(f32x4.sub(v128.load(at), shift)));
    at += 16;
  }
  let sum = sumLanes(sums);
  for (; i < n; i++) {
    sum += exponential(load<f32>(at) - high);
    at += 4;
  }
  const chosen: f32 = <u32>target < <u32>n ? load<f32>(logits + (target << 2)) : 0;
  store<f32>(out, logarithm(sum) + high - chosen);
}

function crossEntropyGradientRow(out: usize, logits: usize, target: i32, dLoss: f32, n: i32): void {
  const sum = exponentials(out, logits, rowMaximum(logits, n), n);
  scaleRow(out, out, dLoss / sum, n);
  if (<u32>target >= <u32>n) return;
  const at = out + (target << 2);
  store<f32>(at, load<f32>(at) - dLoss);
}

@inline
function row(code: i32, out: usize, a: usize, b: usize, bStride: i32, c: usize, n: i32, epsilon: f32): void {
  if (code == op.SOFTMAX) softmaxRow(out, a, n);
  else if (code == op.SOFTMAX_MASKED) softmaxMaskedRow(out, a, b, bStride, n);
  else if (code == op.STANDARDIZE) standardizeRow(out, a, epsilon, n);
  else if (code == op.RMS_NORMALIZE) normalizeRow(out, a, <f32>n, epsilon, n);
  else if (code == op.L2_NORMALIZE) normalizeRow(out, a, 1, epsilon, n);
  else if (code == op.SOFTMAX_GRADIENT) softmaxGradientRow(out, a, b, n);
  else if (code == op.STANDARDIZE_GRADIENT) standardizeGradientRow(out, a, b, epsilon, n);
  else if (code == op.RMS_NORMALIZE_GRADIENT) normalizeGradientRow(out, a, b, <f32>n, epsilon, n);
  else if (code == op.L2_NORMALIZE_GRADIENT) normalizeGradientRow(out, a, b, 1, epsilon, n);
  else if (code == op.CROSS_ENTROPY) crossEntropyRow(out, a, load<i32>(b), n);
  else crossEntropyGradientRow(out, a, load<i32>(b), load<f32>(c), n);
}

export function rows(code: i32, p: usize): void {
  const n0 = word(p, 2), n1 = word(p, 3), n2 = word(p, 4), n = word(p, 5);
  const o2 = word(p, 9), a2 = word(p, 14), b2 = word(p, 19), b3 = word(p, 20), c2 = word(p, 24);
  const epsilon = load<f32>(p + 104);
  for (let i0 = 0; i0 < n0; i0++) {
    for (let i1 = 0; i1 < n1; i1++) {
      let out = <usize>word(p, 6) + i0 * word(p, 7) + i1 * word(p, 8);
      let a = <usize>word(p, 11) + i0 * word(p, 12) + i1 * word(p, 13);
      let b = <usize>word(p, 16) + i0 * word(p, 17) + i1 * word(p, 18);
      let c = <usize>word(p, 21) + i0 * word(p, 22) + i1 * word(p, 23);
      for (let i2 = 0; i2 < n2; i2++) {
        row(code, out, a, b, b3, c, n, epsilon);
        out += o2;
        a += a2;
        b += b2;
        c += c2;
      }
    }
  }
}

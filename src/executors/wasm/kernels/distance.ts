/** ‖q_i − k_j‖² and its gradients. q [m, n], k [N, n], distance [m, N], batched over two axes. */
import { word } from "./elementwise";
import { madd, splat, sumLanes, sumsOfLanes } from "./vector-math";

function rowDistance(q: usize, k: usize, n: i32): f32 {
  let s0 = splat(0), s1 = splat(0);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const d0 = f32x4.sub(v128.load(q), v128.load(k));
    const d1 = f32x4.sub(v128.load(q, 16), v128.load(k, 16));
    s0 = madd(d0, d0, s0);
    s1 = madd(d1, d1, s1);
    q += 32;
    k += 32;
  }
  for (; i + 4 <= n; i += 4) {
    const d0 = f32x4.sub(v128.load(q), v128.load(k));
    s0 = madd(d0, d0, s0);
    q += 16;
    k += 16;
  }
  let sum = sumLanes(f32x4.add(s0, s1));
  for (; i < n; i++) {
    const d = load<f32>(q) - load<f32>(k);
    sum += d * d;
    q += 4;
    k += 4;
  }
  return sum;
}

/** Distances of one query to all keys; four keys share every load of the query. */
function distances(q: usize, k: usize, stride: usize, slots: i32, n: i32, out: usize): void {
  let j = 0;
  if ((n & 3) == 0) {
    for (; j + 4 <= slots; j += 4) {
      let k0 = k, k1 = k + stride, k2 = k1 + stride, k3 = k2 + stride;
      let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
      for (let i = 0; i < n << 2; i += 16) {
        const x = v128.load(q + i);
        const d0 = f32x4.sub(x, v128.load(k0 + i)), d1 = f32x4.sub(x, v128.load(k1 + i));
        const d2 = f32x4.sub(x, v128.load(k2 + i)), d3 = f32x4.sub(x, v128.load(k3 + i));
        s0 = madd(d0, d0, s0);
        s1 = madd(d1, d1, s1);
        s2 = madd(d2, d2, s2);
        s3 = madd(d3, d3, s3);
      }
      v128.store(out + (j << 2), sumsOfLanes(s0, s1, s2, s3));
      k += stride << 2;
    }
  }
  for (; j < slots; j++) {
    store<f32>(out + (j << 2), rowDistance(q, k, n));
    k += stride;
  }
}

/** out (+)= 2 Σ_j weights_j (q − k_j), sixteen columns in registers. */
function weightedDifferences(
  q: usize,
  k: usize,
  stride: usize,
  weights: usize,
  slots: i32,
  n: i32,
  out: usize,
  accumulate: bool,
): void {
  const two = splat(2);
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    const q0 = v128.load(q), q1 = v128.load(q, 16), q2 = v128.load(q, 32), q3 = v128.load(q, 48);
    let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
    let row = k;
    for (let j = 0; j < slots; j++) {
      const w = v128.load32_splat(weights + (j << 2));
      s0 = madd(w, f32x4.sub(q0, v128.load(row)), s0);
      s1 = madd(w, f32x4.sub(q1, v128.load(row, 16)), s1);
      s2 = madd(w, f32x4.sub(q2, v128.load(row, 32)), s2);
      s3 = madd(w, f32x4.sub(q3, v128.load(row, 48)), s3);
      row += stride;
    }
    const zero = splat(0);
    v128.store(out, madd(two, s0, accumulate ? v128.load(out) : zero));
    v128.store(out, madd(two, s1, accumulate ? v128.load(out, 16) : zero), 16);
    v128.store(out, madd(two, s2, accumulate ? v128.load(out, 32) : zero), 32);
    v128.store(out, madd(two, s3, accumulate ? v128.load(out, 48) : zero), 48);
    q += 64;
    k += 64;
    out += 64;
  }
  for (; i < n; i++) {
    const x = load<f32>(q);
    let sum: f32 = 0;
    let row = k;
    for (let j = 0; j < slots; j++) {
      sum += load<f32>(weights + (j << 2)) * (x - load<f32>(row));
      row += stride;
    }
    store<f32>(out, 2 * sum + (accumulate ? load<f32>(out) : 0));
    q += 4;
    k += 4;
    out += 4;
  }
}

/** out += factor (a − b) */
@inline
function addDifference(out: usize, a: usize, b: usize, factor: f32, n: i32): void {
  const f = splat(factor);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(out, madd(f, f32x4.sub(v128.load(a), v128.load(b)), v128.load(out)));
    out += 16;
    a += 16;
    b += 16;
  }
  for (; i < n; i++) {
    store<f32>(out, load<f32>(out) + factor * (load<f32>(a) - load<f32>(b)));
    out += 4;
    a += 4;
    b += 4;
  }
}

export function squaredDistance(p: usize): void {
  const m = word(p, 4), slots = word(p, 5), n = word(p, 6);
  for (let i0 = 0; i0 < word(p, 2); i0++) {
    for (let i1 = 0; i1 < word(p, 3); i1++) {
      let q = <usize>word(p, 7) + i0 * word(p, 8) + i1 * word(p, 9);
      let out = <usize>word(p, 15) + i0 * word(p, 16) + i1 * word(p, 17);
      for (let i = 0; i < m; i++) {
        const k = <usize>word(p, 11) + i0 * word(p, 12) + i1 * word(p, 13);
        distances(q, k, word(p, 14), slots, n, out);
        q += word(p, 10);
        out += word(p, 18);
      }
    }
  }
}

/** dq_i = 2 Σ_j dD_ij (q_i − k_j) */
export function squaredDistanceGradientQuery(p: usize): void {
  const m = word(p, 4), slots = word(p, 5), n = word(p, 6);
  const accumulate = word(p, 23) != 0;
  for (let i0 = 0; i0 < word(p, 2); i0++) {
    for (let i1 = 0; i1 < word(p, 3); i1++) {
      let q = <usize>word(p, 7) + i0 * word(p, 8) + i1 * word(p, 9);
      let distance = <usize>word(p, 15) + i0 * word(p, 16) + i1 * word(p, 17);
      let out = <usize>word(p, 19) + i0 * word(p, 20) + i1 * word(p, 21);
      for (let i = 0; i < m; i++) {
        const k = <usize>word(p, 11) + i0 * word(p, 12) + i1 * word(p, 13);
        weightedDifferences(q, k, word(p, 14), distance, slots, n, out, accumulate);
        q += word(p, 10);
        distance += word(p, 18);
        out += word(p, 22);
      }
    }
  }
}

/** dk_j = 2 Σ_i dD_ij (k_j − q_i) */
export function squaredDistanceGradientKeys(p: usize): void {
  const m = word(p, 4), slots = word(p, 5), n = word(p, 6);
  const accumulate = word(p, 23) != 0;
  for (let i0 = 0; i0 < word(p, 2); i0++) {
    for (let i1 = 0; i1 < word(p, 3); i1++) {
      let k = <usize>word(p, 11) + i0 * word(p, 12) + i1 * word(p, 13);
      let out = <usize>word(p, 19) + i0 * word(p, 20) + i1 * word(p, 21);
      for (let j = 0; j < slots; j++) {
        if (!accumulate) memory.fill(out, 0, n << 2);
        let q = <usize>word(p, 7) + i0 * word(p, 8) + i1 * word(p, 9);
        let distance = <usize>word(p, 15) + i0 * word(p, 16) + i1 * word(p, 17) + (j << 2);
        for (let i = 0; i < m; i++) {
          addDifference(out, k, q, 2 * load<f32>(distance), n);
          q += word(p, 10);
          distance += word(p, 18);
        }
        k += word(p, 14);
        out += word(p, 22);
      }
    }
  }
}

/** Products of single rows, as a step of a token model on one sample has them: no tiles, B is read as it lies. */
import { word } from "./elementwise";
import { product } from "./matmul";
import { dot, madd, splat, sumsOfLanes } from "./vector-math";

/** c = a · B (+ d) for one row, B row-major: sums of sixteen columns in registers. */
function rowTimes(a: usize, csa: usize, b: usize, rsb: usize, c: usize, n: i32, depth: i32, d: usize): void {
  let j = 0;
  for (; j + 16 <= n; j += 16) {
    let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
    if (d != 0) {
      s0 = v128.load(d);
      s1 = v128.load(d, 16);
      s2 = v128.load(d, 32);
      s3 = v128.load(d, 48);
      d += 64;
    }
    let x = a, row = b;
    for (let k = 0; k < depth; k++) {
      const value = v128.load32_splat(x);
      s0 = madd(value, v128.load(row), s0);
      s1 = madd(value, v128.load(row, 16), s1);
      s2 = madd(value, v128.load(row, 32), s2);
      s3 = madd(value, v128.load(row, 48), s3);
      x += csa;
      row += rsb;
    }
    v128.store(c, s0);
    v128.store(c, s1, 16);
    v128.store(c, s2, 32);
    v128.store(c, s3, 48);
    b += 64;
    c += 64;
  }
  for (; j + 4 <= n; j += 4) {
    let s0 = d == 0 ? splat(0) : v128.load(d);
    if (d != 0) d += 16;
    let x = a, row = b;
    for (let k = 0; k < depth; k++) {
      s0 = madd(v128.load32_splat(x), v128.load(row), s0);
      x += csa;
      row += rsb;
    }
    v128.store(c, s0);
    b += 16;
    c += 16;
  }
  for (; j < n; j++) {
    let sum: f32 = d == 0 ? 0 : load<f32>(d);
    if (d != 0) d += 4;
    let x = a, row = b;
    for (let k = 0; k < depth; k++) {
      sum += load<f32>(x) * load<f32>(row);
      x += csa;
      row += rsb;
    }
    store<f32>(c, sum);
    b += 4;
    c += 4;
  }
}

/** c = a · Bᵀ (+ d) for one contiguous row: columns of B are contiguous along k. */
function rowTimesTransposed(a: usize, b: usize, csb: usize, c: usize, n: i32, depth: i32, d: usize): void {
  let j = 0;
  if ((depth & 3) == 0) {
    // Four columns share every load of the row.
    for (; j + 4 <= n; j += 4) {
      let b0 = b, b1 = b + csb, b2 = b1 + csb, b3 = b2 + csb;
      let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
      for (let k = 0; k < depth << 2; k += 16) {
        const x = v128.load(a + k);
        s0 = madd(x, v128.load(b0 + k), s0);
        s1 = madd(x, v128.load(b1 + k), s1);
        s2 = madd(x, v128.load(b2 + k), s2);
        s3 = madd(x, v128.load(b3 + k), s3);
      }
      const sums = sumsOfLanes(s0, s1, s2, s3);
      v128.store(c, d == 0 ? sums : f32x4.add(sums, v128.load(d)));
      if (d != 0) d += 16;
      b += csb << 2;
      c += 16;
    }
  }
  for (; j < n; j++) {
    const sum = dot(a, b, depth);
    store<f32>(c, d == 0 ? sum : sum + load<f32>(d));
    if (d != 0) d += 4;
    b += csb;
    c += 4;
  }
}

export function rowMatmul(p: usize): void {
  const n = word(p, 11), depth = word(p, 12);
  const csa = word(p, 4), rsb = word(p, 6), csb = word(p, 7);
  const transposed = csb != 4 && rsb == 4 && csa == 4;
  for (let i0 = 0; i0 < word(p, 13); i0++) {
    for (let i1 = 0; i1 < word(p, 14); i1++) {
      const a = <usize>word(p, 2) + i0 * word(p, 15) + i1 * word(p, 16);
      const b = <usize>word(p, 5) + i0 * word(p, 17) + i1 * word(p, 18);
      const c = <usize>word(p, 8) + i0 * word(p, 19) + i1 * word(p, 20);
      const d: usize = word(p, 21) == 0 ? 0 : <usize>word(p, 21) + i0 * word(p, 23) + i1 * word(p, 24);
      if (transposed) rowTimesTransposed(a, b, csb, c, n, depth, d);
      else if (csb == 4) rowTimes(a, csa, b, rsb, c, n, depth, d);
      else product(a, 0, csa, b, rsb, csb, c, 0, 1, n, depth, d, 0);
    }
  }
}

/** Tiles of a matrix product: 4 × 8 or 1 × 8 sums in registers, and the panel of eight columns of B that they read. */
import { madd, splat } from "./vector-math";

/** Four rows of A against eight columns; `b` advances by `rsb` for each k. Starts from d (row stride rsd), or from zero. */
export function tile(
  a: usize,
  rsa: usize,
  csa: usize,
  b: usize,
  rsb: usize,
  depth: i32,
  c: usize,
  rsc: usize,
  d: usize,
  rsd: usize,
): void {
  let c00 = splat(0), c01 = splat(0), c10 = splat(0), c11 = splat(0);
  let c20 = splat(0), c21 = splat(0), c30 = splat(0), c31 = splat(0);
  if (d != 0) {
    c00 = v128.load(d);
    c01 = v128.load(d, 16);
    d += rsd;
    c10 = v128.load(d);
    c11 = v128.load(d, 16);
    d += rsd;
    c20 = v128.load(d);
    c21 = v128.load(d, 16);
    d += rsd;
    c30 = v128.load(d);
    c31 = v128.load(d, 16);
  }
  if (rsa == 4) {
    // A is transposed: the four values of one k stand side by side.
    for (let k = 0; k < depth; k++) {
      const b0 = v128.load(b), b1 = v128.load(b, 16);
      let x = v128.load32_splat(a);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a, 4);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a, 8);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a, 12);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
      a += csa;
      b += rsb;
    }
  } else {
    let a1 = a + rsa, a2 = a1 + rsa, a3 = a2 + rsa;
    let k = 0;
    if (csa == 4) {
      for (; k + 2 <= depth; k += 2) {
        let b0 = v128.load(b), b1 = v128.load(b, 16);
        let x = v128.load32_splat(a);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        x = v128.load32_splat(a1);
        c10 = madd(x, b0, c10);
        c11 = madd(x, b1, c11);
        x = v128.load32_splat(a2);
        c20 = madd(x, b0, c20);
        c21 = madd(x, b1, c21);
        x = v128.load32_splat(a3);
        c30 = madd(x, b0, c30);
        c31 = madd(x, b1, c31);
        b += rsb;
        b0 = v128.load(b), b1 = v128.load(b, 16);
        x = v128.load32_splat(a, 4);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        x = v128.load32_splat(a1, 4);
        c10 = madd(x, b0, c10);
        c11 = madd(x, b1, c11);
        x = v128.load32_splat(a2, 4);
        c20 = madd(x, b0, c20);
        c21 = madd(x, b1, c21);
        x = v128.load32_splat(a3, 4);
        c30 = madd(x, b0, c30);
        c31 = madd(x, b1, c31);
        b += rsb;
        a += 8;
        a1 += 8;
        a2 += 8;
        a3 += 8;
      }
    }
    for (; k < depth; k++) {
      const b0 = v128.load(b), b1 = v128.load(b, 16);
      let x = v128.load32_splat(a);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a1);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a2);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a3);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
      a += csa;
      a1 += csa;
      a2 += csa;
      a3 += csa;
      b += rsb;
    }
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += rsc;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += rsc;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += rsc;
  v128.store(c, c30);
  v128.store(c, c31, 16);
}

/** One row of A against eight columns. */
export function rowTile(a: usize, csa: usize, b: usize, rsb: usize, depth: i32, c: usize, d: usize): void {
  let c00 = splat(0), c01 = splat(0), c10 = splat(0), c11 = splat(0);
  if (d != 0) {
    c00 = v128.load(d);
    c01 = v128.load(d, 16);
  }
  let k = 0;
  for (; k + 2 <= depth; k += 2) {
    let x = v128.load32_splat(a);
    c00 = madd(x, v128.load(b), c00);
    c01 = madd(x, v128.load(b, 16), c01);
    a += csa;
    b += rsb;
    x = v128.load32_splat(a);
    c10 = madd(x, v128.load(b), c10);
    c11 = madd(x, v128.load(b, 16), c11);
    a += csa;
    b += rsb;
  }
  if (k < depth) {
    const x = v128.load32_splat(a);
    c00 = madd(x, v128.load(b), c00);
    c01 = madd(x, v128.load(b, 16), c01);
  }
  v128.store(c, f32x4.add(c00, c10));
  v128.store(c, f32x4.add(c01, c11), 16);
}

/** Copies `columns` ≤ 8 columns of B to a contiguous panel, zeros for the missing ones. */
export function pack(b: usize, rsb: usize, csb: usize, depth: i32, columns: i32, to: usize): void {
  if (csb == 4 && columns == 8) {
    for (let k = 0; k < depth; k++) {
      v128.store(to, v128.load(b));
      v128.store(to, v128.load(b, 16), 16);
      to += 32;
      b += rsb;
    }
    return;
  }
  if (rsb == 4 && columns == 8) {
    packTransposed(b, csb, depth, to);
    packTransposed(b + csb * 4, csb, depth, to + 16);
    return;
  }
  for (let k = 0; k < depth; k++) {
    let from = b;
    let j = 0;
    for (; j < columns; j++) {
      store<f32>(to + (j << 2), load<f32>(from));
      from += csb;
    }
    for (; j < 8; j++) store<f32>(to + (j << 2), 0);
    to += 32;
    b += rsb;
  }
}

/** Four columns that are contiguous along k: 4 × 4 blocks are transposed in registers. */
function packTransposed(b: usize, csb: usize, depth: i32, to: usize): void {
  let b1 = b + csb, b2 = b1 + csb, b3 = b2 + csb;
  let k = 0;
  for (; k + 4 <= depth; k += 4) {
    const r0 = v128.load(b), r1 = v128.load(b1), r2 = v128.load(b2), r3 = v128.load(b3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
    v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
    v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
    to += 128;
    b += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
  }
  for (; k < depth; k++) {
    store<f32>(to, load<f32>(b));
    store<f32>(to, load<f32>(b1), 4);
    store<f32>(to, load<f32>(b2), 8);
    store<f32>(to, load<f32>(b3), 12);
    to += 32;
    b += 4;
    b1 += 4;
    b2 += 4;
    b3 += 4;
  }
}

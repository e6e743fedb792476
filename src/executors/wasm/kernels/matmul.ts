/**
 * Matrix products: C = A · B (+ D), tiles of 4 × 8 sums in registers. A is read with any strides; eight columns of B are
 * brought into a contiguous panel first, which serves the transposed form and ragged widths as well.
 */
import { word } from "./elementwise";
import { madd, splat, sumLanes, sumsOfLanes } from "./vector-math";

/** Rows of a panel: 256 · 8 floats stay in the first-level cache. */
const DEPTH = 256;
const PANEL_BYTES = DEPTH * 32;

/** Scratch of this instance: one panel, then one tile for ragged edges. */
let panel: usize = 0;

export const SCRATCH_BYTES = PANEL_BYTES + 128;

export function setMatmulScratch(address: usize): void {
  panel = address;
}

@inline
function initial(d: usize, offset: usize): v128 {
  return d == 0 ? splat(0) : v128.load(d + offset);
}

/** Four rows of A against eight columns; `b` advances by `rsb` for each k. Starts from d (row stride rsd), or from zero. */
function tile(
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
function rowTile(a: usize, csa: usize, b: usize, rsb: usize, depth: i32, c: usize, d: usize): void {
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

/** Copies `columns` ≤ 8 columns of B into the panel, zeros for the missing ones. */
function pack(b: usize, rsb: usize, csb: usize, depth: i32, columns: i32): void {
  let to = panel;
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

/** Writes the first `columns` of a row that was computed eight wide, adding d. */
@inline
function storeRagged(from: usize, c: usize, d: usize, columns: i32): void {
  for (let j = 0; j < columns; j++) {
    const sum = load<f32>(from + (j << 2));
    store<f32>(c + (j << 2), d == 0 ? sum : sum + load<f32>(d + (j << 2)));
  }
}

/** All rows of A against the `columns` ≤ 8 columns at b. */
function columnBlock(
  a: usize,
  rsa: usize,
  csa: usize,
  b: usize,
  rsb: usize,
  depth: i32,
  c: usize,
  rsc: usize,
  m: i32,
  columns: i32,
  d: usize,
  rsd: usize,
): void {
  let i = 0;
  if (columns == 8) {
    for (; i + 4 <= m; i += 4) {
      tile(a, rsa, csa, b, rsb, depth, c, rsc, d, rsd);
      a += rsa << 2;
      c += rsc << 2;
      if (d != 0) d += rsd << 2;
    }
    for (; i < m; i++) {
      rowTile(a, csa, b, rsb, depth, c, d);
      a += rsa;
      c += rsc;
      if (d != 0) d += rsd;
    }
    return;
  }
  const temporary = panel + PANEL_BYTES;
  for (; i + 4 <= m; i += 4) {
    tile(a, rsa, csa, b, rsb, depth, temporary, 32, 0, 0);
    for (let row = 0; row < 4; row++) {
      storeRagged(temporary + (row << 5), c, d, columns);
      c += rsc;
      if (d != 0) d += rsd;
    }
    a += rsa << 2;
  }
  for (; i < m; i++) {
    rowTile(a, csa, b, rsb, depth, temporary, 0);
    storeRagged(temporary, c, d, columns);
    a += rsa;
    c += rsc;
    if (d != 0) d += rsd;
  }
}

function product(
  a: usize,
  rsa: usize,
  csa: usize,
  b: usize,
  rsb: usize,
  csb: usize,
  c: usize,
  rsc: usize,
  m: i32,
  n: i32,
  depth: i32,
  d: usize,
  rsd: usize,
): void {
  for (let k = 0; k < depth || k == 0; k += DEPTH) {
    const block = min(DEPTH, depth - k);
    for (let j = 0; j < n; j += 8) {
      const columns = min(8, n - j);
      const from = b + <usize>k * rsb + <usize>j * csb;
      const direct = csb == 4 && columns == 8 && (m <= 32 || rsb <= 128);
      if (!direct) pack(from, rsb, csb, block, columns);
      columnBlock(
        a + <usize>k * csa,
        rsa,
        csa,
        direct ? from : panel,
        direct ? rsb : 32,
        block,
        c + (j << 2),
        rsc,
        m,
        columns,
        d == 0 ? 0 : d + (j << 2),
        rsd,
      );
    }
    // Further blocks of k add to what the first has written.
    d = c;
    rsd = rsc;
  }
}

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

@inline
function dotProduct(a: usize, b: usize, n: i32): f32 {
  let s0 = splat(0), s1 = splat(0);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    s0 = madd(v128.load(a), v128.load(b), s0);
    s1 = madd(v128.load(a, 16), v128.load(b, 16), s1);
    a += 32;
    b += 32;
  }
  for (; i + 4 <= n; i += 4) {
    s0 = madd(v128.load(a), v128.load(b), s0);
    a += 16;
    b += 16;
  }
  let sum = sumLanes(f32x4.add(s0, s1));
  for (; i < n; i++) {
    sum += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return sum;
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
    const sum = dotProduct(a, b, depth);
    store<f32>(c, d == 0 ? sum : sum + load<f32>(d));
    if (d != 0) d += 4;
    b += csb;
    c += 4;
  }
}

export function matmul(p: usize): void {
  const m = word(p, 10), n = word(p, 11), depth = word(p, 12);
  for (let i0 = 0; i0 < word(p, 13); i0++) {
    for (let i1 = 0; i1 < word(p, 14); i1++) {
      const d: usize = word(p, 21) == 0 ? 0 : <usize>word(p, 21) + i0 * word(p, 23) + i1 * word(p, 24);
      product(
        <usize>word(p, 2) + i0 * word(p, 15) + i1 * word(p, 16),
        word(p, 3),
        word(p, 4),
        <usize>word(p, 5) + i0 * word(p, 17) + i1 * word(p, 18),
        word(p, 6),
        word(p, 7),
        <usize>word(p, 8) + i0 * word(p, 19) + i1 * word(p, 20),
        word(p, 9),
        m,
        n,
        depth,
        d,
        word(p, 22),
      );
    }
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

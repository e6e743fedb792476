/**
 * Matrix products: C = A · B (+ D), tiles of 4 × 8 sums in registers. A is read with any strides; eight columns of B are
 * brought into a contiguous panel first, which serves the transposed form and ragged widths as well.
 */
import { word } from "./elementwise";
import { pack, rowTile, tile } from "./matmul-tiles";

/** Rows of a panel: 256 · 8 floats stay in the first-level cache. */
const DEPTH = 256;
const PANEL_BYTES = DEPTH * 32;

/** Scratch of this instance: one panel, then one tile for ragged edges. */
let panel: usize = 0;

export const SCRATCH_BYTES = PANEL_BYTES + 128;

export function setMatmulScratch(address: usize): void {
  panel = address;
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

export function product(
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
      if (!direct) pack(from, rsb, csb, block, columns, panel);
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

/** Embedding rows by index. An index out of range reads as a zero row and adds nothing: it must never touch other memory. */
import { word } from "./elementwise";

@inline
function addRow(out: usize, a: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(out, f32x4.add(v128.load(out), v128.load(a)));
    out += 16;
    a += 16;
  }
  for (; i < n; i++) {
    store<f32>(out, load<f32>(out) + load<f32>(a));
    out += 4;
    a += 4;
  }
}

@inline
function sumRows(out: usize, a: usize, b: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(out, f32x4.add(v128.load(a), v128.load(b)));
    out += 16;
    a += 16;
    b += 16;
  }
  for (; i < n; i++) {
    store<f32>(out, load<f32>(a) + load<f32>(b));
    out += 4;
    a += 4;
    b += 4;
  }
}

export function gather(p: usize): void {
  const width = word(p, 4), limit = word(p, 14);
  for (let i0 = 0; i0 < word(p, 2); i0++) {
    const table = <usize>word(p, 8) + i0 * word(p, 9);
    for (let i1 = 0; i1 < word(p, 3); i1++) {
      const out = <usize>word(p, 5) + i0 * word(p, 6) + i1 * word(p, 7);
      const index = load<i32>(<usize>word(p, 11) + i0 * word(p, 12) + i1 * word(p, 13));
      const row = table + index * word(p, 10);
      const known = <u32>index < <u32>limit;
      if (word(p, 15) != 0) {
        const added = <usize>word(p, 15) + i0 * word(p, 16) + i1 * word(p, 17);
        if (known) sumRows(out, row, added, width);
        else memory.copy(out, added, width << 2);
      } else if (known) {
        memory.copy(out, row, width << 2);
      } else {
        memory.fill(out, 0, width << 2);
      }
    }
  }
}

export function scatterAdd(p: usize): void {
  const width = word(p, 4), limit = word(p, 14);
  for (let i0 = 0; i0 < word(p, 2); i0++) {
    const table = <usize>word(p, 8) + i0 * word(p, 9);
    for (let i1 = 0; i1 < word(p, 3); i1++) {
      const row = <usize>word(p, 5) + i0 * word(p, 6) + i1 * word(p, 7);
      const index = load<i32>(<usize>word(p, 11) + i0 * word(p, 12) + i1 * word(p, 13));
      if (<u32>index < <u32>limit) addRow(table + index * word(p, 10), row, width);
    }
  }
}

export function oneHot(p: usize): void {
  const depth = word(p, 5);
  for (let i0 = 0; i0 < word(p, 2); i0++) {
    for (let i1 = 0; i1 < word(p, 3); i1++) {
      for (let i2 = 0; i2 < word(p, 4); i2++) {
        const out = <usize>word(p, 6) + i0 * word(p, 7) + i1 * word(p, 8) + i2 * word(p, 9);
        const index = load<i32>(<usize>word(p, 10) + i0 * word(p, 11) + i1 * word(p, 12) + i2 * word(p, 13));
        memory.fill(out, 0, depth << 2);
        if (<u32>index < <u32>depth) store<f32>(out + (index << 2), 1);
      }
    }
  }
}

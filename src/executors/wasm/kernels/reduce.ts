/** Sums and means over any axes, and sums of whole buffers in double precision. */
import { word } from "./elementwise";
import { madd, splat, sumLanes } from "./vector-math";

/** out[j] += factor · Σ_i a[i, j] for `columns` contiguous columns; four registers of sums at a time. */
function addColumns(out: usize, a: usize, rowStride: i32, rows: i32, columns: i32, factor: f32): void {
  const scale = splat(factor);
  let j = 0;
  for (; j + 16 <= columns; j += 16) {
    let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
    let at = a;
    for (let i = 0; i < rows; i++) {
      s0 = f32x4.add(s0, v128.load(at));
      s1 = f32x4.add(s1, v128.load(at, 16));
      s2 = f32x4.add(s2, v128.load(at, 32));
      s3 = f32x4.add(s3, v128.load(at, 48));
      at += rowStride;
    }
    v128.store(out, madd(s0, scale, v128.load(out)));
    v128.store(out, madd(s1, scale, v128.load(out, 16)), 16);
    v128.store(out, madd(s2, scale, v128.load(out, 32)), 32);
    v128.store(out, madd(s3, scale, v128.load(out, 48)), 48);
    out += 64;
    a += 64;
  }
  for (; j + 4 <= columns; j += 4) {
    let s0 = splat(0);
    let at = a;
    for (let i = 0; i < rows; i++) {
      s0 = f32x4.add(s0, v128.load(at));
      at += rowStride;
    }
    v128.store(out, madd(s0, scale, v128.load(out)));
    out += 16;
    a += 16;
  }
  for (; j < columns; j++) {
    let sum: f32 = 0;
    let at = a;
    for (let i = 0; i < rows; i++) {
      sum += load<f32>(at);
      at += rowStride;
    }
    store<f32>(out, load<f32>(out) + sum * factor);
    out += 4;
    a += 4;
  }
}

function sumRow(a: usize, stride: i32, n: i32): f32 {
  let sum: f32 = 0;
  let i = 0;
  if (stride == 4) {
    let s0 = splat(0), s1 = splat(0);
    for (; i + 8 <= n; i += 8) {
      s0 = f32x4.add(s0, v128.load(a));
      s1 = f32x4.add(s1, v128.load(a, 16));
      a += 32;
    }
    for (; i + 4 <= n; i += 4) {
      s0 = f32x4.add(s0, v128.load(a));
      a += 16;
    }
    sum = sumLanes(f32x4.add(s0, s1));
  }
  for (; i < n; i++) {
    sum += load<f32>(a);
    a += stride;
  }
  return sum;
}

function clear(p: usize): void {
  const n0 = word(p, 7) == 0 ? 1 : word(p, 2);
  const n1 = word(p, 8) == 0 ? 1 : word(p, 3);
  const n2 = word(p, 9) == 0 ? 1 : word(p, 4);
  const n3 = word(p, 10) == 0 ? 1 : word(p, 5);
  for (let i0 = 0; i0 < n0; i0++) {
    for (let i1 = 0; i1 < n1; i1++) {
      for (let i2 = 0; i2 < n2; i2++) {
        let out = <usize>word(p, 6) + i0 * word(p, 7) + i1 * word(p, 8) + i2 * word(p, 9);
        for (let i3 = 0; i3 < n3; i3++) {
          store<f32>(out, 0);
          out += word(p, 10);
        }
      }
    }
  }
}

export function reduce(p: usize): void {
  const n0 = word(p, 2), n1 = word(p, 3), n2 = word(p, 4), n3 = word(p, 5);
  const o2 = word(p, 9), o3 = word(p, 10), a2 = word(p, 14), a3 = word(p, 15);
  const factor = load<f32>(p + 64);
  if (word(p, 17) == 0) clear(p);
  for (let i0 = 0; i0 < n0; i0++) {
    for (let i1 = 0; i1 < n1; i1++) {
      let out = <usize>word(p, 6) + i0 * word(p, 7) + i1 * word(p, 8);
      let a = <usize>word(p, 11) + i0 * word(p, 12) + i1 * word(p, 13);
      if (o3 == 4 && a3 == 4 && o2 == 0) {
        addColumns(out, a, a2, n2, n3, factor);
        continue;
      }
      for (let i2 = 0; i2 < n2; i2++) {
        if (o3 == 0) {
          store<f32>(out, load<f32>(out) + factor * sumRow(a, a3, n3));
        } else {
          let to = out, from = a;
          for (let i3 = 0; i3 < n3; i3++) {
            store<f32>(to, load<f32>(to) + factor * load<f32>(from));
            to += o3;
            from += a3;
          }
        }
        out += o2;
        a += a2;
      }
    }
  }
}

export function sumToDouble(a: usize, count: i32, out: usize): void {
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) {
    sum += <f64>load<f32>(a);
    a += 4;
  }
  store<f64>(out, sum);
}

export function squaresToDouble(a: usize, count: i32, out: usize): void {
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const x = v128.load(a);
    const low = f64x2.promote_low_f32x4(x);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 0, 1));
    s0 = f64x2.add(s0, f64x2.mul(low, low));
    s1 = f64x2.add(s1, f64x2.mul(high, high));
    a += 16;
  }
  const pairs = f64x2.add(s0, s1);
  let sum = f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
  for (; i < count; i++) {
    const x = <f64>load<f32>(a);
    sum += x * x;
    a += 4;
  }
  store<f64>(out, sum);
}

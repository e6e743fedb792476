/** Elementwise kernels over up to four axes with free strides; contiguous and broadcast inner axes run four at a time. */
import * as op from "./opcodes";
import {
  cosine4,
  elu4,
  exp4,
  geluGate4,
  log4,
  madd,
  settled,
  sigmoid4,
  sine4,
  softplus4,
  splat,
  tanh4,
} from "./vector-math";

@inline
export function word(p: usize, index: i32): i32 {
  return load<i32>(p + (<usize>index << 2));
}

@inline
function one(code: i32, x: v128): v128 {
  if (code == op.COPY) return x;
  if (code == op.NEGATE) return f32x4.neg(x);
  if (code == op.EXP) return exp4(x);
  if (code == op.LOG) return log4(x);
  if (code == op.SQRT) return f32x4.sqrt(x);
  if (code == op.SQUARE) return f32x4.mul(x, x);
  if (code == op.TANH) return tanh4(x);
  if (code == op.SIGMOID) return sigmoid4(x);
  if (code == op.SILU) return f32x4.mul(x, sigmoid4(x));
  if (code == op.GELU) return f32x4.mul(x, geluGate4(x));
  if (code == op.RELU) return f32x4.max(x, splat(0));
  if (code == op.SOFTPLUS) return softplus4(x);
  if (code == op.ELU) return elu4(x);
  if (code == op.SINE) return sine4(x);
  if (code == op.COSINE) return cosine4(x);
  if (code == op.FLOOR) return f32x4.floor(x);
  if (code == op.TO_FLOAT) return f32x4.convert_i32x4_s(x);
  if (code == op.TO_INT) return i32x4.trunc_sat_f32x4_s(x);
  if (code == op.NEGATE_INT) return i32x4.neg(x);
  return i32x4.mul(x, x); // SQUARE_INT
}

@inline
function two(code: i32, a: v128, b: v128): v128 {
  if (code == op.ADD) return f32x4.add(a, b);
  if (code == op.SUBTRACT) return f32x4.sub(a, b);
  if (code == op.MULTIPLY) return settled(f32x4.mul(a, b));
  if (code == op.DIVIDE) return f32x4.div(a, b);
  if (code == op.MINIMUM) return f32x4.min(a, b);
  if (code == op.MAXIMUM) return f32x4.max(a, b);
  if (code == op.LESS) return v128.and(f32x4.lt(a, b), splat(1));
  if (code == op.EQUAL) return v128.and(f32x4.eq(a, b), splat(1));
  if (code == op.ADD_INT) return i32x4.add(a, b);
  if (code == op.SUBTRACT_INT) return i32x4.sub(a, b);
  if (code == op.MULTIPLY_INT) return i32x4.mul(a, b);
  if (code == op.MINIMUM_INT) return i32x4.min_s(a, b);
  if (code == op.MAXIMUM_INT) return i32x4.max_s(a, b);
  if (code == op.LESS_INT) return v128.and(i32x4.lt_s(a, b), splat(1));
  if (code == op.EQUAL_INT) return v128.and(i32x4.eq(a, b), splat(1));
  return settled(gradient(code, a, b));
}

/** f(saved value, adjoint) */
@inline
function gradient(code: i32, x: v128, dy: v128): v128 {
  const unit = splat(1);
  if (code == op.TANH_GRADIENT) return f32x4.mul(dy, f32x4.sub(unit, f32x4.mul(x, x)));
  if (code == op.SIGMOID_GRADIENT) return f32x4.mul(f32x4.mul(dy, x), f32x4.sub(unit, x));
  if (code == op.SILU_GRADIENT) {
    const s = sigmoid4(x);
    return f32x4.mul(f32x4.mul(dy, s), madd(x, f32x4.sub(unit, s), unit));
  }
  if (code == op.GELU_GRADIENT) {
    const s = geluGate4(x);
    const slope = f32x4.mul(madd(f32x4.mul(x, x), splat(0.134145), unit), splat(1.5957691216057308));
    return f32x4.mul(f32x4.mul(dy, s), madd(f32x4.mul(x, f32x4.sub(unit, s)), slope, unit));
  }
  if (code == op.RELU_GRADIENT) return v128.and(dy, f32x4.gt(x, splat(0)));
  if (code == op.SOFTPLUS_GRADIENT) return f32x4.mul(dy, sigmoid4(x));
  // ELU_GRADIENT
  return f32x4.mul(dy, exp4(f32x4.min(x, splat(0))));
}

@inline
function unaryRow(code: i32, out: usize, so: i32, a: usize, sa: i32, n: i32): void {
  let i = 0;
  if (so == 4 && sa == 4) {
    for (; i + 4 <= n; i += 4) {
      v128.store(out, one(code, v128.load(a)));
      out += 16;
      a += 16;
    }
  }
  for (; i < n; i++) {
    v128.store_lane<f32>(out, one(code, v128.load32_splat(a)), 0);
    out += so;
    a += sa;
  }
}

@inline
export function unary(code: i32, p: usize): void {
  const n0 = word(p, 2), n1 = word(p, 3), n2 = word(p, 4), n3 = word(p, 5);
  const o0 = word(p, 7), o1 = word(p, 8), o2 = word(p, 9), o3 = word(p, 10);
  const a0 = word(p, 12), a1 = word(p, 13), a2 = word(p, 14), a3 = word(p, 15);
  let outer: usize = word(p, 6), outerA: usize = word(p, 11);
  for (let i0 = 0; i0 < n0; i0++) {
    let middle = outer, middleA = outerA;
    for (let i1 = 0; i1 < n1; i1++) {
      let out = middle, a = middleA;
      for (let i2 = 0; i2 < n2; i2++) {
        unaryRow(code, out, o3, a, a3, n3);
        out += o2;
        a += a2;
      }
      middle += o1;
      middleA += a1;
    }
    outer += o0;
    outerA += a0;
  }
}

@inline
function binaryRow(code: i32, out: usize, so: i32, a: usize, sa: i32, b: usize, sb: i32, n: i32): void {
  let i = 0;
  if (so == 4) {
    if (sa == 4 && sb == 4) {
      for (; i + 4 <= n; i += 4) {
        v128.store(out, two(code, v128.load(a), v128.load(b)));
        out += 16;
        a += 16;
        b += 16;
      }
    } else if (sa == 4 && sb == 0) {
      const same = v128.load32_splat(b);
      for (; i + 4 <= n; i += 4) {
        v128.store(out, two(code, v128.load(a), same));
        out += 16;
        a += 16;
      }
    } else if (sa == 0 && sb == 4) {
      const same = v128.load32_splat(a);
      for (; i + 4 <= n; i += 4) {
        v128.store(out, two(code, same, v128.load(b)));
        out += 16;
        b += 16;
      }
    }
  }
  for (; i < n; i++) {
    v128.store_lane<f32>(out, two(code, v128.load32_splat(a), v128.load32_splat(b)), 0);
    out += so;
    a += sa;
    b += sb;
  }
}

@inline
export function binary(code: i32, p: usize): void {
  const n0 = word(p, 2), n1 = word(p, 3), n2 = word(p, 4), n3 = word(p, 5);
  const o0 = word(p, 7), o1 = word(p, 8), o2 = word(p, 9), o3 = word(p, 10);
  const a0 = word(p, 12), a1 = word(p, 13), a2 = word(p, 14), a3 = word(p, 15);
  const b0 = word(p, 17), b1 = word(p, 18), b2 = word(p, 19), b3 = word(p, 20);
  let outer: usize = word(p, 6), outerA: usize = word(p, 11), outerB: usize = word(p, 16);
  for (let i0 = 0; i0 < n0; i0++) {
    let middle = outer, middleA = outerA, middleB = outerB;
    for (let i1 = 0; i1 < n1; i1++) {
      let out = middle, a = middleA, b = middleB;
      for (let i2 = 0; i2 < n2; i2++) {
        binaryRow(code, out, o3, a, a3, b, b3, n3);
        out += o2;
        a += a2;
        b += b2;
      }
      middle += o1;
      middleA += a1;
      middleB += b1;
    }
    outer += o0;
    outerA += a0;
    outerB += b0;
  }
}

/** Integer division rounds towards −∞; by zero it gives 0. */
@inline
function divideInt(a: i32, b: i32): i32 {
  if (b == 0) return 0;
  if (b == -1) return -a;
  const quotient = a / b;
  return quotient - i32((a ^ b) < 0 && quotient * b != a);
}

/** Kernels with three operands, or of a kind too rare to vectorise: select, multiply-add, integer division. */
@inline
function ternaryRow(
  code: i32,
  out: usize,
  so: i32,
  a: usize,
  sa: i32,
  b: usize,
  sb: i32,
  c: usize,
  sc: i32,
  n: i32,
): void {
  let i = 0;
  if (code == op.SELECT) {
    const zero = splat(0);
    if (so == 4 && sa == 4 && sb == 4 && sc == 4) {
      for (; i + 4 <= n; i += 4) {
        v128.store(out, v128.bitselect(v128.load(c), v128.load(b), f32x4.eq(v128.load(a), zero)));
        out += 16;
        a += 16;
        b += 16;
        c += 16;
      }
    }
    for (; i < n; i++) {
      store<i32>(out, load<f32>(a) == 0 ? load<i32>(c) : load<i32>(b));
      out += so;
      a += sa;
      b += sb;
      c += sc;
    }
  } else if (code == op.MULTIPLY_ADD) {
    if (so == 4 && sc == 4) {
      if (sa == 4 && sb == 4) {
        for (; i + 4 <= n; i += 4) {
          v128.store(out, settled(madd(v128.load(a), v128.load(b), v128.load(c))));
          out += 16;
          a += 16;
          b += 16;
          c += 16;
        }
      } else if (sa == 0 && sb == 4) {
        const same = v128.load32_splat(a);
        for (; i + 4 <= n; i += 4) {
          v128.store(out, settled(madd(same, v128.load(b), v128.load(c))));
          out += 16;
          b += 16;
          c += 16;
        }
      } else if (sa == 4 && sb == 0) {
        const same = v128.load32_splat(b);
        for (; i + 4 <= n; i += 4) {
          v128.store(out, settled(madd(v128.load(a), same, v128.load(c))));
          out += 16;
          a += 16;
          c += 16;
        }
      }
    }
    for (; i < n; i++) {
      store<f32>(out, load<f32>(a) * load<f32>(b) + load<f32>(c));
      out += so;
      a += sa;
      b += sb;
      c += sc;
    }
  } else {
    for (; i < n; i++) {
      store<i32>(out, divideInt(load<i32>(a), load<i32>(b)));
      out += so;
      a += sa;
      b += sb;
    }
  }
}

@inline
export function ternary(code: i32, p: usize): void {
  const n0 = word(p, 2), n1 = word(p, 3), n2 = word(p, 4), n3 = word(p, 5);
  const out = <usize>word(p, 6), a = <usize>word(p, 11), b = <usize>word(p, 16), c = <usize>word(p, 21);
  for (let i0 = 0; i0 < n0; i0++) {
    for (let i1 = 0; i1 < n1; i1++) {
      for (let i2 = 0; i2 < n2; i2++) {
        ternaryRow(
          code,
          out + i0 * word(p, 7) + i1 * word(p, 8) + i2 * word(p, 9),
          word(p, 10),
          a + i0 * word(p, 12) + i1 * word(p, 13) + i2 * word(p, 14),
          word(p, 15),
          b + i0 * word(p, 17) + i1 * word(p, 18) + i2 * word(p, 19),
          word(p, 20),
          c + i0 * word(p, 22) + i1 * word(p, 23) + i2 * word(p, 24),
          word(p, 25),
          n3,
        );
      }
    }
  }
}

/**
 * Elementary functions on four floats at once. Polynomials and range reductions follow the Cephes library (Moshier, 1989);
 * relative error below 3e-7 over the normal range, NaN stays NaN.
 */

@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** a · b + c, fused where the build has relaxed SIMD. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/**
 * Zero for numbers below 1e-30. Adjoints of long sequences fade; once they are subnormal, every operation on them costs a
 * hundred times as much. NaN stays NaN.
 */
@inline
export function settled(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), splat(1e-30)));
}

@inline
export function sumLanes(x: v128): f32 {
  const pairs = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** The sums of the lanes of four vectors, side by side. */
@inline
export function sumsOfLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}

@inline
export function maxLanes(x: v128): f32 {
  const pairs = f32x4.max(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

@inline
export function exp4(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(f32x4.min(f32x4.max(x, splat(-87.5)), splat(89)), splat(1.44269504088896341)));
  const bounded = f32x4.min(f32x4.max(x, splat(-87.5)), splat(89));
  let r = f32x4.sub(bounded, f32x4.mul(n, splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, splat(-2.12194440e-4)));
  let p = madd(splat(1.9875691500e-4), r, splat(1.3981999507e-3));
  p = madd(p, r, splat(8.3334519073e-3));
  p = madd(p, r, splat(4.1665795894e-2));
  p = madd(p, r, splat(1.6666665459e-1));
  p = madd(p, r, splat(5.0000001201e-1));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), splat(1));
  // 2ⁿ in two factors: n reaches 128, whose exponent alone would not fit.
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  const rest = i32x4.sub(whole, half);
  const bias = i32x4.splat(127);
  const scaled = f32x4.mul(
    f32x4.mul(p, i32x4.shl(i32x4.add(half, bias), 23)),
    i32x4.shl(i32x4.add(rest, bias), 23),
  );
  return v128.andnot(scaled, f32x4.lt(x, splat(-87.33654)));
}

@inline
export function log4(x: v128): v128 {
  const one = splat(1);
  const bits = f32x4.max(x, splat(1.17549435e-38));
  let e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(bits, 23), i32x4.splat(126)));
  // m in [0.5, 1)
  let m = v128.or(v128.and(bits, i32x4.splat(0x007fffff)), splat(0.5));
  const small = f32x4.lt(m, splat(0.707106781186547524));
  e = f32x4.sub(e, v128.and(small, one));
  m = f32x4.sub(f32x4.add(m, v128.and(small, m)), one);
  const z = f32x4.mul(m, m);
  let p = madd(splat(7.0376836292e-2), m, splat(-1.1514610310e-1));
  p = madd(p, m, splat(1.1676998740e-1));
  p = madd(p, m, splat(-1.2420140846e-1));
  p = madd(p, m, splat(1.4249322787e-1));
  p = madd(p, m, splat(-1.6668057665e-1));
  p = madd(p, m, splat(2.0000714765e-1));
  p = madd(p, m, splat(-2.4999993993e-1));
  p = madd(p, m, splat(3.3333331174e-1));
  let y = f32x4.mul(f32x4.mul(p, m), z);
  y = madd(e, splat(-2.12194440e-4), y);
  y = f32x4.sub(y, f32x4.mul(z, splat(0.5)));
  let result = f32x4.add(f32x4.add(m, y), f32x4.mul(e, splat(0.693359375)));
  result = v128.bitselect(splat(-Infinity), result, f32x4.eq(x, splat(0)));
  result = v128.bitselect(x, result, f32x4.eq(x, splat(Infinity)));
  // negative → NaN, NaN → NaN
  return v128.bitselect(result, splat(NaN), f32x4.ge(x, splat(0)));
}

@inline
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = madd(splat(-5.70498872745e-3), z, splat(2.06390887954e-2));
  p = madd(p, z, splat(-5.37397155531e-2));
  p = madd(p, z, splat(1.33314422036e-1));
  p = madd(p, z, splat(-3.33332819422e-1));
  const near = madd(f32x4.mul(p, z), x, x);
  const one = splat(1);
  const far = f32x4.sub(one, f32x4.div(splat(2), f32x4.add(exp4(f32x4.add(size, size)), one)));
  const signed = v128.or(far, v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(near, signed, f32x4.lt(size, splat(0.625)));
}

@inline
export function sigmoid4(x: v128): v128 {
  const one = splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

/** log(1 + z) for z ≥ 0; the quotient repairs what rounding 1 + z loses. */
@inline
function logOnePlus4(z: v128): v128 {
  const one = splat(1);
  const u = f32x4.add(one, z);
  const lost = f32x4.sub(u, one);
  const none = f32x4.eq(lost, splat(0));
  const quotient = f32x4.div(z, v128.bitselect(one, lost, none));
  return v128.bitselect(z, f32x4.mul(log4(u), quotient), none);
}

@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.max(x, splat(0)), logOnePlus4(exp4(f32x4.neg(f32x4.abs(x)))));
}

/** exp(x) − 1 for x ≤ 0, through tanh(x / 2), which keeps small x exact. */
@inline
export function elu4(x: v128): v128 {
  const t = tanh4(f32x4.mul(f32x4.min(x, splat(0)), splat(0.5)));
  const negative = f32x4.div(f32x4.add(t, t), f32x4.sub(splat(1), t));
  return v128.bitselect(x, negative, f32x4.gt(x, splat(0)));
}

/** σ(2u) with u = √(2/π) (x + 0.044715 x³): gelu(x) = x σ(2u), which equals ½ x (1 + tanh u) without its cancellation. */
@inline
export function geluGate4(x: v128): v128 {
  const cubic = madd(f32x4.mul(x, x), splat(0.044715), splat(1));
  return sigmoid4(f32x4.mul(f32x4.mul(x, cubic), splat(1.5957691216057308)));
}

/** sin(x + quarter · π/2); accurate for |x| below some thousands. */
@inline
function sineOf(x: v128, quarter: i32): v128 {
  const k = f32x4.nearest(f32x4.mul(x, splat(0.636619772367581343)));
  let r = f32x4.sub(x, f32x4.mul(k, splat(1.5703125)));
  r = f32x4.sub(r, f32x4.mul(k, splat(4.837512969970703e-4)));
  r = f32x4.sub(r, f32x4.mul(k, splat(7.549789948768648e-8)));
  const z = f32x4.mul(r, r);
  let s = madd(splat(-1.9515295891e-4), z, splat(8.3321608736e-3));
  s = madd(s, z, splat(-1.6666654611e-1));
  s = madd(f32x4.mul(s, z), r, r);
  let c = madd(splat(2.443315711809948e-5), z, splat(-1.388731625493765e-3));
  c = madd(c, z, splat(4.166664568298827e-2));
  c = madd(f32x4.mul(c, z), z, madd(z, splat(-0.5), splat(1)));
  const turn = i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(quarter));
  const odd = i32x4.neg(v128.and(turn, i32x4.splat(1)));
  const sign = i32x4.shl(v128.and(turn, i32x4.splat(2)), 30);
  return v128.xor(v128.bitselect(c, s, odd), sign);
}

@inline
export function sine4(x: v128): v128 {
  return sineOf(x, 0);
}

@inline
export function cosine4(x: v128): v128 {
  return sineOf(x, 1);
}

/** Sum over i of a_i · b_i; both contiguous. */
export function dot(a: usize, b: usize, n: i32): f32 {
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

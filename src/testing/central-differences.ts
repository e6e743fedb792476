/** Numeric derivatives by central differences: an independent check of analytic ones. */

/** df/dx_i ≈ (f(x + h e_i) − f(x − h e_i)) / 2h for every i; `x` is as before when this returns. */
export function centralDifferences(f: () => number, x: Float64Array | number[], h = 1e-5): number[] {
  const derivatives: number[] = [];
  for (let i = 0; i < x.length; i++) {
    const before = x[i]!;
    x[i] = before + h;
    const above = f();
    x[i] = before - h;
    const below = f();
    x[i] = before;
    derivatives.push((above - below) / (2 * h));
  }
  return derivatives;
}

/** Largest |a − b| / (1 + |b|) of two equally long lists; NaN and different lengths count as Infinity. */
export function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / (1 + Math.abs(expected[i]!));
    if (Number.isNaN(error)) return Infinity;
    largest = Math.max(largest, error);
  }
  return largest;
}

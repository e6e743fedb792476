/**
 * The two directions along which points differ most, by orthogonal iteration on their covariance (Golub and Van Loan, 8.2). The
 * covariance is never formed: with few points of many numbers it would be the larger matrix.
 */

export interface PrincipalAxes {
  /** Coordinates of a point on the two axes, its distance from the mean of all points. */
  readonly project: (point: Float64Array) => readonly [number, number];
  /** Share of the variance of all points along each axis, 0 … 1. */
  readonly shares: readonly [number, number];
}

const iterations = 40;

/** @param points at least one, all of the same width */
export function principalAxes(points: readonly Float64Array[]): PrincipalAxes {
  const width = points[0]?.length ?? 0;
  const mean = new Float64Array(width);
  for (const point of points) for (let i = 0; i < width; i++) mean[i]! += point[i]! / points.length;
  const centred = points.map((point) => point.map((value, i) => value - mean[i]!));
  const total = centred.reduce((sum, point) => sum + dot(point, point), 0);
  const axes = twoLargest(centred, width).map((axis) => turned(axis, centred));
  const share = (axis: Float64Array): number =>
    total > 0 ? centred.reduce((sum, point) => sum + dot(axis, point) ** 2, 0) / total : 0;
  const offsets = axes.map((axis) => dot(axis, mean));
  return {
    project: (point) => [dot(axes[0]!, point) - offsets[0]!, dot(axes[1]!, point) - offsets[1]!],
    shares: [share(axes[0]!), share(axes[1]!)],
  };
}

function twoLargest(centred: readonly Float64Array[], width: number): Float64Array[] {
  // Two fixed starts that are unlikely to be orthogonal to what is sought.
  let first = unit(Float64Array.from({ length: width }, (_, i) => Math.cos(i * i + 1)));
  let second = unit(Float64Array.from({ length: width }, (_, i) => Math.sin(i * i + 2)));
  for (let i = 0; i < iterations; i++) {
    first = unit(spreadAlong(centred, first));
    const next = spreadAlong(centred, second);
    const overlap = dot(first, next);
    second = unit(next.map((value, j) => value - overlap * first[j]!));
  }
  return [first, second];
}

/** The covariance times an axis, up to a factor: Σ x (x · axis). */
function spreadAlong(centred: readonly Float64Array[], axis: Float64Array): Float64Array {
  const sum = new Float64Array(axis.length);
  for (const point of centred) {
    const along = dot(point, axis);
    for (let i = 0; i < sum.length; i++) sum[i]! += along * point[i]!;
  }
  return sum;
}

/** An axis has two directions: the one in which the outermost of the first points lies is taken, so that pictures do not flip. */
function turned(axis: Float64Array, centred: readonly Float64Array[]): Float64Array {
  let outermost = 0;
  for (const point of centred.slice(0, 8)) {
    const place = dot(axis, point);
    if (Math.abs(place) > Math.abs(outermost)) outermost = place;
  }
  return outermost < 0 ? axis.map((value) => -value) : axis;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Zero stays zero: points without any spread have no axes. */
function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return length > 0 ? vector.map((value) => value / length) : vector;
}

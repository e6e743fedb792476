/**
 * Singular values of a small matrix, as roots of the eigenvalues of its Gram matrix: Householder reflections make it
 * tridiagonal, then implicit QR steps with Wilkinson's shift (Golub and Van Loan, Matrix Computations, 8.3). Values below about
 * 1e-8 of the largest drown in rounding, far below what a picture shows; in return a whole sequence takes milliseconds.
 */

/** @param matrix row-major [rows, columns]. @returns min(rows, columns) values, the largest first. */
export function singularValues(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const { diagonal, beside } = tridiagonal(gram(matrix, rows, columns), Math.min(rows, columns));
  diagonalise(diagonal, beside);
  return diagonal.map((value) => Math.sqrt(Math.max(0, value))).sort((a, b) => b - a);
}

/** W Wᵀ or Wᵀ W, whichever is smaller, row-major. */
function gram(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const wide = columns > rows;
  const [size, length] = wide ? [rows, columns] : [columns, rows];
  const at = (vector: number, i: number): number =>
    matrix[wide ? vector * columns + i : i * columns + vector]!;
  const product = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += at(a, i) * at(b, i);
      product[a * size + b] = product[b * size + a] = sum;
    }
  }
  return product;
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Entry k stands between the diagonal entries k and k + 1. */
  readonly beside: Float64Array;
}

/** Reflects a symmetric matrix, column by column, until only three diagonals are left. Overwrites it. */
function tridiagonal(matrix: Float64Array, size: number): Tridiagonal {
  const beside = new Float64Array(Math.max(0, size - 1));
  const vector = new Float64Array(size);
  const change = new Float64Array(size);
  for (let k = 0; k < size - 1; k++) {
    const first = matrix[(k + 1) * size + k]!;
    let rest = 0;
    for (let i = k + 2; i < size; i++) rest += matrix[i * size + k]! ** 2;
    if (rest === 0) {
      beside[k] = first;
      continue;
    }
    const length = (first > 0 ? -1 : 1) * Math.sqrt(first ** 2 + rest);
    beside[k] = length;
    for (let i = k + 1; i < size; i++) vector[i] = matrix[i * size + k]!;
    vector[k + 1]! -= length;
    reflect(matrix, size, k + 1, vector, change, 2 / (rest + (first - length) ** 2));
  }
  const diagonal = Float64Array.from({ length: size }, (_, i) => matrix[i * size + i]!);
  return { diagonal, beside };
}

/** A ← (I − scale v vᵀ) A (I − scale v vᵀ) on the rows and columns from `start`. */
function reflect(
  matrix: Float64Array,
  size: number,
  start: number,
  vector: Float64Array,
  change: Float64Array,
  scale: number,
): void {
  let along = 0;
  for (let i = start; i < size; i++) {
    let sum = 0;
    for (let j = start; j < size; j++) sum += matrix[i * size + j]! * vector[j]!;
    change[i] = scale * sum;
    along += change[i]! * vector[i]!;
  }
  for (let i = start; i < size; i++) change[i]! -= (scale / 2) * along * vector[i]!;
  for (let i = start; i < size; i++) {
    for (let j = start; j < size; j++) {
      matrix[i * size + j]! -= vector[i]! * change[j]! + change[i]! * vector[j]!;
    }
  }
}

/** Leaves the eigenvalues in `diagonal`. */
function diagonalise(diagonal: Float64Array, beside: Float64Array): void {
  const isZero = (k: number): boolean =>
    Math.abs(beside[k]!) <= Number.EPSILON * (Math.abs(diagonal[k]!) + Math.abs(diagonal[k + 1]!));
  let last = diagonal.length - 1;
  // Two or three steps an eigenvalue are usual; a matrix with entries that are not finite never gets there.
  for (let steps = 30 * diagonal.length; last > 0 && steps > 0;) {
    if (isZero(last - 1)) {
      last--;
      continue;
    }
    let start = last - 1;
    while (start > 0 && !isZero(start - 1)) start--;
    qrStep(diagonal, beside, start, last);
    steps--;
  }
}

function qrStep(diagonal: Float64Array, beside: Float64Array, start: number, last: number): void {
  const half = (diagonal[last - 1]! - diagonal[last]!) / 2;
  const edge = beside[last - 1]!;
  const shift = diagonal[last]! - edge ** 2 / (half + (half < 0 ? -1 : 1) * Math.hypot(half, edge));
  let x = diagonal[start]! - shift;
  let z = beside[start]!;
  for (let k = start; k < last; k++) {
    const length = Math.hypot(x, z);
    const [cosine, sine] = length === 0 ? [1, 0] : [x / length, -z / length];
    if (k > start) beside[k - 1] = length;
    const [a, b, d] = [diagonal[k]!, beside[k]!, diagonal[k + 1]!];
    diagonal[k] = cosine ** 2 * a - 2 * cosine * sine * b + sine ** 2 * d;
    diagonal[k + 1] = sine ** 2 * a + 2 * cosine * sine * b + cosine ** 2 * d;
    beside[k] = cosine * sine * (a - d) + (cosine ** 2 - sine ** 2) * b;
    if (k === last - 1) return;
    x = beside[k]!;
    z = -sine * beside[k + 1]!;
    beside[k + 1]! *= cosine;
  }
}

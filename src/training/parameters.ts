/**
 * The weights a run starts from. Each parameter has a random stream of its own, keyed by the seed and the parameter's name:
 * the same seed gives the same weights bit for bit, and adding a parameter to a model leaves the others as they were.
 */
import { RandomStream } from '../foundation/random.ts';
import { elementCount } from '../graph/types.ts';
import type { Initializer, ParameterSpec, Shape, Tensor, TensorMap } from '../graph/types.ts';

export function initialParameters(
  specs: readonly Pick<ParameterSpec, 'name' | 'shape' | 'initializer'>[],
  seed: number,
): TensorMap {
  return Object.fromEntries(
    specs.map(({ name, shape, initializer }): [string, Tensor] => {
      const random = new RandomStream('parameter', seed, name);
      return [name, { shape, dtype: 'f32', data: Float32Array.from(draw(initializer, shape, random)) }];
    }),
  );
}

/** How many numbers are trained. */
export function parameterCount(specs: readonly Pick<ParameterSpec, 'shape'>[]): number {
  return specs.reduce((total, { shape }) => total + elementCount(shape), 0);
}

function draw(initializer: Initializer, shape: Shape, random: RandomStream): Float64Array {
  const values = new Float64Array(elementCount(shape));
  switch (initializer.kind) {
    case 'zeros':
      return values;
    case 'ones':
      return values.fill(1);
    case 'constant':
      return values.fill(initializer.value);
    case 'normal':
      return values.map(() => initializer.standardDeviation * random.normal());
    case 'fanIn': {
      const standardDeviation = initializer.scale / Math.sqrt(shape[0] ?? 1);
      return values.map(() => standardDeviation * random.normal());
    }
    case 'uniform':
      return values.map(() => initializer.bound * (2 * random.uniform() - 1));
    case 'orthogonal': {
      const [rows, columns] = matrixExtents(shape, initializer.kind);
      return orthogonal(rows, columns, random).map((value) => value * initializer.gain);
    }
    case 'identity': {
      const [rows, columns] = matrixExtents(shape, initializer.kind);
      for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = initializer.gain;
      return values;
    }
  }
}

function matrixExtents(shape: Shape, kind: string): [number, number] {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || columns === undefined)
    throw new Error(`initializer ${kind} needs a matrix, not [${shape.join(', ')}]`);
  return [rows, columns];
}

/**
 * A matrix [rows, columns] whose shorter side is orthonormal: Gram–Schmidt on normal vectors, which is uniform over such
 * matrices (Mezzadri 2007). Each vector is orthogonalised twice, so that rounding does not spoil it.
 */
function orthogonal(rows: number, columns: number, random: RandomStream): Float64Array {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const vectors: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = new Float64Array(length).map(() => random.normal());
    for (let pass = 0; pass < 2; pass++) for (const other of vectors) removeComponent(vector, other);
    const norm = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((value) => value / norm));
  }
  return new Float64Array(rows * columns).map((_, at) => {
    const row = Math.floor(at / columns);
    const column = at % columns;
    return rows <= columns ? vectors[row]![column]! : vectors[column]![row]!;
  });
}

function removeComponent(vector: Float64Array, unit: Float64Array): void {
  const share = dot(vector, unit);
  for (let i = 0; i < vector.length; i++) vector[i]! -= share * unit[i]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

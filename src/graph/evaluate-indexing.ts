/** Index arithmetic of the reference evaluator: strides, broadcasting, and the ops that only move values. */
import type { Shape } from './types.ts';
import { elementCount } from './types.ts';

/** A dense row-major array in double precision; integers are held as doubles too. */
export interface Dense {
  readonly shape: Shape;
  readonly data: Float64Array;
}

export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** Strides that read `shape` as if it had been broadcast to `target`: 0 along every repeated axis. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const strides = stridesOf(shape);
  const added = target.length - shape.length;
  return target.map((extent, axis) => {
    const own = axis - added;
    return own < 0 || (shape[own] === 1 && extent !== 1) ? 0 : strides[own]!;
  });
}

/**
 * Calls `visit(position, offset)` for every position of `shape` in row-major order; `offset` is the place of that position in
 * an array with the given strides.
 */
export function walk(
  shape: Shape,
  strides: readonly number[],
  visit: (position: number, offset: number) => void,
): void {
  const count = elementCount(shape);
  const index = new Int32Array(shape.length);
  let offset = 0;
  for (let position = 0; position < count; position++) {
    visit(position, offset);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      offset += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      offset -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
}

/** The values of `x` repeated to `target`. */
export function broadcastTo(x: Dense, target: Shape): Float64Array {
  if (x.data.length === elementCount(target)) return x.data;
  const result = new Float64Array(elementCount(target));
  walk(target, broadcastStrides(x.shape, target), (position, offset) => {
    result[position] = x.data[offset]!;
  });
  return result;
}

/** Where the rows `begin … begin + size` of every axis lie in an array of shape `whole`. */
export function walkBlock(
  whole: Shape,
  begin: readonly number[],
  size: Shape,
  visit: (position: number, offset: number) => void,
): void {
  const strides = stridesOf(whole);
  const origin = begin.reduce((total, first, axis) => total + first * strides[axis]!, 0);
  walk(size, strides, (position, offset) => visit(position, origin + offset));
}

/**
 * Row number `index` of a table with `rows` rows.
 * @throws RangeError when there is no such row.
 */
export function checkedRow(index: number, rows: number): number {
  if (!(index >= 0 && index < rows)) throw new RangeError(`index ${index} is outside 0 … ${rows - 1}`);
  return index;
}

/** Shape rules of the op table, one function for each family of ops. */
import type { Inferred, OpAttributes, Operands } from './ops.ts';
import type { Shape } from './types.ts';
import { elementCount, sameShape } from './types.ts';

/** Operands that do not fit together; the message names the op and every shape. */
export class GraphShapeError extends Error {
  constructor(op: string, operands: Operands, reason: string) {
    super(
      `${op}(${operands.map((operand) => `${operand.dtype}[${operand.shape.join(', ')}]`).join(', ')}): ${reason}`,
    );
    this.name = 'GraphShapeError';
  }
}

/** The common shape of two broadcast operands, or null. */
export function broadcastShape(a: Shape, b: Shape): Shape | null {
  const rank = Math.max(a.length, b.length);
  const result: number[] = [];
  for (let i = 0; i < rank; i++) {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return null;
    result.push(left === 1 ? right : left);
  }
  return result;
}

const f32 = (shape: Shape): Inferred => ({ shape, dtype: 'f32' });

export const unary = ([x]: Operands): Inferred => ({ shape: x!.shape, dtype: x!.dtype });
export const sameAsFirst = ([x]: Operands): Inferred => f32(x!.shape);

export const elementwise =
  (op: string) =>
  (operands: Operands): Inferred => {
    const [a, b] = operands;
    const shape = broadcastShape(a!.shape, b!.shape);
    if (shape === null) throw new GraphShapeError(op, operands, 'shapes do not broadcast');
    if (a!.dtype !== b!.dtype) throw new GraphShapeError(op, operands, 'types differ; cast one side');
    return { shape, dtype: a!.dtype };
  };

export function quotient(operands: Operands): Inferred {
  const inferred = elementwise('divide')(operands);
  if (inferred.dtype !== 'f32') throw new GraphShapeError('divide', operands, 'only reals; cast first');
  return inferred;
}

export const comparison =
  (op: string) =>
  (operands: Operands): Inferred =>
    f32(elementwise(op)(operands).shape);

export function select(operands: Operands): Inferred {
  const [condition, a, b] = operands;
  const branches = broadcastShape(a!.shape, b!.shape);
  const shape = branches && broadcastShape(condition!.shape, branches);
  if (shape === null) throw new GraphShapeError('select', operands, 'shapes do not broadcast');
  if (a!.dtype !== b!.dtype) throw new GraphShapeError('select', operands, 'branches differ in type');
  return { shape, dtype: a!.dtype };
}

export const reduction =
  (op: 'sum' | 'mean') =>
  (operands: Operands, { axes, keepAxes }: OpAttributes['sum']): Inferred => {
    const { shape } = operands[0]!;
    if (axes.some((axis) => axis < 0 || axis >= shape.length)) {
      throw new GraphShapeError(op, operands, `no axis ${axes.join(', ')}`);
    }
    const reduced = shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
    return f32(keepAxes ? reduced : reduced.filter((_, axis) => !axes.includes(axis)));
  };

export function softmax(operands: Operands): Inferred {
  const [logits, mask] = operands;
  if (logits!.shape.length === 0) throw new GraphShapeError('softmax', operands, 'needs an axis');
  if (mask) {
    const shape = broadcastShape(logits!.shape, mask.shape);
    if (shape === null || !sameShape(shape, logits!.shape)) {
      throw new GraphShapeError('softmax', operands, 'the mask does not broadcast to the logits');
    }
  }
  return f32(logits!.shape);
}

export function matmul(operands: Operands, { transposeA, transposeB }: OpAttributes['matmul']): Inferred {
  const a = operands[0]!.shape;
  const b = operands[1]!.shape;
  if (b.length < 2 || b.length > 3 || a.length < 1 || a.length > 3) {
    throw new GraphShapeError(
      'matmul',
      operands,
      'needs a row or matrix on the left and a matrix on the right',
    );
  }
  if (a.length === 1 && (transposeA || b.length === 3)) {
    throw new GraphShapeError('matmul', operands, 'a row can only meet an ordinary matrix, untransposed');
  }
  if (b.length === 3 && (a.length !== 3 || a[0] !== b[0])) {
    throw new GraphShapeError('matmul', operands, 'both sides need the same leading axis');
  }
  const [bRows, bColumns] = b.slice(-2) as [number, number];
  const [depthB, columns] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (a.length === 1) {
    if (a[0] !== depthB) throw new GraphShapeError('matmul', operands, 'inner extents differ');
    return f32([columns]);
  }
  const [aRows, aColumns] = a.slice(-2) as [number, number];
  const [rows, depthA] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  if (depthA !== depthB) throw new GraphShapeError('matmul', operands, 'inner extents differ');
  return f32([...a.slice(0, -2), rows, columns]);
}

export function outer(operands: Operands): Inferred {
  const a = operands[0]!.shape;
  const b = operands[1]!.shape;
  const headed = a.length === 2;
  if (a.length !== b.length || a.length < 1 || a.length > 2 || (headed && a[0] !== b[0])) {
    throw new GraphShapeError('outer', operands, 'needs two rows, or two equally long lists of rows');
  }
  return f32(headed ? [a[0]!, a[1]!, b[1]!] : [a[0]!, b[0]!]);
}

export function squaredDistance(operands: Operands): Inferred {
  const query = operands[0]!.shape;
  const keys = operands[1]!.shape;
  if (keys.length !== 2 || query.length < 1 || query.length > 2 || query.at(-1) !== keys[1]) {
    throw new GraphShapeError('squaredDistance', operands, 'needs [n] or [m, n] against [N, n]');
  }
  return f32([...query.slice(0, -1), keys[0]!]);
}

export function concat(operands: Operands, { axis }: OpAttributes['concat']): Inferred {
  const first = operands[0]!;
  let extent = 0;
  for (const operand of operands) {
    const fits =
      operand.dtype === first.dtype &&
      operand.shape.length === first.shape.length &&
      operand.shape.every((size, i) => i === axis || size === first.shape[i]);
    if (!fits || axis < 0 || axis >= first.shape.length)
      throw new GraphShapeError('concat', operands, `cannot join along axis ${axis}`);
    extent += operand.shape[axis]!;
  }
  return { shape: first.shape.map((size, i) => (i === axis ? extent : size)), dtype: first.dtype };
}

export function slice(operands: Operands, { begin, size }: OpAttributes['slice']): Inferred {
  const { shape, dtype } = operands[0]!;
  const fits =
    begin.length === shape.length &&
    size.length === shape.length &&
    [...begin, ...size].every((place) => Number.isInteger(place) && place >= 0) &&
    begin.every((first, axis) => first + size[axis]! <= shape[axis]!);
  if (!fits)
    throw new GraphShapeError(
      'slice',
      operands,
      `[${begin.join(', ')}] + [${size.join(', ')}] is out of range`,
    );
  return { shape: size, dtype };
}

export function reshape(operands: Operands, { shape }: OpAttributes['reshape']): Inferred {
  if (elementCount(shape) !== elementCount(operands[0]!.shape)) {
    throw new GraphShapeError('reshape', operands, `[${shape.join(', ')}] has another number of elements`);
  }
  return { shape, dtype: operands[0]!.dtype };
}

export function transpose(operands: Operands, { permutation }: OpAttributes['transpose']): Inferred {
  const { shape, dtype } = operands[0]!;
  const sorted = [...permutation].sort((a, b) => a - b);
  if (sorted.length !== shape.length || sorted.some((axis, i) => axis !== i)) {
    throw new GraphShapeError(
      'transpose',
      operands,
      `[${permutation.join(', ')}] is not a permutation of its axes`,
    );
  }
  return { shape: permutation.map((axis) => shape[axis]!), dtype };
}

export function broadcast(operands: Operands, { shape }: OpAttributes['broadcast']): Inferred {
  const result = broadcastShape(operands[0]!.shape, shape);
  if (result === null || !sameShape(result, shape)) {
    throw new GraphShapeError('broadcast', operands, `does not broadcast to [${shape.join(', ')}]`);
  }
  return { shape, dtype: operands[0]!.dtype };
}

export function pad(operands: Operands, { before, after }: OpAttributes['pad']): Inferred {
  const { shape } = operands[0]!;
  if (before.length !== shape.length || after.length !== shape.length) {
    throw new GraphShapeError('pad', operands, 'needs one margin for each axis');
  }
  return f32(shape.map((extent, axis) => before[axis]! + extent + after[axis]!));
}

export function gather(operands: Operands): Inferred {
  const [table, indices] = operands;
  if (table!.shape.length !== 2 || indices!.dtype !== 'i32') {
    throw new GraphShapeError('gather', operands, 'needs a table [V, D] and i32 indices');
  }
  return f32([...indices!.shape, table!.shape[1]!]);
}

export function scatterAdd(operands: Operands, { rows }: OpAttributes['scatterAdd']): Inferred {
  const [indices, values] = operands;
  if (indices!.dtype !== 'i32' || !sameShape([...indices!.shape, values!.shape.at(-1) ?? 0], values!.shape)) {
    throw new GraphShapeError('scatterAdd', operands, 'needs i32 indices [...] and rows [..., D]');
  }
  return f32([rows, values!.shape.at(-1)!]);
}

export function push(operands: Operands): Inferred {
  const buffer = operands[0]!.shape;
  const row = operands[1]!.shape;
  if (buffer.length !== 2 || row.length !== 1 || buffer[1] !== row[0]) {
    throw new GraphShapeError('push', operands, 'needs a buffer [N, n] and a row [n]');
  }
  return f32(buffer);
}

export function crossEntropy(operands: Operands): Inferred {
  const [logits, targets] = operands;
  if (targets!.dtype !== 'i32' || !sameShape(logits!.shape.slice(0, -1), targets!.shape)) {
    throw new GraphShapeError('crossEntropy', operands, 'needs logits [..., V] and i32 targets [...]');
  }
  return f32(targets!.shape);
}

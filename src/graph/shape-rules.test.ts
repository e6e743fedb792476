/** Mistakes in shapes are errors at the line that makes them, and the message names the op and its operands. */
import { expect, it } from 'vitest';
import { GraphBuilder } from './builder.ts';
import type { Value } from './builder.ts';
import { GraphShapeError, broadcastShape } from './shape-rules.ts';

const g = new GraphBuilder();
let inputs = 0;
const f32 = (...shape: number[]): Value => g.input(`x${inputs++}`, shape);
const i32 = (...shape: number[]): Value => g.input(`x${inputs++}`, shape, 'i32');

const mistakes: Readonly<Record<string, () => Value>> = {
  'add: shapes that do not broadcast': () => g.add(f32(2, 3), f32(2)),
  'add: types that differ': () => g.add(f32(2), i32(2)),
  'divide: integers': () => g.divide(i32(2), i32(2)),
  'select: branches of different types': () => g.select(f32(2), f32(2), i32(2)),
  'select: a condition that does not broadcast': () => g.select(f32(3), f32(2), f32(2)),
  'sum: an axis that is not there': () => g.sum(f32(2, 3), [2]),
  'softmax: a scalar': () => g.softmax(f32()),
  'softmax: a mask larger than the logits': () => g.softmax(f32(3), f32(2, 3)),
  'matmul: inner extents that differ': () => g.matmul(f32(2, 3), f32(2, 3)),
  'matmul: a row against heads': () => g.matmul(f32(3), f32(2, 3, 4)),
  'matmul: a transposed row': () => g.matmul(f32(3), f32(3, 4), { transposeA: true }),
  'matmul: heads that differ in number': () => g.matmul(f32(2, 3, 4), f32(3, 4, 5)),
  'matmul: a row on the right': () => g.matmul(f32(2, 3), f32(3)),
  'outer: heads that differ in number': () => g.outer(f32(2, 3), f32(3, 3)),
  'squaredDistance: keys of another width': () => g.squaredDistance(f32(3), f32(5, 4)),
  'concat: other axes that differ': () => g.concat([f32(2, 3), f32(2, 4)], 0),
  'concat: types that differ': () => g.concat([f32(2), i32(2)], 0),
  'concat: an axis that is not there': () => g.concat([f32(2), f32(2)], 1),
  'slice: past the end': () => g.sliceAxis(f32(4), 0, 2, 3),
  'slice: before the beginning': () => g.sliceAxis(f32(4), 0, -1, 2),
  'slice: pieces that do not come out even': () => g.split(f32(4), 3)[0]!,
  'reshape: another number of elements': () => g.reshape(f32(2, 3), [5]),
  'transpose: an axis twice': () => g.transpose(f32(2, 3), [0, 0]),
  'broadcast: to a smaller shape': () => g.broadcast(f32(2, 3), [3]),
  'pad: margins for fewer axes': () => g.pad(f32(2, 3), [1], [1]),
  'gather: indices that are reals': () => g.gather(f32(4, 2), f32(3)),
  'gather: a table of rank 1': () => g.gather(f32(4), i32(3)),
  'push: a row of another width': () => g.push(f32(4, 2), f32(3)),
  'crossEntropy: targets of another shape': () => g.crossEntropy(f32(3, 5), i32(2)),
  'crossEntropy: targets that are reals': () => g.crossEntropy(f32(3, 5), f32(3)),
};

it.each(Object.entries(mistakes))('refuses %s', (name, make) => {
  expect(make).toThrow(GraphShapeError);
  expect(make).toThrow(new RegExp(`^${name.split(':')[0]!}\\(`));
});

it('names types and shapes of the operands', () => {
  expect(() => g.matmul(f32(2, 3), f32(4, 5))).toThrow('matmul(f32[2, 3], f32[4, 5]): inner extents differ');
});

it('broadcasts as numpy does', () => {
  expect(broadcastShape([2, 1, 3], [4, 1])).toEqual([2, 4, 3]);
  expect(broadcastShape([0, 3], [3])).toEqual([0, 3]);
  expect(broadcastShape([1], [0])).toEqual([0]);
  expect(broadcastShape([2], [3])).toBeNull();
});

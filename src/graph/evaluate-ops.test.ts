/** Edge cases of single ops in the reference evaluator, with numbers worked out by hand. */
import { describe, expect, it } from 'vitest';
import type { Dense } from './evaluate-indexing.ts';
import { evaluateOp } from './evaluate-ops.ts';
import type { OpAttributes, OpName } from './ops.ts';
import { shapeRules } from './ops.ts';
import type { DType, Shape } from './types.ts';

interface Operand extends Dense {
  readonly dtype: DType;
}

const f32 = (shape: Shape, ...data: number[]): Operand => ({
  shape,
  dtype: 'f32',
  data: Float64Array.from(data),
});
const i32 = (shape: Shape, ...data: number[]): Operand => ({ ...f32(shape, ...data), dtype: 'i32' });

function run<Op extends OpName>(op: Op, attributes: OpAttributes[Op], ...operands: Operand[]): number[] {
  const inferred = shapeRules[op](operands, attributes);
  const node = { id: operands.length, op, inputs: operands.map((_, i) => i), attributes, batched: false };
  return [...evaluateOp({ ...node, ...inferred }, operands)];
}

describe('softmax', () => {
  it('gives masked entries weight exactly 0 and leaves them out of the sum', () => {
    const weights = run('softmax', {}, f32([3], 0, 1000, Math.log(3)), f32([3], 1, 0, 1));
    expect(weights[0]).toBeCloseTo(0.25, 15);
    expect(weights[1]).toBe(0);
    expect(weights[2]).toBeCloseTo(0.75, 15);
  });

  it('gives a row that is masked whole weights of 0, not NaN', () => {
    const weights = run('softmax', {}, f32([2, 2], 5, 6, 7, 7), f32([2, 2], 0, 0, 1, 1));
    expect(weights).toEqual([0, 0, 0.5, 0.5]);
  });

  it('does not overflow for large logits', () => {
    expect(run('softmax', {}, f32([2], 1e4, 1e4))).toEqual([0.5, 0.5]);
  });

  it('hands no gradient to a row that is masked whole', () => {
    expect(run('softmaxGradient', {}, f32([2], 0, 0), f32([2], 3, 4))).toEqual([0, 0]);
  });
});

describe('norms of zero', () => {
  it('l2Normalize leaves zero at zero with a finite derivative', () => {
    expect(run('l2Normalize', { epsilon: 1e-12 }, f32([2], 0, 0))).toEqual([0, 0]);
    const gradient = run('l2NormalizeGradient', { epsilon: 1e-12 }, f32([2], 0, 0), f32([2], 1, -2));
    expect(gradient[0]).toBeCloseTo(1e6, 3);
    expect(gradient[1]).toBeCloseTo(-2e6, 3);
  });

  it('standardize makes a constant row zero', () => {
    expect(run('standardize', { epsilon: 1e-5 }, f32([3], 4, 4, 4))).toEqual([0, 0, 0]);
  });

  it('rmsNormalize divides by the root of the mean square', () => {
    const [a, b] = run('rmsNormalize', { epsilon: 0 }, f32([2], 3, 4)) as [number, number];
    expect(a).toBeCloseTo(3 / Math.sqrt(12.5), 14);
    expect(b).toBeCloseTo(4 / Math.sqrt(12.5), 14);
  });
});

describe('push', () => {
  it('puts the row into slot 0 and drops the oldest', () => {
    expect(run('push', {}, f32([3, 2], 1, 2, 3, 4, 5, 6), f32([2], 8, 9))).toEqual([8, 9, 1, 2, 3, 4]);
  });

  it('replaces the only slot of a buffer of one', () => {
    expect(run('push', {}, f32([1, 2], 1, 2), f32([2], 8, 9))).toEqual([8, 9]);
  });

  it('unpush moves rows back and leaves the last one zero', () => {
    expect(run('unpush', {}, f32([3, 2], 8, 9, 1, 2, 3, 4))).toEqual([1, 2, 3, 4, 0, 0]);
  });
});

describe('indices', () => {
  it('scatterAdd adds up rows that share an index', () => {
    const rows = f32([3, 2], 1, 2, 10, 20, 100, 200);
    expect(run('scatterAdd', { rows: 3 }, i32([3], 2, 0, 2), rows)).toEqual([10, 20, 0, 0, 101, 202]);
  });

  it.each([-1, 3])('gather refuses index %i of a table with 3 rows', (index) => {
    expect(() => run('gather', {}, f32([3, 1], 1, 2, 3), i32([], index))).toThrow(RangeError);
  });

  it('crossEntropy refuses a target outside the classes', () => {
    expect(() => run('crossEntropy', {}, f32([2], 1, 2), i32([], 2))).toThrow(RangeError);
  });

  it('oneHot leaves an index outside its depth all zero', () => {
    expect(run('oneHot', { depth: 2 }, i32([2], -1, 1))).toEqual([0, 0, 0, 1]);
  });
});

describe('crossEntropy', () => {
  it('is the negative log of the target class probability', () => {
    expect(run('crossEntropy', {}, f32([2], 0, Math.log(3)), i32([], 1))[0]).toBeCloseTo(-Math.log(0.75), 15);
  });

  it('does not overflow for large logits', () => {
    expect(run('crossEntropy', {}, f32([2], 1e5, 0), i32([], 1))).toEqual([1e5]);
  });
});

describe('integers', () => {
  it('casts towards zero', () => {
    expect(run('cast', { to: 'i32' }, f32([4], 1.9, -1.9, 0.5, -0.5)).map((x) => x + 0)).toEqual([
      1, -1, 0, 0,
    ]);
  });
});

describe('empty extents', () => {
  it('a product over nothing is zero', () => {
    const flags = { transposeA: false, transposeB: false };
    expect(run('matmul', flags, f32([2, 0]), f32([0, 2]))).toEqual([0, 0, 0, 0]);
  });

  it('the sum of nothing is zero', () => {
    expect(run('sum', { axes: [0], keepAxes: false }, f32([0, 2]))).toEqual([0, 0]);
  });

  it('concat skips a part without rows', () => {
    expect(run('concat', { axis: 0 }, f32([0, 2]), f32([1, 2], 1, 2))).toEqual([1, 2]);
  });
});

describe('products', () => {
  it('outer works per head', () => {
    const result = run('outer', {}, f32([2, 1], 2, 3), f32([2, 2], 1, 10, 100, 1000));
    expect(result).toEqual([2, 20, 300, 3000]);
  });

  it('matmul transposes either side', () => {
    const a = f32([2, 2], 1, 2, 3, 4);
    const b = f32([2, 2], 5, 6, 7, 8);
    const product = (transposeA: boolean, transposeB: boolean): number[] =>
      run('matmul', { transposeA, transposeB }, a, b);
    expect(product(false, false)).toEqual([19, 22, 43, 50]);
    expect(product(true, false)).toEqual([26, 30, 38, 44]);
    expect(product(false, true)).toEqual([17, 23, 39, 53]);
    expect(product(true, true)).toEqual([23, 31, 34, 46]);
  });
});

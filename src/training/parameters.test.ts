import { describe, expect, it } from 'vitest';
import type { Initializer, Shape } from '../graph/types.ts';
import { initialParameters, parameterCount } from './parameters.ts';

const drawn = (initializer: Initializer, shape: Shape, seed = 1, name = 'weight'): Float32Array => {
  const { data } = initialParameters([{ name, shape, initializer }], seed)[name]!;
  return data as Float32Array;
};

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

describe('initialParameters', () => {
  it('gives the same weights bit for bit for the same seed, and others for another', () => {
    const normal: Initializer = { kind: 'normal', standardDeviation: 1 };
    expect(drawn(normal, [7, 5], 3)).toEqual(drawn(normal, [7, 5], 3));
    expect(drawn(normal, [7, 5], 3)).not.toEqual(drawn(normal, [7, 5], 4));
  });

  it('draws a parameter by its name, whatever stands beside it', () => {
    const a = { name: 'a', shape: [4], initializer: { kind: 'uniform', bound: 1 } } as const;
    const b = { name: 'b', shape: [4], initializer: { kind: 'uniform', bound: 1 } } as const;
    expect(initialParameters([b, a], 1)['a']).toEqual(initialParameters([a], 1)['a']);
    expect(initialParameters([a, b], 1)['a']!.data).not.toEqual(initialParameters([a, b], 1)['b']!.data);
  });

  it.each([
    ['normal', { kind: 'normal', standardDeviation: 0.1 }, 0.1],
    ['fanIn', { kind: 'fanIn', scale: 0.5 }, 0.5 / 8],
    ['uniform', { kind: 'uniform', bound: 0.3 }, 0.3 / Math.sqrt(3)],
  ] as const)('spreads %s as its definition says', (_, initializer, expected) => {
    expect(deviation(drawn(initializer, [64, 100])) / expected).toBeCloseTo(1, 1);
  });

  it.each([
    [6, 6],
    [9, 4],
    [4, 9],
  ])(
    'makes the shorter side of an orthogonal matrix [%i, %i] orthogonal with length gain',
    (rows, columns) => {
      const gain = 0.95;
      const values = drawn({ kind: 'orthogonal', gain }, [rows, columns]);
      const count = Math.min(rows, columns);
      const at = (vector: number, i: number): number =>
        rows <= columns ? values[vector * columns + i]! : values[i * columns + vector]!;
      for (let a = 0; a < count; a++) {
        for (let b = 0; b < count; b++) {
          let product = 0;
          for (let i = 0; i < Math.max(rows, columns); i++) product += at(a, i) * at(b, i);
          expect(product).toBeCloseTo(a === b ? gain ** 2 : 0, 6);
        }
      }
    },
  );

  it('fills constants and the diagonal of an identity', () => {
    expect([...drawn({ kind: 'zeros' }, [2])]).toEqual([0, 0]);
    expect([...drawn({ kind: 'ones' }, [2])]).toEqual([1, 1]);
    expect([...drawn({ kind: 'constant', value: 2 }, [2])]).toEqual([2, 2]);
    expect([...drawn({ kind: 'identity', gain: 3 }, [2, 3])]).toEqual([3, 0, 0, 0, 3, 0]);
  });

  it('refuses an orthogonal vector', () => {
    expect(() => drawn({ kind: 'orthogonal', gain: 1 }, [3])).toThrow('needs a matrix');
  });
});

it('parameterCount counts every number', () => {
  expect(parameterCount([{ shape: [2, 3] }, { shape: [4] }, { shape: [] }])).toBe(11);
});

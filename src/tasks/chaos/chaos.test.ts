import { describe, expect, it } from 'vitest';
import vectors from '../../../tests/vectors/chaos.json';
import { instance } from '../../testing/task-checks.ts';
import type { TaskInstance, VectorSample } from '../task.ts';
import { closedLoop, closedLoopErrors, validSteps } from './closed-loop.ts';
import { chaos } from './index.ts';
import { integrate } from './systems.ts';
import type { Series } from './systems.ts';

function vectorSample(task: TaskInstance, split: string, index: number): VectorSample {
  const sample = task.sample(1, split, index);
  if (sample.kind !== 'vectors') throw new Error('not a sample of vectors');
  return sample;
}

const systems = ['mackeyGlass', 'lorenz', 'rossler', 'henon'];

describe('the integrators', () => {
  it('cover all systems of the stored vectors', () => {
    expect([...new Set(vectors.series.map(({ system }) => system))].sort()).toEqual(systems.toSorted());
  });

  it.each(vectors.series.map((series, i) => [`${series.system} ${i}`, series] as const))(
    'give the stored numbers to 1e-9: %s',
    (_, { shape, data, ...series }) => {
      const [samples, dimensions] = shape as [number, number];
      const computed = integrate(series as unknown as Series, samples);
      expect(computed).toHaveLength(samples * dimensions);
      expect(data).toHaveLength(computed.length);
      data.forEach((stored, i) => {
        expect(Math.abs(computed[i]! - stored)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(stored)));
      });
    },
  );

  it('keep Mackey-Glass with a delay of 23 within its known range, mean and deviation', () => {
    const series: Series = {
      system: 'mackeyGlass',
      parameters: { a: 0.2, b: 0.1, c: 10, tau: 23 },
      initial: [0.5],
      interval: 10,
      substeps: 230,
    };
    const values = [...integrate(series, 20_000).subarray(500)];
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
    expect(Math.min(...values)).toBeCloseTo(0.28, 1);
    expect(Math.max(...values)).toBeCloseTo(1.37, 1);
    expect(mean).toBeCloseTo(0.91, 1);
    expect(deviation).toBeCloseTo(0.26, 1);
  });
});

describe('the chaos task', () => {
  it.each(systems)('standardises %s and asks for the next row', (system) => {
    const task = instance(chaos, { system, observed: 'all', windowLength: 512 });
    const sums = { count: 0, value: 0, square: 0 };
    for (let i = 0; i < 40; i++) {
      const { inputs, targets, mask } = vectorSample(task, 'train', i);
      expect([...targets.subarray(0, -task.outputSize)]).toEqual([...inputs.subarray(task.inputSize)]);
      expect([...mask.subarray(0, 9)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1]);
      for (const value of inputs) {
        sums.count++;
        sums.value += value;
        sums.square += value * value;
      }
    }
    expect(Math.abs(sums.value / sums.count)).toBeLessThan(0.1);
    expect(Math.abs(sums.square / sums.count - 1)).toBeLessThan(0.15);
  });

  it('shows no window of one half in the other', () => {
    const task = instance(chaos, { system: 'henon', windowLength: 8 });
    const values = (split: string) =>
      new Set(Array.from({ length: 500 }, (_, i) => [...vectorSample(task, split, i).inputs]).flat());
    const trained = values('train');
    expect(trained.size).toBeGreaterThan(1000);
    for (const split of ['heldOut', 'double', 'quadruple'])
      expect([...values(split)].filter((value) => trained.has(value))).toEqual([]);
  });

  it('computes the next row from the equations wherever the state can be seen', () => {
    for (const [system, observed, known] of [
      ['lorenz', 'all', true],
      ['rossler', 'all', true],
      ['henon', 'all', true],
      ['henon', 'first', true],
      ['lorenz', 'first', false],
      ['mackeyGlass', 'first', false],
    ] as const) {
      const task = instance(chaos, { system, observed });
      expect(task.reference !== undefined).toBe(known);
      const sample = vectorSample(task, 'heldOut', 0);
      const reference = task.reference?.(sample);
      reference?.forEach((value, i) => {
        if (i >= task.outputSize) expect(Math.abs(value - sample.targets[i]!)).toBeLessThan(1e-5);
      });
    }
  });

  it('agrees with Hénon’s recurrence in its raw values', () => {
    // Standardised, x' = 1 − a x² + b x₋₁ stays a fixed quadratic: three unknowns, fitted on five rows, hold on the rest.
    const { inputs, targets } = vectorSample(instance(chaos, { system: 'henon' }), 'train', 3);
    const rows = [...inputs.keys()].slice(1);
    const design = rows.map((t) => [1, inputs[t]!, inputs[t]! ** 2, inputs[t - 1]!]);
    const weights = solve(
      design.slice(0, 4),
      rows.slice(0, 4).map((t) => targets[t]!),
    );
    rows.forEach((t, i) => {
      const predicted = design[i]!.reduce((sum, x, j) => sum + x * weights[j]!, 0);
      expect(Math.abs(predicted - targets[t]!)).toBeLessThan(1e-3);
    });
  });

  it('states how far off it is to repeat the last value', () => {
    const error = (system: string) => instance(chaos, { system }).baseline!.value;
    expect(error('mackeyGlass')).toBeLessThan(0.1); // smooth
    expect(error('henon')).toBeGreaterThan(1); // jumps
  });
});

/** Gaussian elimination with pivoting. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows
      .slice(column)
      .reduce((best, row) => (Math.abs(row[column]!) > Math.abs(best[column]!) ? row : best));
    rows[rows.indexOf(pivot)] = rows[column]!;
    rows[column] = pivot;
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[column]! / pivot[column]!;
      row.forEach((value, i) => (row[i] = value - factor * pivot[i]!));
    }
  }
  return rows.map((row, i) => row.at(-1)! / row[i]!);
}

describe('prediction in a closed loop', () => {
  const task = instance(chaos, { system: 'henon', observed: 'all' });
  const sample = vectorSample(task, 'heldOut', 0);
  const loop = { size: 2, context: 10, steps: 50 };
  const exact = (inputs: Float32Array) => {
    const mask = new Uint8Array(inputs.length / 2);
    return task.reference!({ kind: 'vectors', inputs, targets: inputs, mask }).slice(-2);
  };

  it('follows the true path with the exact map until rounding has grown up', async () => {
    const predicted = await closedLoop(sample, { ...loop, predict: exact });
    expect(predicted).toHaveLength(100);
    const errors = closedLoopErrors(sample, predicted, loop);
    expect(validSteps(errors)).toBeGreaterThan(15);
    expect(errors[0]).toBeLessThan(1e-9);
  });

  it('hands the model its own predictions', async () => {
    const seen: number[][] = [];
    await closedLoop(sample, {
      ...loop,
      steps: 3,
      predict: (inputs) => {
        seen.push([...inputs]);
        return Promise.resolve([seen.length, -seen.length]);
      },
    });
    const context = [...sample.inputs.subarray(0, 20)];
    expect(seen).toEqual([context, [...context, 1, -1], [...context, 1, -1, 2, -2]]);
  });

  it('counts a model that repeats the last value as lost at once', async () => {
    const predicted = await closedLoop(sample, { ...loop, predict: (inputs) => inputs.slice(-2) });
    const errors = closedLoopErrors(sample, predicted, loop);
    expect(validSteps(errors)).toBeLessThan(3);
    expect(Math.max(...errors)).toBeGreaterThan(1);
  });

  it('refuses to compare beyond the end of the sample', () => {
    expect(() => closedLoopErrors(sample, new Float32Array(2 * 60), loop)).toThrow('more rows');
  });
});

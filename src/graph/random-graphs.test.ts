/** Properties that hold for every step graph, on random ones. */
import { expect, it } from 'vitest';
import { RandomStream } from '../foundation/random.ts';
import { largestError } from '../testing/central-differences.ts';
import { randomProgram } from '../testing/random-graphs.ts';
import { evaluateGradients } from './evaluate-gradients.ts';
import type { NumericTensorMap } from './evaluate.ts';
import { evaluate } from './evaluate.ts';
import { leafOps, opNames } from './ops.ts';
import { elementCount } from './types.ts';

const seeds = Array.from({ length: 120 }, (_, seed) => seed);

it.each(seeds)('the gradient of random program %i equals the slope along a random direction', (seed) => {
  const { program, parameters, batch } = randomProgram(seed, { stopGradients: false });
  const { gradients, stateGradients, loss } = evaluateGradients(program, parameters, batch);
  expect(Number.isFinite(loss)).toBe(true);
  const random = new RandomStream('direction', seed);
  const leaves = { ...parameters, ...batch.state };
  let analytic = 0;
  const moves = Object.entries({ ...gradients, ...stateGradients }).map(([name, { data }]) => {
    const values = leaves[name]!.data as number[];
    const direction = values.map(() => random.normal());
    analytic += data.reduce((total, slope, i) => total + slope * direction[i]!, 0);
    return { values, before: [...values], direction };
  });
  const along = (h: number): number => {
    for (const { values, before, direction } of moves) {
      before.forEach((value, i) => (values[i] = value + h * direction[i]!));
    }
    return evaluate(program, parameters, batch).loss;
  };
  const h = 1e-5;
  const numeric = (along(h) - along(-h)) / (2 * h);
  expect(Math.abs(analytic - numeric) / (1 + Math.abs(numeric))).toBeLessThan(1e-6);
});

const cuttable = seeds.filter((seed) => randomProgram(seed).cut !== null);

it('most random programs have several steps', () => {
  expect(cuttable.length).toBeGreaterThan(seeds.length / 2);
});

it.each(cuttable)('random program %i gives the same when cut in two, the state handed over', (seed) => {
  const { program, parameters, batch, cut } = randomProgram(seed);
  const whole = evaluate(program, parameters, batch);
  const { first, rest } = cut!;
  const before = evaluate(first, parameters, { ...batch, inputs: rows(batch.inputs, 0, first.length) });
  const inputs = rows(batch.inputs, first.length, rest.length);
  const after = evaluate(rest, parameters, { size: batch.size, inputs, state: before.state });
  expect(largestError([before.loss + after.loss], [whole.loss])).toBeLessThan(1e-12);
  for (const [name, { data }] of Object.entries(whole.state)) {
    expect(largestError(after.state[name]!.data, data), name).toBeLessThan(1e-12);
  }
});

/** The tokens begin … begin + length of inputs [B, T, …]. */
function rows(inputs: NumericTensorMap, begin: number, length: number): NumericTensorMap {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => {
      const [size, tokens, ...rest] = shape as [number, number, ...number[]];
      const width = elementCount(rest);
      const values = Array.from(data);
      const kept = Array.from({ length: size }, (_, b) =>
        values.slice((b * tokens + begin) * width, (b * tokens + begin + length) * width),
      );
      return [name, { shape: [size, length, ...rest], data: kept.flat() }];
    }),
  );
}

const isDerivative = (op: string): boolean => /[a-z]Gradient/.test(op) && op !== 'stopGradient';

it('random programs use every op that does not jump', () => {
  const used = new Set(
    seeds.flatMap((seed) =>
      randomProgram(seed).program.variants.flatMap(({ nodes }) => nodes.map(({ op }) => op)),
    ),
  );
  const unused = opNames.filter((op) => !leafOps.has(op) && !used.has(op) && !isDerivative(op));
  expect(unused).toEqual(['equal', 'floor', 'scatterAdd', 'unpush']);
});

/** The gradient through time against central differences of what follows each state. */
import { describe, expect, it } from 'vitest';
import { centralDifferences } from '../testing/central-differences.ts';
import { readVectors } from '../testing/vector-files.ts';
import { evaluationBatch, vectorProgram } from '../testing/vectors.ts';
import type { VectorCase } from '../testing/vectors.ts';
import { gradientsThroughTime } from './evaluate-time.ts';
import type { LossRow, SequenceGradients } from './evaluate-time.ts';
import { evaluate } from './evaluate.ts';
import type { DenseMap, NumericTensorMap } from './evaluate.ts';
import type { Program } from './types.ts';

/** Sample 0 of the first case of a model, without the initial state that some cases bring along. */
function sequenceOf(model: string) {
  const vector: VectorCase = readVectors(model).find(({ state }) => state === null) ?? readVectors(model)[0]!;
  const program = vectorProgram({ ...vector, state: null });
  const { size, inputs } = evaluationBatch(vector);
  const one: NumericTensorMap = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => [
      name,
      { shape: [1, ...shape.slice(1)], data: Array.from(data).slice(0, data.length / size) },
    ]),
  );
  return { program, parameters: vector.parameters, inputs: one };
}

type Sequence = ReturnType<typeof sequenceOf>;

function finish(request: Sequence & { readonly rows: readonly LossRow[] }): SequenceGradients {
  const pass = gradientsThroughTime(request);
  for (;;) {
    const { done, value } = pass.next();
    if (done) return value;
  }
}

/** Steps `from` … `to − 1` as a program of their own. */
function cut({ program, inputs }: Sequence, from: number, to: number, weights: readonly number[]) {
  const offset = (step: number): number =>
    program.schedule.slice(0, step).reduce((sum, variant) => sum + program.variants[variant]!.tokens, 0);
  const [begin, end] = [offset(from), offset(to)];
  const part: Program = { ...program, schedule: program.schedule.slice(from, to), length: end - begin };
  const own = Object.entries({ ...inputs, weight: { shape: [1, program.length], data: weights } }).map(
    ([name, { shape, data }]) => {
      const width = data.length / program.length;
      const rows = Array.from(data).slice(begin * width, end * width);
      return [name, { shape: [1, end - begin, ...shape.slice(2)], data: rows }] as const;
    },
  );
  return { part, own: Object.fromEntries(own) };
}

/** ‖∂loss of steps s … end − 1 / ∂state before s‖, numerically. */
function numericNorms(sequence: Sequence, s: number, end: number, weights: readonly number[]) {
  const before = cut(sequence, 0, s, weights);
  const states: DenseMap =
    s === 0 ? {} : evaluate(before.part, sequence.parameters, { size: 1, inputs: before.own }).state;
  const { part, own } = cut(sequence, s, end, weights);
  const norms: Record<string, number> = {};
  for (const [name, { data }] of Object.entries(states)) {
    const loss = (): number =>
      evaluate(part, sequence.parameters, { size: 1, inputs: own, state: states }).loss;
    norms[name] = Math.hypot(...centralDifferences(loss, data));
  }
  return norms;
}

function compare(sequence: Sequence, weights: readonly number[], horizon: number | null): void {
  const { states, starts } = finish({ ...sequence, rows: [{ weights, horizon }] });
  expect(starts.length).toBe(sequence.program.schedule.length);
  expect(states.length).toBeGreaterThan(0);
  for (let s = 1; s < starts.length; s++) {
    const end = horizon === null ? starts.length : Math.min(starts.length, s - (s % horizon) + horizon);
    for (const [name, expected] of Object.entries(numericNorms(sequence, s, end, weights))) {
      const found = states.find((state) => state.name === name);
      if (found) expect(found.norms[0]![s], `${name} before step ${s}`).toBeCloseTo(expected, 6);
    }
  }
}

const evenly = ({ program }: Sequence): number[] =>
  new Array<number>(program.length).fill(1 / program.length);

describe.each(['memnet', 'lstm', 'gru', 'hqlt', 'rmt', 'memformer'])(
  'the gradient through time of %s',
  (model) => {
    const sequence = sequenceOf(model);

    it('is that of central differences', () => compare(sequence, evenly(sequence), null));

    it('stops at the horizon', () => compare(sequence, evenly(sequence), 2));

    it('of one position is zero for what comes after it', () => {
      const weights = evenly(sequence).map((_, t) => (t === Math.floor(sequence.program.length / 2) ? 1 : 0));
      compare(sequence, weights, null);
      const { states, starts } = finish({ ...sequence, rows: [{ weights, horizon: null }] });
      const position = weights.indexOf(1);
      const after = starts.findIndex((start) => start > position);
      for (const { norms } of states)
        expect([...norms[0]!.slice(after)].every((value) => value === 0)).toBe(true);
      expect(states.some(({ norms }) => norms[0]!.some((value) => value > 0))).toBe(true);
    });
  },
);

it('follows several losses at once as it follows each alone', () => {
  const sequence = sequenceOf('memnet');
  const weights = evenly(sequence);
  const rows: LossRow[] = [
    { weights, horizon: null },
    { weights, horizon: 2 },
    { weights: weights.map((_, t) => (t === 2 ? 1 : 0)), horizon: null },
  ];
  const together = finish({ ...sequence, rows });
  rows.forEach((row, i) => {
    const alone = finish({ ...sequence, rows: [row] });
    alone.states.forEach(({ norms }, state) => expect(together.states[state]!.norms[i]).toEqual(norms[0]));
  });
});

/** Truncated back-propagation by the reference evaluator. */
import { evaluateGradients } from '../graph/evaluate-gradients.ts';
import { evaluate } from '../graph/evaluate.ts';
import type { VectorCase, VectorTensorMap } from './vectors.ts';
import { evaluationBatch, vectorProgram } from './vectors.ts';

/** Every stretch of `horizon` steps a program of its own, from the states that the one before left. */
export function truncatedGradients(vector: VectorCase, horizon: number): Record<string, number[]> {
  const whole = vectorProgram(vector);
  const total: Record<string, number[]> = {};
  let state: VectorTensorMap | undefined;
  for (let first = 0; first < whole.schedule.length; first += horizon) {
    const schedule = whole.schedule.slice(first, first + horizon);
    const program = { ...whole, schedule, length: schedule.length };
    const { size, inputs } = evaluationBatch(vector);
    const cut = Object.entries(inputs).map(([name, { shape, data }]) => {
      const [batch, time, ...rest] = shape as [number, number, ...number[]];
      const width = rest.reduce((product, extent) => product * extent, 1);
      const rows = Array.from({ length: batch }, (_, b) => {
        const begin = (b * time + first) * width;
        return Array.from(data).slice(begin, begin + schedule.length * width);
      });
      return [name, { shape: [batch, schedule.length, ...rest], data: rows.flat() }] as const;
    });
    const batch = { size, inputs: Object.fromEntries(cut), ...(state && { state }) };
    const { gradients } = evaluateGradients(program, vector.parameters, batch);
    for (const [name, { data }] of Object.entries(gradients)) {
      total[name] = Array.from(data, (value, i) => value + (total[name]?.[i] ?? 0));
    }
    const next = Object.entries(evaluate(program, vector.parameters, batch).state);
    state = Object.fromEntries(
      next.map(([name, { shape, data }]) => [name, { shape, dtype: 'f32' as const, data: [...data] }]),
    );
  }
  return total;
}

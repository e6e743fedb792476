/**
 * What float32 can be expected to give. Some memories amplify rounding: where ARMT reads a key that its normaliser has hardly
 * seen, a difference in the last digit becomes one in the fourth. Two programs that both compute rightly then differ by more
 * than any fixed limit. Double precision tells such a case from a wrong formula: it shows how far each of the two is from the
 * exact result, and how far the exact result itself moves when every weight is rounded a little differently.
 */
import { RandomStream } from '../foundation/random.ts';
import { evaluate } from '../graph/evaluate.ts';
import type { NumericTensorMap } from '../graph/evaluate.ts';
import type { Program } from '../graph/types.ts';
import { differenceOf } from './difference.ts';
import type { Outcome } from './difference.ts';
import type { Rounding } from './protocol.ts';

/** A forward pass rounds at every op, not only at the weights. Measured on the shelf: 4 to 12 times as much. */
const roundingsPerWeight = 16;
const draws = 2;
const halfUnit = 2 ** -24;

export interface RoundingCase {
  readonly program: Program;
  readonly parameters: NumericTensorMap;
  readonly inputs: NumericTensorMap;
  readonly file: Outcome;
  readonly page: Outcome;
}

/** Takes the sequence in which the two differ most: double precision is slow, and one sequence knows nothing of the others. */
export function roundingOf({ program, parameters, inputs, file, page }: RoundingCase): Rounding {
  const worst = worstRow(file, page, Object.values(inputs)[0]!.shape[0]!);
  const batch = { size: 1, inputs: rowOf(inputs, worst) };
  const exact = evaluate(program, parameters, batch);
  let sensitivity = 0;
  for (let draw = 0; draw < draws; draw++) {
    const moved = evaluate(program, nudged(parameters, draw), batch);
    sensitivity = Math.max(sensitivity, distance(moved, exact));
  }
  const allowed = roundingsPerWeight * sensitivity;
  const off = {
    file: distance(outcomeOf(file, worst), exact),
    page: distance(outcomeOf(page, worst), exact),
  };
  return { ...off, sensitivity, allowed, explains: Math.max(off.file, off.page) <= allowed };
}

function worstRow(file: Outcome, page: Outcome, size: number): number {
  const scores = Array.from({ length: size }, (_, row) =>
    distance(outcomeOf(file, row), outcomeOf(page, row)),
  );
  return scores.indexOf(Math.max(...scores));
}

/** Of one sequence of the batch. */
const outcomeOf = ({ outputs, state }: Outcome, row: number): Outcome => ({
  outputs: rowOf(outputs, row),
  state: rowOf(state, row),
});

function rowOf(tensors: NumericTensorMap, row: number): NumericTensorMap {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => {
      const [size = 1, ...rest] = shape;
      const width = data.length / size;
      return [
        name,
        { shape: [1, ...rest], data: Float64Array.from({ length: width }, (_, i) => data[row * width + i]!) },
      ];
    }),
  );
}

/** Every weight moved by at most half a unit in the last place of float32. */
function nudged(parameters: NumericTensorMap, draw: number): NumericTensorMap {
  const random = new RandomStream('rounding', draw);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]) => [
      name,
      { ...tensor, data: Float64Array.from(tensor.data, (w) => w * (1 + random.between(-1, 1) * halfUnit)) },
    ]),
  );
}

function distance(actual: Outcome, exact: Outcome): number {
  const { outputs, state } = differenceOf(actual, exact);
  return Math.max(outputs.scaled, state.scaled);
}

/**
 * How far two results of one computation are apart, on the scale on which float32 rounds them. An output is read as it is, so
 * each value stands for itself. A state is a sum of what was written, often with cancelling parts, and is read as a whole (a
 * key meets all rows of an association matrix): its scale is the largest value of that state tensor in that sequence.
 */
import type { NumericTensor, NumericTensorMap } from '../graph/evaluate.ts';

/** Outputs [B, T, …] and final state [B, …] of a batch. */
export interface Outcome {
  readonly outputs: NumericTensorMap;
  readonly state: NumericTensorMap;
}

export interface Difference {
  readonly absolute: number;
  /** Over the scale of the expected value where that is above one. */
  readonly scaled: number;
}

const apart: Difference = { absolute: Infinity, scaled: Infinity };

/** The largest over all values that are expected; Infinity where one is missing, of another size, or not a number. */
export function differenceOf(actual: Outcome, expected: Outcome): Record<keyof Outcome, Difference> {
  return {
    outputs: largest(actual.outputs, expected.outputs, Math.abs),
    state: largest(actual.state, expected.state, null),
  };
}

/** @param scaleOf the scale of one value; null: that of its tensor in its sequence */
function largest(
  actual: NumericTensorMap,
  expected: NumericTensorMap,
  scaleOf: ((value: number) => number) | null,
): Difference {
  let [absolute, scaled] = [0, 0];
  for (const [name, tensor] of Object.entries(expected)) {
    if (tensor.shape.includes(0)) continue; // a cache of no rows is not in the file
    const other = actual[name]?.data;
    if (other?.length !== tensor.data.length) return apart;
    const width = tensor.data.length / tensor.shape[0]!;
    for (let begin = 0; begin < tensor.data.length; begin += width) {
      const common = scaleOf ? 0 : magnitude(tensor, begin, width);
      for (let i = begin; i < begin + width; i++) {
        const value = tensor.data[i]!;
        const difference = Math.abs(other[i]! - value);
        if (Number.isNaN(difference)) return apart;
        absolute = Math.max(absolute, difference);
        scaled = Math.max(scaled, difference / Math.max(1, scaleOf ? scaleOf(value) : common));
      }
    }
  }
  return { absolute, scaled };
}

function magnitude({ data }: NumericTensor, begin: number, width: number): number {
  let most = 0;
  for (let i = begin; i < begin + width; i++) most = Math.max(most, Math.abs(data[i]!));
  return most;
}

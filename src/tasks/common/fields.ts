/** Short forms for the fields that most tasks have. */
import { integer } from '../../foundation/fields.ts';
import type { FieldValues, IntegerField } from '../../foundation/fields.ts';

/**
 * The fields `shortest` and `longest` of a task whose samples differ in length.
 * @param what what is counted, e.g. "symbols"
 */
export function lengthFields(
  what: string,
  shortest: readonly [number, number, number],
  longest: readonly [number, number, number],
): { readonly minimumLength: IntegerField; readonly maximumLength: IntegerField } {
  return {
    minimumLength: integer(
      'Shortest',
      shortest,
      `Training draws the number of ${what} evenly between shortest and longest (whichever way round they stand).`,
      { unit: what },
    ),
    maximumLength: integer(
      'Longest',
      longest,
      `The most ${what} that training shows. Further data has two and four times as many, to see whether the model found a rule or learned these lengths.`,
      { unit: what },
    ),
  };
}

/** Lowest and highest of two values that may stand in either order, so that no position of two sliders is an error. */
export function ordered(first: number, second: number): readonly [low: number, high: number] {
  return first <= second ? [first, second] : [second, first];
}

/** Length range of values that have the fields of `lengthFields`. */
export function lengthRange(values: FieldValues): readonly [shortest: number, longest: number] {
  return ordered(values['minimumLength'] as number, values['maximumLength'] as number);
}

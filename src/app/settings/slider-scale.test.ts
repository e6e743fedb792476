import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldProblem } from '../../foundation/fields.ts';
import type { IntegerField, RealField } from '../../foundation/fields.ts';
import { catalog } from '../../state/catalog.ts';
import { fromSlider, sliderSteps, toSlider } from './slider-scale.ts';

/** Every number that the page offers. */
const fields: (IntegerField | RealField)[] = [
  ...catalog.models,
  ...catalog.tasks,
  { fields: catalog.training },
]
  .flatMap((owner) => Object.values(owner.fields))
  .filter((field) => field.kind === 'integer' || field.kind === 'real');

describe('a slider', () => {
  it('gives only allowed values, from end to end', () => {
    for (const field of fields) {
      for (let position = 0; position <= sliderSteps(field); position++) {
        expect(fieldProblem(field, fromSlider(field, position)), `${field.label} at ${position}`).toBeNull();
      }
      expect(fromSlider(field, 0)).toBe(field.minimum);
      expect(fromSlider(field, sliderSteps(field))).toBe(field.maximum);
    }
  });

  it('stands where the value is, and moves in one direction', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.nat(1000), (field, part) => {
        const position = Math.round((part / 1000) * sliderSteps(field));
        const value = fromSlider(field, position);
        // Values are rounded, so the handle may move a little, never far.
        expect(Math.abs(toSlider(field, value) - position)).toBeLessThanOrEqual(
          0.15 * sliderSteps(field) + 1,
        );
        if (position > 0) expect(fromSlider(field, position - 1)).toBeLessThanOrEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it('shows the default of every field inside its range', () => {
    for (const field of fields) {
      const position = toSlider(field, field.default);
      expect(position).toBeGreaterThanOrEqual(0);
      expect(position).toBeLessThanOrEqual(sliderSteps(field));
    }
  });
});

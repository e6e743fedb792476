/** Fair comparisons: the width at which one model has about as many parameters as another. */
import type { FieldValues } from '../foundation/fields.ts';
import { fieldProblem } from '../foundation/fields.ts';
import { elementCount } from '../graph/types.ts';
import type { ModelDefinition, TaskEnds } from './model.ts';
import { buildProgram } from './program.ts';

/** Numbers that are trained. `length`: tokens of a training sequence. */
export function countParameters(
  model: ModelDefinition,
  fields: FieldValues,
  ends: TaskEnds,
  length: number,
): number {
  const program = buildProgram(model, { ...fields, ...model.sizes(ends) }, { length, loss: null });
  return program.parameters.reduce((total, { shape }) => total + elementCount(shape), 0);
}

export interface Match {
  readonly fields: FieldValues;
  readonly parameters: number;
}

/**
 * The config of `model` whose parameter count comes nearest to `target`, found by bisection over its width.
 * null where the model has no width to vary, or none that its fields allow.
 */
export function matchParameters(
  model: ModelDefinition,
  fields: FieldValues,
  ends: TaskEnds,
  length: number,
  target: number,
): Match | null {
  if (!model.atWidth) return null;
  const candidate = (width: number): Match | null => {
    const changed = model.atWidth!(fields, width);
    const outOfBounds = Object.entries(model.fields).some(
      ([key, field]) => fieldProblem(field, changed[key]) !== null,
    );
    if (outOfBounds || model.problem?.({ ...changed, ...model.sizes(ends) }, ends, length)) return null;
    return { fields: changed, parameters: countParameters(model, changed, ends, length) };
  };
  let low = 1;
  let high = 1024;
  let best: Match | null = null;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const match = candidate(middle);
    if (match && (best === null || Math.abs(match.parameters - target) < Math.abs(best.parameters - target)))
      best = match;
    // Widths below the bounds give no match and must grow; those above must shrink.
    if (match ? match.parameters < target : middle < smallestWidth(model)) low = middle + 1;
    else high = middle - 1;
  }
  return best;
}

/** The least width that the model's own fields allow. */
function smallestWidth(model: ModelDefinition): number {
  return Math.max(
    ...['modelDim', 'hiddenSize'].map((key) => {
      const field = model.fields[key];
      return field?.kind === 'integer' ? field.minimum : 0;
    }),
  );
}

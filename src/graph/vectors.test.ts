/** The step graphs of all models, evaluated and differentiated in double precision, against the golden vectors. */
import { describe, it } from 'vitest';
import { readVectors, vectorFiles } from '../testing/vector-files.ts';
import { assertMatches, evaluationBatch, tolerances, vectorProgram } from '../testing/vectors.ts';
import { evaluateGradients } from './evaluate-gradients.ts';
import { evaluate } from './evaluate.ts';

describe.each(vectorFiles)('%s', (file) => {
  it.each(readVectors(file).map((vector) => [vector.name, vector] as const))(
    'computes outputs, state, taps, loss and gradients of %s',
    (_name, vector) => {
      const program = vectorProgram(vector);
      const batch = evaluationBatch(vector);
      const forward = evaluate(program, vector.parameters, batch);
      const { gradients, stateGradients } = evaluateGradients(program, vector.parameters, batch);
      assertMatches(vector, { ...forward, gradients, stateGradients }, tolerances.f64);
    },
  );
});

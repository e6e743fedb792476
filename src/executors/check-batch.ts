/** What an executor asks of a batch before it computes anything. */
import { PlaygroundError } from '../foundation/errors.ts';
import type { Program, StateSpec, Tensor } from '../graph/types.ts';
import { sameShape } from '../graph/types.ts';
import type { Batch } from './executor.ts';

type Expected = Pick<Tensor, 'shape' | 'dtype'>;

/**
 * @param batchSize sequences that the program was compiled for
 * @throws PlaygroundError `invalid-batch`, naming the tensor that is missing, unknown or of another shape
 */
export function checkBatch(program: Program, batchSize: number, { size, inputs, state = {} }: Batch): void {
  if (size !== batchSize) {
    throw invalid(`The program was compiled for ${batchSize} sequences, not ${size}.`);
  }
  for (const graph of program.variants) {
    for (const { name, shape, dtype } of graph.inputs) {
      const own = graph.unit === 'token' ? shape : shape.slice(1);
      check(`input ${name}`, inputs[name], { shape: [size, program.length, ...own], dtype });
    }
  }
  const first = program.variants[program.schedule[0] ?? 0];
  const specs = new Map((first?.states ?? []).map((spec): [string, StateSpec] => [spec.name, spec]));
  for (const [name, tensor] of Object.entries(state)) {
    const spec = specs.get(name);
    if (!spec) throw invalid(`The model has no state called ${name}.`);
    check(`state ${name}`, tensor, { shape: [size, ...spec.shape], dtype: spec.dtype });
  }
}

function check(what: string, tensor: Tensor | undefined, expected: Expected): void {
  if (!tensor) throw invalid(`The batch lacks its ${what}, ${text(expected)}.`);
  if (!sameShape(tensor.shape, expected.shape) || tensor.dtype !== expected.dtype) {
    throw invalid(`The batch's ${what} is ${text(tensor)}, not ${text(expected)}.`);
  }
}

const text = ({ shape, dtype }: Expected): string => `${dtype} [${shape.join(', ')}]`;

function invalid(message: string): PlaygroundError {
  return new PlaygroundError('invalid-batch', message, 'Nothing was computed.');
}

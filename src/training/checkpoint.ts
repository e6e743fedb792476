/** Checkpoints as they come back from outside: what must hold before a run goes on from one. */
import type { TrainingState } from '../executors/executor.ts';
import { PlaygroundError } from '../foundation/errors.ts';
import { elementCount, sameShape } from '../graph/types.ts';
import type { ParameterSpec, TensorMap } from '../graph/types.ts';
import type { Checkpoint } from './run.ts';

/**
 * @throws PlaygroundError `invalid-checkpoint` when the weights are not those of this model, or not numbers.
 */
export function checkCheckpoint(parameters: readonly ParameterSpec[], checkpoint: Checkpoint): void {
  if ((checkpoint.format as number) !== 1) throw unusable(`format ${String(checkpoint.format)} is not known`);
  if (!Number.isSafeInteger(checkpoint.step) || checkpoint.step < 0)
    throw unusable('its step is not a count');
  const { training } = checkpoint;
  for (const tensors of [training.parameters, training.firstMoments, training.secondMoments])
    checkTensors(parameters, tensors);
  if (!isFinite(training)) throw unusable('it holds values that are not numbers');
}

function checkTensors(parameters: readonly ParameterSpec[], tensors: TensorMap): void {
  for (const { name, shape } of parameters) {
    const tensor = tensors[name];
    if (!tensor) throw unusable(`${name} is missing`);
    if (!sameShape(tensor.shape, shape) || tensor.data.length !== elementCount(shape))
      throw unusable(`${name} is [${tensor.shape.join(', ')}], the model needs [${shape.join(', ')}]`);
  }
  const extra = Object.keys(tensors).find((name) => !parameters.some((parameter) => parameter.name === name));
  if (extra !== undefined) throw unusable(`the model has no ${extra}`);
}

/** Whether every weight is a finite number. */
export function isFinite({ parameters }: Pick<TrainingState, 'parameters'>): boolean {
  return Object.values(parameters).every(({ data }) => data.every(Number.isFinite));
}

/** The state before the first update. */
export function untrained(parameters: TensorMap): TrainingState {
  const zeros = (): TensorMap =>
    Object.fromEntries(
      Object.entries(parameters).map(([name, { shape, data }]) => [
        name,
        { shape, dtype: 'f32', data: new Float32Array(data.length) },
      ]),
    );
  return { parameters, firstMoments: zeros(), secondMoments: zeros(), updates: 0 };
}

function unusable(detail: string): PlaygroundError {
  return new PlaygroundError(
    'invalid-checkpoint',
    `The saved run cannot go on: ${detail}.`,
    'Nothing was changed.',
    'Start the run anew.',
  );
}

/** The learning rate of an update: linear warm-up, then half a cosine (Loshchilov and Hutter 2017) or constant. */
import type { TrainingValues } from './config.ts';

export type ScheduleValues = Pick<
  TrainingValues,
  'learningRate' | 'warmupSteps' | 'schedule' | 'finalFraction' | 'steps'
>;

/**
 * @param update index of the update, from 0. Past the planned steps the last value stays.
 */
export function learningRateAt(values: ScheduleValues, update: number): number {
  const { learningRate, warmupSteps, steps } = values;
  if (update < warmupSteps) return (learningRate * (update + 1)) / warmupSteps;
  if (values.schedule === 'constant') return learningRate;
  const falling = Math.max(steps - 1 - warmupSteps, 1);
  const done = Math.min((update - warmupSteps) / falling, 1);
  const share = (1 + Math.cos(Math.PI * done)) / 2;
  return learningRate * (values.finalFraction + (1 - values.finalFraction) * share);
}

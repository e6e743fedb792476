/**
 * From samples of a task to the tensors of a batch: short samples are padded, and the mask becomes the weights of the loss,
 * which add up to one over the batch (for squared errors: to one over outputSize).
 */
import type { Batch } from '../executors/executor.ts';
import type { Tensor, TensorMap } from '../graph/types.ts';
import type { Sample, SplitName, TaskInstance, TokenSample, VectorSample } from '../tasks/task.ts';

/** Samples `first` … `first + count − 1` of a split. Sample i depends on seed, split and i alone. */
export function samplesOf(
  task: TaskInstance,
  seed: number,
  split: SplitName,
  first: number,
  count: number,
): Sample[] {
  return Array.from({ length: count }, (_, i) => task.sample(seed, split, first + i));
}

/**
 * Inputs `tokens` [B, T] or `x` [B, T, inputSize], and for the loss `target` and `weight` [B, T] (see graph/loss.ts).
 * @param length T; longer samples are an error of the task.
 */
export function assembleBatch(task: TaskInstance, samples: readonly Sample[], length: number): Batch {
  const weight = lossWeights(task, samples, length);
  return { size: samples.length, inputs: { ...inputsAndTargets(task, samples, length), weight } };
}

/** Only what a program without a loss reads; no answer needs to count. */
export function assembleInputs(task: TaskInstance, samples: readonly Sample[], length: number): Batch {
  const { tokens, x } = inputsAndTargets(task, samples, length);
  return { size: samples.length, inputs: { ...(tokens && { tokens }), ...(x && { x }) } };
}

function inputsAndTargets(task: TaskInstance, samples: readonly Sample[], length: number): TensorMap {
  return task.kind === 'tokens' ? tokenInputs(task, samples, length) : vectorInputs(task, samples, length);
}

function tokenInputs(task: TaskInstance, samples: readonly Sample[], length: number): TensorMap {
  const tokens = new Int32Array(samples.length * length).fill(task.paddingToken);
  const target = new Int32Array(samples.length * length);
  samples.forEach((sample, row) => {
    const { tokens: own, targets } = checked(sample, 'tokens', length) as TokenSample;
    tokens.set(own, row * length);
    target.set(targets, row * length);
  });
  const shape = [samples.length, length];
  return { tokens: { shape, dtype: 'i32', data: tokens }, target: { shape, dtype: 'i32', data: target } };
}

function vectorInputs(task: TaskInstance, samples: readonly Sample[], length: number): TensorMap {
  const { inputSize, outputSize } = task;
  const x = new Float32Array(samples.length * length * inputSize);
  const target = new Float32Array(samples.length * length * outputSize);
  samples.forEach((sample, row) => {
    const { inputs, targets } = checked(sample, 'vectors', length) as VectorSample;
    x.set(inputs, row * length * inputSize);
    target.set(targets, row * length * outputSize);
  });
  return {
    x: { shape: [samples.length, length, inputSize], dtype: 'f32', data: x },
    target: { shape: [samples.length, length, outputSize], dtype: 'f32', data: target },
  };
}

/** [B, T]: mask / Σ mask for cross-entropy, mask / (Σ mask · outputSize) for squared errors, whose mean is over elements. */
function lossWeights(task: TaskInstance, samples: readonly Sample[], length: number): Tensor {
  const data = new Float32Array(samples.length * length);
  let total = 0;
  samples.forEach(({ mask }, row) => {
    for (let t = 0; t < mask.length; t++) {
      data[row * length + t] = mask[t]!;
      total += mask[t]!;
    }
  });
  if (total === 0) throw new Error('a batch without any answer position has no loss');
  const share = 1 / (task.kind === 'tokens' ? total : total * task.outputSize);
  for (let i = 0; i < data.length; i++) data[i]! *= share;
  return { shape: [samples.length, length], dtype: 'f32', data };
}

function checked(sample: Sample, kind: Sample['kind'], length: number): Sample {
  if (sample.kind !== kind) throw new Error(`a task of ${kind} gave a sample of ${sample.kind}`);
  if (sample.mask.length > length)
    throw new Error(`a sample of ${sample.mask.length} positions does not fit into ${length}`);
  return sample;
}

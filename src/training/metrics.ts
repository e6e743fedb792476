/** What a model's outputs are worth: measured in double precision from the outputs themselves, so it is the same for every executor. */
import type { Sample, TaskInstance, TokenSample, VectorSample } from '../tasks/task.ts';

/** The part of an Evaluation that the outputs decide. NaN where a measure has no meaning for the kind of task. */
export interface Scores {
  /** Mean over answer positions: −log probability of the target, or squared error per element. */
  readonly loss: number;
  readonly perplexity: number;
  /** Share of answer positions whose most likely token is the target. */
  readonly tokenAccuracy: number;
  /** Share of samples whose every answer position is right. */
  readonly sequenceAccuracy: number;
  /** Squared error over the variance of the targets; 1 is what guessing their mean reaches. */
  readonly normalizedError: number;
}

/** Outputs of one sample are rows of `outputs` [B, T, outputSize]; padding behind the sample is left out. */
export interface Tally {
  add(samples: readonly Sample[], outputs: ArrayLike<number>, length: number): void;
  scores(): Scores;
}

export function createTally(task: Pick<TaskInstance, 'kind' | 'outputSize'>): Tally {
  return task.kind === 'tokens' ? new TokenTally(task.outputSize) : new VectorTally(task.outputSize);
}

class TokenTally implements Tally {
  readonly #width: number;
  #lossSum = 0;
  #positions = 0;
  #rightPositions = 0;
  #samples = 0;
  #rightSamples = 0;

  constructor(outputSize: number) {
    this.#width = outputSize;
  }

  add(samples: readonly Sample[], outputs: ArrayLike<number>, length: number): void {
    samples.forEach((sample, row) => {
      const { targets, mask } = sample as TokenSample;
      let wrong = 0;
      for (let t = 0; t < mask.length; t++) {
        if (mask[t] === 0) continue;
        const start = (row * length + t) * this.#width;
        const target = targets[t]!;
        this.#lossSum += logSumExp(outputs, start, this.#width) - outputs[start + target]!;
        this.#positions++;
        if (argMax(outputs, start, this.#width) === target) this.#rightPositions++;
        else wrong++;
      }
      this.#samples++;
      if (wrong === 0) this.#rightSamples++;
    });
  }

  scores(): Scores {
    const loss = this.#lossSum / this.#positions;
    return {
      loss,
      perplexity: Math.exp(loss),
      tokenAccuracy: this.#rightPositions / this.#positions,
      sequenceAccuracy: this.#rightSamples / this.#samples,
      normalizedError: NaN,
    };
  }
}

class VectorTally implements Tally {
  readonly #width: number;
  #squaredError = 0;
  #count = 0;
  /** Welford's running mean and squared deviation of every target component. */
  readonly #means: Float64Array;
  #deviation = 0;

  constructor(outputSize: number) {
    this.#width = outputSize;
    this.#means = new Float64Array(outputSize);
  }

  add(samples: readonly Sample[], outputs: ArrayLike<number>, length: number): void {
    samples.forEach((sample, row) => {
      const { targets, mask } = sample as VectorSample;
      for (let t = 0; t < mask.length; t++) {
        if (mask[t] === 0) continue;
        this.#count++;
        for (let i = 0; i < this.#width; i++) {
          const target = targets[t * this.#width + i]!;
          this.#squaredError += (outputs[(row * length + t) * this.#width + i]! - target) ** 2;
          const before = target - this.#means[i]!;
          this.#means[i]! += before / this.#count;
          this.#deviation += before * (target - this.#means[i]!);
        }
      }
    });
  }

  scores(): Scores {
    return {
      loss: this.#squaredError / (this.#count * this.#width),
      perplexity: NaN,
      tokenAccuracy: NaN,
      sequenceAccuracy: NaN,
      normalizedError: this.#squaredError / this.#deviation,
    };
  }
}

/** What each position adds to the loss [T]: see `Scores.loss`; NaN where no answer counts. */
export function positionLosses(
  sample: Sample,
  outputs: ArrayLike<number>,
  { kind, outputSize }: Pick<TaskInstance, 'kind' | 'outputSize'>,
): Float32Array {
  const { targets, mask } = sample;
  return Float32Array.from(mask, (counts, t) => {
    if (counts === 0) return NaN;
    const start = t * outputSize;
    if (kind === 'tokens') return logSumExp(outputs, start, outputSize) - outputs[start + targets[t]!]!;
    let sum = 0;
    for (let i = start; i < start + outputSize; i++) sum += (outputs[i]! - targets[i]!) ** 2;
    return sum / outputSize;
  });
}

/** Softmax of every row of `logits` [rows, width]. */
export function softmaxRows(logits: ArrayLike<number>, width: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += width) {
    const total = logSumExp(logits, start, width);
    for (let i = start; i < start + width; i++) probabilities[i] = Math.exp(logits[i]! - total);
  }
  return probabilities;
}

function logSumExp(values: ArrayLike<number>, start: number, count: number): number {
  let largest = -Infinity;
  for (let i = start; i < start + count; i++) largest = Math.max(largest, values[i]!);
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += Math.exp(values[i]! - largest);
  return largest + Math.log(sum);
}

/** Index of the largest of `count` values from `start`; the first of equals. */
export function argMax(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
}

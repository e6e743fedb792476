/**
 * Accuracy of one cell, with the interval that so few samples leave open. Answers of one sample are right or wrong together
 * more often than by chance, so the answers of a cell count for fewer than they are: for as many independent ones as would
 * give the variance that is seen between samples (the effective size of Korn and Graubard 1998). The interval is Wilson's
 * (1927), which also has a width where every answer was right.
 */
import type { Sample, TokenSample } from '../../tasks/task.ts';
import { argMax } from '../metrics.ts';
import type { GridCell, Interval } from './grid.ts';

/** Of the normal distribution: 95 % lie within so many standard deviations. */
const deviations = 1.959964;

export class CellTally {
  readonly #width: number;
  readonly #right: number[] = [];
  readonly #answers: number[] = [];

  /** @param width the task's outputSize */
  constructor(width: number) {
    this.#width = width;
  }

  get samples(): number {
    return this.#right.length;
  }

  /** @param outputs rows [B, length, width]; padding behind a sample is left out. */
  add(samples: readonly Sample[], outputs: ArrayLike<number>, length: number): void {
    samples.forEach((sample, row) => {
      const { targets, mask } = sample as TokenSample;
      let [right, answers] = [0, 0];
      for (let t = 0; t < mask.length; t++) {
        if (mask[t] === 0) continue;
        answers++;
        if (argMax(outputs, (row * length + t) * this.#width, this.#width) === targets[t]) right++;
      }
      this.#right.push(right);
      this.#answers.push(answers);
    });
  }

  cell(levels: readonly number[]): GridCell {
    const answers = sum(this.#answers);
    const tokenAccuracy = sum(this.#right) / answers;
    const { samples } = this;
    const sequenceAccuracy = this.#right.filter((right, i) => right === this.#answers[i]).length / samples;
    return {
      ...{ levels, answers, tokenAccuracy, sequenceAccuracy },
      tokenInterval: wilson(tokenAccuracy, this.#effectiveAnswers(tokenAccuracy, answers)),
      sequenceInterval: wilson(sequenceAccuracy, samples),
    };
  }

  /** As many as there are samples where all answers agree: nothing tells then that those of one sample are independent. */
  #effectiveAnswers(share: number, answers: number): number {
    const { samples } = this;
    const spread = share * (1 - share);
    if (spread === 0 || samples < 2) return samples;
    const residuals = sum(this.#right.map((right, i) => (right - share * this.#answers[i]!) ** 2));
    const variance = ((samples / (samples - 1)) * residuals) / answers ** 2;
    return variance === 0 ? answers : Math.min(answers, spread / variance);
  }
}

/** The 95 % interval of a share seen in `count` independent trials. */
export function wilson(share: number, count: number): Interval {
  const square = deviations ** 2 / count;
  const centre = share + square / 2;
  const reach = deviations * Math.sqrt((share * (1 - share)) / count + square / (4 * count));
  // Rounding must not put the interval beside the share that it is of.
  const low = Math.min(share, Math.max(0, (centre - reach) / (1 + square)));
  return [low, Math.max(share, Math.min(1, (centre + reach) / (1 + square)))];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

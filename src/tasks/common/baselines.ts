/** What a guess without memory reaches, measured on samples that no run uses. */
import type { Mark, TokenSample } from '../task.ts';

/**
 * Accuracy of always giving the most frequent answer.
 * @param answers of each sample
 */
export function majorityAnswer(answers: readonly (readonly number[])[]): Mark {
  const counts = new Map<number, number>();
  for (const answer of answers.flat()) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return {
    label: 'always the most frequent answer',
    metric: 'tokenAccuracy',
    value: Math.max(...counts.values()) / answers.flat().length,
  };
}

/** Targets where the mask is 1. */
export function answersIn({ targets, mask }: TokenSample): number[] {
  return [...targets].filter((_, t) => mask[t] === 1);
}

/**
 * Perplexity of guessing the answer from the token at the same position alone, counted on some samples and measured on others;
 * every pair counts a little more than it came, so that none is impossible.
 */
export function lastTokenPerplexity(
  counted: readonly TokenSample[],
  measured: readonly TokenSample[],
  vocabularySize: number,
): Mark {
  const smoothing = 0.1;
  const pairs = new Float64Array(vocabularySize * vocabularySize).fill(smoothing);
  const rows = new Float64Array(vocabularySize).fill(smoothing * vocabularySize);
  for (const { tokens, targets, mask } of counted) {
    for (let t = 0; t < mask.length; t++) {
      if (mask[t] === 0) continue;
      pairs[tokens[t]! * vocabularySize + targets[t]!]!++;
      rows[tokens[t]!]!++;
    }
  }
  let nats = 0;
  let total = 0;
  for (const { tokens, targets, mask } of measured) {
    for (let t = 0; t < mask.length; t++) {
      if (mask[t] === 0) continue;
      nats -= Math.log(pairs[tokens[t]! * vocabularySize + targets[t]!]! / rows[tokens[t]!]!);
      total++;
    }
  }
  return {
    label: 'from the last token alone (bigrams)',
    metric: 'perplexity',
    value: Math.exp(nats / total),
  };
}

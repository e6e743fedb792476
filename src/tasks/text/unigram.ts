/** The simplest language model there is: how often each token comes, whatever came before. */

/**
 * Perplexity on `heldOut` of a unigram model counted on `train`, every token counted once more than it came (Laplace), so
 * that one that training never saw is not impossible.
 */
export function unigramPerplexity(
  train: ArrayLike<number>,
  heldOut: ArrayLike<number>,
  vocabularySize: number,
): number {
  const counts = new Float64Array(vocabularySize).fill(1);
  for (let i = 0; i < train.length; i++) counts[train[i]!]!++;
  const total = train.length + vocabularySize;
  let nats = 0;
  for (let i = 0; i < heldOut.length; i++) nats -= Math.log(counts[heldOut[i]!]! / total);
  return Math.exp(nats / heldOut.length);
}

/** Pairs of a key and a value, and noise, as the recall tasks show them. Tokens: keys first, then values. */
import type { RandomStream } from '../../foundation/random.ts';

export const noiseLabels: readonly string[] = ['~', '≈', '∿', '≋'];

interface PairOptions {
  readonly pairs: number;
  readonly keys: number;
  readonly values: number;
  /** No key twice; needs as many keys as pairs. */
  readonly distinct: boolean;
}

/** Tokens [key, value] of each pair. */
export function drawPairs(random: RandomStream, { pairs, keys, values, distinct }: PairOptions): number[][] {
  const order = distinct ? random.permutation(keys) : [];
  return Array.from({ length: pairs }, (_, i) => [
    order[i] ?? random.integer(keys),
    keys + random.integer(values),
  ]);
}

/**
 * What a slot of Memformer does in a write (Wu et al. 2022, analysis of the memory writer): it keeps itself, mixes itself with
 * new tokens, or is written anew. The paper gives no thresholds; here the weight on itself, averaged over the heads, decides.
 */
import type { Run, Snapshot } from '../common/data.ts';
import { segmentCount, tapName } from '../common/segments.ts';

export const slotTypes = ['retaining', 'aggregating', 'rewriting'] as const;
export type SlotType = (typeof slotTypes)[number];

/** A slot retains from this weight on itself upwards, and is rewritten below the other. */
const thresholds = { retaining: 2 / 3, rewriting: 1 / 3 } as const;

export function slotType(selfWeight: number): SlotType {
  if (selfWeight >= thresholds.retaining) return 'retaining';
  return selfWeight < thresholds.rewriting ? 'rewriting' : 'aggregating';
}

/** Weight of each slot on itself, mean over heads, in one write; null when the snapshot has none. */
function selfWeights(snapshot: Snapshot, tap: string, segment: number): number[] | null {
  const weights = snapshot.taps[tapName(tap, segment)];
  if (weights?.shape.length !== 3) return null;
  const [heads = 0, slots = 0, sources = 0] = weights.shape;
  return Array.from({ length: slots }, (_, slot) => {
    let sum = 0;
    for (let head = 0; head < heads; head++) sum += weights.data[(head * slots + slot) * sources]!;
    return sum / heads;
  });
}

/** How many slots of each type there are in every segment. */
export function typeCounts(run: Run, snapshot: Snapshot, tap: string): Readonly<Record<SlotType, number>>[] {
  return Array.from({ length: segmentCount(run, snapshot) }, (_, segment) => {
    const counts = { retaining: 0, aggregating: 0, rewriting: 0 };
    for (const weight of selfWeights(snapshot, tap, segment) ?? []) counts[slotType(weight)]++;
    return counts;
  });
}

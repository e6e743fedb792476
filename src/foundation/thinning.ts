/** Histories that stay small however long a run goes on. */

/** Evaluated steps of a run that are kept, at most. A step has one evaluation for each split, so a run keeps some thousands. */
export const mostEvaluatedSteps = 1000;

/** Generalisation grids of a run that are kept, at most; each has the numbers of some fifty cells. */
export const mostGrids = 32;

/**
 * Lets go of every second step once there are more than `most`, the first and the newest excepted: the curve keeps its extent
 * and half its detail.
 * @param entries ascending by step; entries of one step follow each other and stay together
 */
export function thinnedBySteps<Entry extends { readonly step: number }>(
  entries: Entry[],
  most: number = mostEvaluatedSteps,
): Entry[] {
  let count = 0;
  for (let at = 0; at < entries.length; at++) if (entries[at]!.step !== entries[at - 1]?.step) count++;
  if (count <= most) return entries;
  let rank = -1;
  return entries.filter(({ step }, at) => {
    if (step !== entries[at - 1]?.step) rank++;
    return rank % 2 === 0 || rank === count - 1;
  });
}

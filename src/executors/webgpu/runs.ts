/** Cuts a sequence into stretches, which a strategy keeps at one time, and stretches into runs of one variant. */
import type { Program } from '../../graph/types.ts';
import type { Strategy } from '../executor.ts';

export interface Run {
  /** Which plan it takes: runs of different stretches share plans, runs of one stretch do not. */
  readonly plan: string;
  readonly variant: number;
  /** Number of its first step, how many steps there are, and the tokens before them. */
  readonly first: number;
  readonly count: number;
  readonly token: number;
  /** Number of the run in the sequence. */
  readonly index: number;
}

export type Stretch = readonly Run[];

export function stretchLength(strategy: Strategy, steps: number): number {
  switch (strategy.kind) {
    case 'full':
      return Math.max(1, steps);
    case 'truncated':
      return Math.max(1, Math.floor(strategy.horizon));
    case 'checkpointed':
      return Math.max(1, Math.ceil(Math.sqrt(steps)));
    case 'memoryReplay':
      return 1;
  }
}

export function stretches({ schedule, variants }: Program, length: number): Stretch[] {
  const result: Stretch[] = [];
  let token = 0;
  let index = 0;
  for (let begin = 0; begin < schedule.length; begin += length) {
    const end = Math.min(schedule.length, begin + length);
    const runs: Run[] = [];
    for (let first = begin; first < end;) {
      const variant = schedule[first]!;
      let count = 1;
      while (first + count < end && schedule[first + count] === variant) count++;
      const occurrence = runs.filter((run) => run.variant === variant).length;
      runs.push({ plan: `${variant} ${occurrence}`, variant, first, count, token, index: index++ });
      token += count * variants[variant]!.tokens;
      first += count;
    }
    result.push(runs);
  }
  return result;
}

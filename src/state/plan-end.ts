/**
 * The moment in which a run comes to the end of its plan. A person who presses the key in that moment wanted to pause, which
 * has happened by then; without this the same key would train past the plan.
 */
import { runStore } from './run-store.ts';

/** Milliseconds in which nobody can have seen that training has ended. */
const unseen = 600;

let endedAt = -Infinity;

runStore.subscribe(({ status }, before) => {
  if (status.state === 'finished' && before.status.state === 'training') endedAt = performance.now();
});

export const hasJustEnded = (): boolean => performance.now() - endedAt < unseen;

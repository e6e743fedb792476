/**
 * The run that is looked at comes first: while it trains on a machine without a core to spare, the background rests for as long
 * as it works. A race is left alone, for it must be fair.
 */
import { runStore } from '../run-store.ts';
import type { Fleet } from './fleet.ts';
import { raceGroup } from './race.ts';

/** Of its time, that the background then computes. */
export const givenShare = 0.5;
/** What the WebAssembly executor takes at most, where the page may have threads. */
const mostThreads = 4;

export interface Machine {
  /** Logical processors. */
  readonly cores: number;
  /** Executors may have threads. */
  readonly threads: boolean;
}

/** Whether two runs and the page together want more than there is. */
export function isScarce({ cores, threads }: Machine): boolean {
  const each = threads ? Math.min(mostThreads, cores) : 1;
  return cores < 2 * each + 1;
}

export function thisMachine(): Machine {
  return { cores: navigator.hardwareConcurrency, threads: globalThis.crossOriginIsolated };
}

/** Returns the function that ends it. */
export function putCurrentFirst(fleet: Fleet, machine: Machine = thisMachine()): () => void {
  const update = (): void => {
    const { run, status } = runStore.getState();
    // There is one graphics processor, however many cores there are.
    const scarce = isScarce(machine) || run?.executor.includes('webgpu') === true;
    const racing = fleet.members.some(({ group, state }) => group === raceGroup && state === 'training');
    fleet.giveWay(status.state === 'training' && scarce && !racing ? givenShare : 1);
  };
  const stops = [runStore.subscribe(update), fleet.subscribe(update)];
  update();
  return () => {
    for (const stop of stops) stop();
  };
}

/**
 * A race: the current run in its worker against another in the background, both from their initial weights on the same samples.
 * They start together, once the opponent is known to be able to, and pause and go on together.
 */
import { PlaygroundError } from '../../foundation/errors.ts';
import { runStore } from '../run-store.ts';
import type { Fleet } from './fleet.ts';
import { armKey, underWay } from './member.ts';
import type { Order } from './member.ts';

export const raceGroup = 'Race';

/** The current run, as a race needs it. */
export interface Racer {
  /** Back to the initial weights; false (and a message) if that cannot be. */
  reset(): Promise<boolean>;
  play(): Promise<boolean>;
}

/**
 * @returns the id of the opponent among the members, or null where the current run could not go back to its start
 * @throws PlaygroundError `opponent-cannot-start`; nothing was reset then. Also `fleet-full`.
 */
export async function startRace(here: Racer, fleet: Fleet, order: Order): Promise<string | null> {
  await fleet.stop(({ group }) => group === raceGroup);
  const [id = ''] = fleet.begin(raceGroup, [order], { rest: true });
  const opponent = await fleet.prepared(id);
  if (opponent?.state !== 'paused') {
    fleet.remove((member) => member.id === id);
    const failure = opponent?.failure;
    throw new PlaygroundError(
      'opponent-cannot-start',
      `The race did not start: ${failure?.message ?? 'the opponent was removed.'}`,
      'Your run is as it was.',
      failure?.remedy || 'Choose another opponent.',
    );
  }
  fleet.remove((member) => member.group === raceGroup && member.id !== id);
  if (!(await here.reset())) {
    fleet.remove((member) => member.id === id);
    return null;
  }
  runTogether(fleet, id);
  await Promise.all([here.play(), fleet.play(id)]);
  return id;
}

/** Until one of them is not in the race any more: the opponent has ended, or the current run is another one or was reset. */
function runTogether(fleet: Fleet, id: string): void {
  const { run: ours } = runStore.getState();
  const stop = runStore.subscribe(({ run, status }, before) => {
    const opponent = fleet.member(id);
    if (!opponent || !underWay(opponent)) {
      stop();
      return;
    }
    const another = !run || !ours || armKey(run.config) !== armKey(ours.config);
    if (another || run.config.seed !== ours.config.seed || (status.step === 0 && before.status.step > 0)) {
      stop();
      void fleet.stop((member) => member.id === id);
    } else if (status.state !== before.status.state) {
      // Past its own last step the current run leaves the rest of the way to the opponent.
      if (status.state === 'paused') void fleet.pause(id);
      if (status.state === 'training') void fleet.play(id);
    }
  });
}

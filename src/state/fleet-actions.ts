/** Commands that compare runs. */
import type { Definition } from './actions.ts';
import { armKey, underWay } from './fleet/member.ts';
import { chosenOpponent, groups, pinRun, race, trainSeeds } from './fleet/commands.ts';
import { fleet } from './fleet/fleet.ts';
import type { Playground } from './playground.ts';
import { runStore } from './run-store.ts';

export type FleetActionId = 'pinRun' | 'trainSeeds' | 'race' | 'stopCompared' | 'removeCompared';

function needsRun(): string | null {
  const { run, configuring } = runStore.getState();
  return configuring ? 'The run is being prepared.' : run ? null : 'There is no run yet.';
}

function seedsUnderWay(): boolean {
  const { run } = runStore.getState();
  return fleet.members.some(
    ({ group, state, config }) =>
      group === groups.seeds && underWay({ state }) && run !== null && armKey(config) === armKey(run.config),
  );
}

/** Both sides of a race start at once, so the background must be free; a race under way gives way to the next. */
function backgroundTaken(): string | null {
  const taken = fleet.members.some((member) => member.group !== groups.race && underWay(member));
  return taken ? 'The background is at work: stop its runs first, or wait until they are done.' : null;
}

export function fleetActions(playground: Playground): Record<FleetActionId, Definition> {
  return {
    pinRun: {
      label: 'Pin run',
      explanation:
        'Keeps this run as it is now, with weights and curves; it stays in the curves while you change settings.',
      shortcut: 'c',
      unavailable: () =>
        needsRun() ??
        (runStore.getState().status.step === 0 ? 'Train it first: there is nothing to keep.' : null),
      perform: () => void pinRun(playground),
    },
    trainSeeds: {
      label: 'Train seeds',
      explanation:
        'Trains the same settings with further seeds in the background: curves show their median and range.',
      unavailable: () => needsRun() ?? (seedsUnderWay() ? 'The seeds are being trained.' : null),
      perform: () => void trainSeeds(playground),
    },
    race: {
      label: 'Race',
      explanation:
        'Both from their initial weights on the same samples, this run here and the other in the background; they start, pause and go on together.',
      unavailable: () =>
        needsRun() ?? (chosenOpponent() ? backgroundTaken() : 'There is nobody to race on this task.'),
      perform: () => void race(playground),
    },
    stopCompared: {
      label: 'Stop compared runs',
      explanation: 'Ends the training in the background; each run keeps what it has learned and can go on.',
      unavailable: () => (fleet.busy ? null : 'Nothing is being trained in the background.'),
      perform: () => void fleet.stop(),
    },
    removeCompared: {
      label: 'Remove compared runs',
      explanation: 'Removes every compared run but the pinned ones.',
      unavailable: () =>
        fleet.members.some(({ state }) => state !== 'pinned') ? null : 'There are none but pinned ones.',
      perform: () => fleet.remove(({ state }) => state !== 'pinned'),
    },
  };
}

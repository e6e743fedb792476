/** The compared runs for the list and the table. Metrics come ten times a second; a table that can be read changes twice. */
import { useEffect, useReducer } from 'react';
import { currentArms } from '../../panels/common/moment.ts';
import type { Arm } from '../../state/fleet/arms.ts';
import { currentMeasures } from '../../state/fleet/commands.ts';
import { fleet } from '../../state/fleet/fleet.ts';
import { compareTable } from '../../state/fleet/table.ts';
import type { CompareTable } from '../../state/fleet/table.ts';
import { metricsStore } from '../../state/metrics-store.ts';
import { runStore } from '../../state/run-store.ts';

const pause = 500;

export interface Comparison {
  readonly arms: readonly Arm[];
  readonly table: CompareTable;
}

export function useComparison(): Comparison {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let members = fleet.members.length;
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        again();
      }, pause);
    };
    const stops = [
      fleet.subscribe(() => {
        // What a person has just done is shown at once.
        if (fleet.members.length !== members) again();
        else soon();
        members = fleet.members.length;
      }),
      metricsStore.subscribe(() => {
        if (fleet.members.length > 0) soon();
      }),
      runStore.subscribe((state, before) => {
        if (state.run !== before.run) again();
      }),
    ];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, []);
  const arms = currentArms();
  const { run } = runStore.getState();
  return { arms, table: compareTable(arms, currentMeasures(), run?.parameterCount ?? null) };
}

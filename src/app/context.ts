/** Hands the playground and its actions to components, and keeps a button in step with its action. */
import { createContext, use, useSyncExternalStore } from 'react';
import type { Action, ActionId, Actions } from '../state/actions.ts';
import type { Playground } from '../state/playground.ts';
import { cursorStore } from '../state/cursor-store.ts';
import { gridStore } from '../state/grid-store.ts';
import { interventionStore } from '../state/interventions.ts';
import { runStore } from '../state/run-store.ts';
import { slowMotionStore } from '../state/slow-motion.ts';
import { settingsStore } from '../state/settings-store.ts';
import { snapshotStore } from '../state/snapshot-store.ts';
import { themeStore } from '../state/theme-store.ts';
import { compareStore } from '../state/fleet/commands.ts';
import { fleet } from '../state/fleet/fleet.ts';
import { travelStore } from '../state/travel-store.ts';

export interface Page {
  readonly playground: Playground;
  readonly actions: Actions;
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = use(PageContext);
  if (!page) throw new Error('usePage needs a PageContext around it');
  return page;
}

/** Everything that an action's label or availability may depend on. */
function subscribe(listener: () => void): () => void {
  const stops = [
    runStore,
    settingsStore,
    themeStore,
    snapshotStore,
    cursorStore,
    travelStore,
    fleet,
    compareStore,
    interventionStore,
    gridStore,
    slowMotionStore,
  ].map((store) => store.subscribe(listener));
  return () => {
    for (const stop of stops) stop();
  };
}

/** An action with its present label and, if it cannot be done, the reason. */
export function useAction(id: ActionId): {
  readonly action: Action;
  readonly label: string;
  readonly unavailable: string | null;
} {
  const action = usePage().actions[id];
  const label = useSyncExternalStore(subscribe, action.label);
  const unavailable = useSyncExternalStore(subscribe, action.unavailable);
  return { action, label, unavailable };
}

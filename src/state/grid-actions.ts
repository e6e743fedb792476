/** The command of the generalisation grid. */
import type { Definition } from './actions.ts';
import { gridProblem, gridStore, toggleMeasuring } from './grid-store.ts';

export type GridActionId = 'measureGrid';

export const gridActions = {
  measureGrid: {
    label: () =>
      gridStore.getState().measuring ? 'Stop measuring the grid' : 'Measure the generalisation grid',
    explanation:
      'Measures the accuracy of the present weights at levels of difficulty that were trained and at harder ones. Training goes on meanwhile, a little slower, and is not changed by it.',
    shortcut: 'g',
    unavailable: gridProblem,
    perform: () => toggleMeasuring(),
  },
} satisfies Record<GridActionId, Definition>;

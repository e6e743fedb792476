/** The commands that operate on a memory. */
import type { Definition } from './actions.ts';
import {
  draftProblem,
  interventionStore,
  operateAtCursor,
  surveyProblem,
  toggleSurvey,
  undoAllInterventions,
  undoIntervention,
  undoProblem,
} from './interventions.ts';

export type InterventionActionId = 'operate' | 'operateUndo' | 'operateUndoAll' | 'survey';

export const interventionActions = {
  operate: {
    label: 'Operate on the memory',
    explanation: 'Does the chosen operation to the memory at the cursor. The weights stay as they are.',
    shortcut: 'i',
    unavailable: draftProblem,
    perform: () => operateAtCursor(),
  },
  operateUndo: {
    label: 'Undo the last operation',
    explanation: 'Takes the last operation on the memory back.',
    shortcut: 'u',
    unavailable: undoProblem,
    perform: () => undoIntervention(),
  },
  operateUndoAll: {
    label: 'Undo all operations',
    explanation: 'Leaves the memory as it is by itself.',
    unavailable: undoProblem,
    perform: () => undoAllInterventions(),
  },
  survey: {
    label: () =>
      interventionStore.getState().surveying ? 'Hide which slots matter' : 'Show which slots matter',
    explanation:
      'Erases every slot alone at the cursor and shows how much the loss changes; follows the cursor.',
    shortcut: 'm',
    unavailable: surveyProblem,
    perform: () => toggleSurvey(),
  },
} satisfies Record<InterventionActionId, Definition>;

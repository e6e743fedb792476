/** What was done to the memory so far, each with its way back. */
import { useStore } from 'zustand';
import { useRun } from '../../state/hooks.ts';
import { interventionStore, undoAllInterventions, undoIntervention } from '../../state/interventions.ts';
import { fits } from '../../state/intervention-runner.ts';
import type { BankDescription } from '../../state/interventions.ts';
import { ActionButton } from '../common/ActionButton.tsx';
import styles from './Interventions.module.css';
import { interventionText } from './words.ts';

const noBanks: readonly BankDescription[] = [];

export function Applied() {
  const interventions = useStore(interventionStore, (state) => state.interventions);
  const length = useStore(interventionStore, (state) => state.outcome?.mask.length ?? Infinity);
  const banks = useRun((state) => state.run?.memory.banks ?? noBanks);
  if (interventions.length === 0) return null;
  return (
    <div className={styles['applied']}>
      <ol aria-label="Operations done">
        {interventions.map((intervention, index) => {
          const text = `position ${intervention.position}: ${interventionText(intervention, banks)}`;
          return (
            <li key={index} data-idle={!fits(intervention, length)}>
              {text}
              {!fits(intervention, length) && ' (beyond this sequence)'}
              <button
                type="button"
                aria-label={`Undo: ${text}`}
                title="Take this operation back"
                onClick={() => undoIntervention(index)}
              >
                ×
              </button>
            </li>
          );
        })}
      </ol>
      <ActionButton explanation="Take the last operation back (U)" onPress={() => undoIntervention()}>
        Undo
      </ActionButton>
      <ActionButton explanation="Take all operations back" onPress={() => undoAllInterventions()}>
        Undo all
      </ActionButton>
    </div>
  );
}

/** Asks for the grid, tells how far it is, and lets it follow the training. */
import { useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { gridProblem, gridStore, toggleMeasuring } from '../../state/grid-store.ts';
import { runStore } from '../../state/run-store.ts';
import { ActionButton } from '../common/ActionButton.tsx';
import { countText } from '../common/text.ts';
import { Switch } from '../common/Choice.tsx';
import styles from './Generalisation.module.css';

interface MeasuringProps {
  readonly follow: boolean;
  readonly onFollow: (follow: boolean) => void;
}

export function Measuring({ follow, onFollow }: MeasuringProps) {
  const measuring = useStore(gridStore, (state) => state.measuring);
  const problem = useSyncExternalStore(runStore.subscribe, gridProblem);
  const done = measuring?.cells.length ?? 0;
  return (
    <div className={styles['measuring']} role="group" aria-label="Measuring the grid">
      <ActionButton
        problem={problem}
        explanation={
          measuring
            ? 'Ends the measurement under way; the cells that were measured are kept. (G)'
            : 'Measures the accuracy of the present weights at every level of difficulty; training goes on meanwhile. (G)'
        }
        onPress={toggleMeasuring}
      >
        {measuring ? 'Stop' : 'Measure now'}
      </ActionButton>
      {measuring && (
        <>
          <progress value={done} max={measuring.total} aria-label="Cells measured" />
          <span>
            {done} of {measuring.total} cells, step {countText(measuring.step)}
          </span>
        </>
      )}
      <Switch
        label="while training"
        explanation="Measures again with an evaluation, as often as that takes no more than a thirtieth of the training time."
        value={follow}
        onChange={onFollow}
      />
    </div>
  );
}

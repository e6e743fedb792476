/** Runs beside the current one: pinned, other seeds, the opponent of a race. Their curves are in the curves. */
import { useStore } from 'zustand';
import { compareStore, opponents, seedLimits } from '../../state/fleet/commands.ts';
import { fleet } from '../../state/fleet/fleet.ts';
import { percentText } from '../../panels/common/text.ts';
import { useRun } from '../../state/hooks.ts';
import { ActionButton } from '../ui/ActionButton.tsx';
import { ArmRow } from './ArmRow.tsx';
import styles from './Compare.module.css';
import { DifferenceTable } from './DifferenceTable.tsx';
import { useComparison } from './use-comparison.ts';

export function ComparePanel() {
  const { arms, table } = useComparison();
  const takenAway = useStore(compareStore, (state) => state.takenAway);
  const run = useRun((state) => state.run);
  if (!run) return null;
  return (
    <section className={styles['panel']} aria-label="Compared runs">
      <header className={styles['header']}>
        <h3>Runs</h3>
        <ActionButton id="pinRun" />
      </header>
      {arms.length === 0 && (
        <p className={styles['hint']}>
          Pin the run, change a setting and train again: the curves show both. Several seeds show how much is
          luck. In a race, another model trains on the same samples.
        </p>
      )}
      <div className={styles['begin']}>
        <SeedCount />
        <ActionButton id="trainSeeds" />
      </div>
      <div className={styles['begin']}>
        <Opponents />
        <ActionButton id="race" />
      </div>
      {arms.length > 0 && (
        <ul className={styles['arms']} aria-label="Runs">
          {arms.map((arm) => (
            <ArmRow key={arm.key} arm={arm} />
          ))}
        </ul>
      )}
      {takenAway.length > 0 && (
        <p className={styles['removed']} role="status">
          <span>{takenAway.length === 1 ? 'The run is' : `${takenAway.length} runs are`} removed.</span>
          <button type="button" onClick={putBack}>
            Undo
          </button>
        </p>
      )}
      {fleet.busy && <ActionButton id="stopCompared" />}
      {fleet.busy && fleet.share < 1 && (
        <p className={styles['hint']}>
          This run comes first: while it trains, the background computes {percentText(fleet.share)} of the
          time.
        </p>
      )}
      {arms.length > 0 && <DifferenceTable table={table} arms={arms} />}
    </section>
  );
}

function putBack(): void {
  const { takenAway } = compareStore.getState();
  compareStore.setState({ takenAway: [] });
  fleet.add(takenAway);
}

function SeedCount() {
  const seeds = useStore(compareStore, (state) => state.seeds);
  return (
    <label title="How many seeds are trained as one run, the current one among them.">
      Seeds
      <input
        type="number"
        min={seedLimits.minimum}
        max={seedLimits.maximum}
        value={seeds}
        onChange={({ target }) => {
          const count = Math.round(target.valueAsNumber);
          if (count >= seedLimits.minimum && count <= seedLimits.maximum)
            compareStore.setState({ seeds: count });
        }}
      />
    </label>
  );
}

function Opponents() {
  const run = useRun((state) => state.run);
  const chosen = useStore(compareStore, (state) => state.opponent);
  if (!run) return null;
  const offered = opponents(fleet.members, run.config, run.kind);
  const value = offered.some(({ id }) => id === chosen) ? chosen : (offered[0]?.id ?? '');
  return (
    <label title="Which run trains against the current one, on the same task and samples.">
      Against
      <select value={value} onChange={({ target }) => compareStore.setState({ opponent: target.value })}>
        {offered.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

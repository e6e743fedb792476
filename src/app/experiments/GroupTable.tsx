/** One table of an experiment: for every row and measure what was recorded, and what was measured here. */
import { useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import type { Experiment, Group } from '../../state/experiments/comparison.ts';
import { cell, liveRow, rowLabel } from '../../state/experiments/comparison.ts';
import type { Recorded } from '../../state/experiments/recorded.ts';
import { chooseRows, experimentStore } from '../../state/experiments/store.ts';
import { fleet } from '../../state/fleet/fleet.ts';
import styles from './Experiments.module.css';

interface GroupTableProps {
  readonly experiment: Experiment;
  readonly group: Group;
  readonly report: Recorded | null;
}

export function GroupTable({ experiment, group, report }: GroupTableProps) {
  const labels = group.runs.map((run) => rowLabel(experiment, group, run));
  const leftOut = useStore(experimentStore, (choice) => choice.leftOut[experiment.id]);
  const all = labels.every((label) => !leftOut?.includes(label));
  return (
    // Scrolls sideways where it must, so the keyboard must reach it.
    <div className={styles['scroll']} role="group" aria-label={group.label} tabIndex={0}>
      <table className={styles['table']}>
        <caption>{group.label}</caption>
        <thead>
          <tr>
            <th scope="col" rowSpan={2}>
              <label>
                <input
                  type="checkbox"
                  checked={all}
                  title="Train all rows of this table, or none"
                  onChange={(event) => chooseRows(experiment.id, labels, event.target.checked)}
                />{' '}
                all
              </label>
            </th>
            {group.measures.map(({ label }) => (
              <th key={label} scope="colgroup" colSpan={2}>
                {label}
              </th>
            ))}
          </tr>
          <tr>
            {group.measures.flatMap(({ label }) => [
              <th key={`${label} recorded`} scope="col">
                recorded
              </th>,
              <th key={`${label} here`} scope="col" className={styles['here']}>
                here
              </th>,
            ])}
          </tr>
        </thead>
        <tbody>
          {group.runs.map(({ label }, i) => (
            <Row
              key={label}
              {...{ experiment, group, report }}
              name={label}
              label={labels[i]!}
              chosen={!leftOut?.includes(labels[i]!)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps extends GroupTableProps {
  /** As the table shows it, and as the fleet knows it. */
  readonly name: string;
  readonly label: string;
  readonly chosen: boolean;
}

function Row({ experiment, group, report, name, label, chosen }: RowProps) {
  useSyncExternalStore(fleet.subscribe, () => fleet.version);
  const recorded = report?.rows.find((row) => row.group === group.label && row.label === name);
  const { results, status } = liveRow(experiment, label, fleet.members);
  return (
    <tr>
      <th scope="row">
        <label>
          <input
            type="checkbox"
            checked={chosen}
            onChange={(event) => chooseRows(experiment.id, [label], event.target.checked)}
          />{' '}
          {name}
        </label>
        {status !== '' && <span className={styles['status']}>{status}</span>}
      </th>
      {group.measures.flatMap((measure) => [
        <td key={`${measure.label} recorded`}>{recorded ? cell(measure, recorded.results) : '–'}</td>,
        <td key={`${measure.label} here`} className={styles['here']}>
          {results.length > 0 ? cell(measure, results) : '–'}
        </td>,
      ])}
    </tr>
  );
}

/** One experiment: its claim, what of it is to be trained, and its tables with the recorded and the present results. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import type { Experiment } from '../../state/experiments/comparison.ts';
import { pageSamples, rowLabels, showTask, trainRows } from '../../state/experiments/comparison.ts';
import type { Finding, Recorded } from '../../state/experiments/recorded.ts';
import { recordedFinding, recordedReport } from '../../state/experiments/recorded.ts';
import { experimentStore, mostSeeds } from '../../state/experiments/store.ts';
import { fleet } from '../../state/fleet/fleet.ts';
import { underWay } from '../../state/fleet/member.ts';
import { Icon } from '../ui/icons.tsx';
import styles from './Experiments.module.css';
import { GroupTable } from './GroupTable.tsx';

export function ExperimentView({ experiment }: { readonly experiment: Experiment }) {
  const [report, setReport] = useState<Recorded | null>(null);
  const [finding, setFinding] = useState<Finding | null>(null);
  const back = useRef<HTMLButtonElement>(null);
  // What was pressed to come here is gone; the list may have been scrolled.
  useEffect(() => back.current?.focus(), []);
  useEffect(() => {
    let shown = true;
    void Promise.all([recordedReport(experiment.id), recordedFinding(experiment.id)]).then(
      ([found, text]) => {
        if (!shown) return;
        setReport(found);
        setFinding(text);
      },
    );
    return () => {
      shown = false;
    };
  }, [experiment]);
  return (
    <div className={styles['experiment']}>
      <button
        ref={back}
        type="button"
        className={styles['back']}
        onClick={() => experimentStore.setState({ open: null })}
      >
        <Icon name="previous" /> All experiments
      </button>
      <p>
        <strong>Claim.</strong> {experiment.claim}
      </p>
      <p className={styles['muted']}>{experiment.source}.</p>
      <TrainBar experiment={experiment} report={report} />
      <p>
        <strong>How to read it.</strong> {experiment.reading}
      </p>
      {experiment.groups.map((group) => (
        <GroupTable key={group.label} experiment={experiment} group={group} report={report} />
      ))}
      <p className={styles['muted']}>
        {report ? circumstances(report) : 'Nothing is recorded of this experiment.'} Here: measured on{' '}
        {pageSamples} sequences of each kind; while a row trains, its last measurement is shown. Cells: mean
        over the seeds (lowest–highest).
      </p>
      {finding && (
        <section aria-label="What was found">
          <h3>{finding.title}</h3>
          {finding.paragraphs.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </section>
      )}
    </div>
  );
}

function circumstances({ date, budget, seeds, executor, browser, commit, wallSeconds }: Recorded): string {
  const minutes = wallSeconds < 120 ? `${wallSeconds.toFixed(0)} s` : `${(wallSeconds / 60).toFixed(1)} min`;
  return `Recorded on ${date}: budget ${budget}, seeds ${seeds.join(', ')}, executor ${executor}, ${browser}, commit ${commit}, ${minutes} in all, 512 sequences of each kind unless the definition says fewer.`;
}

interface TrainBarProps {
  readonly experiment: Experiment;
  readonly report: Recorded | null;
}

/** How many seeds, and the commands: train, stop, remove. */
function TrainBar({ experiment, report }: TrainBarProps) {
  const seeds = useStore(experimentStore, (choice) => choice.seeds);
  const leftOut = useStore(experimentStore, (choice) => choice.leftOut[experiment.id]);
  useSyncExternalStore(fleet.subscribe, () => fleet.version);
  const own = fleet.members.filter(({ group }) => group === experiment.name);
  const busy = own.some(underWay);
  const chosen = rowLabels(experiment).filter((label) => !leftOut?.includes(label));
  const runs = chosen.length * seeds;
  const each = report && report.wallSeconds / report.rows.reduce((sum, row) => sum + row.results.length, 0);
  const ours = (member: { readonly group: string }): boolean => member.group === experiment.name;
  return (
    <div className={styles['bar']} role="group" aria-label="Train this experiment">
      <label>
        Seeds{' '}
        <select
          value={seeds}
          title="How often each row is trained, with other initial weights and other data."
          onChange={(event) => experimentStore.setState({ seeds: Number(event.target.value) })}
        >
          {Array.from({ length: mostSeeds }, (_, i) => (
            <option key={i}>{i + 1}</option>
          ))}
        </select>
      </label>
      {busy ? (
        <button type="button" className={styles['primary']} onClick={() => void fleet.stop(ours)}>
          Stop
        </button>
      ) : (
        <button
          type="button"
          className={styles['primary']}
          disabled={runs === 0}
          title="Trains the chosen rows beside the present run; the curves show them as they learn."
          onClick={() => {
            showTask(experiment, new Set(chosen));
            trainRows(experiment, new Set(chosen), seeds);
          }}
        >
          Train {runs} {runs === 1 ? 'run' : 'runs'}
        </button>
      )}
      {own.length > 0 && !busy && (
        <button
          type="button"
          title="Takes the runs of this experiment out of the comparison."
          onClick={() => fleet.remove(ours)}
        >
          Remove from the curves
        </button>
      )}
      {each !== null && !busy && (
        <span className={styles['muted']}>about {each.toFixed(0)} s each when it was recorded</span>
      )}
    </div>
  );
}

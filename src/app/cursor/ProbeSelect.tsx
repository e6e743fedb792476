/** Which sequence the instruments show: a sample of a split of the task, or one that the person types. */
import { useState } from 'react';
import { useRun } from '../../state/hooks.ts';
import type { RunDescription } from '../../state/run-store.ts';
import { snapshotStore } from '../../state/snapshot-store.ts';
import { canBeTyped, textOf } from '../../state/typed-sequence.ts';
import { usePage } from '../context.ts';
import { Icon } from '../ui/icons.tsx';
import styles from './CursorBar.module.css';
import { TypedSequence } from './TypedSequence.tsx';

/** Value of the option; no split is called so. */
const typing = 'typed';

export function ProbeSelect({ run }: { readonly run: RunDescription }) {
  const { session } = usePage().playground;
  const probe = useRun((state) => state.probe);
  /** What the field for typing begins with; null while a sample is shown. */
  const [beginning, setBeginning] = useState<string | null>(null);
  const typed = probe.typed ?? beginning;
  const show = (next: typeof probe): void => {
    setBeginning(null);
    void session.probe(next);
  };
  const choose = (name: string): void => {
    if (name !== typing) show({ split: name, sampleIndex: 0 });
    else if (snapshotStore.shown) setBeginning(textOf(run, snapshotStore.shown));
  };
  const split = run.splits.find(({ name }) => name === probe.split);
  return (
    <div className={styles['probe']} role="group" aria-label="Sequence shown">
      <select
        aria-label="Data of the sequence"
        title={
          typed === null ? split?.explanation : 'A sequence of your own, typed in the symbols of the task.'
        }
        value={typed === null ? probe.split : typing}
        onChange={(event) => choose(event.target.value)}
      >
        {run.splits.map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
        {canBeTyped(run) && <option value={typing}>typed …</option>}
      </select>
      {typed === null ? (
        <>
          <button
            type="button"
            aria-label="Previous sample"
            aria-disabled={probe.sampleIndex === 0}
            onClick={() => show({ ...probe, sampleIndex: Math.max(0, probe.sampleIndex - 1) })}
          >
            <Icon name="previous" />
          </button>
          <span>sample {probe.sampleIndex}</span>
          <button
            type="button"
            aria-label="Next sample"
            onClick={() => show({ ...probe, sampleIndex: probe.sampleIndex + 1 })}
          >
            <Icon name="next" />
          </button>
        </>
      ) : (
        <TypedSequence key={run.runId} run={run} begin={typed} />
      )}
    </div>
  );
}

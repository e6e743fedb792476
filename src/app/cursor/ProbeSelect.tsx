/** Which sequence the instruments show: a split of the task and a sample of it. */
import { useRun } from '../../state/hooks.ts';
import type { RunDescription } from '../../state/run-store.ts';
import { usePage } from '../context.ts';
import { Icon } from '../ui/icons.tsx';
import styles from './CursorBar.module.css';

export function ProbeSelect({ run }: { readonly run: RunDescription }) {
  const { session } = usePage().playground;
  const probe = useRun((state) => state.probe);
  const show = (next: typeof probe): void => void session.probe(next);
  const split = run.splits.find(({ name }) => name === probe.split);
  return (
    <div className={styles['probe']} role="group" aria-label="Sequence shown">
      <select
        aria-label="Data of the sequence"
        title={split?.explanation}
        value={probe.split}
        onChange={(event) => show({ split: event.target.value, sampleIndex: 0 })}
      >
        {run.splits.map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
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
    </div>
  );
}

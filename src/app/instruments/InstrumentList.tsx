/** The instruments of one region that the current model offers; one of them may fill the region. */
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { arranged, layoutStore } from '../../state/layout-store.ts';
import { settingsProblem } from '../../state/samples.ts';
import { settingsStore } from '../../state/settings-store.ts';
import { useRun } from '../../state/hooks.ts';
import { instruments } from '../../panels/registry.ts';
import { ErrorBoundary } from '../ui/ErrorBoundary.tsx';
import styles from './InstrumentList.module.css';

interface InstrumentListProps {
  readonly region: 'memory' | 'progress';
  /** Stands below the instrument of that id. */
  readonly below?: { readonly id: string; readonly content: ReactNode };
}

export function InstrumentList({ region, below }: InstrumentListProps) {
  const run = useRun((state) => state.run);
  const order = useStore(layoutStore, (layout) => layout.order);
  if (!run) return <Waiting />;
  const offered = instruments.filter(
    (instrument) => instrument.region === region && instrument.offeredFor(run),
  );
  return arranged(offered, order).map(({ id, title, component: Instrument }) => (
    <div key={id} className={styles['instrument']} data-instrument={id}>
      <ErrorBoundary name={title}>
        <Instrument />
      </ErrorBoundary>
      {below?.id === id && below.content}
    </div>
  ));
}

/** What is missing until there is a run. */
function Waiting() {
  const preparing = useRun((state) => state.configuring);
  const problem = useStore(settingsStore, ({ config, data }) => settingsProblem(config, data));
  return (
    <p className={styles['waiting']}>
      {preparing || problem === null ? 'The instruments appear as soon as the run is prepared.' : problem}
    </p>
  );
}

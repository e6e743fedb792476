/** Where the run computes: a choice, and the table that says what was measured and why one was taken. */
import { useStore } from 'zustand';
import { useRun } from '../../state/hooks.ts';
import { snapshotStore } from '../../state/snapshot-store.ts';
import type { ExecutorReport } from '../../state/run-store.ts';
import { settingsStore } from '../../state/settings-store.ts';
import type { RunConfig } from '../../state/settings-store.ts';
import { usePage } from '../context.ts';
import { ActionButton } from '../ui/ActionButton.tsx';
import { HelpMark } from '../ui/HelpMark.tsx';
import styles from './Header.module.css';

const names: Readonly<Record<ExecutorReport['name'], string>> = {
  wasm: 'WebAssembly',
  webgpu: 'WebGPU',
  'tfjs-webgpu': 'tfjs · WebGPU',
  'tfjs-wasm': 'tfjs · WebAssembly',
  'tfjs-cpu': 'tfjs · JavaScript',
};

export function ExecutorMenu() {
  const { playground } = usePage();
  const reports = useRun((state) => state.executors);
  const running = useRun((state) => state.run?.executor ?? null);
  const chosen = useStore(settingsStore, (settings) => settings.config.executor);
  const preparing = useRun((state) => state.configuring);
  return (
    <div className={styles['executor']}>
      <select
        aria-label="Computes on"
        title="What computes the run. Changing it keeps weights and metrics."
        value={chosen}
        disabled={preparing || running === null}
        onChange={(event) => void playground.changeExecutor(event.target.value as RunConfig['executor'])}
      >
        <option value="automatic">
          {chosen === 'automatic' && running ? `${names[running]}, automatic` : 'Automatic'}
        </option>
        {reports.map((report) => (
          <option key={report.name} value={report.name} disabled={!report.available}>
            {names[report.name]}
            {report.available ? '' : ' (not here)'}
          </option>
        ))}
      </select>
      <button
        type="button"
        className={styles['help']}
        popoverTarget="executor-table"
        aria-label="What computes the run, and why"
      >
        <HelpMark />
      </button>
      <section
        id="executor-table"
        popover="auto"
        className={styles['table']}
        aria-labelledby="executor-title"
      >
        <h2 id="executor-title">What computes the run</h2>
        <p>
          Automatic takes what is fastest for this model in this browser, as far as it has been measured. You
          may choose another; weights and metrics stay.
        </p>
        {reports.length > 0 ? <ReportTable reports={reports} /> : <p>Nothing has been measured yet.</p>}
        <MemoryLine />
        <ActionButton id="measureExecutors" />
      </section>
    </div>
  );
}

function ReportTable({ reports }: { readonly reports: readonly ExecutorReport[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Executor</th>
          <th scope="col" className={styles['number']}>
            ms per step
          </th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {reports.map((report) => (
          <tr key={report.name} className={report.chosen ? styles['chosen'] : undefined}>
            <th scope="row">{names[report.name]}</th>
            <td className={styles['number']}>
              {report.millisecondsPerStep === null ? '–' : report.millisecondsPerStep.toFixed(1)}
            </td>
            <td>
              {report.reason}
              {report.detail !== '' && ` (${report.detail})`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function MemoryLine() {
  const { bytes, objects } = useRun((state) => state.status.memory);
  if (bytes === 0) return null;
  const { kept } = snapshotStore;
  return (
    <>
      <p>
        Memory in use: {mebibytes(bytes)} MiB in {objects} tensors and buffers.
      </p>
      <p>
        Kept for looking back: {kept.size} snapshots, {mebibytes(kept.bytes)} of at most{' '}
        {mebibytes(kept.budgetBytes)} MiB.
      </p>
    </>
  );
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

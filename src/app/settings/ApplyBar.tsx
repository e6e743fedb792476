/** Says what a new run would change before it happens; the current run goes on until the person decides. */
import { useStore } from 'zustand';
import { differences } from '../../state/differences.ts';
import { useRun } from '../../state/hooks.ts';
import { settingsStore } from '../../state/settings-store.ts';
import { ActionButton } from '../ui/ActionButton.tsx';
import styles from './ApplyBar.module.css';

const listed = 4;

export function ApplyBar() {
  const draft = useStore(settingsStore, (settings) => settings.config);
  const run = useRun((state) => state.run);
  const untouched = useRun((state) => state.status.step === 0 && state.status.state === 'paused');
  const changes = run ? differences(run.config, draft) : [];
  // While nothing has been trained, the run follows the settings by itself.
  if (changes.length === 0 || untouched) return null;
  return (
    <div className={styles['bar']} role="region" aria-label="Changed settings">
      <p>
        <strong>These changes start a new run.</strong> The present one goes on until you do.
      </p>
      <ul>
        {changes.slice(0, listed).map(({ path, label, from, to }) => (
          <li key={path}>
            {label}: {from} → <strong>{to}</strong>
          </li>
        ))}
        {changes.length > listed && <li>and {changes.length - listed} more</li>}
      </ul>
      <div className={styles['buttons']}>
        <ActionButton id="apply" look="primary" />
        <ActionButton id="discardSettings" />
      </div>
    </div>
  );
}

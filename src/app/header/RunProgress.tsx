/** How far the run is and how fast it goes; or, while a run is being prepared, how far that is. */
import { formatNumber } from '../../state/differences.ts';
import { useRun } from '../../state/hooks.ts';
import styles from './Header.module.css';

export function RunProgress() {
  const status = useRun((state) => state.status);
  const planned = useRun((state) => Number(state.run?.config.training['steps'] ?? 0));
  const preparing = useRun((state) => state.configuring);
  const running = useRun((state) => state.run !== null);
  const progress = useRun((state) => state.progress);
  const training = status.state === 'training';

  if (progress || preparing) {
    const share = progress && progress.total > 0 ? `${progress.done} of ${progress.total}` : '';
    return (
      <p className={styles['progress']} role="status">
        {progress ? progress.label : 'Preparing the run'} {share}
        <progress
          className={styles['bar']}
          aria-label={progress ? progress.label : 'Preparing the run'}
          max={progress?.total ?? 1}
          {...(progress && { value: progress.done })}
        />
      </p>
    );
  }
  if (!running) return <p className={styles['progress']}>no run yet</p>;
  return (
    <p className={styles['progress']}>
      <span data-testid="step">
        step <strong>{formatNumber(status.step)}</strong>
      </span>
      {planned > 0 && ` of ${formatNumber(planned)}`}
      {training && (
        <span className={styles['speed']} data-testid="speed">
          {formatSpeed(status.stepsPerSecond)}
        </span>
      )}
      {status.state === 'finished' && <span className={styles['speed']}>finished</span>}
      <progress
        className={styles['bar']}
        aria-label="Planned steps done"
        max={Math.max(planned, 1)}
        value={Math.min(status.step, planned)}
      />
    </p>
  );
}

/** Two significant digits are what such a figure is worth. */
function formatSpeed(stepsPerSecond: number): string {
  if (stepsPerSecond <= 0) return 'starting';
  const rounded = stepsPerSecond < 10 ? stepsPerSecond.toFixed(1) : String(Math.round(stepsPerSecond));
  return `${rounded} steps/s`;
}

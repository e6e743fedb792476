/** The few numbers that say how a run is doing, from its metrics. */
import { formatNumber } from '../../state/differences.ts';
import type { MetricsStore } from '../../state/metrics-store.ts';
import type { RunDescription } from '../../state/run-store.ts';

export interface Figure {
  readonly label: string;
  readonly value: string;
  /** What it is to be compared with; may be empty. */
  readonly note: string;
}

const none = '–';

export function figuresOf(
  metrics: Pick<MetricsStore, 'points' | 'latest'>,
  run: Pick<RunDescription, 'kind' | 'baseline'> | null,
): readonly Figure[] {
  const trained = metrics.points.at(-1);
  const heldOut = metrics.latest('heldOut');
  const baseline = (metric: string, format: (value: number) => string): string =>
    run?.baseline?.metric === metric ? `${run.baseline.label}: ${format(run.baseline.value)}` : '';
  const losses: Figure[] = [
    { label: 'Training loss', value: trained ? number(trained.loss) : none, note: 'latest' },
  ];
  if (run?.kind === 'vectors') {
    return [
      ...losses,
      { label: 'Held-out loss', value: heldOut ? number(heldOut.loss) : none, note: '' },
      {
        label: 'Held-out error',
        value: heldOut?.normalizedError === undefined ? none : number(heldOut.normalizedError),
        note: baseline('normalizedError', number) || 'of the variance',
      },
    ];
  }
  return [
    ...losses,
    {
      label: 'Held-out perplexity',
      value: heldOut ? number(heldOut.perplexity) : none,
      note: baseline('perplexity', number),
    },
    {
      label: 'Token accuracy',
      value: heldOut ? percent(heldOut.tokenAccuracy) : none,
      note: baseline('tokenAccuracy', percent) || 'held-out',
    },
    {
      label: 'Sequence accuracy',
      value: heldOut ? percent(heldOut.sequenceAccuracy) : none,
      note: 'held-out',
    },
  ];
}

/** Three significant digits: 2.31, 1.00, 0.00412, 1,230. */
function number(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size > 0 && (size < 1e-3 || size >= 1000)
    ? formatNumber(Number(value.toPrecision(3)))
    : value.toPrecision(3);
}

/** One digit after the point; never 100 % unless all were right. */
function percent(share: number): string {
  if (!Number.isFinite(share)) return none;
  const rounded = share === 1 ? '100' : Math.min(share * 100, 99.9).toFixed(1);
  return `${rounded} %`;
}

/** Samples of a task as a person reads them: input over target, column by column, with the positions marked that count. */
import type { ReactNode } from 'react';
import type { Sample, TaskInstance } from '../../state/samples.ts';
import styles from './SampleRows.module.css';

interface SampleRowsProps {
  readonly instance: TaskInstance;
  readonly samples: readonly Sample[];
}

/** In rem; the style sheet's `.column` has the same. */
const cellWidth = 0.7;

export function SampleRows({ instance, samples }: SampleRowsProps) {
  const longest = samples.reduce((most, sample) => Math.max(most, sample.mask.length), 1);
  const columnWidth = `${longest * cellWidth + 0.25}rem`;
  return (
    // Scrolls sideways when the sequences are long, so the keyboard must reach it.
    <div
      className={styles['rows']}
      role="group"
      aria-label="Samples: input over target"
      tabIndex={0}
      style={{ gridTemplateColumns: `repeat(auto-fill, minmax(${columnWidth}, 1fr))` }}
    >
      {samples.map((sample, i) =>
        sample.kind === 'tokens' ? (
          <TokenRow key={i} sample={sample} vocabulary={instance.vocabulary} />
        ) : (
          <VectorRow key={i} sample={sample} width={instance.inputSize} />
        ),
      )}
    </div>
  );
}

type TokenSample = Extract<Sample, { kind: 'tokens' }>;
type VectorSample = Extract<Sample, { kind: 'vectors' }>;

interface TokenRowProps {
  readonly sample: TokenSample;
  readonly vocabulary: readonly string[];
}

function TokenRow({ sample: { tokens, targets, mask }, vocabulary }: TokenRowProps) {
  const text = (token: number | undefined): string => vocabulary[token ?? -1] ?? '?';
  const cells = Array.from(tokens, (token, t) => (
    <span key={t} className={styles['column']}>
      <span className={styles['input']}>{text(token)}</span>
      <span className={mask[t] ? styles['answer'] : styles['free']}>{mask[t] ? text(targets[t]) : '·'}</span>
    </span>
  ));
  const spoken = `${Array.from(tokens, text).join(' ')}; to answer: ${Array.from(targets)
    .filter((_, t) => mask[t])
    .map(text)
    .join(' ')}`;
  return <Row spoken={spoken}>{cells}</Row>;
}

/** Each value as a bar from the middle line: up is positive. */
function VectorRow({ sample, width }: { readonly sample: VectorSample; readonly width: number }) {
  const { inputs, mask } = sample;
  const length = mask.length;
  const height = 14;
  const largest = inputs.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  const first = Array.from({ length }, (_, t) => inputs[t * width] ?? 0);
  return (
    <Row spoken={`${length} rows of ${width} numbers`}>
      <svg width={length * 7} height={2 * height} aria-hidden="true">
        {first.map((value, t) => {
          const size = (Math.abs(value) / largest) * height;
          return (
            <rect
              key={t}
              x={t * 7}
              y={value > 0 ? height - size : height}
              width="6"
              height={Math.max(size, 0.5)}
              fill={mask[t] ? 'var(--active)' : 'var(--line-strong)'}
            />
          );
        })}
      </svg>
    </Row>
  );
}

function Row({ spoken, children }: { readonly spoken: string; readonly children: ReactNode }) {
  return (
    <div className={styles['row']}>
      <span className="visuallyHidden">{spoken}</span>
      <span className={styles['cells']} aria-hidden="true">
        {children}
      </span>
    </div>
  );
}

/** Samples of a task as a person reads them: input over target, column by column, with the positions marked that count; pictures
 * and series are drawn. */
import type { ReactNode } from 'react';
import type { Sample, TaskInstance } from '../../state/samples.ts';
import type { TokenSample } from './sample-drawing.ts';
import { CurveCell, PictureCell } from './SampleDrawings.tsx';
import styles from './SampleRows.module.css';

interface SampleRowsProps {
  readonly instance: TaskInstance;
  readonly samples: readonly Sample[];
}

/** In rem; the style sheet's `.column` has the same. */
const cellWidth = 0.7;

export function SampleRows({ instance, samples }: SampleRowsProps) {
  const longest = samples.reduce((most, sample) => Math.max(most, sample.mask.length), 1);
  const drawn = instance.picture ? 4 : instance.kind === 'vectors' ? 8 : null;
  const columnWidth = `${drawn ?? longest * cellWidth + 0.25}rem`;
  return (
    // Scrolls sideways when the sequences are long, so the keyboard must reach it.
    <div
      className={styles['rows']}
      role="group"
      aria-label={drawn === null ? 'Samples: input over target' : 'Samples'}
      tabIndex={0}
      style={{ gridTemplateColumns: `repeat(auto-fill, minmax(${columnWidth}, 1fr))` }}
    >
      {samples.map((sample, i) => (
        <SampleCell key={i} sample={sample} instance={instance} />
      ))}
    </div>
  );
}

function SampleCell({ sample, instance }: { readonly sample: Sample; readonly instance: TaskInstance }) {
  const { picture, vocabulary } = instance;
  if (sample.kind === 'vectors') return <CurveCell sample={sample} />;
  if (picture) return <PictureCell sample={sample} instance={instance} picture={picture} />;
  return <TokenRow sample={sample} vocabulary={vocabulary} />;
}

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

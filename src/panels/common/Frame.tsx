/**
 * The frame that every instrument hangs in: title, one line on how to read it, controls, saving, maximise. It knows nothing of
 * what is shown inside.
 */
import { useId } from 'react';
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import type { InstrumentId } from '../../state/layout-store.ts';
import { isMovable, layoutStore, toggleFolded } from '../../state/layout-store.ts';
import type { ExportFormat } from './export.ts';
import { exportLabels } from './export.ts';
import styles from './Instrument.module.css';
import { Menu } from './Menu.tsx';
import { MoveGrip } from './MoveGrip.tsx';

export interface FrameProps {
  readonly id: InstrumentId;
  readonly title: string;
  /** One line; the rest is shown on request. */
  readonly howToRead: string;
  readonly more: ReactNode;
  readonly controls?: ReactNode;
}

interface SavableFrameProps extends FrameProps {
  readonly formats: readonly ExportFormat[];
  readonly onSave: (format: ExportFormat) => void;
  readonly children: ReactNode;
}

/** Whether only the title of an instrument is shown. */
export const useFolded = (id: string): boolean =>
  useStore(layoutStore, (layout) => layout.folded.includes(id) && layout.maximised !== id);

/** Whether an instrument fills the page. */
export const useMaximised = (id: InstrumentId): boolean =>
  useStore(layoutStore, (layout) => layout.maximised === id);

export function Frame({
  id,
  title,
  howToRead,
  more,
  controls,
  formats,
  onSave,
  children,
}: SavableFrameProps) {
  const titleId = useId();
  const maximised = useMaximised(id);
  const folded = useFolded(id);
  const maximise = (): void => layoutStore.setState({ maximised: maximised ? null : id });
  return (
    <section
      className={styles['instrument']}
      aria-labelledby={titleId}
      data-maximised={maximised}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !maximised) return;
        event.stopPropagation();
        maximise();
      }}
    >
      <header className={styles['header']}>
        <button
          type="button"
          className={styles['fold']}
          aria-expanded={!folded}
          aria-label={folded ? `Unfold ${title}` : `Fold ${title}`}
          title={folded ? 'Show the instrument' : 'Show only the title; nothing is drawn or computed for it'}
          onClick={() => toggleFolded(id)}
        />
        <h3 id={titleId}>{title}</h3>
        {!maximised && isMovable(id) && <MoveGrip id={id} title={title} />}
        <div className={styles['controls']}>{!folded && controls}</div>
        {!folded && (
          <Menu label="Save" explanation="Save the picture or its numbers" closesOnChoice>
            {formats.map((format) => (
              <button key={format} type="button" onClick={() => onSave(format)}>
                {exportLabels[format]}
              </button>
            ))}
          </Menu>
        )}
        <button
          type="button"
          className={styles['icon']}
          aria-pressed={maximised}
          aria-label={maximised ? `Shrink ${title}` : `Maximise ${title}`}
          title={maximised ? 'Back to its place (Escape)' : 'Fill the page'}
          onClick={maximise}
        >
          {maximised ? '⤡' : '⤢'}
        </button>
      </header>
      {!folded && (
        <>
          <details className={styles['how']}>
            <summary>{howToRead}</summary>
            <div>{more}</div>
          </details>
          {children}
        </>
      )}
    </section>
  );
}

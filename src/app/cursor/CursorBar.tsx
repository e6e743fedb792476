/**
 * The two cursors that all instruments share: a training step, and a position in the probe sequence with what is there and
 * which sequence is probed. On a phone the training step is folded away until it is asked for.
 */
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { clampPosition, cursorStore, moveCursor } from '../../state/cursor-store.ts';
import { snapshotSources, useDrawing, useRun } from '../../state/hooks.ts';
import { lengthOf, snapshotStore } from '../../state/snapshot-store.ts';
import { ActionButton } from '../ui/ActionButton.tsx';
import { Icon } from '../ui/icons.tsx';
import { useNarrow } from '../ui/use-narrow.ts';
import styles from './CursorBar.module.css';
import { ProbeSelect } from './ProbeSelect.tsx';
import { readoutAt } from './readout.ts';
import { StepCursor } from './StepCursor.tsx';

export function CursorBar() {
  const narrow = useNarrow();
  const past = useStore(cursorStore, (cursor) => cursor.step !== null);
  const [unfolded, setUnfolded] = useState(false);
  return (
    <section className={styles['bar']} aria-label="Cursors">
      {(!narrow || unfolded) && <StepCursor />}
      <PositionCursor
        unfold={
          narrow && (
            <button
              type="button"
              className={styles['unfold']}
              aria-label="Training step cursor"
              title="Shows or hides the cursor over training steps."
              data-past={past}
              aria-expanded={unfolded}
              onClick={() => setUnfolded(!unfolded)}
            >
              <Icon name="chevron" />
            </button>
          )
        }
      />
    </section>
  );
}

function PositionCursor({ unfold }: { readonly unfold: ReactNode }) {
  const slider = useRef<HTMLInputElement>(null);
  const place = useRef<HTMLSpanElement>(null);
  const readout = useRef<HTMLOutputElement>(null);
  const run = useRun((state) => state.run);
  useDrawing(() => {
    if (!slider.current || !place.current || !readout.current) return;
    const snapshot = snapshotStore.shown;
    slider.current.disabled = !snapshot;
    if (!snapshot || !run) {
      place.current.textContent = '';
      readout.current.textContent = 'Train or step once to look into a sequence.';
      return;
    }
    const length = lengthOf(snapshot);
    const position = clampPosition(cursorStore.getState().position, length);
    slider.current.max = String(length - 1);
    slider.current.value = String(position);
    slider.current.style.setProperty('--share', String(position / Math.max(1, length - 1)));
    place.current.textContent = `${position} of ${length - 1}`;
    readout.current.replaceChildren(
      ...readoutAt(run, snapshot, position).map(({ label, value, right }) => {
        const part = document.createElement('span');
        const shown = document.createElement('b');
        shown.textContent = value;
        if (right !== null) shown.dataset['right'] = String(right);
        part.append(`${label} `, shown, right === null ? '' : right ? ' ✓' : ' ✗');
        return part;
      }),
    );
  }, snapshotSources);
  return (
    <section className={styles['row']} aria-label="Position in the sequence">
      {unfold}
      <span className={styles['label']}>Position</span>
      <ActionButton id="positionBack" icon="previous" look="quiet" iconOnly />
      <input
        ref={slider}
        type="range"
        aria-label="Position in the sequence"
        min={0}
        defaultValue={0}
        onChange={(event) => {
          const snapshot = snapshotStore.shown;
          if (snapshot) moveCursor(Number(event.target.value), lengthOf(snapshot));
        }}
      />
      <ActionButton id="positionForward" icon="next" look="quiet" iconOnly />
      <span ref={place} className={styles['place']} />
      <output ref={readout} className={styles['readout']} aria-live="off" />
      {run && <ProbeSelect run={run} />}
    </section>
  );
}

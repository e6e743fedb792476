/** The cursor over training: which kept snapshot the instruments show. It is moved, played either way, or follows. */
import { useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import { cursorStore } from '../../state/cursor-store.ts';
import { useDrawing, useRun } from '../../state/hooks.ts';
import type { Subscribable } from '../../state/hooks.ts';
import { runStore } from '../../state/run-store.ts';
import { snapshotStore } from '../../state/snapshot-store.ts';
import { followTraining, goToStep, moveStep } from '../../state/step-cursor.ts';
import { ActionButton } from '../ui/ActionButton.tsx';
import styles from './CursorBar.module.css';
import { markCells, stepMarks, stepPlaceText } from './step-readout.ts';

const sources: readonly Subscribable[] = [snapshotStore, cursorStore, runStore];

const moves: Readonly<Record<string, () => void>> = {
  ArrowLeft: () => moveStep(-1),
  ArrowDown: () => moveStep(-1),
  ArrowRight: () => moveStep(1),
  ArrowUp: () => moveStep(1),
  PageDown: () => moveStep(-10),
  PageUp: () => moveStep(10),
  Home: () => goToStep(0),
  End: () => followTraining(),
};

export function StepCursor() {
  const slider = useRef<HTMLInputElement>(null);
  const marks = useRef<SVGPathElement>(null);
  const place = useRef<HTMLOutputElement>(null);
  const follows = useStore(cursorStore, (cursor) => cursor.step === null);
  const playing = useStore(cursorStore, (cursor) => cursor.playing);
  const training = useRun((state) => state.status.state === 'training');
  useDrawing(() => {
    if (!slider.current || !marks.current || !place.current) return;
    const { shown, latest, kept } = snapshotStore;
    slider.current.disabled = kept.size < 2;
    marks.current.setAttribute('d', kept.size < 2 ? '' : stepMarks(kept.steps));
    place.current.textContent = shown && latest ? textOf(shown.step, latest.step) : '';
    if (!shown || !latest) return;
    slider.current.max = String(Math.max(1, latest.step));
    slider.current.value = String(shown.step);
    slider.current.setAttribute('aria-valuetext', textOf(shown.step, latest.step));
  }, sources);
  const press = (event: KeyboardEvent): void => {
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    move();
  };
  return (
    <div className={styles['row']} role="group" aria-label="Training step">
      <span className={styles['label']}>Training step</span>
      <ActionButton
        id="playBackward"
        icon={playing === 'backward' ? 'pause' : 'trainBack'}
        look="quiet"
        iconOnly
      />
      <ActionButton id="stepBack" icon="previous" look="quiet" iconOnly />
      <span className={styles['track']}>
        <svg viewBox={`0 0 ${markCells} 1`} preserveAspectRatio="none" aria-hidden="true">
          <path ref={marks} />
        </svg>
        <input
          ref={slider}
          type="range"
          aria-label="Training step"
          min={0}
          defaultValue={0}
          onKeyDown={press}
          onChange={(event) => goToStep(Number(event.target.value))}
        />
      </span>
      <ActionButton id="stepForward" icon="next" look="quiet" iconOnly />
      <ActionButton id="playForward" icon={playing === 'forward' ? 'pause' : 'train'} look="quiet" iconOnly />
      <span className={styles['live']} data-on={follows} data-training={training}>
        <ActionButton id="followTraining">Live</ActionButton>
      </span>
      <output ref={place} className={styles['step']} data-past={!follows} aria-live="off" />
    </div>
  );
}

function textOf(shown: number, newest: number): string {
  const training = runStore.getState().status.state === 'training';
  const { step } = cursorStore.getState();
  // A shared link may look at a step that this run has yet to reach; until then the newest is shown.
  return stepPlaceText({ shown, newest, follows: step === null || step > newest, training });
}

/** Slow motion in the page: which phase of the step is at work, its commands, and its picture. */
import { useStore } from 'zustand';
import { slowMotionData, sentenceOf } from '../../panels/slow-motion/data.ts';
import { SlowMotionPicture } from '../../panels/slow-motion/SlowMotionPicture.tsx';
import { numberText } from '../../panels/common/text.ts';
import { currentFrame, phases, slowMotionStore, speeds } from '../../state/slow-motion.ts';
import type { Phase } from '../../state/slow-motion.ts';
import { useRun } from '../../state/hooks.ts';
import { usePage } from '../context.ts';
import { ActionButton } from '../ui/ActionButton.tsx';
import styles from './SlowMotionBar.module.css';

const names: Readonly<Record<Phase, string>> = {
  forward: 'Forward',
  loss: 'Loss',
  backward: 'Backward',
  update: 'Update',
};

export function SlowMotionBar() {
  const active = useStore(slowMotionStore, (state) => state.rehearsal !== null);
  return active ? (
    <section className={styles['bar']} aria-label="Slow motion of a step">
      <SlowMotionPicture controls={<Controls />} />
      <Sentence />
    </section>
  ) : null;
}

function Controls() {
  const { playground } = usePage();
  const phase = useStore(slowMotionStore, (state) => currentFrame(state)?.phase);
  const playing = useStore(slowMotionStore, (state) => state.playing);
  const speed = useStore(slowMotionStore, (state) => state.speed);
  return (
    <>
      <ol className={styles['phases']} aria-label="Parts of the step">
        {phases.map((name) => (
          <li key={name}>
            <button
              type="button"
              aria-current={name === phase ? 'step' : undefined}
              title={
                name === 'update' ? 'Makes the update.' : `Shows where ${names[name].toLowerCase()} begins.`
              }
              onClick={() => playground.slowMotion.goTo(name)}
            >
              {names[name]}
            </button>
          </li>
        ))}
      </ol>
      <span className={styles['buttons']}>
        <ActionButton id="slowBack" icon="previous" look="quiet" iconOnly />
        <ActionButton id="slowPlay" icon={playing ? 'pause' : 'train'} look="quiet" iconOnly />
        <ActionButton id="slowNext" icon="next" look="quiet" iconOnly />
        <select
          aria-label="Speed of slow motion"
          title="Parts of the step shown in a second"
          value={speed}
          onChange={(event) => playground.slowMotion.setSpeed(Number(event.target.value))}
        >
          {speeds.map((value) => (
            <option key={value} value={value}>
              {value} a second
            </option>
          ))}
        </select>
        <ActionButton id="slowMotion" icon="close" look="quiet">
          Leave
        </ActionButton>
      </span>
    </>
  );
}

/** What happens now, in words; read out only when it is moved by hand. */
function Sentence() {
  const state = useStore(slowMotionStore);
  const run = useRun((current) => current.run);
  const data = run && slowMotionData(state, run);
  return (
    <p className={styles['sentence']} role="status" aria-live={state.playing ? 'off' : 'polite'}>
      {data ? sentenceOf(data, numberText) : ''}
    </p>
  );
}

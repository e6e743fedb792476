/** The commands of slow motion. */
import type { Definition } from './actions.ts';
import { runStore } from './run-store.ts';
import { framesOf, slowMotionStore } from './slow-motion.ts';
import type { SlowMotionPlayer } from './slow-motion.ts';

export type SlowMotionActionId = 'slowMotion' | 'slowPlay' | 'slowBack' | 'slowNext';

const active = (): boolean => slowMotionStore.getState().rehearsal !== null;

function needsSlowMotion(): string | null {
  const { waiting } = slowMotionStore.getState();
  return active() ? (waiting ? 'The step is being made.' : null) : 'Slow motion has not begun.';
}

function needsRest(): string | null {
  const { run, configuring, status } = runStore.getState();
  if (active()) return null;
  if (slowMotionStore.getState().waiting) return 'The step is being prepared.';
  if (configuring || !run) return 'There is no run yet.';
  return status.state === 'training' ? 'Pause first.' : null;
}

function needsFrame(edge: 'first' | 'last'): string | null {
  const { rehearsal, frame } = slowMotionStore.getState();
  const end = !rehearsal || edge === 'first' ? 0 : framesOf(rehearsal).length - 1;
  return needsSlowMotion() ?? (frame === end ? `This is the ${edge} part of the step.` : null);
}

export function slowMotionActions(
  player: SlowMotionPlayer,
): Readonly<Record<SlowMotionActionId, Definition>> {
  const playing = (): boolean => slowMotionStore.getState().playing;
  return {
    slowMotion: {
      label: () => (active() ? 'Leave slow motion' : 'Slow motion'),
      explanation:
        'Takes the next training step apart: forward position by position, loss, backward, update. Left before the update, no step is made.',
      shortcut: 'w',
      unavailable: needsRest,
      perform: () => (active() ? player.leave() : void player.begin()),
    },
    slowPlay: {
      label: () => (playing() ? 'Pause slow motion' : 'Play slow motion'),
      explanation: 'Plays the parts of the step one after the other, or holds still.',
      shortcut: 'p',
      unavailable: needsSlowMotion,
      perform: () => (playing() ? player.pause() : player.play()),
    },
    slowBack: {
      label: 'Back in slow motion',
      explanation: 'Shows the part of the step before. An update that was made stays made.',
      shortcut: ',',
      unavailable: () => needsFrame('first'),
      perform: () => player.move(-1),
    },
    slowNext: {
      label: 'Next in slow motion',
      explanation: 'Shows the next part of the step; the last part makes the update.',
      shortcut: '.',
      unavailable: () => needsFrame('last'),
      perform: () => player.move(1),
    },
  };
}

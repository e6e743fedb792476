/**
 * The action registry: every command of the page is one object. Buttons, keyboard and the command list are all made from it,
 * so a command looks and works the same wherever it is reached.
 */
import { clampPosition, cursorStore } from './cursor-store.ts';
import { fileActions } from './file-actions.ts';
import type { FileActionId } from './file-actions.ts';
import { fleetActions } from './fleet-actions.ts';
import type { FleetActionId } from './fleet-actions.ts';
import { arrangeAsUsual, focusRegion, isArrangedAsUsual, layoutStore } from './layout-store.ts';
import type { Region } from './layout-store.ts';
import type { Playground } from './playground.ts';
import { formatNumber } from './differences.ts';
import { gridActions } from './grid-actions.ts';
import type { GridActionId } from './grid-actions.ts';
import { hasJustEnded } from './plan-end.ts';
import { runStore, tell, withdraw } from './run-store.ts';
import { interventionActions } from './intervention-actions.ts';
import type { InterventionActionId } from './intervention-actions.ts';
import { slowMotionActions } from './slow-motion-actions.ts';
import type { SlowMotionActionId } from './slow-motion-actions.ts';
import { lengthOf, snapshotStore } from './snapshot-store.ts';
import { followTraining, goToStep, moveStep, playSteps, stopPlaying } from './step-cursor.ts';
import { themeStore, toggleTheme } from './theme-store.ts';
import { anyTaskReadsFiles, openFileDialog } from './user-files.ts';

export interface Shortcut {
  /** `KeyboardEvent.key`; letters in lower case. */
  readonly key: string;
  /** With Control, or Command on a Mac. */
  readonly control?: boolean;
  /** Only with a key that moves a cursor. */
  readonly shift?: boolean;
}

export interface Action {
  readonly id: string;
  /** May follow the state, e.g. Train or Pause. */
  readonly label: () => string;
  /** One sentence: what it does. */
  readonly explanation: string;
  readonly shortcut: Shortcut | null;
  /** Why it cannot be done now, or null. */
  readonly unavailable: () => string | null;
  readonly perform: () => void;
}

export type ActionId =
  | 'train'
  | 'step1'
  | 'step10'
  | 'step100'
  | 'reset'
  | 'newSeed'
  | 'apply'
  | 'discardSettings'
  | 'undo'
  | 'measureExecutors'
  | 'openFile'
  | 'positionBack'
  | 'positionForward'
  | 'positionFirst'
  | 'positionLast'
  | 'stepBack'
  | 'stepForward'
  | 'stepFirst'
  | 'followTraining'
  | 'playBackward'
  | 'playForward'
  | InterventionActionId
  | GridActionId
  | FileActionId
  | FleetActionId
  | SlowMotionActionId
  | 'theme'
  | 'usualLayout'
  | 'experiments'
  | 'commands'
  | `focus.${Region}`;

export type Actions = Readonly<Record<ActionId, Action>>;

export type Definition = Pick<Action, 'explanation' | 'perform'> & {
  readonly label: string | (() => string);
  readonly shortcut?: string | Shortcut;
  readonly unavailable?: () => string | null;
};

const always = (): null => null;

function needsRun(): string | null {
  const { run, configuring } = runStore.getState();
  return configuring ? 'The run is being prepared.' : run ? null : 'There is no run yet.';
}

const isTraining = (): boolean => runStore.getState().status.state === 'training';

const isFinished = (): boolean => runStore.getState().status.state === 'finished';

function tellPastPlan(): void {
  const planned = Number(runStore.getState().run?.config.training['steps'] ?? 0);
  tell('notice', {
    code: 'past-plan',
    message: `The ${formatNumber(planned)} planned steps are done: training goes on past them until you pause it.`,
    kept: '',
    remedy: 'Pause with Space.',
  });
}

function whilePaused(): string | null {
  return needsRun() ?? (isTraining() ? 'Pause first.' : null);
}

function needsSequence(): string | null {
  return snapshotStore.latest ? null : 'There is no sequence to move in yet.';
}

function moveTo(position: (current: number, length: number) => number): () => void {
  return () => {
    const snapshot = snapshotStore.shown;
    if (!snapshot) return;
    const length = lengthOf(snapshot);
    const current = clampPosition(cursorStore.getState().position, length);
    cursorStore.setState({ position: clampPosition(position(current, length), length) });
  };
}

function needsHistory(): string | null {
  return snapshotStore.kept.size > 1 ? null : 'There is no earlier step to look at yet.';
}

function needsEarlier(): string | null {
  const first = snapshotStore.kept.nearest(0)?.step;
  return needsHistory() ?? (snapshotStore.shown?.step === first ? 'The first kept step is shown.' : null);
}

function needsPast(): string | null {
  return needsHistory() ?? (cursorStore.getState().step === null ? 'The newest step is shown.' : null);
}

function play(direction: 'backward' | 'forward', label: string): Definition {
  const isPlaying = (): boolean => cursorStore.getState().playing === direction;
  return {
    label: () => (isPlaying() ? 'Stop playing' : label),
    explanation: `Plays the kept training steps ${direction}; with reduced motion, one step each time.`,
    unavailable: needsHistory,
    perform: () => (isPlaying() ? stopPlaying() : playSteps(direction)),
  };
}

const stepCursorActions = {
  stepBack: {
    label: 'Earlier training step',
    explanation: 'Shows what the memory was one kept training step before.',
    shortcut: { key: 'ArrowLeft', shift: true },
    unavailable: needsEarlier,
    perform: () => moveStep(-1),
  },
  stepForward: {
    label: 'Later training step',
    explanation: 'Shows what the memory was one kept training step after.',
    shortcut: { key: 'ArrowRight', shift: true },
    unavailable: needsPast,
    perform: () => moveStep(1),
  },
  stepFirst: {
    label: 'First training step',
    explanation: 'Shows what the memory was at the first kept training step.',
    shortcut: { key: 'Home', shift: true },
    unavailable: needsEarlier,
    perform: () => goToStep(0),
  },
  followTraining: {
    label: 'Live',
    explanation: 'Shows the newest training step and follows the training.',
    shortcut: { key: 'End', shift: true },
    unavailable: needsPast,
    perform: () => followTraining(),
  },
  playBackward: play('backward', 'Play training backward'),
  playForward: play('forward', 'Play training forward'),
} satisfies Partial<Record<ActionId, Definition>>;

function trainingActions(playground: Playground) {
  const step = (count: number, key: string): Definition => ({
    label: count === 1 ? 'Train 1 step' : `Train ${count} steps`,
    explanation:
      count === 1
        ? 'Trains one update and stops.'
        : `Trains ${count} updates and stops; look at what changed.`,
    shortcut: key,
    unavailable: whilePaused,
    perform: () => void playground.session.step(count),
  });
  return {
    train: {
      label: () => (isTraining() ? 'Pause' : isFinished() ? 'Train on' : 'Train'),
      explanation:
        'Starts training, or pauses it. A paused run goes on where it was, a finished one past its plan until it is paused.',
      shortcut: ' ',
      unavailable: needsRun,
      perform: () => {
        if (isFinished() && hasJustEnded()) return;
        if (isFinished()) tellPastPlan();
        else if (isTraining()) withdraw(({ content }) => content.code === 'past-plan');
        void (isTraining() ? playground.session.pause() : playground.session.play());
      },
    },
    step1: step(1, '1'),
    step10: step(10, '2'),
    step100: step(100, '3'),
    reset: {
      label: 'Reset',
      explanation: 'Back to step 0 with the same initial weights, bit for bit: training repeats exactly.',
      shortcut: 'r',
      unavailable: () =>
        needsRun() ?? (runStore.getState().status.step === 0 ? 'The run is at its beginning.' : null),
      perform: () => void playground.reset(),
    },
    newSeed: {
      label: 'New seed',
      explanation: 'A new run with the next seed: other initial weights, other samples, same settings.',
      shortcut: 'n',
      unavailable: needsRun,
      perform: () => void playground.newSeed(),
    },
    apply: {
      label: 'Start new run',
      explanation: 'Starts a new run with the changed settings. The present run can be brought back.',
      shortcut: 'a',
      unavailable: () => needsRun() ?? playground.settingsProblem(),
      perform: () => void playground.apply(),
    },
    discardSettings: {
      label: 'Keep this run',
      explanation: 'Puts the settings back to those of the present run.',
      unavailable: () => (playground.pending().length === 0 ? 'No setting was changed.' : null),
      perform: () => playground.discardSettings(),
    },
    measureExecutors: {
      label: 'Measure executors',
      explanation: 'Times this very model on everything the browser offers; training waits a few seconds.',
      unavailable: needsRun,
      perform: () => void playground.session.measureExecutors(),
    },
    undo: {
      label: 'Undo',
      explanation: 'Brings back the run that was left by the last reset or new run.',
      shortcut: { key: 'z', control: true },
      unavailable: () => needsRun() ?? (runStore.getState().undoable ? null : 'There is nothing to undo.'),
      perform: () => void playground.undo(),
    },
  } satisfies Partial<Record<ActionId, Definition>>;
}

const regionNames: Readonly<Record<Region, string>> = {
  task: 'task',
  model: 'model',
  memory: 'memory',
  progress: 'progress',
};

const focusActions = Object.fromEntries(
  Object.entries(regionNames).map(([region, name]) => [
    `focus.${region}`,
    {
      label: `Go to ${name}`,
      explanation: `Moves the keyboard to the ${name} region; on a small screen, shows it.`,
      perform: () => focusRegion(region as Region),
    } satisfies Definition,
  ]),
) as unknown as Record<`focus.${Region}`, Definition>;

const pageActions = {
  openFile: {
    label: 'Open file',
    explanation:
      'Trains on a file of yours: a text, bAbI stories, MNIST digits. It stays in this browser; dropping it on the page does the same.',
    shortcut: 'o',
    unavailable: () => (anyTaskReadsFiles() ? null : 'No task reads a file.'),
    perform: () => openFileDialog(),
  },
  positionBack: {
    label: 'Position back',
    explanation: 'Moves the cursor of all instruments one position back in the sequence.',
    shortcut: 'ArrowLeft',
    unavailable: needsSequence,
    perform: moveTo((current) => current - 1),
  },
  positionForward: {
    label: 'Position forward',
    explanation: 'Moves the cursor of all instruments one position forward in the sequence.',
    shortcut: 'ArrowRight',
    unavailable: needsSequence,
    perform: moveTo((current) => current + 1),
  },
  positionFirst: {
    label: 'First position',
    explanation: 'Moves the cursor to the start of the sequence.',
    shortcut: 'Home',
    unavailable: needsSequence,
    perform: moveTo(() => 0),
  },
  positionLast: {
    label: 'Last position',
    explanation: 'Moves the cursor to the end of the sequence.',
    shortcut: 'End',
    unavailable: needsSequence,
    perform: moveTo((_current, length) => length - 1),
  },
  theme: {
    label: () => (themeStore.getState().theme === 'dark' ? 'Light theme' : 'Dark theme'),
    explanation: 'Switches between light and dark.',
    shortcut: 't',
    perform: () => toggleTheme(),
  },
  usualLayout: {
    label: 'Usual layout',
    explanation: 'Puts every instrument back to its place, unfolded, and the borders to their usual width.',
    unavailable: () => (isArrangedAsUsual() ? 'Everything is in its usual place.' : null),
    perform: () => arrangeAsUsual(),
  },
  experiments: {
    label: 'Experiments',
    explanation: 'The papers’ claims as ready-made comparisons: train one here, beside the recorded result.',
    shortcut: 'x',
    perform: () => layoutStore.setState({ dialog: 'experiments' }),
  },
  commands: {
    label: 'All commands',
    explanation: 'Lists every command with its key.',
    shortcut: { key: 'k', control: true },
    perform: () => layoutStore.setState({ dialog: 'commands' }),
  },
} satisfies Partial<Record<ActionId, Definition>>;

export function createActions(playground: Playground): Actions {
  const definitions: Record<ActionId, Definition> = {
    ...trainingActions(playground),
    ...pageActions,
    ...fileActions(playground),
    ...fleetActions(playground),
    ...slowMotionActions(playground.slowMotion),
    ...stepCursorActions,
    ...interventionActions,
    ...gridActions,
    ...focusActions,
  };
  return Object.fromEntries(
    Object.entries(definitions).map(([id, definition]) => [id, complete(id, definition)]),
  ) as Record<ActionId, Action>;
}

function complete(id: string, definition: Definition): Action {
  const { label, shortcut, unavailable = always } = definition;
  return {
    id,
    label: typeof label === 'string' ? () => label : label,
    explanation: definition.explanation,
    shortcut: typeof shortcut === 'string' ? { key: shortcut } : (shortcut ?? null),
    unavailable,
    perform: () => {
      if (unavailable() === null) definition.perform();
    },
  };
}

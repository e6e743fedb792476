/**
 * What the page knows about the current run at low rate: its description, status, executors, progress and the messages a
 * person must see. Fast data (metrics, snapshots) lives in stores of its own, outside React.
 */
import { createStore } from 'zustand/vanilla';
import type { ExecutorReport, Probe, RunDescription, RunEvent } from '../worker/protocol.ts';
import type { Failure } from '../foundation/errors.ts';

export type { ExecutorReport, Probe, RunDescription };

export type RunStatus = Omit<Extract<RunEvent, { type: 'status' }>, 'type' | 'runId'>;

export interface Progress {
  readonly label: string;
  readonly done: number;
  readonly total: number;
}

/** Something the person is told; it stays until dismissed. */
export interface Message {
  readonly id: number;
  readonly tone: 'failure' | 'notice';
  /** `kept` and `remedy` may be empty in a notice. */
  readonly content: Failure;
  /** Id of the command that the message offers. */
  readonly offers?: string;
}

/** The one that a run shows by itself. */
export const firstProbe: Probe = { split: 'heldOut', sampleIndex: 0 };

export interface RunState {
  /** null until the worker has built the first run. */
  readonly run: RunDescription | null;
  readonly status: RunStatus;
  readonly probe: Probe;
  /** The worker is building a run; the one before stays on the page until it is done. */
  readonly configuring: boolean;
  readonly executors: readonly ExecutorReport[];
  readonly progress: Progress | null;
  readonly messages: readonly Message[];
  /** Wall-clock time of the last completed save of this run, ms since 1970; null before the first. */
  readonly savedAt: number | null;
  /** A run left by a reset or a new run can be brought back. */
  readonly undoable: boolean;
}

const idle: RunStatus = {
  state: 'paused',
  step: 0,
  stepsPerSecond: 0,
  memory: { bytes: 0, objects: 0 },
};

function createRunStore() {
  return createStore<RunState>(() => ({
    run: null,
    status: idle,
    probe: firstProbe,
    configuring: false,
    executors: [],
    progress: null,
    messages: [],
    savedAt: null,
    undoable: false,
  }));
}

export const runStore = createRunStore();

let lastMessage = 0;

/** Shows a message. A failure is not shown twice at once; a notice gives way to the next one. */
export function tell(tone: Message['tone'], content: Failure, offers?: string): void {
  runStore.setState((state) => {
    const shown = state.messages.some(
      (message) => message.content.code === content.code && message.content.message === content.message,
    );
    const message = { id: ++lastMessage, tone, content, ...(offers !== undefined && { offers }) };
    if (shown) return state;
    const others =
      tone === 'notice' ? state.messages.filter((other) => other.tone === 'failure') : state.messages;
    return { messages: [...others, message] };
  });
}

/** Takes messages back that hold no longer: what they speak of has been done, or is over. */
export function withdraw(isOver: (message: Message) => boolean): void {
  runStore.setState((state) =>
    state.messages.some(isOver) ? { messages: state.messages.filter((message) => !isOver(message)) } : state,
  );
}

export function dismiss(id: number): void {
  runStore.setState((state) => ({ messages: state.messages.filter((message) => message.id !== id) }));
}

/**
 * Slow motion: one training step in pieces that a person can follow. The worker rehearses the step (nothing changes), the page
 * walks through what came out of it, frame by frame: forward position by position, the loss, backward, the update. Only the
 * last frame makes the step, and it makes it like any other; to leave before is to have made none.
 *
 * While it lasts, all instruments show the sequence of the batch that is being followed.
 */
import { createStore } from 'zustand/vanilla';
import type { Rehearsal, UpdateReport } from '../worker/protocol.ts';
import { cursorStore } from './cursor-store.ts';
import { runStore } from './run-store.ts';
import type { Session } from './session.ts';
import { snapshotStore } from './snapshot-store.ts';
import { followTraining, prefersReducedMotion } from './step-cursor.ts';

export type { Rehearsal, UpdateReport };

export const phases = ['forward', 'loss', 'backward', 'update'] as const;
export type Phase = (typeof phases)[number];

/** Frames a second. */
export const speeds = [1, 2, 4, 8, 16] as const;

export interface SlowMotion {
  /** null while no step is followed. */
  readonly rehearsal: Rehearsal | null;
  /** What the step did, once it is made. */
  readonly update: UpdateReport | null;
  readonly frame: number;
  readonly playing: boolean;
  readonly speed: number;
  /** The worker is preparing or making the step. */
  readonly waiting: boolean;
}

export const slowMotionStore = createStore<SlowMotion>(() => ({
  ...{ rehearsal: null, update: null, frame: 0, playing: false, speed: 4, waiting: false },
}));

/** What a frame shows. `position` is where in the sequence the work is. */
export interface Frame {
  readonly phase: Phase;
  readonly position: number;
}

/** Forward: one frame a position; then the loss; backward: one a step of the model; then the update. */
export function framesOf({ snapshot, gradient }: Rehearsal): readonly Frame[] {
  const last = snapshot.mask.length - 1;
  return [
    ...Array.from(snapshot.mask, (_, position) => ({ phase: 'forward' as const, position })),
    { phase: 'loss', position: last },
    ...Array.from(gradient.starts, (position) => ({ phase: 'backward' as const, position })).reverse(),
    { phase: 'update', position: 0 },
  ];
}

/** The frame that is shown, or null. */
export function currentFrame({ rehearsal, frame }: SlowMotion): Frame | null {
  return rehearsal ? (framesOf(rehearsal)[frame] ?? null) : null;
}

type StepMaker = Pick<Session, 'rehearse' | 'update'>;

export class SlowMotionPlayer {
  readonly #session: StepMaker;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Where the cursor was, to go back to. */
  #positionBefore = 0;
  #stopWatching: () => void = () => {};

  constructor(session: StepMaker) {
    this.#session = session;
  }

  /** Begins with the next training step; plays, unless the person wants less motion. */
  async begin(): Promise<void> {
    const { run, status } = runStore.getState();
    if (slowMotionStore.getState().waiting || !run) return;
    this.#end();
    slowMotionStore.setState({ waiting: true });
    const rehearsal = await this.#session.rehearse();
    slowMotionStore.setState({ waiting: false });
    if (!rehearsal || runStore.getState().run !== run || rehearsal.step !== status.step) return;
    followTraining();
    this.#positionBefore = cursorStore.getState().position;
    slowMotionStore.setState({ rehearsal, update: null, frame: 0 });
    snapshotStore.hold(rehearsal.snapshot);
    this.#follow(run.runId);
    this.#show(0);
    if (!prefersReducedMotion()) this.play();
  }

  /** The step that was not made yet is not made. */
  leave(): void {
    const { rehearsal } = slowMotionStore.getState();
    this.#end();
    if (rehearsal) cursorStore.setState({ position: this.#positionBefore });
  }

  play(): void {
    const state = slowMotionStore.getState();
    if (!state.rehearsal) return;
    if (state.frame >= framesOf(state.rehearsal).length - 1) this.#show(0);
    slowMotionStore.setState({ playing: true });
    this.#schedule();
  }

  pause(): void {
    clearTimeout(this.#timer);
    slowMotionStore.setState({ playing: false });
  }

  /** One frame on or back, by hand. */
  move(count: number): void {
    this.pause();
    this.#show(slowMotionStore.getState().frame + count);
  }

  /** To the first frame of a phase. */
  goTo(phase: Phase): void {
    const { rehearsal } = slowMotionStore.getState();
    if (!rehearsal) return;
    this.pause();
    this.#show(framesOf(rehearsal).findIndex((frame) => frame.phase === phase));
  }

  setSpeed(speed: number): void {
    slowMotionStore.setState({ speed });
    if (slowMotionStore.getState().playing) this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const state = slowMotionStore.getState();
    const phase = currentFrame(state)?.phase;
    // The loss is one number to be read, not a place on a way.
    const frames = phase === 'loss' ? 4 : 1;
    this.#timer = setTimeout(
      () => {
        const { rehearsal, frame } = slowMotionStore.getState();
        if (!rehearsal) return;
        this.#show(frame + 1);
        if (frame + 2 < framesOf(rehearsal).length) this.#schedule();
        else slowMotionStore.setState({ playing: false });
      },
      (1000 * frames) / state.speed,
    );
  }

  #show(wanted: number): void {
    const { rehearsal, update, waiting } = slowMotionStore.getState();
    if (!rehearsal || waiting) return;
    const all = framesOf(rehearsal);
    const frame = Math.max(0, Math.min(wanted, all.length - 1));
    slowMotionStore.setState({ frame });
    cursorStore.setState({ position: all[frame]!.position });
    if (all[frame]!.phase === 'update' && !update) void this.#update(rehearsal);
  }

  async #update(rehearsal: Rehearsal): Promise<void> {
    slowMotionStore.setState({ waiting: true });
    const update = await this.#session.update();
    slowMotionStore.setState({ waiting: false });
    if (slowMotionStore.getState().rehearsal !== rehearsal) return;
    if (update) slowMotionStore.setState({ update });
    else this.leave();
  }

  /** Ends when the run goes on without it, or another sequence is asked for. */
  #follow(runId: string): void {
    const { probe } = runStore.getState();
    this.#stopWatching = runStore.subscribe(({ run, status, probe: now }) => {
      const { rehearsal, waiting, update } = slowMotionStore.getState();
      const step = rehearsal ? rehearsal.step + (update || waiting ? 1 : 0) : -1;
      const astray = status.step !== step && !(waiting && status.step === rehearsal?.step);
      const training = status.state === 'training' && !waiting;
      if (run?.runId !== runId || astray || training || now !== probe) this.leave();
    });
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#stopWatching();
    this.#stopWatching = () => {};
    slowMotionStore.setState({ rehearsal: null, update: null, frame: 0, playing: false });
    snapshotStore.hold(null);
  }
}

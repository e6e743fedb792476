/**
 * What one may say to a session while it runs. The session looks into its mailbox between two units of work (a training
 * step, one batch of an evaluation, a snapshot), so a command takes effect before the next one, never in the middle.
 */
import type { RunView } from './inference.ts';
import type { Probe } from './probe.ts';

export type SessionCommand =
  | { readonly type: 'play' }
  | { readonly type: 'pause' }
  /** Train this many steps, then pause. */
  | { readonly type: 'step'; readonly count: number }
  /** Back to the initial weights of the same seed. */
  | { readonly type: 'reset' }
  /** Which sequence the snapshots show. */
  | { readonly type: 'probe'; readonly probe: Probe }
  /** Follow the gradient through time of the probe, and of the loss of one position; null: no longer. */
  | { readonly type: 'watchGradient'; readonly watch: { readonly position: number | null } | null }
  /** Measure the generalisation grid of the present weights; one under way is given up. */
  | { readonly type: 'measureGrid' }
  | { readonly type: 'cancelGrid' }
  /** Measure it again with evaluations while training goes on, or no longer. */
  | { readonly type: 'followGrid'; readonly follow: boolean }
  /** Take the next step apart without making it; only while nothing is trained. */
  | { readonly type: 'rehearse' }
  /** Make one step like any other, and tell how far the weights moved. */
  | { readonly type: 'update' }
  | { readonly type: 'saveCheckpoint' }
  /** Look at the run between two steps: training waits, and nothing may be changed. */
  | { readonly type: 'look'; readonly at: (view: RunView) => Promise<void> }
  /** Leave the executor alone until this resolves; somebody else is using it. */
  | { readonly type: 'hold'; readonly until: Promise<void> };

export interface Letter {
  readonly command: SessionCommand;
  /** The command has taken effect. */
  readonly done: () => void;
  /** It could not be carried out; the session goes on. */
  readonly refuse: (reason: unknown) => void;
}

export class Mailbox {
  readonly #letters: Letter[] = [];
  #closed = false;
  #wake: (() => void) | null = null;
  #snapshotWanted: boolean;

  /** @param snapshotWanted whether a first snapshot is wanted without being asked for. */
  constructor(snapshotWanted = false) {
    this.#snapshotWanted = snapshotWanted;
  }

  /** Resolves when the command has taken effect; for 'step' that is when the steps begin. */
  post(command: SessionCommand): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the session has ended'));
    return new Promise((done, refuse) => {
      this.#letters.push({ command, done, refuse });
      this.#stir();
    });
  }

  /** The reader has drawn the last snapshot and can take another, as soon as there is something new to see. */
  wantSnapshot(): void {
    this.#snapshotWanted = true;
    this.#stir();
  }

  /** Ends the session; letters not yet read are refused. */
  close(): void {
    this.#closed = true;
    for (const letter of this.#letters.splice(0)) letter.refuse(new Error('the session has ended'));
    this.#stir();
  }

  // ---- the session's side

  get closed(): boolean {
    return this.#closed;
  }

  get snapshotWanted(): boolean {
    return this.#snapshotWanted;
  }

  snapshotTaken(): void {
    this.#snapshotWanted = false;
  }

  read(): Letter | undefined {
    return this.#letters.shift();
  }

  /** Resolves when something has arrived since the last look. */
  async arrival(): Promise<void> {
    if (this.#closed || this.#letters.length > 0) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }

  #stir(): void {
    this.#wake?.();
  }
}

/** A session that is being driven: the pump that pulls its events, and the ways to hold and to end it. */
import type { Executor } from '../executors/executor.ts';
import { Mailbox } from '../training/mailbox.ts';
import type { SessionCommand } from '../training/mailbox.ts';
import type { Probe } from '../training/probe.ts';
import type { PreparedRun } from '../training/run-config.ts';
import { trainingSession } from '../training/session.ts';
import type { SessionSetup } from '../training/session.ts';
import type { Breather } from './pace.ts';
import type { Checkpoint, FromWorker } from './protocol.ts';
import { Reporter } from './reporter.ts';

/** What somebody looks at, which outlives the executor. */
export interface Looking {
  readonly probe?: Probe;
  /** The position whose gradient is followed through time; see `watchGradient`. */
  readonly watch?: Extract<SessionCommand, { type: 'watchGradient' }>['watch'];
  /** The generalisation grid is measured with evaluations. */
  readonly followGrid?: boolean;
}

export interface ActiveRunSetup {
  readonly id: string;
  readonly run: PreparedRun;
  readonly executor: Executor;
  readonly checkpoint: Checkpoint | null;
  readonly looking: Looking;
  readonly breather: Breather;
  readonly post: (message: FromWorker) => void;
  readonly nextFrame: () => number;
  readonly onProgress: (done: number, total: number) => void;
}

export class ActiveRun {
  readonly id: string;
  readonly run: PreparedRun;
  readonly executor: Executor;
  /** The step it was opened at. */
  readonly step: number;
  readonly #mailbox: Mailbox;
  readonly #events: ReturnType<typeof trainingSession>;
  readonly #reporter: Reporter;
  readonly #breather: Breather;
  #looking: Looking;
  #pumping: Promise<void> = Promise.resolve();

  private constructor(
    setup: ActiveRunSetup,
    step: number,
    mailbox: Mailbox,
    events: ReturnType<typeof trainingSession>,
  ) {
    this.id = setup.id;
    this.run = setup.run;
    this.executor = setup.executor;
    this.step = step;
    this.#mailbox = mailbox;
    this.#events = events;
    this.#breather = setup.breather;
    this.#looking = setup.looking;
    this.#reporter = new Reporter({
      runId: setup.id,
      executor: setup.executor,
      mailbox,
      checkpoint: setup.checkpoint,
      post: setup.post,
      nextFrame: setup.nextFrame,
    });
  }

  /** Compiles, and puts the weights in place. Whatever goes wrong here leaves nothing behind. */
  static async open(setup: ActiveRunSetup): Promise<ActiveRun> {
    const mailbox = new Mailbox(true);
    const { run, executor, checkpoint, onProgress } = setup;
    const { probe, watch, followGrid } = setup.looking;
    const session: SessionSetup = {
      ...{ run, executor, mailbox, onProgress },
      ...(checkpoint && { checkpoint }),
      ...(probe && { probe }),
    };
    const events = trainingSession(session);
    const first = await events.next();
    if (first.done || first.value.type !== 'opened') throw new Error('a session must begin by opening');
    const active = new ActiveRun(setup, first.value.step, mailbox, events);
    // Read before anything else; they are refused only when the session ends first.
    if (watch) active.post({ type: 'watchGradient', watch }).catch(() => undefined);
    if (followGrid) active.post({ type: 'followGrid', follow: true }).catch(() => undefined);
    return active;
  }

  get training(): boolean {
    return this.#reporter.training;
  }

  get checkpoint(): Checkpoint | null {
    return this.#reporter.checkpoint;
  }

  get looking(): Looking {
    return this.#looking;
  }

  /** Lets the session run until it ends. `failed` hears what the executor throws. */
  start(failed: (error: unknown) => void): void {
    this.#reporter.handle({ type: 'state', state: this.#openingState(), step: this.step });
    this.#pumping = this.#pump().catch((error: unknown) => {
      this.#mailbox.close();
      failed(error);
    });
  }

  async post(command: SessionCommand): Promise<void> {
    await this.#mailbox.post(command);
    if (command.type === 'probe') this.#looking = { ...this.#looking, probe: command.probe };
    if (command.type === 'followGrid') this.#looking = { ...this.#looking, followGrid: command.follow };
    if (command.type === 'watchGradient') this.#looking = { ...this.#looking, watch: command.watch };
  }

  frameDrawn(frame: number): void {
    this.#reporter.frameDrawn(frame);
  }

  /** Waits until the session leaves the executor alone; the returned function lets it go on. */
  async hold(): Promise<() => void> {
    let release = (): void => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    if (!this.#mailbox.closed) await this.post({ type: 'hold', until });
    return release;
  }

  /** Nothing more is answered; what waits for an answer is refused. */
  close(): void {
    this.#mailbox.close();
  }

  /** Resolves when everything the session held on the executor has been given back. */
  async ended(): Promise<void> {
    await this.#pumping;
  }

  #openingState(): 'paused' | 'finished' {
    return this.step >= this.run.training.steps ? 'finished' : 'paused';
  }

  async #pump(): Promise<void> {
    for await (const event of this.#events) {
      this.#reporter.handle(event);
      await this.#breather.breathe();
    }
  }
}

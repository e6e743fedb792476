/**
 * From the events of a session to messages for the page, at the page's pace: metrics in bundles, a status a few times a
 * second, and one picture at a time. A picture is made only when the page has drawn the one before.
 */
import type { Executor } from '../executors/executor.ts';
import type { Mailbox } from '../training/mailbox.ts';
import type { SessionEvent, SessionState } from '../training/session-events.ts';
import { RateMeter } from './pace.ts';
import type { Checkpoint, Evaluation, FromWorker, MetricPoint, RunEvent } from './protocol.ts';

/**
 * Milliseconds between two reports while training. They go with a picture where one is due about then, so that the page
 * changes once for both: every change is drawn by cores that training could use.
 */
const spacing = { withPicture: 200, most: 500 };

export class Reporter {
  readonly #runId: string;
  readonly #executor: Executor;
  readonly #mailbox: Mailbox;
  readonly #post: (message: FromWorker) => void;
  readonly #nextFrame: () => number;
  readonly #rate = new RateMeter();
  #state: SessionState = 'paused';
  #step = 0;
  #points: MetricPoint[] = [];
  #evaluations: Evaluation[] = [];
  #reportedAt = -Infinity;
  #frameInFlight: number | null = null;
  #checkpoint: Checkpoint | null;

  constructor(setup: {
    readonly runId: string;
    readonly executor: Executor;
    readonly mailbox: Mailbox;
    readonly checkpoint: Checkpoint | null;
    readonly post: (message: FromWorker) => void;
    readonly nextFrame: () => number;
  }) {
    this.#runId = setup.runId;
    this.#executor = setup.executor;
    this.#mailbox = setup.mailbox;
    this.#checkpoint = setup.checkpoint;
    this.#post = setup.post;
    this.#nextFrame = setup.nextFrame;
  }

  get training(): boolean {
    return this.#state === 'training';
  }

  /** The last one that the session made. */
  get checkpoint(): Checkpoint | null {
    return this.#checkpoint;
  }

  handle(event: SessionEvent): void {
    switch (event.type) {
      case 'opened':
      case 'step':
        this.#step = event.step;
        this.#rate.mark(performance.now(), event.step);
        break;
      case 'state':
        if (event.state !== this.#state) this.#rate.clear();
        this.#state = event.state;
        this.#step = event.step;
        this.#flush();
        this.#status();
        break;
      case 'metrics':
        this.#points.push(event.point);
        break;
      case 'evaluation':
        this.#evaluations.push(event.evaluation);
        break;
      case 'measuring':
        break;
      case 'snapshot':
        this.#frameInFlight = this.#nextFrame();
        this.#send({ type: 'snapshot', frame: this.#frameInFlight, snapshot: event.snapshot });
        this.#reportAfter(spacing.withPicture);
        break;
      case 'timeGradient':
        this.#send({ type: 'timeGradient', gradient: event.gradient });
        break;
      case 'grid':
        this.#send({ type: 'grids', grids: [event.grid] });
        break;
      case 'gridProgress':
        this.#send(event);
        break;
      case 'rehearsal':
        this.#send({ type: 'rehearsal', rehearsal: event.rehearsal });
        break;
      case 'update':
        this.#send({ type: 'update', update: event.update });
        break;
      case 'checkpoint':
        this.#checkpoint = event.checkpoint;
        this.#flush();
        this.#send({ type: 'checkpoint', checkpoint: event.checkpoint });
        break;
      case 'restarted':
        this.#points = [...event.metrics];
        this.#evaluations = [...event.evaluations];
        this.#send({ type: 'restarted', step: event.step });
        this.#flush();
        if (event.grids.length > 0) this.#send({ type: 'grids', grids: event.grids });
        break;
      case 'stopped':
        this.#send({ type: 'stopped', failure: event.failure });
        break;
    }
    this.#reportAfter(spacing.most);
  }

  /** The page has drawn a frame and can take another. Acknowledgements of other frames are old and mean nothing. */
  frameDrawn(frame: number): void {
    if (frame !== this.#frameInFlight) return;
    this.#frameInFlight = null;
    this.#mailbox.wantSnapshot();
  }

  #reportAfter(milliseconds: number): void {
    const now = performance.now();
    if (this.training && now - this.#reportedAt < milliseconds) return;
    this.#flush();
    if (!this.training) return;
    this.#reportedAt = now;
    this.#status();
  }

  #flush(): void {
    if (this.#points.length === 0 && this.#evaluations.length === 0) return;
    this.#send({ type: 'metrics', points: this.#points, evaluations: this.#evaluations });
    this.#points = [];
    this.#evaluations = [];
  }

  #status(): void {
    this.#send({
      type: 'status',
      state: this.#state,
      step: this.#step,
      stepsPerSecond: this.training ? this.#rate.perSecond : 0,
      memory: this.#executor.memory(),
    });
  }

  #send(event: RunEvent): void {
    this.#post({ ...event, runId: this.#runId });
  }
}

/**
 * Trains the queued members of a fleet one after another in a worker of their own. The worker is made for the first of them
 * and ended after the last, so a page that compares nothing pays nothing. It sends one picture when a member is prepared
 * and one when it has finished; while it trains, only if somebody looks at them.
 */
import { PlaygroundError, toFailure } from '../../foundation/errors.ts';
import type { TrainingClient } from '../../worker/client.ts';
import type { FromWorker, RunEvent } from '../../worker/protocol.ts';
import type { Member } from './member.ts';

/** The fleet as its background sees it. */
export interface Queue {
  /** The next member to train; null when all are done. */
  next(): Member | null;
  update(id: string, part: Partial<Omit<Member, 'id'>>): void;
  /** The metrics of a member have grown. */
  measured(): void;
  /** Somebody looks at the pictures of a member. */
  watched(id: string): boolean;
}

/** Between two pictures of a member that is looked at while it trains, ms. */
const pictureInterval = 500;

/** One member in the worker. */
class Stint {
  readonly id: string;
  readonly #member: Member;
  readonly #client: TrainingClient;
  readonly #queue: Queue;
  #runId = '';
  /** The picture that the worker waits to be acknowledged. */
  #frame: number | null = null;
  #step = 0;
  #plannedSteps = Infinity;
  #splits: readonly string[] = [];
  #shownStep = -1;
  #end: (outcome: 'finished' | 'failed' | 'left') => void = () => undefined;
  readonly ended = new Promise<'finished' | 'failed' | 'left'>((resolve) => (this.#end = resolve));

  constructor(member: Member, client: TrainingClient, queue: Queue) {
    this.id = member.id;
    this.#member = member;
    this.#client = client;
    this.#queue = queue;
  }

  /** Resolves when the member has finished, failed or been stopped. */
  async train(): Promise<void> {
    const { config, data, checkpoint } = this.#member;
    const unsubscribe = this.#client.subscribe((message) => this.#receive(message));
    try {
      await this.#client.send({
        type: 'configure',
        config,
        ...(data && { data }),
        ...(checkpoint && { checkpoint }),
      });
      await this.#client.send({ type: 'play' });
      const outcome = await this.ended;
      if (outcome === 'failed') return;
      // With the last evaluations in it.
      await this.#client.send({ type: 'saveCheckpoint' });
      this.#queue.update(this.id, {
        state: outcome === 'finished' ? 'finished' : 'stopped',
        stepsPerSecond: 0,
      });
    } catch (error) {
      this.#fail(error);
    } finally {
      unsubscribe();
    }
  }

  /** Ends the training after the step under way. */
  async stop(): Promise<void> {
    await this.#client.send({ type: 'pause' }).catch((error: unknown) => this.#fail(error));
    this.#end('left');
  }

  /** Ends the stint without another word to the worker. */
  abandon(): void {
    this.#end('failed');
  }

  #fail(error: unknown): void {
    this.#queue.update(this.id, { state: 'failed', failure: toFailure(error), stepsPerSecond: 0 });
    this.#end('failed');
  }

  #receive(message: FromWorker): void {
    if (!('runId' in message) || message.type === 'intervened') return;
    if (message.type === 'configured') {
      const { run, step, runId } = message;
      this.#runId = runId;
      this.#splits = run.splits.map(({ name }) => name);
      this.#plannedSteps = Number(run.config.training['steps']);
      this.#step = step;
      this.#queue.update(this.id, { run, step, state: 'training' });
      return;
    }
    if (message.runId === this.#runId) this.#follow(message);
  }

  #follow(event: Exclude<RunEvent, { type: 'configured' }>): void {
    const { metrics } = this.#member;
    switch (event.type) {
      case 'status':
        this.#step = event.step;
        this.#queue.update(this.id, { step: event.step, stepsPerSecond: event.stepsPerSecond });
        if (event.state === 'finished') this.#askForPicture();
        break;
      case 'metrics':
        metrics.append(event.points, event.evaluations);
        this.#queue.measured();
        break;
      case 'snapshot':
        this.#frame = event.frame;
        this.#shownStep = event.snapshot.step;
        this.#queue.update(this.id, { snapshot: event.snapshot });
        if (this.#step >= this.#plannedSteps) this.#askForPicture();
        else setTimeout(() => this.look(), pictureInterval);
        break;
      case 'checkpoint':
        this.#queue.update(this.id, { checkpoint: event.checkpoint });
        break;
      case 'restarted':
        metrics.replace();
        break;
      case 'stopped':
        this.#fail(
          new PlaygroundError(
            event.failure.code,
            event.failure.message,
            event.failure.kept,
            event.failure.remedy,
          ),
        );
        return;
      case 'notice':
      case 'timeGradient':
      case 'grids':
      case 'gridProgress':
      case 'rehearsal':
      case 'update':
        break; // nobody looks inside while it trains
    }
    if (this.#complete()) this.#end('finished');
  }

  /** Asks for a picture if somebody looks. */
  look(): void {
    if (this.#queue.watched(this.id)) this.#askForPicture();
  }

  #askForPicture(): void {
    if (this.#frame === null || this.#shownStep >= this.#step) return;
    this.#client.acknowledge(this.#frame);
    this.#frame = null;
  }

  /** The evaluation and the picture of the last step come after the word that training has finished. */
  #complete(): boolean {
    const { metrics } = this.#member;
    return (
      this.#step >= this.#plannedSteps &&
      this.#shownStep >= this.#plannedSteps &&
      this.#splits.every((split) => (metrics.latest(split)?.step ?? -1) >= this.#plannedSteps)
    );
  }
}

export class Background {
  readonly #createClient: () => TrainingClient;
  readonly #queue: Queue;
  #client: TrainingClient | null = null;
  #stint: Stint | null = null;
  #working = false;

  constructor(createClient: () => TrainingClient, queue: Queue) {
    this.#createClient = createClient;
    this.#queue = queue;
  }

  /** Trains what is queued, unless that is under way already. */
  start(): void {
    if (!this.#working) void this.#work();
  }

  async stop(id: string): Promise<void> {
    if (this.#stint?.id === id) await this.#stint.stop();
  }

  /** Somebody looks at other pictures than before. */
  look(): void {
    this.#stint?.look();
  }

  /** Forgets a member at once, whatever its worker is doing. */
  drop(id: string): void {
    if (this.#stint?.id !== id) return;
    this.#stint.abandon();
    this.#close();
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let member = this.#queue.next(); member; member = this.#queue.next()) {
      this.#client ??= this.#createClient();
      this.#stint = new Stint(member, this.#client, this.#queue);
      await this.#stint.train();
      this.#stint = null;
    }
    this.#close();
    this.#working = false;
  }

  /** Open commands are refused, which ends the stint. */
  #close(): void {
    this.#client?.dispose();
    this.#client = null;
  }
}

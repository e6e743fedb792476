/** One member of the fleet in the background worker: trained to its end, or only looked at. */
import { PlaygroundError, toFailure } from '../../foundation/errors.ts';
import type { TrainingClient } from '../../worker/client.ts';
import type { Failure } from '../../foundation/errors.ts';
import type { FromWorker, GeneralisationGrid, GridProgress, Probe, RunEvent } from '../../worker/protocol.ts';
import type { Member } from './member.ts';

/** The fleet as its background sees it. */
export interface Queue {
  /** What is to be done next; null when all is done. */
  next(): { readonly member: Member; readonly work: Work } | null;
  update(id: string, part: Partial<Omit<Member, 'id'>>): void;
  /** The metrics of a member have grown. */
  measured(): void;
  /** Somebody looks at the pictures of a member. */
  watched(id: string): boolean;
  /** The sequence that its pictures show; null for the first held-out sample. */
  probeOf(member: Member): Probe | null;
  /** It is prepared and then waits for its start. */
  rests(id: string): boolean;
  /** A picture of the sequence cannot be had of it. */
  unseen(member: Member, error: unknown): void;
  /** How far the grid of a member is. */
  measuring(progress: GridProgress): void;
  /** Its measurement has ended: with a grid, or with none, because it was stopped or could not be made. */
  graded(id: string, grid: GeneralisationGrid | null, failure?: Failure): void;
}

/** 'look' takes one picture of a run that rests, 'measure' its generalisation grid; neither changes anything else in it. */
export type Work = 'train' | 'look' | 'measure';

/** Between two pictures of a member that is looked at while it trains, ms. */
const pictureInterval = 500;

export class Stint {
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
  #probe: Probe | null = null;
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
    const unsubscribe = this.#client.subscribe((message) => this.#receive(message));
    try {
      await this.#configure();
      if (!this.#queue.rests(this.id)) await this.#client.send({ type: 'play' });
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

  /** Resolves when the picture is there. */
  async takePicture(): Promise<void> {
    let taken: () => void = () => undefined;
    const picture = new Promise<void>((resolve) => (taken = resolve));
    let runId = '';
    const unsubscribe = this.#client.subscribe((message) => {
      if (message.type === 'stopped') this.#end('failed');
      if (message.type === 'configured') runId = message.runId;
      if (message.type !== 'snapshot' || message.runId !== runId) return;
      this.#queue.update(this.id, { snapshot: message.snapshot });
      taken();
    });
    try {
      await this.#configure();
      await Promise.race([picture, this.ended]);
    } catch (error) {
      this.#queue.unseen(this.#member, error);
    } finally {
      unsubscribe();
    }
  }

  /** Resolves when the generalisation grid is measured, or was stopped. */
  async measure(): Promise<void> {
    let runId = '';
    let asked = false;
    let outcome: { readonly grid: GeneralisationGrid | null; readonly failure?: Failure } = { grid: null };
    const unsubscribe = this.#client.subscribe((message) => {
      if (message.type === 'configured') runId = message.runId;
      if (!asked || !('runId' in message) || message.runId !== runId) return;
      if (message.type === 'stopped') outcome = { grid: null, failure: message.failure };
      else if (message.type === 'grids') outcome = { grid: message.grids.at(-1) ?? null };
      else if (message.type !== 'gridProgress') return;
      else if (message.progress) {
        this.#queue.measuring(message.progress);
        return;
      } else if (message.failure) outcome = { grid: null, failure: message.failure };
      this.#end('left');
    });
    try {
      await this.#configure();
      asked = true;
      await this.#client.send({ type: 'measureGrid' });
      await this.ended;
    } catch (error) {
      outcome = { grid: null, failure: toFailure(error) };
    } finally {
      unsubscribe();
      this.#queue.graded(this.id, outcome.grid, outcome.failure);
    }
  }

  /** The cells measured so far are the grid. */
  async stopMeasuring(): Promise<void> {
    await this.#client.send({ type: 'cancelGrid' }).catch(() => this.#end('left'));
  }

  async #configure(): Promise<void> {
    const { config, data, checkpoint } = this.#member;
    const probe = this.#queue.probeOf(this.#member);
    this.#probe = probe;
    await this.#client.send({
      type: 'configure',
      config,
      ...(data && { data }),
      ...(checkpoint && { checkpoint }),
      ...(probe && { probe }),
    });
  }

  /** Waits after the step under way, until it is played. */
  async pause(): Promise<void> {
    await this.#client.send({ type: 'pause' }).catch((error: unknown) => this.#fail(error));
  }

  async play(): Promise<void> {
    await this.#client.send({ type: 'play' }).catch((error: unknown) => this.#fail(error));
  }

  /** Shows the sequence that is looked at now. */
  async follow(): Promise<void> {
    const probe = this.#queue.probeOf(this.#member);
    if (!probe || probe === this.#probe || this.#runId === '') return;
    this.#probe = probe;
    this.#shownStep = -1;
    await this.#client
      .send({ type: 'probe', probe })
      .catch((error: unknown) => this.#queue.unseen(this.#member, error));
    this.look();
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
      this.#queue.update(this.id, { run, step, state: this.#queue.rests(this.id) ? 'paused' : 'training' });
      return;
    }
    if (message.runId === this.#runId) this.#follow(message);
  }

  #follow(event: Exclude<RunEvent, { type: 'configured' }>): void {
    const { metrics } = this.#member;
    switch (event.type) {
      case 'status':
        this.#step = event.step;
        this.#queue.update(this.id, {
          ...{ step: event.step, stepsPerSecond: event.stepsPerSecond },
          ...(event.state === 'training' && { state: 'training' }),
          ...(event.state === 'paused' && this.#queue.rests(this.id) && { state: 'paused' }),
        });
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

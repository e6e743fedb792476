/**
 * Trains the queued members of a fleet one after another in a worker of their own. The worker is made for the first of them
 * and ended after the last, so a page that compares nothing pays nothing. It sends one picture when a member is prepared
 * and one when it has finished; while it trains, only if somebody looks at them.
 */
import type { TrainingClient } from '../../worker/client.ts';
import { Stint } from './stint.ts';
import type { Queue, Work } from './stint.ts';

export class Background {
  readonly #createClient: () => TrainingClient;
  readonly #queue: Queue;
  #client: TrainingClient | null = null;
  #stint: Stint | null = null;
  #working = false;
  /** Of its time, that the worker may compute. */
  #share = 1;

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

  async stopMeasuring(id: string): Promise<void> {
    if (this.#stint?.id === id) await this.#stint.stopMeasuring();
  }

  async pause(id: string): Promise<void> {
    if (this.#stint?.id === id) await this.#stint.pause();
  }

  async play(id: string): Promise<void> {
    if (this.#stint?.id === id) await this.#stint.play();
  }

  /** @param share of its time that the worker may compute, up to 1 */
  giveWay(share: number): void {
    this.#share = share;
    void this.#client?.send({ type: 'giveWay', share }).catch(() => undefined); // refused when it ends meanwhile
  }

  /** Somebody looks at other pictures than before. */
  look(): void {
    void this.#stint?.follow();
    this.#stint?.look();
    this.start();
  }

  /** Forgets a member at once, whatever its worker is doing. */
  drop(id: string): void {
    if (this.#stint?.id !== id) return;
    this.#stint.abandon();
    this.#close();
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let job = this.#queue.next(); job; job = this.#queue.next()) {
      if (!this.#client) {
        this.#client = this.#createClient();
        if (this.#share < 1) this.giveWay(this.#share);
      }
      this.#stint = new Stint(job.member, this.#client, this.#queue);
      await this.#done(this.#stint, job.work);
      this.#stint = null;
    }
    this.#close();
    this.#working = false;
  }

  #done(stint: Stint, work: Work): Promise<void> {
    if (work === 'train') return stint.train();
    return work === 'look' ? stint.takePicture() : stint.measure();
  }

  /** Open commands are refused, which ends the stint. */
  #close(): void {
    this.#client?.dispose();
    this.#client = null;
  }
}

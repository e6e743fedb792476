/** A training host at the other end of a port, with a page that listens; the run is a tiny MemNet on a tiny copy task. */
import type { FieldValues } from '../foundation/fields.ts';
import { toyExecutor } from './toy-executor.ts';
import type { ToyExecutor, ToyOptions } from './toy-executor.ts';
import type { OpenRequest } from '../executors/choose.ts';
import type { ExecutorSource } from '../worker/host.ts';
import { TrainingHost } from '../worker/host.ts';
import type { Checkpoint, Command, FromWorker, RunConfig } from '../worker/protocol.ts';

const tiny = { slots: 4, hiddenSize: 4, keySize: 4, valueSize: 4 };

export function config(training: FieldValues = {}, model: FieldValues = {}): RunConfig {
  return {
    version: 1,
    task: { id: 'copy', fields: { symbols: 3, minimumLength: 1, maximumLength: 2 } },
    model: { id: 'memnet', fields: { ...tiny, ...model } },
    training: { batchSize: 2, steps: 100_000, evaluationInterval: 1000, evaluationSamples: 8, ...training },
    seed: 5,
    executor: 'automatic',
  };
}

export type Event<T extends FromWorker['type']> = Extract<FromWorker, { type: T }>;

/** A host at the other end of a port, with a page that acknowledges frames only when told to. */
export class Page {
  readonly heard: FromWorker[] = [];
  readonly requests: OpenRequest[] = [];
  readonly executors: ToyExecutor[] = [];
  readonly host: TrainingHost;
  readonly source: ExecutorSource;
  acknowledges = true;
  #requests = 0;
  #waiting: { readonly fits: (message: FromWorker) => boolean; readonly resolve: () => void }[] = [];

  constructor(toys: readonly ToyOptions[] = [{}]) {
    this.source = {
      open: async (request) => {
        this.requests.push(request);
        const executor = toyExecutor(toys[Math.min(this.executors.length, toys.length - 1)]);
        this.executors.push(executor);
        return { executor, reports: [] };
      },
      measure: async (_workload, current) => [
        {
          ...{ name: current, available: true, detail: '', millisecondsPerStep: 3 },
          ...{ chosen: true, reason: 'You chose it.' },
        },
      ],
      dispose: () => {},
    };
    const postMessage = (message: FromWorker, transfer: Transferable[]): void =>
      this.#hear(structuredClone(message, { transfer }));
    this.host = new TrainingHost({ postMessage }, this.source);
  }

  get executor(): ToyExecutor {
    return this.executors.at(-1)!;
  }

  /** Resolves with the failure, or null. */
  async send(command: Command): Promise<Event<'failed'>['failure'] | null> {
    const requestId = ++this.#requests;
    const answered = this.#next(
      (message) => (message.type === 'done' || message.type === 'failed') && message.requestId === requestId,
    );
    this.host.receive({ ...command, requestId });
    const answer = await answered;
    return answer.type === 'failed' ? answer.failure : null;
  }

  async next<T extends FromWorker['type']>(type: T, fits: (event: Event<T>) => boolean = () => true) {
    return (await this.#next((message) => message.type === type && fits(message as Event<T>))) as Event<T>;
  }

  all<T extends FromWorker['type']>(type: T): Event<T>[] {
    return this.heard.filter((message): message is Event<T> => message.type === type);
  }

  /** Trains this many steps and waits until they are done. */
  async train(count: number): Promise<void> {
    const done = this.next('status', ({ state }) => state === 'paused');
    await this.send({ type: 'step', count });
    await done;
  }

  async checkpoint(): Promise<Checkpoint> {
    const arrival = this.next('checkpoint');
    await this.send({ type: 'saveCheckpoint' });
    return (await arrival).checkpoint;
  }

  async #next(fits: (message: FromWorker) => boolean): Promise<FromWorker> {
    const before = this.heard.length;
    await new Promise<void>((resolve) => this.#waiting.push({ fits, resolve }));
    return this.heard.slice(before).find(fits)!;
  }

  #hear(message: FromWorker): void {
    this.heard.push(message);
    this.#waiting = this.#waiting.filter(({ fits, resolve }) => {
      if (fits(message)) resolve();
      return !fits(message);
    });
    if (message.type === 'snapshot' && this.acknowledges)
      this.host.receive({ type: 'frameDrawn', frame: message.frame });
  }
}

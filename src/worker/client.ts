/**
 * The page's side of the protocol: commands become promises, events go to listeners. It knows neither React nor stores.
 * When the worker breaks, every open command is refused and listeners hear a `stopped` event; the next `configure` starts a
 * new worker.
 */
import { PlaygroundError, toFailure } from '../foundation/errors.ts';
import type { Failure } from '../foundation/errors.ts';
import type { Command, FromWorker, ToWorker } from './protocol.ts';
import { transferablesOf } from './protocol.ts';

export interface TrainingClient {
  /**
   * Resolves when the command has taken effect: for 'configure' when the run stands, for 'step' when the steps begin.
   * @throws PlaygroundError with what happened, what was kept and what to do.
   */
  send(command: Command): Promise<void>;
  /** Returns the function that unsubscribes. */
  subscribe(listener: (event: FromWorker) => void): () => void;
  /** The snapshot with this frame number has been drawn (or dropped): the next one may come. */
  acknowledge(frame: number): void;
  /** Ends the worker. Open commands are refused. */
  dispose(): void;
}

export interface ClientOptions {
  readonly createWorker?: () => Worker;
}

interface OpenRequest {
  readonly resolve: () => void;
  readonly reject: (error: PlaygroundError) => void;
}

export function createTrainingClient(options: ClientOptions = {}): TrainingClient {
  return new WorkerClient(options.createWorker ?? createWorker);
}

function createWorker(): Worker {
  return new Worker(new URL('./training.worker.ts', import.meta.url), { type: 'module', name: 'training' });
}

class WorkerClient implements TrainingClient {
  readonly #createWorker: () => Worker;
  readonly #listeners = new Set<(event: FromWorker) => void>();
  readonly #open = new Map<number, OpenRequest>();
  #worker: Worker | null = null;
  #requests = 0;
  #runId = '';
  #disposed = false;

  constructor(create: () => Worker) {
    this.#createWorker = create;
    this.#start();
  }

  send(command: Command): Promise<void> {
    if (!this.#worker && command.type === 'configure' && !this.#disposed) this.#start();
    if (!this.#worker) return Promise.reject(brokenError('The training worker is not running.'));
    const requestId = ++this.#requests;
    return new Promise((resolve, reject) => {
      this.#open.set(requestId, { resolve, reject });
      this.#post({ ...command, requestId });
    });
  }

  subscribe(listener: (event: FromWorker) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  acknowledge(frame: number): void {
    this.#post({ type: 'frameDrawn', frame });
  }

  dispose(): void {
    this.#disposed = true;
    this.#end(brokenError('The training worker was closed.'));
    this.#listeners.clear();
  }

  #start(): void {
    const worker = this.#createWorker();
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#broke(event.message || 'its program could not be loaded');
    };
    worker.onmessageerror = () => {
      if (worker === this.#worker) this.#broke('a message could not be read');
    };
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message, transferablesOf(message));
  }

  #receive(message: FromWorker): void {
    if (message.type === 'configured') this.#runId = message.runId;
    if (message.type === 'done') this.#settle(message.requestId, ({ resolve }) => resolve());
    if (message.type === 'failed') {
      const { code, message: sentence, kept, remedy } = message.failure;
      this.#settle(message.requestId, ({ reject }) =>
        reject(new PlaygroundError(code, sentence, kept, remedy)),
      );
    }
    for (const listener of [...this.#listeners]) listener(message);
  }

  #settle(requestId: number, settle: (request: OpenRequest) => void): void {
    const request = this.#open.get(requestId);
    this.#open.delete(requestId);
    if (request) settle(request);
  }

  #broke(detail: string): void {
    const error = brokenError(`The training worker stopped unexpectedly: ${detail}.`);
    this.#end(error);
    const failure: Failure = toFailure(error);
    for (const listener of [...this.#listeners]) listener({ type: 'stopped', runId: this.#runId, failure });
  }

  #end(reason: PlaygroundError): void {
    this.#worker?.terminate();
    this.#worker = null;
    const requests = [...this.#open.values()];
    this.#open.clear();
    for (const { reject } of requests) reject(reason);
  }
}

function brokenError(message: string): PlaygroundError {
  return new PlaygroundError(
    'worker-stopped',
    message,
    'The run was saved a few seconds before.',
    'Reload the page to go on from there.',
  );
}

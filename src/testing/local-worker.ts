import type { ToWorker } from '../worker/protocol.ts';
import { TrainingHost } from '../worker/host.ts';
import { toyExecutor } from './toy-executor.ts';
import type { ToyOptions } from './toy-executor.ts';

/** A worker without a thread: the host at the other end of a real message channel. */
export class LocalWorker implements Partial<Worker> {
  onmessage: Worker['onmessage'] = null;
  onerror: Worker['onerror'] = null;
  onmessageerror: Worker['onmessageerror'] = null;
  terminated = false;
  readonly #channel = new MessageChannel();
  readonly #host: TrainingHost;

  constructor(toy: ToyOptions = {}) {
    const { port1, port2 } = this.#channel;
    const executor = toyExecutor(toy);
    this.#host = new TrainingHost(
      { postMessage: (message, transfer) => port2.postMessage(message, transfer) },
      { open: async () => ({ executor, reports: [] }), measure: async () => [], dispose: () => {} },
    );
    port2.onmessage = ({ data }: MessageEvent<ToWorker>) => this.#host.receive(data);
    port1.onmessage = (event): void => {
      this.onmessage?.call(this as unknown as Worker, event);
    };
  }

  postMessage(message: unknown): void {
    this.#channel.port1.postMessage(message);
  }

  terminate(): void {
    this.terminated = true;
    this.#channel.port1.close();
    void this.#host.dispose();
  }

  crash(message: string): void {
    const event = { message, preventDefault: () => {} };
    this.onerror?.call(this as unknown as Worker, event as ErrorEvent);
  }
}

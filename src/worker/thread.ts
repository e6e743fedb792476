/** The training thread: one host, connected to the thread's messages. */
import { ExecutorPool } from '../executors/choose.ts';
import { TrainingHost } from './host.ts';
import type { ToWorker } from './protocol.ts';

declare const self: DedicatedWorkerGlobalScope;

const host = new TrainingHost(self, new ExecutorPool());

export const receive = (message: ToWorker): void => host.receive(message);

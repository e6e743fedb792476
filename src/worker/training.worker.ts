/** The training worker's entry: connects a host to the thread's messages. */
import { ExecutorPool } from '../executors/choose.ts';
import { TrainingHost } from './host.ts';
import type { ToWorker } from './protocol.ts';

declare const self: DedicatedWorkerGlobalScope;

const host = new TrainingHost(self, new ExecutorPool());

self.onmessage = ({ data }: MessageEvent<ToWorker>) => host.receive(data);

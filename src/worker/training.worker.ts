/**
 * The training worker's entry. It only hands over to a module of its own: a bundler lets others import from what an entry is
 * bundled with, and WebKit then runs the entry a second time, with a second host that knows of no run.
 */
import type { ToWorker } from './protocol.ts';

declare const self: DedicatedWorkerGlobalScope;

const early: ToWorker[] = [];
self.onmessage = ({ data }: MessageEvent<ToWorker>) => early.push(data);
const { receive } = await import('./thread.ts');
self.onmessage = ({ data }: MessageEvent<ToWorker>) => receive(data);
early.forEach(receive);

/** Threads of the wasm executor in Node. */
import { Worker } from 'node:worker_threads';
import type { ThreadSource } from '../executors/wasm/pool.ts';

const loop = new URL('../executors/wasm/pool-loop.js', import.meta.url).href;
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(${JSON.stringify(loop)}).then(({ serve }) => serve(workerData, () => parentPort.postMessage('ready')));
`;

export const nodeThreads: ThreadSource = (setup) => {
  const worker = new Worker(program, { eval: true, workerData: setup });
  // A thread that waits for work does not keep Node alive.
  worker.unref();
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
  return { ready, terminate: () => void worker.terminate() };
};

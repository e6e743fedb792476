/** Plain JavaScript: slow, and there everywhere. */
import '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '../ops.ts';
import type { OpenedBackend } from '../device.ts';

export async function openCpu(): Promise<OpenedBackend> {
  if (!(await setBackend('cpu'))) throw new Error('tfjs could not start its cpu backend');
  return {
    backend: 'cpu',
    detail: 'plain JavaScript, one thread',
    software: false,
    failure: () => null,
    lost: new Promise(() => undefined),
    // Holds nothing but the tensors, which belong to stores and executions.
    close: () => undefined,
  };
}

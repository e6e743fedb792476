/** A thread of the pool, as a worker of the browser. */
import type { ThreadSetup } from './pool-loop.js';
import { serve } from './pool-loop.js';

self.addEventListener('message', ({ data }: MessageEvent<ThreadSetup>) => {
  void serve(data, () => self.postMessage('ready'));
});

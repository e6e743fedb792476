/**
 * How much a page and its training worker hold, over the DevTools protocol: `measureUserAgentSpecificMemory` waits a minute
 * for the kernel threads, which sleep on an atomic and cannot answer.
 */
import type { CDPSession, Page } from '@playwright/test';

interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize: number;
  readonly backingStorageSize: number;
}

export interface HeapBytes {
  readonly page: number;
  readonly worker: number;
}

/** @returns bytes of objects, DOM and array buffers after a garbage collection, of the page and of its training worker */
export async function heapBytes(page: Page): Promise<HeapBytes> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('HeapProfiler.collectGarbage');
    const own = (await session.send('Runtime.getHeapUsage')) as HeapUsage;
    const worker = await attachedWorker(session, 'training.worker');
    await ask(session, worker, 'HeapProfiler.collectGarbage');
    return { page: sum(own), worker: sum((await ask(session, worker, 'Runtime.getHeapUsage')) as HeapUsage) };
  } finally {
    await session.detach();
  }
}

const sum = ({ usedSize, embedderHeapUsedSize, backingStorageSize }: HeapUsage): number =>
  usedSize + embedderHeapUsedSize + backingStorageSize;

async function attachedWorker(session: CDPSession, name: string): Promise<string> {
  const attached = new Promise<string>((resolve) => {
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.url.includes(name)) resolve(sessionId);
    });
  });
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  return attached;
}

let requests = 0;

async function ask(session: CDPSession, sessionId: string, method: string): Promise<unknown> {
  const id = ++requests;
  const answered = new Promise<unknown>((resolve, reject) => {
    session.on('Target.receivedMessageFromTarget', (event) => {
      if (event.sessionId !== sessionId) return;
      const answer = JSON.parse(event.message) as {
        id?: number;
        result?: unknown;
        error?: { message: string };
      };
      if (answer.id !== id) return;
      if (answer.error) reject(new Error(answer.error.message));
      else resolve(answer.result);
    });
  });
  await session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
  return answered;
}

import { afterEach, describe, expect, it } from 'vitest';
import { PlaygroundError } from '../foundation/errors.ts';
import { LocalWorker } from '../testing/local-worker.ts';
import { createTrainingClient } from './client.ts';
import type { TrainingClient } from './client.ts';
import type { FromWorker, RunConfig } from './protocol.ts';

const config: RunConfig = {
  version: 1,
  task: { id: 'copy', fields: { symbols: 3, minimumLength: 1, maximumLength: 2 } },
  model: { id: 'memnet', fields: { slots: 4, hiddenSize: 4, keySize: 4, valueSize: 4 } },
  training: { batchSize: 2, steps: 50, evaluationSamples: 8 },
  seed: 1,
  executor: 'automatic',
};

const workers: LocalWorker[] = [];
let client: TrainingClient;

function open(): { heard: FromWorker[]; next: (type: FromWorker['type']) => Promise<FromWorker> } {
  const createWorker = (): Worker => {
    workers.push(new LocalWorker());
    return workers.at(-1) as unknown as Worker;
  };
  client = createTrainingClient({ createWorker });
  const heard: FromWorker[] = [];
  client.subscribe((message) => heard.push(message));
  const next = (type: FromWorker['type']): Promise<FromWorker> =>
    new Promise((resolve) => {
      const stop = client.subscribe((message) => {
        if (message.type !== type) return;
        stop();
        resolve(message);
      });
    });
  return { heard, next };
}

afterEach(() => {
  client.dispose();
  expect(workers.splice(0).every(({ terminated }) => terminated)).toBe(true);
});

describe('the training client', () => {
  it('answers commands and passes events on', async () => {
    const { heard, next } = open();
    const picture = next('snapshot');
    await client.send({ type: 'configure', config });
    const snapshot = await picture;
    expect(snapshot).toMatchObject({ type: 'snapshot', snapshot: { step: 0 } });
    expect(heard.map(({ type }) => type)).toContain('configured');
    await client.send({ type: 'step', count: 3 });
    const second = next('snapshot');
    if (snapshot.type === 'snapshot') client.acknowledge(snapshot.frame);
    expect(await second).toMatchObject({ snapshot: { step: 3 } });
  });

  it('rejects with what the worker says about a failure', async () => {
    open();
    const refused = client.send({ type: 'configure', config: { ...config, training: { batchSize: 0 } } });
    await expect(refused).rejects.toBeInstanceOf(PlaygroundError);
    await expect(refused).rejects.toMatchObject({ code: 'invalid-config', kept: 'Nothing was changed.' });
  });

  it('says so when the worker breaks, and starts a new one with the next run', async () => {
    const { heard, next } = open();
    await client.send({ type: 'configure', config });
    const open1 = client.send({ type: 'saveCheckpoint' });
    workers[0]!.crash('out of memory');
    await expect(open1).rejects.toMatchObject({ code: 'worker-stopped' });
    const stopped = heard.at(-1)!;
    expect(stopped).toMatchObject({ type: 'stopped', failure: { code: 'worker-stopped' } });
    expect(stopped).toMatchObject({
      failure: { message: expect.stringContaining('out of memory') as string },
    });
    await expect(client.send({ type: 'play' })).rejects.toMatchObject({ code: 'worker-stopped' });

    const configured = next('configured');
    await client.send({ type: 'configure', config });
    expect(await configured).toMatchObject({ step: 0 });
    expect(workers).toHaveLength(2);
  });

  it('is silent to a listener that has unsubscribed, and refuses commands when disposed', async () => {
    open();
    const heard: string[] = [];
    const stop = client.subscribe(({ type }) => heard.push(type));
    stop();
    await client.send({ type: 'configure', config });
    expect(heard).toEqual([]);
    client.dispose();
    await expect(client.send({ type: 'configure', config })).rejects.toMatchObject({
      code: 'worker-stopped',
    });
  });
});

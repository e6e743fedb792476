import { afterEach, describe, expect, it } from 'vitest';
import { config, Page } from '../testing/host-page.ts';
import type { Event } from '../testing/host-page.ts';
import type { ToyOptions } from '../testing/toy-executor.ts';
import type { RunConfig } from './protocol.ts';

let page: Page;
const open = (...toys: ToyOptions[]): Page => (page = new Page(toys.length > 0 ? toys : [{}]));
const rest = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

afterEach(async () => {
  await page.host.dispose();
  for (const executor of page.executors) {
    expect(executor.held.size).toBe(0);
    expect(executor.overlap).toBeLessThanOrEqual(1);
  }
});

describe('the host', () => {
  it('describes a configured run and shows its first picture before any training', async () => {
    open();
    const snapshot = page.next('snapshot');
    expect(await page.send({ type: 'configure', config: config() })).toBeNull();
    const [{ run, step }] = page.all('configured') as [Event<'configured'>];
    expect(step).toBe(0);
    expect(run.previews).toHaveLength(6);
    expect(run.vocabulary).toHaveLength(5);
    expect(run.splits.map(({ name }) => name)).toEqual(['train', 'heldOut', 'double', 'quadruple']);
    expect(run.parameterCount).toBe(
      run.parameters.reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0),
    );
    expect(run.cost.parameterBytes).toBe(4 * run.parameterCount);
    expect(run.cost.strategies.map(({ kind, used }) => `${kind} ${used}`)).toEqual([
      'full true',
      'truncated false',
      'checkpointed false',
      'memoryReplay false',
    ]);
    const [full, , checkpointed] = run.cost.strategies;
    expect(checkpointed!.activationBytes).toBeLessThan(full!.activationBytes);
    expect(run.cost.forwardFlops).toBeLessThan(full!.flops);
    expect(run.taps).toContainEqual({ name: 'similarity', axes: ['slot'] });
    expect(await snapshot).toMatchObject({ runId: run.runId, snapshot: { step: 0 } });
  });

  it('refuses commands before there is a run', async () => {
    open();
    expect(await page.send({ type: 'play' })).toMatchObject({ code: 'no-run' });
  });

  it('operates on the memory between two steps, and training never notices', async () => {
    open();
    await page.send({ type: 'configure', config: config() });
    await page.train(30);
    const undisturbed = await page.checkpoint();
    await page.host.dispose();

    open();
    await page.send({ type: 'configure', config: config() });
    const done = page.next('status', ({ state, step }) => state === 'paused' && step === 30);
    await page.send({ type: 'step', count: 30 });
    const request = {
      interventions: [{ kind: 'erase', bank: 'slots', slots: [0], position: 1 } as const],
      survey: { bank: 'slots', position: 1 },
    };
    for (let i = 0; i < 3; i++) expect(await page.send({ type: 'intervene', request })).toBeNull();
    await done;
    const results = page.all('intervened');
    expect(results).toHaveLength(3);
    expect(results[0]).toMatchObject({
      runId: 'run-1',
      result: { request, split: 'heldOut', sampleIndex: 0 },
    });
    expect(results[0]!.result.survey!.lossChanges).toHaveLength(4);
    expect((await page.checkpoint()).training).toEqual(undisturbed.training);
    expect((await page.checkpoint()).metrics.map(({ loss }) => loss)).toEqual(
      undisturbed.metrics.map(({ loss }) => loss),
    );
  });

  it('refuses an operation that the memory does not offer, and goes on', async () => {
    open();
    const cut = { kind: 'cutWrites', bank: 'window', position: 0 } as const;
    const intervene = { type: 'intervene', request: { interventions: [cut], survey: null } } as const;
    expect(await page.send(intervene)).toMatchObject({ code: 'no-run' });
    await page.send({ type: 'configure', config: config() });
    expect(await page.send(intervene)).toMatchObject({
      code: 'invalid-intervention',
      message: 'This model has no memory called “window”.',
    });
    await page.train(2);
    expect(await page.checkpoint()).toMatchObject({ step: 2 });
  });

  it('counts steps exactly over step, play and pause', async () => {
    // Steps of a millisecond and a run that has a point for each: however busy the machine is, it is under way at the pause.
    open({ beforeStep: (updates) => (updates < 10 ? undefined : rest(1)) });
    await page.send({ type: 'configure', config: config({ steps: 2000, evaluationInterval: 100_000 }) });
    await page.train(10);
    expect(page.all('status').at(-1)).toMatchObject({ state: 'paused', step: 10 });
    await page.send({ type: 'play' });
    await page.next('status', ({ step }) => step > 10);
    await page.send({ type: 'pause' });
    const { step } = page.all('status').at(-1)!;
    await rest(60);
    expect(page.all('status').at(-1)).toMatchObject({ state: 'paused', step, stepsPerSecond: 0 });
    expect(await page.checkpoint()).toMatchObject({ step, training: { updates: step } });
    const points = page.all('metrics').flatMap((message) => message.points);
    expect(points.map((point) => point.step)).toEqual(Array.from({ length: step }, (_, i) => i + 1));
  });

  it('answers a pause quickly although training never waits by itself', async () => {
    open();
    await page.send({ type: 'configure', config: config() });
    await page.send({ type: 'play' });
    await page.next('status', ({ state, step }) => state === 'training' && step > 0);
    const began = performance.now();
    await page.send({ type: 'pause' });
    expect(performance.now() - began).toBeLessThan(200);
    expect(page.all('status').at(-1)!.step).toBeGreaterThan(0);
  });

  it('sends metrics in bundles, without losing a point', async () => {
    open();
    await page.send({ type: 'configure', config: config({ steps: 400, evaluationInterval: 100_000 }) });
    await page.send({ type: 'play' });
    await page.next('status', ({ state }) => state === 'finished');
    const messages = page.all('metrics');
    const steps = messages.flatMap(({ points }) => points.map(({ step }) => step));
    expect(steps).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    const seconds = messages.flatMap(({ points }) => points).at(-1)!.seconds;
    expect(messages.length).toBeLessThan(10 + 20 * (seconds + 1));
  });

  it('never has two pictures on the way', async () => {
    open();
    page.acknowledges = false;
    const first = page.next('snapshot');
    await page.send({ type: 'configure', config: config() });
    const { frame } = await first;
    await page.train(50);
    await page.send({ type: 'probe', probe: { split: 'train', sampleIndex: 1 } });
    await rest(50);
    expect(page.all('snapshot')).toHaveLength(1);

    page.host.receive({ type: 'frameDrawn', frame: frame + 1000 }); // not on the way
    await rest(30);
    expect(page.all('snapshot')).toHaveLength(1);

    const second = page.next('snapshot');
    page.host.receive({ type: 'frameDrawn', frame });
    expect((await second).snapshot).toMatchObject({ step: 50, split: 'train', sampleIndex: 1 });
    await rest(30);
    expect(page.all('snapshot')).toHaveLength(2);
  });

  it('trains on while the page does not draw', async () => {
    open();
    page.acknowledges = false;
    await page.send({ type: 'configure', config: config() });
    await page.send({ type: 'play' });
    await page.next('status', ({ step }) => step > 100);
    expect(page.all('snapshot').length).toBeLessThanOrEqual(1);
  });

  it.each([
    ['a setting out of bounds', { ...config(), training: { batchSize: 0 } }, 'invalid-config'],
    ['a model that does not exist', { ...config(), model: { id: 'none', fields: {} } }, 'unknown-model'],
    [
      'a text that is not there',
      { ...config(), task: { id: 'text', fields: {}, dataHash: 'x' } },
      'wrong-data',
    ],
  ])('leaves the run as it is after %s', async (_, impossible, code) => {
    open();
    await page.send({ type: 'configure', config: config() });
    await page.send({ type: 'play' });
    await page.next('status', ({ step }) => step > 0);
    expect(await page.send({ type: 'configure', config: impossible })).toMatchObject({ code });
    const { step } = page.all('status').at(-1)!;
    await page.next('status', (status) => status.step > step && status.state === 'training');
    expect(page.all('configured')).toHaveLength(1);
  });

  it('leaves the run as it is when a text cannot be read', async () => {
    open();
    await page.send({ type: 'configure', config: config() });
    const data = { name: 'a.bin', hash: 'h', bytes: Uint8Array.from([0, 1, 2, 255, 0]) };
    const text: RunConfig = { ...config(), task: { id: 'text', fields: {}, dataHash: 'h' } };
    const failure = await page.send({ type: 'configure', config: text, data });
    expect(failure).not.toBeNull();
    expect(failure!.message).toContain('a.bin');
    await page.train(1);
    expect(await page.checkpoint()).toMatchObject({ step: 1, config: { task: { id: 'copy' } } });
  });

  it('leaves the run as it is when the new one does not compile', async () => {
    const onCompile = (): void => {
      throw new Error('too large');
    };
    open({}, { onCompile });
    await page.send({ type: 'configure', config: config() });
    const failure = await page.send({ type: 'configure', config: config({}, { hiddenSize: 6 }) });
    expect(failure!.message).toContain('too large');
    await page.train(3);
    expect(await page.checkpoint()).toMatchObject({ step: 3 });
  });

  it('replaces a run while it trains, and drops what the old one held', async () => {
    open();
    await page.send({ type: 'configure', config: config() });
    await page.send({ type: 'play' });
    await page.next('status', ({ step }) => step > 5);
    expect(await page.send({ type: 'configure', config: config({}, { hiddenSize: 6 }) })).toBeNull();
    expect(page.executors[0]!.held.size).toBe(0);
    const [first, second] = page.all('configured');
    expect(second!.runId).not.toBe(first!.runId);
    const place = page.heard.indexOf(second!);
    const late = page.heard
      .slice(place)
      .filter((message) => 'runId' in message && message.runId === first!.runId);
    expect(late).toEqual([]);
    expect(page.all('status').at(-1)).toMatchObject({ state: 'paused', step: 0 });
  });

  it('resumes a checkpoint at its step with its weights', async () => {
    open();
    await page.send({ type: 'configure', config: config() });
    await page.train(6);
    const checkpoint = await page.checkpoint();
    expect(checkpoint.step).toBe(6);
    await page.send({ type: 'configure', config: checkpoint.config, checkpoint });
    expect(page.all('configured').at(-1)).toMatchObject({ step: 6 });
    expect((await page.checkpoint()).training).toEqual(checkpoint.training);
  });

  it('measures the executors between two steps', async () => {
    open();
    await page.send({ type: 'configure', config: config() });
    await page.send({ type: 'play' });
    expect(await page.send({ type: 'measureExecutors' })).toBeNull();
    expect(page.all('executors').at(-1)!.reports).toMatchObject([{ millisecondsPerStep: 3 }]);
    const { step } = page.all('status').at(-1)!;
    await page.next('status', (status) => status.step > step);
  });

  it('says that training has diverged, and can go on', async () => {
    open({ divergesAt: 4 });
    await page.send({ type: 'configure', config: config() });
    const stopped = page.next('stopped');
    await page.send({ type: 'play' });
    expect((await stopped).failure).toMatchObject({ code: 'training-diverged' });
    expect(page.all('restarted')).toHaveLength(1);
    await page.train(2);
    expect(await page.checkpoint()).toMatchObject({ step: 2 });
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { config, Page } from '../testing/host-page.ts';
import type { ToyOptions } from '../testing/toy-executor.ts';

let page: Page;
const open = (...toys: ToyOptions[]): Page => (page = new Page(toys.length > 0 ? toys : [{}]));

afterEach(async () => {
  await page.host.dispose();
  for (const executor of page.executors) {
    expect(executor.held.size).toBe(0);
    expect(executor.overlap).toBeLessThanOrEqual(1);
  }
});

describe('when the executor fails', () => {
  it('goes on training by itself after a lost device, from the last checkpoint', async () => {
    open({ name: 'webgpu' }, { name: 'wasm' });
    await page.send({ type: 'configure', config: config({ steps: 2000 }) });
    await page.train(5);
    const kept = await page.checkpoint();
    await page.send({ type: 'play' });
    await page.next('status', ({ step }) => step > 5);
    const notice = page.next('notice');
    page.executors[0]!.lose('the driver was reset');
    const { notice: told } = await notice;
    expect(told.message).toContain('the driver was reset');
    expect(told.kept).toContain('from webgpu to wasm and goes on from step 5');
    expect(page.requests[1]!.lost).toEqual(['webgpu']);
    await page.next('status', ({ state, step }) => state === 'training' && step > 5);
    await page.send({ type: 'pause' });
    expect((await page.checkpoint()).metrics.slice(0, 5)).toEqual(kept.metrics);
  });

  it('opens the device again when it is lost while nothing trains', async () => {
    open({ name: 'webgpu' });
    await page.send({ type: 'configure', config: config() });
    await page.train(3);
    const kept = await page.checkpoint();
    const notice = page.next('notice');
    page.executors[0]!.lose('');
    expect((await notice).notice.kept).toContain('stays on webgpu');
    expect((await page.checkpoint()).training).toEqual(kept.training);
    expect(page.all('status').at(-1)!.state).toBe('paused');
  });

  it('shows the same sequence after a lost device, and goes on following the gradient', async () => {
    open({ name: 'webgpu' });
    await page.send({ type: 'configure', config: config() });
    await page.send({ type: 'probe', probe: { split: 'train', sampleIndex: 3 } });
    await page.send({ type: 'watchGradient', watch: { position: 1 } });
    await page.train(3);
    await page.checkpoint();
    const notice = page.next('notice');
    page.executors[0]!.lose('');
    await notice;
    page.heard.length = 0;
    await page.train(2);
    const steps = (): number[] => page.all('timeGradient').map(({ gradient }) => gradient.step);
    await expect.poll(steps, { timeout: 20_000 }).toContain(5);
    const shown = page
      .all('snapshot')
      .map(({ snapshot: { split, sampleIndex } }) => ({ split, sampleIndex }));
    expect(shown.length).toBeGreaterThan(0);
    expect(new Set(shown.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ split: 'train', sampleIndex: 3 })]),
    );
  });

  it('begins with the sequence that a run is configured with, and refuses one that it does not have', async () => {
    open();
    const snapshot = page.next('snapshot');
    await page.send({ type: 'configure', config: config(), probe: { split: 'train', sampleIndex: 2 } });
    expect((await snapshot).snapshot).toMatchObject({ split: 'train', sampleIndex: 2 });
    const nowhere = { split: 'nowhere', sampleIndex: 0 };
    expect(await page.send({ type: 'configure', config: config(), probe: nowhere })).toMatchObject({
      code: 'invalid-config',
    });
    await page.train(1);
  });

  it('stops at the last checkpoint when a step cannot be computed', async () => {
    let fails = true;
    const beforeStep = (updates: number): void => {
      if (updates === 3 && fails) throw new Error('out of memory');
    };
    open({ beforeStep });
    await page.send({ type: 'configure', config: config() });
    await page.train(2);
    await page.checkpoint();
    const stopped = page.next('stopped');
    await page.send({ type: 'play' });
    const { failure } = await stopped;
    expect(failure.message).toContain('out of memory');
    expect(failure.kept).toContain('step 2');
    fails = false;
    await page.train(4);
    expect(await page.checkpoint()).toMatchObject({ step: 6 });
  });

  it('moves to another executor when one fails again and again', async () => {
    const beforeRun = (): void => {
      throw new Error('wrong kernel');
    };
    open({ name: 'webgpu', beforeRun }, { name: 'webgpu', beforeRun }, { name: 'wasm' });
    const moved = page.next('stopped', ({ failure }) => failure.kept.includes('from webgpu to wasm'));
    await page.send({ type: 'configure', config: config() });
    await moved;
    expect(page.requests.map(({ lost }) => lost)).toEqual([[], [], ['webgpu']]);
    await page.train(2);
    expect(await page.checkpoint()).toMatchObject({ step: 2 });
  });

  it('says so when no executor is left, and takes a new run after that', async () => {
    const beforeStep = (): void => {
      throw new Error('broken');
    };
    open({ beforeStep });
    await page.send({ type: 'configure', config: config() });
    const { open: openAgain } = page.source;
    page.source.open = () => Promise.reject(new Error('nothing runs here'));
    const stopped = page.next('stopped');
    await page.send({ type: 'play' });
    expect((await stopped).failure).toMatchObject({ message: 'nothing runs here' });
    expect(await page.send({ type: 'play' })).toMatchObject({ code: 'no-run' });
    page.source.open = openAgain;
    expect(await page.send({ type: 'configure', config: config() })).toBeNull();
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { PlaygroundError } from '../foundation/errors.ts';
import { aCheckpoint, aConfig, anEvaluation, aPoint, aSnapshot, ScriptedClient } from '../testing/runs.ts';
import { cursorStore } from './cursor-store.ts';
import { metricsStore } from './metrics-store.ts';
import { firstProbe, runStore } from './run-store.ts';
import type { Probe } from './run-store.ts';
import { Session } from './session.ts';
import { snapshotStore } from './snapshot-store.ts';

let client: ScriptedClient;
let session: Session;
let drawn: (() => void)[];

beforeEach(() => {
  runStore.setState(runStore.getInitialState());
  metricsStore.replace();
  snapshotStore.set(null);
  cursorStore.setState({ step: null });
  client = new ScriptedClient();
  drawn = [];
  session = new Session({ client, afterDraw: (callback) => drawn.push(callback) });
});

const messages = (): string[] => runStore.getState().messages.map(({ content }) => content.code);

describe('a session', () => {
  it('routes what the worker says to the stores', async () => {
    await session.start(aConfig, null);
    const { runId } = client;
    client.emit({ type: 'metrics', runId, points: [aPoint(1)], evaluations: [anEvaluation(1, 'heldOut')] });
    client.emit({ type: 'progress', label: 'Compiling', done: 1, total: 4 });
    expect(runStore.getState().run?.runId).toBe(runId);
    expect(runStore.getState().progress).toEqual({ label: 'Compiling', done: 1, total: 4 });
    expect(metricsStore.points).toHaveLength(1);
    await session.step(10);
    expect(runStore.getState().status.step).toBe(10);
    expect(runStore.getState().progress).toBeNull();
  });

  it('acknowledges a picture only after it was drawn', async () => {
    await session.start(aConfig, null);
    client.emit({ type: 'snapshot', runId: client.runId, frame: 7, snapshot: aSnapshot(1) });
    expect(snapshotStore.latest?.step).toBe(1);
    expect(client.acknowledged).toEqual([]);
    for (const callback of drawn) callback();
    expect(client.acknowledged).toEqual([7]);
  });

  it('drops late messages of an old run, and still frees the worker from waiting', async () => {
    await session.start(aConfig, null);
    client.emit({ type: 'metrics', runId: 'an older run', points: [aPoint(1)], evaluations: [] });
    client.emit({ type: 'snapshot', runId: 'an older run', frame: 3, snapshot: aSnapshot(1) });
    expect(metricsStore.points).toHaveLength(0);
    expect(snapshotStore.latest).toBeNull();
    expect(client.acknowledged).toEqual([3]);
  });

  it('keeps the run when a new one is refused, and says why', async () => {
    await session.start(aConfig, null);
    const before = runStore.getState().run;
    client.refusal = new PlaygroundError('invalid-config', 'Too large.');
    expect(await session.start({ ...aConfig, seed: 2 }, null)).toBe(false);
    expect(runStore.getState().run).toBe(before);
    expect(runStore.getState().configuring).toBe(false);
    expect(messages()).toEqual(['invalid-config']);
  });

  it('resumes with the metrics of the checkpoint', async () => {
    await session.resume(aCheckpoint(40), null);
    expect(runStore.getState().status).toMatchObject({ step: 40, state: 'paused' });
    expect(metricsStore.points.at(-1)?.step).toBe(40);
    expect(metricsStore.latest('heldOut')?.step).toBe(40);
  });

  it('brings a reset run back', async () => {
    await session.start(aConfig, null);
    await session.step(25);
    await session.reset();
    expect(runStore.getState().status.step).toBe(0);
    expect(runStore.getState().undoable).toBe(true);
    expect(await session.undo()).toBe(true);
    expect(runStore.getState().status.step).toBe(25);
    expect(runStore.getState().undoable).toBe(false);
  });

  it('brings the pictures of a reset run back, and the sequence and step that were looked at', async () => {
    const typed: Probe = { split: 'typed', sampleIndex: 7, typed: 'a b' };
    const show = (step: number): void =>
      client.emit({
        type: 'snapshot',
        runId: client.runId,
        frame: step,
        snapshot: { ...aSnapshot(step), ...typed },
      });
    await session.start(aConfig, null);
    await session.probe(typed);
    await session.step(20);
    for (const step of [0, 10, 20]) show(step);
    cursorStore.setState({ step: 10 });
    await session.reset();
    expect(snapshotStore.kept.steps).toEqual([0]);
    expect(cursorStore.getState().step).toBeNull();
    show(0);
    await session.probe(firstProbe);
    expect(await session.undo()).toBe(true);
    expect(client.commands.at(-1)).toMatchObject({ type: 'configure', probe: typed });
    expect(runStore.getState().probe).toEqual(typed);
    show(20);
    expect(snapshotStore.kept.steps).toEqual([0, 10, 20]);
    expect(cursorStore.getState().step).toBe(10);
  });

  it('can still undo when bringing the run back was refused', async () => {
    await session.start(aConfig, null);
    await session.step(25);
    await session.reset();
    client.refusal = new PlaygroundError('device-lost', 'Gone.');
    expect(await session.undo()).toBe(false);
    expect(runStore.getState().undoable).toBe(true);
    expect(await session.undo()).toBe(true);
    expect(runStore.getState().status.step).toBe(25);
  });

  it('has nothing to undo when nothing was trained', async () => {
    await session.start(aConfig, null);
    await session.start({ ...aConfig, seed: 2 }, null);
    expect(runStore.getState().undoable).toBe(false);
    expect(await session.undo()).toBe(false);
  });

  it('moves to another executor with its weights', async () => {
    await session.start(aConfig, null);
    await session.step(12);
    expect(await session.changeExecutor('tfjs-cpu')).toBe(true);
    const configured = client.commands.findLast((command) => command.type === 'configure');
    expect(configured).toMatchObject({ config: { executor: 'tfjs-cpu' }, checkpoint: { step: 12 } });
    expect(runStore.getState().status.step).toBe(12);
  });

  it('keeps sequence and pictures when it moves to another executor', async () => {
    const probe: Probe = { split: 'heldOut', sampleIndex: 3 };
    const show = (step: number): void =>
      client.emit({
        type: 'snapshot',
        runId: client.runId,
        frame: step,
        snapshot: { ...aSnapshot(step), ...probe },
      });
    await session.start(aConfig, null);
    await session.probe(probe);
    await session.step(12);
    for (const step of [4, 12]) show(step);
    await session.changeExecutor('tfjs-cpu');
    expect(client.commands.at(-1)).toMatchObject({ type: 'configure', probe });
    expect(runStore.getState().probe).toEqual(probe);
    show(12);
    expect(snapshotStore.kept.steps).toEqual([4, 12]);
  });

  it('forgets only what came after the step that the run went back to', async () => {
    await session.start(aConfig, null);
    for (const step of [1, 2, 5, 9])
      client.emit({ type: 'snapshot', runId: client.runId, frame: step, snapshot: aSnapshot(step) });
    client.emit({ type: 'restarted', runId: client.runId, step: 5 });
    expect(snapshotStore.kept.steps).toEqual([1, 2, 5]);
  });

  it('stands still with a message when training stops by itself', async () => {
    await session.start(aConfig, null);
    await session.play();
    expect(runStore.getState().status.state).toBe('training');
    client.emit({
      type: 'stopped',
      runId: client.runId,
      failure: { code: 'loss-not-finite', message: 'The loss became infinite.', kept: '', remedy: '' },
    });
    expect(runStore.getState().status.state).toBe('paused');
    expect(messages()).toEqual(['loss-not-finite']);
  });

  it('gives no checkpoint when the worker refuses one', async () => {
    await session.start(aConfig, null);
    client.refusal = new PlaygroundError('worker-stopped', 'Gone.');
    expect(await session.checkpoint()).toBeNull();
    expect((await session.checkpoint())?.step).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { toyExecutor } from '../testing/toy-executor.ts';
import type { ToyExecutor, ToyOptions } from '../testing/toy-executor.ts';
import type { FieldValues } from '../foundation/fields.ts';
import { Mailbox } from './mailbox.ts';
import type { SessionCommand } from './mailbox.ts';
import { typedName } from '../tasks/typed.ts';
import { prepareRun } from './run-config.ts';
import type { Checkpoint, RunConfig } from './run.ts';
import { trainingSession } from './session.ts';
import type { SessionEvent } from './session-events.ts';
import type { SessionSetup } from './session.ts';

const tiny = { slots: 4, hiddenSize: 4, keySize: 4, valueSize: 4 };

function config(training: FieldValues = {}): RunConfig {
  return {
    version: 1,
    task: { id: 'copy', fields: { symbols: 3, minimumLength: 1, maximumLength: 2 } },
    model: { id: 'memnet', fields: tiny },
    training: { batchSize: 2, steps: 20, evaluationInterval: 10, evaluationSamples: 8, ...training },
    seed: 5,
    executor: 'tfjs-cpu',
  };
}

/** A session with everything it says so far; `until` pulls events until one fits. */
class Driven {
  readonly mailbox = new Mailbox();
  readonly executor: ToyExecutor;
  readonly heard: SessionEvent[] = [];
  readonly events: AsyncGenerator<SessionEvent, void, void>;

  constructor(training: FieldValues = {}, options: ToyOptions = {}, setup: Partial<SessionSetup> = {}) {
    this.executor = toyExecutor(options);
    const run = prepareRun(config(training));
    this.events = trainingSession({
      ...{ run, executor: this.executor, mailbox: this.mailbox, checkpointSeconds: Infinity },
      ...setup,
    });
  }

  async until<T extends SessionEvent['type']>(
    type: T,
    fits: (event: Extract<SessionEvent, { type: T }>) => boolean = () => true,
  ): Promise<Extract<SessionEvent, { type: T }>> {
    for (;;) {
      const { value, done } = await this.events.next();
      if (done) throw new Error(`the session ended before ${type}`);
      this.heard.push(value);
      const event = value as Extract<SessionEvent, { type: T }>;
      if (value.type === type && fits(event)) return event;
    }
  }

  /** Posts, and pulls until the session rests again (or trains no more). */
  async rest(command: SessionCommand): Promise<number> {
    void this.mailbox.post(command);
    return (await this.until('state', ({ state }) => state !== 'training')).step;
  }

  async checkpoint(): Promise<Checkpoint> {
    void this.mailbox.post({ type: 'saveCheckpoint' });
    return (await this.until('checkpoint')).checkpoint;
  }

  count(type: SessionEvent['type']): number {
    return this.heard.filter((event) => event.type === type).length;
  }
}

const weights = ({ training }: Checkpoint) => training;

describe('a training session', () => {
  it('can be consumed by a plain loop, like a script does', async () => {
    const executor = toyExecutor();
    const mailbox = new Mailbox();
    void mailbox.post({ type: 'play' });
    const losses: number[] = [];
    for await (const event of trainingSession({ run: prepareRun(config()), executor, mailbox })) {
      if (event.type === 'metrics') losses.push(event.point.loss);
      if (event.type === 'state' && event.state === 'finished') break;
    }
    expect(losses).toHaveLength(20);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(executor.held.size).toBe(0);
  });

  it('trains exactly as many steps as were asked for', async () => {
    const session = new Driven();
    expect(await session.rest({ type: 'step', count: 1 })).toBe(1);
    expect(await session.rest({ type: 'step', count: 7 })).toBe(8);
    expect(session.count('step')).toBe(8);
  });

  it('stops between two steps when it is paused, and goes on where it was', async () => {
    const session = new Driven();
    void session.mailbox.post({ type: 'play' });
    await session.until('step', ({ step }) => step === 3);
    expect(await session.rest({ type: 'pause' })).toBe(3);
    expect(session.count('step')).toBe(3);
    void session.mailbox.post({ type: 'play' });
    expect((await session.until('step')).step).toBe(4);
  });

  it('is finished after the planned steps, and can be trained on', async () => {
    const session = new Driven();
    void session.mailbox.post({ type: 'play' });
    expect(await session.until('state', ({ state }) => state === 'finished')).toMatchObject({ step: 20 });
    void session.mailbox.post({ type: 'play' });
    await session.until('step', ({ step }) => step === 25);
    expect(await session.rest({ type: 'pause' })).toBe(25);
  });

  it('returns to the same initial weights bit for bit', async () => {
    const session = new Driven();
    const first = (await session.until('checkpoint')).checkpoint;
    await session.rest({ type: 'step', count: 5 });
    expect(weights(await session.checkpoint())).not.toEqual(weights(first));
    await session.rest({ type: 'reset' });
    const again = await session.checkpoint();
    expect(weights(again)).toEqual(weights(first));
    expect(again).toMatchObject({ step: 0, tokens: 0, metrics: [], evaluations: [] });
    expect(session.count('restarted')).toBe(1);
  });

  it('goes on from a checkpoint as if there had been no break', async () => {
    const whole = new Driven();
    await whole.rest({ type: 'step', count: 12 });
    const uninterrupted = await whole.checkpoint();

    const before = new Driven();
    await before.rest({ type: 'step', count: 5 });
    const checkpoint = structuredClone(await before.checkpoint());
    const after = new Driven({}, {}, { checkpoint });
    expect((await after.until('opened')).step).toBe(5);
    await after.rest({ type: 'step', count: 7 });
    const resumed = await after.checkpoint();

    expect(resumed.training).toEqual(uninterrupted.training);
    expect(resumed.training.updates).toBe(12);
    const figures = ({ metrics }: Checkpoint) => metrics.map(({ seconds: _, ...rest }) => rest);
    expect(figures(resumed)).toEqual(figures(uninterrupted));
    expect(resumed.tokens).toBe(uninterrupted.tokens);
  });

  it('refuses a checkpoint of another model before it touches the executor', async () => {
    const small = new Driven();
    const checkpoint = await small.checkpoint();
    const executor = toyExecutor();
    const other: RunConfig = { ...config(), model: { id: 'memnet', fields: { ...tiny, hiddenSize: 5 } } };
    const events = trainingSession({ run: prepareRun(other), executor, mailbox: new Mailbox(), checkpoint });
    await expect(events.next()).rejects.toMatchObject({ code: 'invalid-checkpoint' });
    expect(executor.held.size).toBe(0);
  });

  it('evaluates every split at the start, at each interval and at the end', async () => {
    const session = new Driven({ steps: 15 });
    void session.mailbox.post({ type: 'play' });
    await session.until('evaluation', ({ evaluation: e }) => e.step === 15 && e.split === 'quadruple');
    const evaluations = session.heard.flatMap((event) =>
      event.type === 'evaluation' ? [event.evaluation] : [],
    );
    const splits = ['train', 'heldOut', 'double', 'quadruple'];
    expect(evaluations.map(({ step, split }) => `${step} ${split}`)).toEqual(
      [0, 10, 15].flatMap((step) => splits.map((split) => `${step} ${split}`)),
    );
    for (const { loss, perplexity } of evaluations) expect(perplexity).toBeCloseTo(Math.exp(loss), 9);
  });

  it('hears a pause in the middle of an evaluation', async () => {
    const session = new Driven({ evaluationSamples: 256 });
    void session.mailbox.post({ type: 'play' });
    await session.until('measuring');
    expect(await session.rest({ type: 'pause' })).toBe(0);
    expect(session.count('measuring')).toBe(1);
    expect(session.count('step')).toBe(0);
  });

  it('stops when the loss is not a number and puts the last finite weights back', async () => {
    const session = new Driven({}, { divergesAt: 7 });
    await session.rest({ type: 'step', count: 4 });
    const kept = await session.checkpoint();
    void session.mailbox.post({ type: 'play' });
    const { failure } = await session.until('stopped');
    expect(failure.code).toBe('training-diverged');
    expect(failure.message).toContain('step 8');
    expect(failure.kept).toContain('step 4');
    expect(failure.remedy).toContain('learning rate');
    const after = await session.checkpoint();
    expect(after.step).toBe(4);
    expect(after.training).toEqual(kept.training);
    expect(after.metrics).toEqual(kept.metrics);
  });

  it('makes a checkpoint every few seconds of training without being asked', async () => {
    let now = 0;
    const clock = { now: () => (now += 100), date: () => 1234 };
    const session = new Driven({ steps: 100 }, {}, { checkpointSeconds: 3, clock });
    void session.mailbox.post({ type: 'play' });
    await session.until('checkpoint', ({ checkpoint }) => checkpoint.step > 0);
    const { checkpoint } = await session.until('checkpoint');
    expect(checkpoint.step).toBeGreaterThan(5);
    expect(checkpoint.step).toBeLessThan(100);
    expect(checkpoint.savedAt).toBe(1234);
    expect(session.heard.filter((event) => event.type === 'state' && event.state === 'paused')).toEqual([]);
  });

  it('gives everything back when the mailbox is closed while it waits', async () => {
    const session = new Driven();
    await session.until('checkpoint');
    const waiting = session.events.next();
    session.mailbox.close();
    expect(await waiting).toEqual({ value: undefined, done: true });
    expect(session.executor.held.size).toBe(0);
    await expect(session.mailbox.post({ type: 'play' })).rejects.toThrow('ended');
  });

  it('gives everything back when the executor fails', async () => {
    const beforeStep = (updates: number): void => {
      if (updates === 2) throw new Error('out of memory');
    };
    const session = new Driven({}, { beforeStep });
    void session.mailbox.post({ type: 'play' });
    await expect(session.until('state', ({ state }) => state === 'finished')).rejects.toThrow(
      'out of memory',
    );
    expect(session.executor.held.size).toBe(0);
  });
});

describe('snapshots', () => {
  it('show the probe sequence with its taps, and come only when they are wanted', async () => {
    const session = new Driven();
    await session.rest({ type: 'step', count: 2 });
    expect(session.count('snapshot')).toBe(0);
    session.mailbox.wantSnapshot();
    const { snapshot } = await session.until('snapshot');
    const { task } = prepareRun(config());
    const sample = task.sample(5, 'heldOut', 0);
    const positions = sample.mask.length;
    expect(snapshot).toMatchObject({ step: 2, split: 'heldOut', sampleIndex: 0 });
    expect(snapshot.mask).toEqual(sample.mask);
    expect(snapshot.taps['similarity']!.shape).toEqual([positions, 4]);
    expect(snapshot.predictions).toHaveLength(positions * task.outputSize);
    const firstRow = snapshot.predictions.slice(0, task.outputSize);
    expect(firstRow.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
    expect(snapshot.loss).toBeGreaterThan(0);
  });

  it('are not repeated while nothing has changed', async () => {
    const session = new Driven();
    session.mailbox.wantSnapshot();
    await session.until('snapshot');
    session.mailbox.wantSnapshot();
    await session.rest({ type: 'step', count: 1 });
    const { snapshot } = await session.until('snapshot');
    expect(snapshot.step).toBe(1);
    expect(session.count('snapshot')).toBe(2);
  });

  it('follow the probe, and a split that does not exist is refused', async () => {
    const session = new Driven();
    session.mailbox.wantSnapshot();
    await session.until('snapshot');
    const refused = session.mailbox.post({ type: 'probe', probe: { split: 'nowhere', sampleIndex: 0 } });
    void session.mailbox.post({ type: 'probe', probe: { split: 'double', sampleIndex: 3 } });
    session.mailbox.wantSnapshot();
    const pulled = session.until('snapshot');
    await expect(refused).rejects.toMatchObject({ code: 'invalid-config' });
    const { snapshot } = await pulled;
    expect(snapshot).toMatchObject({ split: 'double', sampleIndex: 3 });
    expect(snapshot.tokens).toHaveLength(9);
  });

  it('follow what a person types, with its answers, also over a reset', async () => {
    const session = new Driven();
    session.mailbox.wantSnapshot();
    await session.until('snapshot');
    const refused = session.mailbox.post({ type: 'probe', probe: typedName('a z') });
    void session.mailbox.post({ type: 'probe', probe: typedName('b a') });
    session.mailbox.wantSnapshot();
    const pulled = session.until('snapshot');
    await expect(refused).rejects.toMatchObject({ code: 'typed-sequence', message: /“z” is not a symbol/ });
    const { snapshot } = await pulled;
    expect(snapshot).toMatchObject({ split: 'typed', typed: 'b a' });
    expect([...snapshot.tokens!]).toEqual([1, 0, 3, 4, 4]);
    expect([...snapshot.targets]).toEqual([0, 0, 0, 1, 0]);
    expect(snapshot.loss).toBeGreaterThan(0);
    await session.rest({ type: 'step', count: 1 });
    void session.mailbox.post({ type: 'reset' });
    session.mailbox.wantSnapshot();
    const again = (await session.until('snapshot', ({ snapshot: taken }) => taken.step === 0)).snapshot;
    expect(again).toEqual(snapshot);
  });

  it('show the outputs of a sequence whose answers nobody knows', async () => {
    const session = new Driven();
    void session.mailbox.post({ type: 'probe', probe: typedName('⏎ ⏎ a') });
    session.mailbox.wantSnapshot();
    const { snapshot } = await session.until('snapshot');
    expect([...snapshot.mask]).toEqual([0, 0, 0]);
    expect(snapshot.loss).toBeNaN();
    expect(snapshot.predictions).toHaveLength(15);
    expect(snapshot.predictions.slice(0, 5).reduce((sum, share) => sum + share)).toBeCloseTo(1, 5);
  });

  it('and evaluations leave the course of training as it is', async () => {
    const plain = new Driven({ evaluationInterval: 1000 });
    await plain.rest({ type: 'step', count: 12 });
    let now = 0;
    const clock = { now: () => (now += 100), date: () => 0 };
    const watched = new Driven({ evaluationInterval: 2 }, {}, { clock });
    void watched.mailbox.post({ type: 'step', count: 12 });
    for (let i = 0; i < 3; i++) {
      watched.mailbox.wantSnapshot();
      await watched.until('snapshot');
    }
    expect(watched.count('step')).toBeLessThan(12);
    await watched.until('state', ({ state }) => state === 'paused');
    expect((await watched.checkpoint()).training).toEqual((await plain.checkpoint()).training);
  });
});

describe('the gradient through time', () => {
  it('comes for the weights at rest, and again for another position', async () => {
    const driven = new Driven();
    void driven.mailbox.post({ type: 'watchGradient', watch: { position: null } });
    const first = (await driven.until('timeGradient')).gradient;
    expect([first.step, first.split, first.horizon]).toEqual([0, 'heldOut', null]);
    expect(first.states.map(({ name }) => name)).toContain('values');
    expect(first.states.every(({ truncated, alone }) => truncated === null && alone === null)).toBe(true);
    const answer = first.starts.length - 1;
    void driven.mailbox.post({ type: 'watchGradient', watch: { position: answer } });
    const second = (await driven.until('timeGradient')).gradient;
    expect(second.states.map(({ full }) => full)).toEqual(first.states.map(({ full }) => full));
    expect(second.states.some(({ alone }) => alone?.some((value) => value > 0))).toBe(true);
  });

  it('shows the cuts of truncated training', async () => {
    const driven = new Driven({ strategy: 'truncated', horizon: 2 });
    void driven.mailbox.post({ type: 'watchGradient', watch: { position: null } });
    const { gradient } = await driven.until('timeGradient');
    expect(gradient.horizon).toBe(2);
    const hidden = gradient.states.find(({ name }) => name === 'hidden')!;
    expect(Array.from(hidden.truncated!)).not.toEqual(Array.from(hidden.full));
    // In the last stretch nothing is cut.
    expect(hidden.truncated!.at(-1)).toBe(hidden.full.at(-1));
  });

  it('leaves what is trained as it is, and stops when nobody looks', async () => {
    const plain = new Driven();
    await plain.rest({ type: 'step', count: 6 });
    const watched = new Driven();
    void watched.mailbox.post({ type: 'watchGradient', watch: { position: 0 } });
    await watched.rest({ type: 'step', count: 6 });
    expect(weights(await watched.checkpoint())).toEqual(weights(await plain.checkpoint()));
    void watched.mailbox.post({ type: 'watchGradient', watch: null });
    await watched.rest({ type: 'step', count: 1 });
    const before = watched.count('timeGradient');
    await watched.rest({ type: 'step', count: 5 });
    expect(watched.count('timeGradient')).toBe(before);
  });

  it('takes a small part of the time while training', async () => {
    let now = 0;
    const clock = { now: () => (now += 4), date: () => 0 };
    const driven = new Driven({ steps: 1000 }, {}, { clock });
    void driven.mailbox.post({ type: 'watchGradient', watch: { position: null } });
    await driven.rest({ type: 'step', count: 200 });
    const slices = driven.count('measuring') + driven.count('timeGradient');
    expect(slices).toBeGreaterThan(2);
    expect(slices).toBeLessThan(200 / 6);
  });
});

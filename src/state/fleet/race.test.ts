import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalWorker } from '../../testing/local-worker.ts';
import { aRun } from '../../testing/runs.ts';
import { createTrainingClient } from '../../worker/client.ts';
import type { RunConfig } from '../../worker/protocol.ts';
import { runStore } from '../run-store.ts';
import type { RunStatus } from '../run-store.ts';
import { Fleet } from './fleet.ts';
import { raceGroup, startRace } from './race.ts';

const fields = { slots: 4, hiddenSize: 4, keySize: 4, valueSize: 4 };
const ours: RunConfig = {
  version: 1,
  task: { id: 'copy', fields: { symbols: 3, minimumLength: 1, maximumLength: 2 } },
  model: { id: 'memnet', fields },
  training: { batchSize: 2, steps: 100_000, evaluationInterval: 1000, evaluationSamples: 8 },
  seed: 1,
  executor: 'wasm',
};
const theirs: RunConfig = { ...ours, model: { id: 'lstm', fields: { hiddenSize: 4 } } };

/** The machine may be busy. */
const patient = { timeout: 20_000 };

let fleet: Fleet;
/** What the current run was told, and what state the opponent was in then. */
let heard: string[];

const become = (status: Partial<RunStatus>): void =>
  runStore.setState((state) => ({ status: { ...state.status, ...status } }));
const opponent = () => fleet.members.find(({ group }) => group === raceGroup);
const here = {
  reset: async () => {
    heard.push(`reset, opponent ${opponent()?.state}`);
    become({ step: 0, state: 'paused' });
    return true;
  },
  play: async () => {
    heard.push('play');
    become({ state: 'training' });
    return true;
  },
};

beforeEach(() => {
  heard = [];
  const beforeStep = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  fleet = new Fleet(() =>
    createTrainingClient({ createWorker: () => new LocalWorker({ beforeStep }) as unknown as Worker }),
  );
  runStore.setState({ ...runStore.getInitialState(), run: aRun('here', ours) });
  become({ step: 40 });
});

afterEach(() => {
  fleet.dispose();
  runStore.setState(runStore.getInitialState());
});

describe('a race', () => {
  test('starts when the opponent is ready, from the initial weights of both', async () => {
    await startRace(here, fleet, { label: '', config: theirs });
    expect(heard).toEqual(['reset, opponent paused', 'play']);
    await expect.poll(() => opponent()!.step, patient).toBeGreaterThan(3);
  });

  test('leaves the run alone when the opponent cannot start, and says why', async () => {
    const broken = { ...theirs, model: { id: 'no-such-model', fields: {} } };
    await expect(startRace(here, fleet, { label: '', config: broken })).rejects.toMatchObject({
      code: 'opponent-cannot-start',
      kept: 'Your run is as it was.',
    });
    expect(heard).toEqual([]);
    expect(fleet.members).toEqual([]);
  });

  test('pauses and goes on with the current run', async () => {
    await startRace(here, fleet, { label: '', config: theirs });
    await expect.poll(() => opponent()!.state, patient).toBe('training');
    become({ state: 'paused', step: 7 });
    await expect.poll(() => opponent()!.state, patient).toBe('paused');
    const { step } = opponent()!;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(opponent()!.step).toBe(step);
    become({ state: 'training' });
    await expect.poll(() => opponent()!.step, patient).toBeGreaterThan(step);
    // The current run has come to its end: the opponent may come to its own.
    become({ state: 'finished', step: 100_000 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(opponent()!.state).toBe('training');
  });

  test('is over when the current run goes back or becomes another one; the opponent keeps what it has learned', async () => {
    await startRace(here, fleet, { label: '', config: theirs });
    await expect.poll(() => opponent()!.step, patient).toBeGreaterThan(3);
    become({ step: 9 });
    become({ step: 0, state: 'paused' });
    await expect.poll(() => opponent()!.state, patient).toBe('stopped');
    expect(opponent()!.checkpoint!.step).toBeGreaterThan(3);

    await startRace(here, fleet, { label: '', config: theirs });
    expect(fleet.members).toHaveLength(1);
    await expect.poll(() => opponent()!.state, patient).toBe('training');
    // Another executor computes the same run.
    runStore.setState({ run: aRun('here', { ...ours, executor: 'webgpu' }) });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(opponent()!.state).toBe('training');
    runStore.setState({ run: aRun('here', { ...ours, seed: 2 }) });
    await expect.poll(() => opponent()!.state, patient).toBe('stopped');
  });
});

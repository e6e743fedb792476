import { afterEach, beforeEach, expect, test } from 'vitest';
import { aConfig, aRun, ScriptedClient } from '../../testing/runs.ts';
import type { Command } from '../../worker/protocol.ts';
import { runStore } from '../run-store.ts';
import type { RunStatus } from '../run-store.ts';
import { Fleet } from './fleet.ts';
import { givenShare, isScarce, putCurrentFirst } from './priority.ts';
import { raceGroup } from './race.ts';

let client: ScriptedClient;
let fleet: Fleet;
let stop = (): void => {};

const become = (status: Partial<RunStatus>): void =>
  runStore.setState((state) => ({ status: { ...state.status, ...status } }));
const follow = (cores: number): void => {
  stop = putCurrentFirst(fleet, { cores, threads: false });
};
const shares = (): number[] =>
  client.commands
    .filter((command): command is Extract<Command, { type: 'giveWay' }> => command.type === 'giveWay')
    .map(({ share }) => share);

beforeEach(() => {
  runStore.setState({ ...runStore.getInitialState(), run: aRun('here') });
  client = new ScriptedClient();
  fleet = new Fleet(() => client);
});

afterEach(() => {
  stop();
  fleet.dispose();
  runStore.setState(runStore.getInitialState());
});

test('two runs and the page want a core each, or four for a run that has threads', () => {
  expect([2, 3, 8].map((cores) => isScarce({ cores, threads: false }))).toEqual([true, false, false]);
  expect([2, 4, 8, 9].map((cores) => isScarce({ cores, threads: true }))).toEqual([true, true, true, false]);
});

test('the background gives way while the current run trains, and not while it rests', async () => {
  follow(2);
  fleet.begin('Seeds', [{ label: '', config: { ...aConfig, seed: 2 } }]);
  await expect.poll(() => fleet.members[0]!.state, { timeout: 20_000 }).toBe('training');
  become({ state: 'training' });
  become({ state: 'paused' });
  expect(shares()).toEqual([givenShare, 1]);
});

test('a worker that is made later is told too', async () => {
  follow(2);
  become({ state: 'training' });
  expect(fleet.share).toBe(givenShare);
  fleet.begin('Seeds', [{ label: '', config: { ...aConfig, seed: 2 } }]);
  expect(shares()).toEqual([givenShare]);
});

test('nobody gives way where there are cores enough, but a graphics processor is shared', () => {
  follow(16);
  become({ state: 'training' });
  expect(fleet.share).toBe(1);
  runStore.setState({ run: { ...aRun('here'), executor: 'webgpu' } });
  expect(fleet.share).toBe(givenShare);
});

test('a race is fair', async () => {
  follow(2);
  become({ state: 'training' });
  fleet.begin(raceGroup, [{ label: '', config: { ...aConfig, seed: 2 } }]);
  await expect.poll(() => fleet.members[0]!.state, { timeout: 20_000 }).toBe('training');
  expect(fleet.share).toBe(1);
});

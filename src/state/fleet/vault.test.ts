import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  aCheckpoint,
  aConfig,
  anEvaluation,
  aPoint,
  aRun,
  aSnapshot,
  ScriptedClient,
} from '../../testing/runs.ts';
import { runStore } from '../run-store.ts';
import { Fleet } from './fleet.ts';
import { memberOf } from './member.ts';
import type { Member } from './member.ts';
import { Vault } from './vault.ts';

let number = 0;
let name: string;
const open: (Vault | Fleet)[] = [];

beforeEach(() => (name = `compared ${++number}`));
afterEach(() => {
  for (const one of open.splice(0)) if (one instanceof Vault) one.close();
});

async function visit(): Promise<{ fleet: Fleet; vault: Vault }> {
  const fleet = new Fleet(() => new ScriptedClient());
  const vault = await Vault.open(fleet, name);
  open.push(vault);
  return { fleet, vault };
}

const data = { name: 'text.txt', bytes: Uint8Array.of(1, 2, 3), hash: 'abc' };

function pinned(id: string): Member {
  const config = { ...aConfig, task: { ...aConfig.task, dataHash: data.hash } };
  const member = memberOf(id, 'Pinned', { label: 'mine', config, data });
  member.metrics.append([aPoint(10)], [anEvaluation(10, 'heldOut')]);
  return {
    ...member,
    ...{ state: 'pinned', step: 10, run: aRun(id), snapshot: aSnapshot(10), checkpoint: aCheckpoint(10) },
  };
}

test('a pinned run comes back whole: name, curves, picture, weights and file', async () => {
  const before = await visit();
  before.fleet.add([pinned('a'), pinned('b')]);
  await before.vault.save();
  const { fleet } = await visit();
  expect(fleet.members.map(({ id }) => id)).toEqual(['a', 'b']);
  const { metrics, ...rest } = fleet.member('b')!;
  const { metrics: original, ...expected } = pinned('b');
  expect(rest).toEqual(expected);
  expect(metrics.points).toEqual(original.points);
  expect(metrics.evaluations).toEqual(original.evaluations);
});

test('a run that was being trained comes back stopped', async () => {
  const before = await visit();
  before.fleet.add([{ ...pinned('a'), state: 'training' }]);
  await before.vault.save();
  expect((await visit()).fleet.member('a')!.state).toBe('stopped');
});

test('a newer version of the page keeps its runs, and the person hears why they are not here', async () => {
  (await openDB(name, 2)).close();
  await expect(visit()).rejects.toMatchObject({ code: 'compared-newer', kept: /untouched/ });
  const newer = await openDB(name);
  expect(newer.version).toBe(2);
  newer.close();
});

test('a newer page takes the runs over, and this one says so and goes on', async () => {
  const { fleet } = await visit();
  fleet.add([pinned('a')]);
  runStore.setState({ messages: [] });
  (await openDB(name, 2)).close();
  expect(runStore.getState().messages.map(({ content }) => content.code)).toEqual(['compared-taken-over']);
  fleet.update('a', { label: 'still here' });
  expect(fleet.member('a')!.label).toBe('still here');
});

test('a file that only another tab reads is left alone', async () => {
  const here = await visit();
  const there = await visit();
  const own = { ...data, hash: 'own' };
  const mine: Member = {
    ...pinned('mine'),
    config: { ...aConfig, task: { ...aConfig.task, dataHash: 'own' } },
    data: own,
  };
  here.fleet.add([mine]);
  await here.vault.save();
  there.fleet.add([pinned('theirs')]);
  await there.vault.save();
  here.fleet.remove(() => true);
  await here.vault.save();
  const { fleet } = await visit();
  expect(fleet.members.map(({ id, data: file }) => [id, file?.hash])).toEqual([['theirs', 'abc']]);
});

test('changes and removals are kept, and a file goes with its last run', async () => {
  const first = await visit();
  first.fleet.add([pinned('a'), pinned('b')]);
  await first.vault.save();
  const second = await visit();
  second.fleet.update('a', { label: 'renamed' });
  second.fleet.remove(({ id }) => id === 'b');
  await second.vault.save();
  const third = await visit();
  expect(third.fleet.members.map(({ id, label }) => [id, label])).toEqual([['a', 'renamed']]);
  expect(third.fleet.member('a')!.data?.hash).toBe('abc');
  third.fleet.remove(() => true);
  await third.vault.save();
  expect((await visit()).fleet.members).toEqual([]);
});

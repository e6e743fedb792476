/** Two tabs of one browser: one store of compared runs, and only one of them goes on with a run. */
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aCheckpoint, aConfig, aPoint, aRun, aSnapshot, ScriptedClient } from '../../testing/runs.ts';
import { TabLocks } from '../../testing/tab-locks.ts';
import { runStore } from '../run-store.ts';
import { Fleet } from './fleet.ts';
import { Holds } from './holds.ts';
import { memberOf } from './member.ts';
import type { Member } from './member.ts';
import { Vault } from './vault.ts';

let number = 0;
let name: string;
let locks: TabLocks;
const vaults: Vault[] = [];

beforeEach(() => {
  name = `tabs ${++number}`;
  locks = new TabLocks();
});
afterEach(() => {
  for (const vault of vaults.splice(0)) vault.close();
  runStore.setState(runStore.getInitialState());
});

async function openTab(): Promise<{ fleet: Fleet; vault: Vault }> {
  const fleet = new Fleet(() => new ScriptedClient(), locks);
  const vault = await Vault.open(fleet, name);
  vaults.push(vault);
  return { fleet, vault };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 20));
const messages = (): string[] => runStore.getState().messages.map(({ content }) => content.code);

function stoppedAt(step: number): Member {
  const member = memberOf('a', 'Seeds', { label: 'mine', config: aConfig });
  member.metrics.append([aPoint(step)], []);
  const rest = { run: aRun('a'), snapshot: aSnapshot(step), checkpoint: aCheckpoint(step) };
  return { ...member, ...rest, state: 'stopped', step };
}

/** Two tabs with the same run, of which the first goes on. */
async function twoTabs() {
  const first = await openTab();
  first.fleet.add([stoppedAt(10)]);
  await first.vault.save();
  const second = await openTab();
  first.fleet.resume(() => true);
  await settle();
  return { first, second };
}

test('a run that one tab goes on with is refused to the other, whose copy stays as it was', async () => {
  const { first, second } = await twoTabs();
  const before = second.fleet.member('a');
  second.fleet.resume(() => true);
  await settle();
  expect(second.fleet.member('a')).toBe(before);
  expect(messages()).toEqual(['compared-elsewhere']);
  expect([first.fleet.holds('a'), second.fleet.holds('a')]).toEqual([true, false]);
});

test('when the other tab is gone, the run goes on from where that one had brought it', async () => {
  const { first, second } = await twoTabs();
  first.fleet.update('a', { ...stoppedAt(30) });
  await first.vault.save();
  locks.release('memory-playground.compared.a');
  second.fleet.resume(() => true);
  await settle();
  const member = second.fleet.member('a')!;
  expect([member.step, member.checkpoint?.step, member.metrics.points.at(-1)?.step]).toEqual([30, 30, 30]);
  expect(messages()).toEqual([]);
});

test('a name that the other tab gives is stored without the older weights that it knows', async () => {
  const { first, second } = await twoTabs();
  first.fleet.update('a', stoppedAt(30));
  await first.vault.save();
  second.fleet.update('a', { label: 'renamed' });
  await second.vault.save();
  const third = await openTab();
  expect(third.fleet.member('a')).toMatchObject({ label: 'renamed', step: 30 });
});

test('a tab that asks twice at once does not find itself', async () => {
  const holds = new Holds(locks);
  expect(await Promise.all([holds.take('a'), holds.take('a')])).toEqual([true, true]);
  holds.release('a');
  expect(holds.has('a')).toBe(false);
});

/** What a person does with compared runs: pin, train seeds, race, open one. Failures become messages. */
import { createStore } from 'zustand/vanilla';
import { PlaygroundError, toFailure } from '../../foundation/errors.ts';
import { defaultsOf } from '../../foundation/fields.ts';
import type { RunConfig } from '../../worker/protocol.ts';
import { catalog } from '../catalog.ts';
import { formatNumber } from '../differences.ts';
import { metricsStore } from '../metrics-store.ts';
import type { Playground } from '../playground.ts';
import { runStore, tell } from '../run-store.ts';
import { settingsStore } from '../settings-store.ts';
import { snapshotStore } from '../snapshot-store.ts';
import { armsOf } from './arms.ts';
import { byteLimit, fleet } from './fleet.ts';
import { differenceLabel } from './label.ts';
import { armKey, bytesOf, memberOf } from './member.ts';
import type { Member } from './member.ts';
import { raceGroup, startRace } from './race.ts';

export const groups = { pins: 'Pinned', seeds: 'Seeds', race: raceGroup } as const;

export const seedLimits = { minimum: 2, maximum: 20 } as const;
/** Pinned runs never give up their weights, so there are fewer of them. */
const pinLimit = 12;

export interface CompareSettings {
  /** Seeds that are trained as one run, the current one among them. */
  readonly seeds: number;
  /** `model <id>` or `member <id>`; '' for the first that is offered. */
  readonly opponent: string;
  /** The member that is shown beside the current run; null for none. */
  readonly beside: string | null;
  /** What was removed last, so that it can be put back. */
  readonly takenAway: readonly Member[];
}

export const compareStore = createStore<CompareSettings>(() => ({
  ...{ seeds: 5, opponent: '', beside: null, takenAway: [] },
}));

/** Keeps the current run as it is now. */
export async function pinRun(playground: Playground): Promise<void> {
  await attempt(async () => {
    const pinned = fleet.members.filter(({ state }) => state === 'pinned');
    const member = await currentAsMember(playground, groups.pins, 'pinned');
    if (!member) return;
    const bytes = [...pinned, member].reduce((sum, one) => sum + bytesOf(one), 0);
    if (pinned.length >= pinLimit || bytes > byteLimit) {
      throw new PlaygroundError(
        'too-many-pins',
        `No more runs can be pinned: at most ${pinLimit}, and ${byteLimit / 2 ** 20} MB together.`,
        'The current run and the pinned ones are as they were.',
        'Remove a pinned run first.',
      );
    }
    fleet.add([member]);
    tell('notice', {
      code: 'pinned',
      message: `The run is pinned at step ${formatNumber(member.step)} as ${armsOf(fleet.members, null).at(-1)!.letter}.`,
      kept: 'Change a setting and train again: both are drawn in the curves.',
      remedy: '',
    });
  });
}

/** The current run with its metrics, picture and weights, as a member of a group. */
async function currentAsMember(
  { session }: Playground,
  group: string,
  state: Member['state'],
): Promise<Member | null> {
  const { run } = runStore.getState();
  const checkpoint = await session.checkpoint();
  if (!run || !checkpoint || run !== runStore.getState().run) return null;
  const { data } = session;
  const member = memberOf(crypto.randomUUID(), group, { label: '', config: run.config, data });
  member.metrics.append(checkpoint.metrics, checkpoint.evaluations);
  const snapshot = snapshotStore.latest;
  return { ...member, state, run, snapshot, checkpoint, step: checkpoint.step };
}

/** Trains the config of the current run with further seeds in the background, and the current run with them. */
export async function trainSeeds(playground: Playground): Promise<void> {
  await attempt(async () => {
    const { run, status } = runStore.getState();
    if (!run) return;
    const { seeds } = compareStore.getState();
    const key = armKey(run.config);
    const taken = new Set(
      fleet.members
        .filter(({ group, config }) => group === groups.seeds && armKey(config) === key)
        .map(({ config }) => config.seed),
    );
    taken.add(run.config.seed);
    const orders = [];
    for (let seed = run.config.seed + 1; taken.size < seeds; seed++) {
      if (taken.has(seed)) continue;
      taken.add(seed);
      orders.push({ label: '', config: { ...run.config, seed }, data: playground.session.data });
    }
    if (orders.length > 0) fleet.begin(groups.seeds, orders);
    fleet.resume(({ group, config }) => group === groups.seeds && armKey(config) === key);
    if (status.state === 'paused') await playground.session.play();
  });
}

export interface Opponent {
  readonly id: string;
  readonly label: string;
  readonly config: RunConfig;
}

/** Whom the current run can race on its task: other models with their defaults, and the settings of pinned runs. */
export function opponents(
  members: readonly Member[],
  current: RunConfig,
  kind: 'tokens' | 'vectors',
): Opponent[] {
  const pinned = members.filter(
    ({ state, config }) =>
      state === 'pinned' && config.task.id === current.task.id && armKey(config) !== armKey(current),
  );
  const models = catalog.models.filter(
    ({ id, input }) => id !== current.model.id && (kind === 'tokens' || input !== 'tokens'),
  );
  return [
    ...pinned.map(({ id, label, config }) => ({
      id: `member ${id}`,
      label: label || differenceLabel(current, config),
      config: { ...config, task: current.task, seed: current.seed },
    })),
    ...models.map(({ id, name, fields }) => ({
      id: `model ${id}`,
      label: name,
      config: { ...current, model: { id, fields: defaultsOf(fields) } },
    })),
  ];
}

export function chosenOpponent(): Opponent | null {
  const { run } = runStore.getState();
  if (!run) return null;
  const offered = opponents(fleet.members, run.config, run.kind);
  const { opponent } = compareStore.getState();
  return offered.find(({ id }) => id === opponent) ?? offered[0] ?? null;
}

/** Both from their initial weights, on the same samples; the current run in its worker, the other in the background. */
export async function race(playground: Playground): Promise<void> {
  await attempt(async () => {
    const opponent = chosenOpponent();
    if (!opponent) return;
    const { session } = playground;
    const here = { reset: () => playground.reset(), play: () => session.play() };
    const { config } = opponent;
    const id = await startRace(here, fleet, { label: '', config, data: session.data });
    if (id !== null) compareStore.setState({ beside: id });
  });
}

/** Makes a compared run the current one, with its weights; the one before comes back by undo. */
export async function openMember(playground: Playground, id: string): Promise<void> {
  await attempt(async () => {
    const member = fleet.member(id);
    if (!member) return;
    await keepCurrentSeed(playground, member);
    const { executor } = settingsStore.getState().config;
    const config = { ...member.config, executor };
    const { checkpoint, data } = member;
    if (checkpoint) {
      const { metrics } = member;
      const { points, evaluations } = metrics;
      await playground.takeOver({ ...checkpoint, config, metrics: points, evaluations }, data);
      return;
    }
    settingsStore.setState({ config, data });
    await playground.apply();
  });
}

/** The current run leaves the seeds of its settings: what it has learned stays among them. */
async function keepCurrentSeed(playground: Playground, { group, config }: Member): Promise<void> {
  const { run, status } = runStore.getState();
  if (!run || group !== groups.seeds || status.step === 0) return;
  const isOwn = (member: Member): boolean =>
    member.group === group &&
    armKey(member.config) === armKey(run.config) &&
    member.config.seed === run.config.seed;
  const own = fleet.members.find(isOwn);
  if (armKey(config) !== armKey(run.config) || (own && own.step >= status.step)) return;
  const planned = Number(run.config.training['steps']);
  const kept = await currentAsMember(playground, group, status.step >= planned ? 'finished' : 'stopped');
  if (!kept) return;
  fleet.remove(isOwn);
  fleet.add([kept]);
}

/** What is measured of the current run, for its place among the arms. */
export function currentMeasures() {
  const { run } = runStore.getState();
  const { points, evaluations } = metricsStore;
  return run && { config: run.config, points, evaluations };
}

async function attempt(change: () => Promise<void>): Promise<void> {
  try {
    await change();
  } catch (error) {
    tell('failure', toFailure(error));
  }
}

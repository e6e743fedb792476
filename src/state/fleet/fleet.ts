/**
 * The fleet: the runs that are compared with the current one. Pinned runs rest in it; others (several seeds, the opponent of
 * a race, the arms of an experiment) are trained in a worker of their own, one after another, while the current run trains
 * in its worker as always.
 *
 *     const ids = fleet.begin('My comparison', [{ label: 'LSTM', config }, { label: 'MemNet', config: other }]);
 *     fleet.subscribe(() => …fleet.members…)
 *
 * Members whose configs differ in nothing but the seed are one arm (`arms.ts`): the curves show its median and its range.
 * Memory is bounded: at most `memberLimit` members, and the weights of the oldest finished ones are let go beyond `byteLimit`.
 */
import { PlaygroundError, toFailure } from '../../foundation/errors.ts';
import type { Failure } from '../../foundation/errors.ts';
import { createTrainingClient } from '../../worker/client.ts';
import type { TrainingClient } from '../../worker/client.ts';
import type { GeneralisationGrid, GridProgress, RunConfig } from '../../worker/protocol.ts';
import { browserLocks } from '../locks.ts';
import type { Locks } from '../locks.ts';
import { runStore, tell } from '../run-store.ts';
import type { Probe } from '../run-store.ts';
import { Background } from './background.ts';
import { Holds } from './holds.ts';
import { bytesOf, memberOf, taskKey, underWay } from './member.ts';
import type { Member, Order } from './member.ts';
import type { Queue } from './stint.ts';

export const memberLimit = 64;
/** Of weights, moments and snapshots of all members together. */
export const byteLimit = 128 * 2 ** 20;

export class Fleet {
  readonly #listeners = new Set<() => void>();
  readonly #background: Background;
  #members: readonly Member[] = [];
  #version = 0;
  #watched: string | null = null;
  /** Members that wait in the worker until they are played. */
  readonly #resting = new Set<string>();
  /** Sequences that could not be shown, by member: not tried again. */
  readonly #unseen = new Map<string, Probe>();
  #share = 1;
  #measuring: Fleet['measuring'] = null;
  readonly #holds: Holds;
  /** What is stored of a member, by this tab or by another one. */
  #stored: (id: string) => Promise<Member | null> = async () => null;

  constructor(createClient: () => TrainingClient = createTrainingClient, locks: Locks = null) {
    this.#holds = new Holds(locks);
    this.#background = new Background(createClient, {
      next: () => this.#next(),
      update: (id, part) => this.update(id, part),
      measured: () => this.#changed(),
      watched: (id) => id === this.#watched,
      probeOf: (member) => sharedProbe(member),
      rests: (id) => this.#resting.has(id),
      unseen: (member, error) => {
        this.#unseen.set(member.id, runStore.getState().probe);
        tell('failure', { ...toFailure(error), kept });
      },
      measuring: (progress) => {
        if (this.#measuring) this.#measuring = { ...this.#measuring, progress };
        this.#changed();
      },
      graded: (id, grid, failure) => this.#graded(id, grid, failure),
    });
  }

  /** A grid that somebody waits for; what is queued; else a run that is looked at, but not at the sequence that is shown. */
  #next(): ReturnType<Queue['next']> {
    const measured = this.#measuring && this.member(this.#measuring.id);
    if (measured) return { member: measured, work: 'measure' };
    const queued = this.#members.find(({ state }) => state === 'queued');
    if (queued) return { member: queued, work: 'train' };
    const watched = this.#watched === null ? null : this.member(this.#watched);
    if (!watched?.checkpoint || underWay(watched)) return null;
    const probe = sharedProbe(watched);
    if (!probe || this.#unseen.get(watched.id) === probe) return null;
    return sameProbe(watched.snapshot, probe) ? null : { member: watched, work: 'look' };
  }

  /** In the order in which they came. A new array with every change. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /** Grows with every change of the members and of their metrics. */
  get version(): number {
    return this.#version;
  }

  member(id: string): Member | null {
    return this.#members.find((member) => member.id === id) ?? null;
  }

  /** A member is being trained, or waits for it. */
  get busy(): boolean {
    return this.#members.some(underWay);
  }

  /** Of its time, that the background may compute; the rest is left to the current run. */
  get share(): number {
    return this.#share;
  }

  get bytes(): number {
    return this.#members.reduce((sum, member) => sum + bytesOf(member), 0);
  }

  /** Returns the function that unsubscribes. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Trains runs from their initial weights in the background, in this order, each for the steps of its own config. An
   * executor that is left to the page is the one of the current run, so that times can be compared.
   * @param rest whether they are prepared and then wait for `play`
   * @returns the ids of the new members
   * @throws PlaygroundError `fleet-full`; then none was taken.
   */
  begin(group: string, orders: readonly Order[], { rest = false } = {}): string[] {
    const ids = orders.map(() => crypto.randomUUID());
    if (rest) for (const id of ids) this.#resting.add(id);
    const here = runStore.getState().run?.executor;
    const placed = (config: RunConfig): RunConfig =>
      config.executor === 'automatic' && here ? { ...config, executor: here } : config;
    this.add(orders.map((order, i) => memberOf(ids[i]!, group, { ...order, config: placed(order.config) })));
    return ids;
  }

  /** Takes members as they are; queued ones are trained. @throws PlaygroundError `fleet-full`; then none was taken. */
  add(members: readonly Member[]): void {
    if (this.#members.length + members.length > memberLimit) {
      throw new PlaygroundError(
        'fleet-full',
        `At most ${memberLimit} runs can be compared at once; ${this.#members.length} are there.`,
        'Nothing was changed.',
        'Remove runs that you do not compare any more.',
      );
    }
    for (const { id } of members.filter(underWay)) void this.#holds.take(id);
    this.#members = [...this.#members, ...members];
    this.#trim();
    this.#changed();
    this.#background.start();
  }

  update(id: string, part: Partial<Omit<Member, 'id'>>): void {
    this.#members = this.#members.map((member) => (member.id === id ? { ...member, ...part } : member));
    if (part.checkpoint || part.snapshot) this.#trim();
    this.#changed();
  }

  /** Takes what is queued or training out of the worker; it keeps what it has learned. */
  async stop(chosen: (member: Member) => boolean = () => true): Promise<void> {
    for (const { id } of this.#members.filter((member) => member.state === 'queued' && chosen(member))) {
      this.update(id, { state: 'stopped' });
    }
    const training = this.#members.find((member) => underWay(member) && chosen(member));
    if (training) await this.#background.stop(training.id);
  }

  /** A member that trains waits after the step under way. */
  async pause(id: string): Promise<void> {
    this.#resting.add(id);
    await this.#background.pause(id);
  }

  /** A member that waits trains (on). */
  async play(id: string): Promise<void> {
    // Playing twice would take a finished one past its plan.
    if (this.#resting.delete(id)) await this.#background.play(id);
  }

  /** The member when its worker has prepared it or has failed to; null when it was removed before. */
  async prepared(id: string): Promise<Member | null> {
    const settled = (): boolean => this.member(id)?.state !== 'queued';
    await new Promise<void>((resolve) => {
      const stop = this.subscribe(() => {
        if (!settled()) return;
        stop();
        resolve();
      });
      if (settled()) {
        stop();
        resolve();
      }
    });
    return this.member(id);
  }

  /** @param share of its time that the background may compute, above 0 and up to 1 */
  giveWay(share: number): void {
    if (share === this.#share) return;
    this.#share = share;
    this.#background.giveWay(share);
    this.#changed();
  }

  /** Lets stopped and failed members go on from where they were, but not those that another tab trains: it says so. */
  resume(chosen: (member: Member) => boolean): void {
    for (const { id } of this.#members.filter((member) => chosen(member) && canGoOn(member))) {
      if (this.#holds.has(id)) this.#queue(id);
      else void this.#takeOver(id);
    }
  }

  #queue(id: string): void {
    this.#resting.delete(id);
    this.update(id, { state: 'queued', failure: null });
    this.#background.start();
  }

  /** From another tab that is gone: it may have gone further than this one knows. */
  async #takeOver(id: string): Promise<void> {
    if (!(await this.#holds.take(id))) {
      tell('failure', heldElsewhere);
      return;
    }
    const stored = await this.#stored(id);
    const member = this.member(id);
    if (!member || !canGoOn(member)) return;
    if (stored && stored.step > member.step) this.update(id, stored);
    this.#queue(id);
  }

  /** Whether this tab is the one that trains it, or that trained it last. */
  holds(id: string): boolean {
    return this.#holds.has(id);
  }

  /** @param stored gives what is stored of a member, or null */
  rereadWith(stored: (id: string) => Promise<Member | null>): void {
    this.#stored = stored;
  }

  /** Whose pictures are looked at. */
  watch(id: string | null): void {
    this.#watched = id;
    this.look();
  }

  /** The member whose generalisation grid is being measured, and how far it is; null while none is. */
  get measuring(): { readonly id: string; readonly progress: GridProgress | null } | null {
    return this.#measuring;
  }

  /** Measures the generalisation grid of a member that rests, at its last step; it is kept with it. One at a time. */
  measureGrid(id: string): void {
    const member = this.member(id);
    if (this.#measuring || !member?.checkpoint || underWay(member)) return;
    this.#measuring = { id, progress: null };
    this.#changed();
    this.#background.start();
  }

  /** Ends it; the cells that were measured are kept. */
  async stopMeasuring(): Promise<void> {
    if (this.#measuring?.progress) {
      await this.#background.stopMeasuring(this.#measuring.id);
      return;
    }
    this.#measuring = null;
    this.#changed();
  }

  #graded(id: string, grid: GeneralisationGrid | null, failure?: Failure): void {
    this.#measuring = null;
    const checkpoint = this.member(id)?.checkpoint;
    if (grid && checkpoint) {
      const others = (checkpoint.grids ?? []).filter(({ step }) => step !== grid.step);
      this.update(id, { checkpoint: { ...checkpoint, grids: [...others, grid] } });
    } else this.#changed();
    if (failure) tell('failure', { ...failure, kept });
  }

  /** Another sequence is looked at than before. */
  look(): void {
    if (this.#watched !== null) this.#background.look();
  }

  remove(chosen: (member: Member) => boolean): void {
    const removed = this.#members.filter(chosen);
    this.#members = this.#members.filter((member) => !removed.includes(member));
    for (const { id } of removed) {
      this.#resting.delete(id);
      this.#background.drop(id);
      this.#holds.release(id);
      if (this.#measuring?.id === id) this.#measuring = null;
    }
    this.#changed();
  }

  dispose(): void {
    this.remove(() => true);
    this.#listeners.clear();
  }

  /** The oldest finished members give their weights up first; pinned ones never do. */
  #trim(): void {
    let excess = this.bytes - byteLimit;
    for (const { id, state, checkpoint, snapshot } of this.#members) {
      if (excess <= 0) return;
      const size = bytesOf({ checkpoint, snapshot });
      if (state !== 'finished' || size === 0) continue;
      this.#members = this.#members.map((member) =>
        member.id === id ? { ...member, checkpoint: null, snapshot: null } : member,
      );
      excess -= size;
    }
  }

  #changed(): void {
    this.#version++;
    for (const listener of [...this.#listeners]) listener();
  }
}

const kept = 'The compared run is as it was.';

const canGoOn = ({ state }: Member): boolean => state === 'stopped' || state === 'failed';

const heldElsewhere: Failure = {
  code: 'compared-elsewhere',
  message: 'This compared run belongs to another tab of this page, which trains it or trained it last.',
  kept: 'It is here as it was when this tab was opened; what the other tab does with it is stored there.',
  remedy: 'Go on with it there, or close that tab.',
};

/** The sequence that the current run shows, where the member has the same task. */
function sharedProbe({ config }: Pick<Member, 'config'>): Probe | null {
  const { run, probe } = runStore.getState();
  return run && taskKey(run.config) === taskKey(config) ? probe : null;
}

function sameProbe(snapshot: Member['snapshot'], { split, sampleIndex }: Probe): boolean {
  return snapshot?.split === split && snapshot.sampleIndex === sampleIndex;
}

export const fleet = new Fleet(createTrainingClient, browserLocks());

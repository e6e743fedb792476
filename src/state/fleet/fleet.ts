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
import { PlaygroundError } from '../../foundation/errors.ts';
import { createTrainingClient } from '../../worker/client.ts';
import type { TrainingClient } from '../../worker/client.ts';
import type { RunConfig } from '../../worker/protocol.ts';
import { runStore } from '../run-store.ts';
import { Background } from './background.ts';
import { bytesOf, memberOf } from './member.ts';
import type { Member, Order } from './member.ts';

export const memberLimit = 64;
/** Of weights, moments and snapshots of all members together. */
export const byteLimit = 128 * 2 ** 20;

export class Fleet {
  readonly #listeners = new Set<() => void>();
  readonly #background: Background;
  #members: readonly Member[] = [];
  #version = 0;
  #watched: string | null = null;

  constructor(createClient: () => TrainingClient = createTrainingClient) {
    this.#background = new Background(createClient, {
      next: () => this.#members.find(({ state }) => state === 'queued') ?? null,
      update: (id, part) => this.update(id, part),
      measured: () => this.#changed(),
      watched: (id) => id === this.#watched,
    });
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
    return this.#members.some(({ state }) => state === 'training' || state === 'queued');
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
   * @returns the ids of the new members
   * @throws PlaygroundError `fleet-full`; then none was taken.
   */
  begin(group: string, orders: readonly Order[]): string[] {
    const ids = orders.map(() => crypto.randomUUID());
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
    const training = this.#members.find((member) => member.state === 'training' && chosen(member));
    if (training) await this.#background.stop(training.id);
  }

  /** Lets stopped and failed members go on from where they were. */
  resume(chosen: (member: Member) => boolean): void {
    for (const member of this.#members.filter(chosen)) {
      if (member.state !== 'stopped' && member.state !== 'failed') continue;
      this.update(member.id, { state: 'queued', failure: null });
    }
    this.#background.start();
  }

  /** Whose pictures are looked at while it trains. */
  watch(id: string | null): void {
    this.#watched = id;
    this.#background.look();
  }

  remove(chosen: (member: Member) => boolean): void {
    const removed = this.#members.filter(chosen);
    this.#members = this.#members.filter((member) => !removed.includes(member));
    for (const { id } of removed) this.#background.drop(id);
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

export const fleet = new Fleet();

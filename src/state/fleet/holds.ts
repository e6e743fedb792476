/**
 * Which compared runs this tab may train. All tabs share what is stored of them, so one that went on with a run that another
 * tab trains would write over it: a tab holds a run from its first step in it until the tab is left.
 */
import type { Locks } from '../locks.ts';
import { takeLock } from '../locks.ts';

const lockPrefix = 'memory-playground.compared.';

export class Holds {
  readonly #locks: Locks;
  readonly #held = new Map<string, () => void>();
  /** Asked for and not answered: a tab that asks twice must not find itself. */
  readonly #asked = new Map<string, Promise<boolean>>();

  constructor(locks: Locks) {
    this.#locks = locks;
  }

  /** Without locks every tab trusts that it is alone. */
  has(id: string): boolean {
    return this.#locks === null || this.#held.has(id);
  }

  /** @returns false when another tab holds the run */
  async take(id: string): Promise<boolean> {
    if (this.has(id)) return true;
    const under = this.#asked.get(id) ?? this.#ask(id);
    this.#asked.set(id, under);
    return under;
  }

  async #ask(id: string): Promise<boolean> {
    const release = await takeLock(this.#locks, lockPrefix + id);
    this.#asked.delete(id);
    if (release) this.#held.set(id, release);
    return release !== null;
  }

  release(id: string): void {
    this.#held.get(id)?.();
    this.#held.delete(id);
  }
}

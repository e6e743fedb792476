/** Interventions as edits of the numbers of a bank. All are exact: what is not named stays as it was, bit for bit. */
import { PlaygroundError } from '../../foundation/errors.ts';
import { RandomStream } from '../../foundation/random.ts';
import type { Bank, Part, Values } from './banks.ts';
import type { Intervention } from './intervention.ts';

type Edit = Exclude<Intervention, { kind: 'clamp' | 'cutWrites' | 'freeze' }>;
type Hold = Extract<Intervention, { kind: 'cutWrites' | 'freeze' }>;

export const isEdit = (intervention: Intervention): intervention is Edit =>
  !isHold(intervention) && intervention.kind !== 'clamp';

export const isHold = (intervention: Intervention): intervention is Hold =>
  intervention.kind === 'cutWrites' || intervention.kind === 'freeze';

const slotsOf = (bank: Bank): readonly Part[] => bank.parts.filter(({ hasSlots }) => hasSlots);

const row = (values: Values, slot: number, width: number): Values =>
  values.subarray(slot * width, (slot + 1) * width);

/** Changes the bank once, in place. */
export function applyEdit(bank: Bank, edit: Edit): void {
  const { slots } = edit;
  for (const [index, part] of slotsOf(bank).entries()) {
    const { data, start, width } = part;
    const before = data.slice();
    const put = (slot: number, values: ArrayLike<number>): void => data.set(values, slot * width);
    switch (edit.kind) {
      case 'erase':
        for (const slot of slots) put(slot, row(start, slot, width));
        break;
      case 'swap':
      case 'permute': {
        const order = edit.kind === 'swap' ? [1, 0] : permutation(edit.seed, slots.length);
        slots.forEach((slot, i) => put(slot, row(before, slots[order[i]!]!, width)));
        break;
      }
      case 'noise': {
        const random = new RandomStream('noise', edit.seed, index);
        const scale = edit.amount * rootMeanSquare(before);
        for (const slot of slots)
          put(
            slot,
            row(before, slot, width).map((value) => value + scale * random.normal()),
          );
        break;
      }
      case 'overwrite': {
        const content = contentFor(edit.source, before, width);
        for (const slot of slots) put(slot, content);
        break;
      }
    }
  }
}

/** A new order that is not the old one, unless there is only one. */
function permutation(seed: number, length: number): number[] {
  for (let attempt = 0; ; attempt++) {
    const order = new RandomStream('permute', seed, attempt).permutation(length);
    if (length < 2 || order.some((from, to) => from !== to)) return order;
  }
}

function contentFor(source: 'zeros' | 'mean' | number, values: Values, width: number): ArrayLike<number> {
  if (typeof source === 'number') return row(values, source, width);
  const sums = new Float64Array(width);
  if (source === 'zeros') return sums;
  for (let i = 0; i < values.length; i++) sums[i % width]! += values[i]!;
  return sums.map((sum) => (sum * width) / values.length);
}

function rootMeanSquare(values: Values): number {
  let sum = 0;
  for (const value of values) sum += value ** 2;
  return Math.sqrt(sum / Math.max(1, values.length));
}

/** What of a bank is held at its value from some step on: the whole of it, or some of its slots. */
export class Holding {
  /** The parts as they were when the bank was held. */
  #whole: readonly Values[] | null = null;
  /** Rows of the held slots, one a part. */
  readonly #rows = new Map<number, readonly Values[]>();

  /** Holds what the bank has now. */
  add(bank: Bank, hold: Hold): void {
    if (hold.kind === 'cutWrites') {
      this.#whole ??= bank.parts.map(({ data }) => data.slice());
      return;
    }
    for (const slot of hold.slots)
      this.#rows.set(
        slot,
        slotsOf(bank).map(({ data, width }) => row(data, slot, width).slice()),
      );
  }

  /**
   * Undoes what a step has written to what is held.
   * @param before the parts as they were handed to the step; a queue moves on around the held slots
   * @throws PlaygroundError `bank-grows` when the step has made more slots than there were
   */
  restore(bank: Bank, before: readonly Values[]): void {
    if (bank.parts.some(({ data }, index) => data.length !== before[index]!.length)) throw grows(bank);
    bank.parts.forEach(({ data }, index) => {
      if (this.#whole) data.set(this.#whole[index]!);
    });
    if (this.#whole || this.#rows.size === 0) return;
    slotsOf(bank).forEach((part, index) => {
      if (bank.order) moveAround(part, before[bank.parts.indexOf(part)]!, this.#rows, bank.order);
      for (const [slot, rows] of this.#rows) part.data.set(rows[index]!, slot * part.width);
    });
  }
}

function grows({ name }: Bank): PlaygroundError {
  return new PlaygroundError(
    'bank-grows',
    `The ${name} is still filling at this position, so nothing in it can be held yet.`,
    'Nothing was changed.',
    'Choose a later position.',
  );
}

/** The newest slot goes to the first free place, each free place hands what it had to the next, the last one drops it. */
function moveAround(
  { data, width }: Part,
  before: Values,
  held: ReadonlyMap<number, unknown>,
  order: 'newestFirst' | 'oldestFirst',
): void {
  const count = data.length / width;
  const byAge = Array.from({ length: count }, (_, age) => (order === 'newestFirst' ? age : count - 1 - age));
  const newest = row(data, byAge[0]!, width).slice();
  let arriving: Values = newest;
  for (const slot of byAge) {
    if (held.has(slot)) continue;
    data.set(arriving, slot * width);
    arriving = row(before, slot, width);
  }
}

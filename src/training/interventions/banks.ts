/** The memory banks of a step: which parts of which states are one slot. */
import type { Program, StateSpec, StepGraph } from '../../graph/types.ts';
import { elementCount } from '../../graph/types.ts';
import type { BankDescription, MemoryDescription } from './intervention.ts';

export type Values = Float32Array | Int32Array;

/** One state of one sequence, seen as rows of slots. */
export interface Part {
  /** [slots · width]; writing into it changes the state. */
  readonly data: Values;
  /** What it holds at the start of a sequence. */
  readonly start: Values;
  /** Numbers of a slot; the whole of the state where it belongs to the bank, not to a slot. */
  readonly width: number;
  readonly hasSlots: boolean;
}

export interface Bank extends BankDescription {
  readonly parts: readonly Part[];
}

const slotsIn = ({ shape, memory }: StateSpec): number => elementCount(shape.slice(0, memory!.axes.length));

/** The states of a step that belong to a bank. */
const statesOf = (graph: StepGraph, bank: string): readonly StateSpec[] =>
  graph.states.filter(({ memory }) => memory?.bank === bank);

/** Every bank that the states of a step declare, in the order of declaration. */
export function banksOf(graph: StepGraph): BankDescription[] {
  const found = new Map<string, BankDescription>();
  for (const state of graph.states) {
    const { memory } = state;
    if (!memory || memory.axes.length === 0) continue;
    const { bank, axes, order = null } = memory;
    const known = found.get(bank);
    const count = slotsIn(state);
    if (known && known.count !== count)
      throw new Error(`the states of ${bank} have ${known.count} and ${count} slots`);
    found.set(bank, { name: bank, noun: axes.at(-1)!, count, order });
  }
  return [...found.values()];
}

/** For the page: every bank at its fullest, those of whole slots before those of single units, and every gate. */
export function describeMemory({ variants }: Program): MemoryDescription {
  const banks = new Map<string, BankDescription>();
  const gates = new Map<string, number>();
  for (const graph of variants) {
    for (const bank of banksOf(graph))
      if (bank.count > (banks.get(bank.name)?.count ?? 0)) banks.set(bank.name, bank);
    for (const { name, maximum } of graph.gates) gates.set(name, maximum);
  }
  const isUnit = ({ noun }: BankDescription): number => (noun === 'unit' ? 1 : 0);
  return {
    banks: [...banks.values()].sort((a, b) => isUnit(a) - isUnit(b)),
    gates: [...gates].map(([name, maximum]) => ({ name, maximum })),
  };
}

/**
 * A bank of one sequence.
 * @param read the numbers of a state, to be changed in place; `start` those at the start of a sequence
 */
export function openBank(
  graph: StepGraph,
  description: BankDescription,
  read: (state: StateSpec) => Values,
  start: (state: StateSpec) => Values,
): Bank {
  return {
    ...description,
    parts: statesOf(graph, description.name).map((state) => {
      const data = read(state);
      const hasSlots = state.memory!.axes.length > 0;
      const width = hasSlots ? data.length / description.count : data.length;
      return { data, start: start(state), width, hasSlots };
    }),
  };
}

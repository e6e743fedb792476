/**
 * What the person does to the memory of the shown run, and what came of it. The list is a list of wishes: the runner below asks
 * the worker for their outcome when somebody looks, and again when the step, the sequence or the position has changed.
 */
import { createStore } from 'zustand/vanilla';
import type {
  BankDescription,
  GateDescription,
  Intervention,
  InterventionResult,
  MemoryDescription,
} from '../worker/protocol.ts';
import { clampPosition, cursorStore } from './cursor-store.ts';
import { runStore } from './run-store.ts';
import { lengthOf, snapshotStore } from './snapshot-store.ts';

export type { BankDescription, GateDescription, Intervention, InterventionResult, MemoryDescription };

export type Operation = Intervention['kind'];

/** The next operation, as it is being chosen. What an operation does not need is kept for the next one that does. */
export interface Draft {
  readonly operation: Operation;
  /** Name of the bank; '' is the first. */
  readonly bank: string;
  /** First and last slot; null: all. */
  readonly slots: readonly [number, number] | null;
  /** With which slot to swap, or from which to copy. */
  readonly other: number;
  readonly source: 'zeros' | 'mean' | 'slot';
  /** Of noise, over the root mean square of the bank. */
  readonly amount: number;
  readonly seed: number;
  /** '' is the first. */
  readonly gate: string;
  readonly value: number;
}

export interface InterventionState {
  /** In the order in which they were made. */
  readonly interventions: readonly Intervention[];
  readonly draft: Draft;
  /** Erase every slot alone as well. */
  readonly surveying: boolean;
  /** The last that was computed; it may be of an earlier step, position or sequence. */
  readonly outcome: InterventionResult | null;
  /** The worker is at it. */
  readonly operating: boolean;
  /** Why the last wish could not be fulfilled, or null. */
  readonly refusal: string | null;
  /** Instruments that show the outcome; nothing is computed while there is none. */
  readonly watchers: number;
}

const firstDraft: Draft = {
  ...{ operation: 'erase', bank: '', slots: [0, 0], other: 1, source: 'zeros' },
  ...{ amount: 1, seed: 1, gate: '', value: 0 },
};

const untouched: InterventionState = {
  ...{ interventions: [], draft: firstDraft, surveying: false },
  ...{ outcome: null, operating: false, refusal: null, watchers: 0 },
};

export const interventionStore = createStore<InterventionState>(() => untouched);

/** Nothing was done to the memory of the run that is shown now. */
export function forgetInterventions(): void {
  interventionStore.setState(({ watchers }) => ({ ...untouched, watchers }));
}

/** Somebody looks at the outcome; the returned function ends that. */
export function watchInterventions(): () => void {
  const change = (by: 1 | -1): void =>
    interventionStore.setState(({ watchers }) => ({ watchers: watchers + by }));
  change(1);
  return () => change(-1);
}

// ---- what can be chosen

const none: MemoryDescription = { banks: [], gates: [] };

const memoryOfRun = (): MemoryDescription => runStore.getState().run?.memory ?? none;

export const chosenBank = ({ banks }: MemoryDescription, { bank }: Draft): BankDescription | null =>
  banks.find(({ name }) => name === bank) ?? banks[0] ?? null;

export const chosenGate = ({ gates }: MemoryDescription, { gate }: Draft): GateDescription | null =>
  gates.find(({ name }) => name === gate) ?? gates[0] ?? null;

export function changeDraft(change: Partial<Draft>): void {
  interventionStore.setState(({ draft }) => ({ draft: { ...draft, ...change } }));
}

/** The slots of a bank that the draft names. */
function slotsOf({ slots, operation, other }: Draft, { count }: BankDescription): number[] {
  const [first, last] = slots ?? [0, count - 1];
  if (operation === 'swap') return [first, other];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** The draft as an intervention at a position, or the sentence that says what it lacks. */
export function interventionOf(
  draft: Draft,
  memory: MemoryDescription,
  position: number,
): Intervention | string {
  const { operation: kind, seed, amount, value } = draft;
  if (kind === 'clamp') {
    const gate = chosenGate(memory, draft);
    if (!gate) return 'This model has no gate that could be held.';
    return value >= 0 && value <= gate.maximum
      ? { kind, gate: gate.name, value, position }
      : `The ${gate.name} can be held between 0 and ${gate.maximum}.`;
  }
  const bank = chosenBank(memory, draft);
  if (!bank) return 'This model has no memory whose slots could be told apart.';
  const at = { bank: bank.name, position };
  if (kind === 'cutWrites') return { kind, ...at };
  const slots = slotsOf(draft, bank);
  const missing = [...slots, ...(usesOther(draft) ? [draft.other] : [])].find((slot) => slot >= bank.count);
  if (missing !== undefined) return `There is no ${bank.noun} ${missing}: ${bank.count} are there.`;
  switch (kind) {
    case 'erase':
    case 'freeze':
      return { kind, ...at, slots };
    case 'swap':
      return slots[0] === slots[1] ? `Choose two different ${bank.noun}s.` : { kind, ...at, slots };
    case 'permute':
      return slots.length > 1 ? { kind, ...at, slots, seed } : `To permute takes two ${bank.noun}s or more.`;
    case 'noise':
      return amount > 0 && amount <= 1000
        ? { kind, ...at, slots, amount, seed }
        : 'The amount of noise must be above 0 and at most 1,000.';
    case 'overwrite':
      return { kind, ...at, slots, source: draft.source === 'slot' ? draft.other : draft.source };
  }
}

const usesOther = ({ operation, source }: Draft): boolean => operation === 'overwrite' && source === 'slot';

/** The position of the cursor in the sequence that is shown, or null before there is one. */
export function cursorPosition(): number | null {
  const snapshot = snapshotStore.shown;
  return snapshot && clampPosition(cursorStore.getState().position, lengthOf(snapshot));
}

// ---- commands

/** Why the draft cannot be carried out now, or null. */
export function draftProblem(): string | null {
  const position = cursorPosition();
  if (position === null) return 'There is no sequence to operate on yet.';
  const intervention = interventionOf(interventionStore.getState().draft, memoryOfRun(), position);
  return typeof intervention === 'string' ? intervention : null;
}

/** Does what is drafted to the memory, at the position of the cursor. */
export function operateAtCursor(): void {
  const { draft } = interventionStore.getState();
  const position = cursorPosition();
  const intervention = position === null ? '' : interventionOf(draft, memoryOfRun(), position);
  if (typeof intervention === 'string') return;
  interventionStore.setState((state) => ({ interventions: [...state.interventions, intervention] }));
}

export const undoProblem = (): string | null =>
  interventionStore.getState().interventions.length === 0 ? 'Nothing was done to the memory.' : null;

/** Takes one intervention back; the last one when none is named. */
export function undoIntervention(index = interventionStore.getState().interventions.length - 1): void {
  interventionStore.setState(({ interventions }) => ({
    interventions: interventions.filter((_, i) => i !== index),
  }));
}

export function undoAllInterventions(): void {
  interventionStore.setState({ interventions: [] });
}

export function surveyProblem(): string | null {
  return memoryOfRun().banks.length === 0 ? 'This model has no slots that could be erased.' : null;
}

export function toggleSurvey(): void {
  interventionStore.setState(({ surveying }) => ({ surveying: !surveying }));
}

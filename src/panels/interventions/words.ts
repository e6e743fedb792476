/** Operations and slots in words, for the list, the controls and the pointer. */
import type { BankDescription, Intervention } from '../../state/interventions.ts';
import { numberText, tokenWords } from '../common/text.ts';

/** e.g. "slot 3", "slots 0–7", "slots 0, 4". */
function slotsText(slots: readonly number[], noun: string): string {
  const [first = 0] = slots;
  const last = slots.at(-1) ?? first;
  if (slots.length === 1) return `${noun} ${first}`;
  const inARow = slots.length > 2 && slots.every((slot, i) => slot === first + i);
  return `${noun}s ${inARow ? `${first}–${last}` : slots.join(', ')}`;
}

/** What an intervention does, without its position. */
export function interventionText(intervention: Intervention, banks: readonly BankDescription[]): string {
  if (intervention.kind === 'clamp')
    return `hold the ${intervention.gate} at ${numberText(intervention.value)}`;
  const bank = banks.find(({ name }) => name === intervention.bank);
  if (intervention.kind === 'cutWrites') return `cut the writes to the ${intervention.bank}`;
  const noun = bank?.noun ?? 'slot';
  const named = slotsText(intervention.slots, noun);
  // The slots of the slots need no further name.
  const where = banks.length > 1 && intervention.bank !== `${noun}s` ? ` of the ${intervention.bank}` : '';
  switch (intervention.kind) {
    case 'erase':
      return `erase ${named}${where}`;
    case 'freeze':
      return `freeze ${named}${where}`;
    case 'swap':
      return `swap ${named}${where}`;
    case 'permute':
      return `permute ${named}${where}, seed ${intervention.seed}`;
    case 'noise':
      return `add noise × ${numberText(intervention.amount)} to ${named}${where}, seed ${intervention.seed}`;
    case 'overwrite': {
      const { source } = intervention;
      const content =
        typeof source === 'number'
          ? `what ${noun} ${source} holds`
          : source === 'mean'
            ? 'the mean'
            : 'zeros';
      return `overwrite ${named}${where} with ${content}`;
    }
  }
}

/**
 * The position that wrote what a slot of a queue holds as the step of `position` finds it; −1 where nothing was written yet, null
 * where a bank is no queue.
 */
export function eventIn(bank: BankDescription, slot: number, position: number): number | null {
  if (bank.order === null) return null;
  const age = bank.order === 'newestFirst' ? slot : bank.count - 1 - slot;
  return Math.max(-1, position - 1 - age);
}

/** e.g. "slot 3 (‘c’ of position 4)". */
export function slotName(
  bank: BankDescription,
  slot: number,
  position: number,
  tokenAt: (position: number) => string | undefined,
): string {
  const event = eventIn(bank, slot, position);
  if (event === null) return `${bank.noun} ${slot}`;
  if (event < 0) return `${bank.noun} ${slot} (empty)`;
  const token = tokenAt(event);
  const what = token === undefined ? `position ${event}` : `${tokenWords(token)} of position ${event}`;
  return `${bank.noun} ${slot} (${what})`;
}

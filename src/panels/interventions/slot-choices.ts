/** The slots of a bank as the options of a list: all, groups of a large bank, and each alone. */
import type { BankDescription, Draft } from '../../state/interventions.ts';
import { slotName } from './words.ts';

interface Option {
  readonly value: string;
  readonly label: string;
}

/** Banks up to this size have no groups; larger ones have eight. */
const ungrouped = 16;
const groupCount = 8;

export function slotValue(slots: Draft['slots']): string {
  if (!slots) return 'all';
  const [first, last] = slots;
  return first === last ? String(first) : `${first}-${last}`;
}

export function slotsOfValue(value: string): Draft['slots'] {
  const [first, last] = value.split('-').map(Number);
  return value === 'all' || first === undefined ? null : [first, last ?? first];
}

/** @param groups also several slots at once */
export function slotChoices(
  bank: BankDescription,
  position: number,
  groups: boolean,
  tokenAt: (position: number) => string | undefined,
): Option[] {
  const { count, noun } = bank;
  const single = Array.from({ length: count }, (_, slot) => ({
    value: slotValue([slot, slot]),
    label: slotName(bank, slot, position, tokenAt),
  }));
  if (!groups) return single;
  const all = { value: 'all', label: count === 1 ? `all` : `all ${count} ${noun}s` };
  if (count <= ungrouped) return [...single, all];
  const size = Math.ceil(count / groupCount);
  const grouped = Array.from({ length: Math.ceil(count / size) }, (_, group): Option => {
    const [first, last] = [group * size, Math.min(count, (group + 1) * size) - 1];
    return { value: slotValue([first, last]), label: `${noun}s ${first}–${last}` };
  });
  return [...single, all, ...grouped];
}

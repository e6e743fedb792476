/** What the slots hold at the cursor: derived from the taps of a first-in first-out memory. */
import { queueBank } from '../common/banks.ts';
import type { Moment, Tensor } from '../common/data.ts';
import { largestMagnitude, tapOf } from '../common/data.ts';
import type { MemoryTrace } from '../common/memory-trace.ts';
import { memoryTrace, storedRows, weightAt, weightOfEvent } from '../common/memory-trace.ts';
import type { Links, Table } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import { slotSubject } from '../common/subjects.ts';
import { tokenText, tokenWords } from '../common/text.ts';

/** Largest magnitudes that the colour scales of keys and values reach. */
export interface Extents {
  readonly keys: number;
  readonly values: number;
}

/** A slot, with what is known of it. */
export interface Slot {
  readonly index: number;
  /** Position that wrote it; −1 when it was never written. */
  readonly event: number;
  /** Token that wrote it, as a mark and in words; empty for vectors. */
  readonly token: string;
  readonly words: string;
  /** Weight of the read at the cursor; NaN where that read does not see the slot. */
  readonly weight: number;
}

export interface SlotsData {
  readonly moment: Moment;
  readonly trace: MemoryTrace;
  readonly keys: Tensor;
  readonly values: Tensor;
  readonly queries: Tensor | null;
  readonly contents: Tensor | null;
  /** Newest first; those that stay empty through the whole sequence are left out. */
  readonly slots: readonly Slot[];
  readonly afterWrite: boolean;
}

/** Slots that hold an event at some position of the sequence. */
export const usedSlots = ({ slots, positions }: MemoryTrace): number => Math.min(slots, positions);

/** What the instrument needs, or null when the model has no such taps. */
export function slotsData(moment: Moment, afterWrite: boolean): SlotsData | null {
  const { run, snapshot } = moment;
  const trace = memoryTrace(run, snapshot);
  const keys = tapOf(snapshot, 'keys', 2);
  const values = tapOf(snapshot, 'values', 2);
  if (!trace || !keys || !values) return null;
  const slots = Array.from({ length: usedSlots(trace) }, (_, index) =>
    slotOf(moment, trace, index, afterWrite),
  );
  const queries = tapOf(snapshot, 'queries', 2);
  return { moment, trace, keys, values, queries, contents: tapOf(snapshot, 'content', 2), slots, afterWrite };
}

function slotOf(
  { run, snapshot, position }: Moment,
  trace: MemoryTrace,
  index: number,
  afterWrite: boolean,
): Slot {
  const event = Math.max(-1, position - (afterWrite ? 0 : trace.offset) - index);
  const token = event < 0 || !snapshot.tokens ? undefined : run.vocabulary[snapshot.tokens[event]!];
  return {
    index,
    event,
    token: token === undefined ? '' : tokenText(token, 3),
    words: token === undefined ? '' : tokenWords(token),
    weight: event < 0 ? weightAt(trace, position, index) : weightOfEvent(trace, position, event),
  };
}

/** The extents of the whole sequence, so that moving the cursor does not change the colours. */
export function extentsOf({ keys, values, queries, contents }: SlotsData): Extents {
  return {
    keys: Math.max(largestMagnitude(keys.data), queries ? largestMagnitude(queries.data) : 0),
    values: Math.max(largestMagnitude(values.data), contents ? largestMagnitude(contents.data) : 0),
  };
}

/** "Slot 3, written by position 7 (‘c’)" */
export function slotName(slot: Slot): string {
  if (slot.event < 0) return `Slot ${slot.index}, never written`;
  return `Slot ${slot.index}, written by position ${slot.event}${slot.words && ` (${slot.words})`}`;
}

/** Of a grid with one row a slot. */
export const overSlots = ({ moment, slots }: SlotsData): Links => ({
  rows: (row) => [slotSubject(queueBank(moment.run), slots[row]!.index, slots[row]!.event)],
});

/** One record a slot: who wrote it, with which weight it is read, its key and its value; then query and content of the read. */
export function slotsTable(moment: Moment, afterWrite: boolean): Table {
  const data = slotsData(moment, afterWrite);
  if (!data) return emptyTable;
  const keys = storedRows(data.trace, data.keys, moment.position, afterWrite);
  const values = storedRows(data.trace, data.values, moment.position, afterWrite);
  const all = Array.from({ length: data.trace.slots }, (_, index) =>
    slotOf(moment, data.trace, index, afterWrite),
  );
  const indices = (width: number): number[] => Array.from({ length: width }, (_, i) => i);
  const word = (position: number): string =>
    moment.run.vocabulary[moment.snapshot.tokens?.[position] ?? -1] ?? '';
  const now = ({ shape, data: numbers }: Tensor): number[] =>
    indices(shape[1]!).map((i) => numbers[moment.position * shape[1]! + i]!);
  const [noKey, noValue] = [keys, values].map(({ width }) => indices(width).map(() => '')) as [
    string[],
    string[],
  ];
  return {
    columns: [
      'slot',
      'event',
      'token',
      'read weight',
      ...indices(keys.width).map((i) => `key ${i}`),
      ...indices(values.width).map((i) => `value ${i}`),
    ],
    rows: [
      ...all.map((slot) => [
        slot.index,
        slot.event < 0 ? '' : slot.event,
        word(slot.event),
        Number.isNaN(slot.weight) ? '' : slot.weight,
        ...indices(keys.width).map((i) => keys.row(slot.index, i) ?? ''),
        ...indices(values.width).map((i) => values.row(slot.index, i) ?? ''),
      ]),
      ...(data.queries
        ? [['query', moment.position, word(moment.position), '', ...now(data.queries), ...noValue]]
        : []),
      ...(data.contents
        ? [['content', moment.position, word(moment.position), '', ...noKey, ...now(data.contents)]]
        : []),
    ],
  };
}

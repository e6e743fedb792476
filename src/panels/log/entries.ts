/** The memory in words: at every position, which events are read and with which weight, and what is answered. */
import type { Moment } from '../common/data.ts';
import type { MemoryTrace } from '../common/memory-trace.ts';
import { eventOf, memoryTrace, weightAt, writtenSlots } from '../common/memory-trace.ts';
import type { Table } from '../common/picture.ts';
import { emptyTable } from '../common/picture.ts';
import { percentText, tokenWords } from '../common/text.ts';
import type { Answer } from '../common/token-rows.ts';
import { answersOf } from '../common/token-rows.ts';

/** Reads that are named: at least this weight, and no more than so many a position. */
const named = { least: 0.1, most: 3 } as const;

export interface ReadEvent {
  readonly event: number;
  readonly weight: number;
}

export interface LogEntry {
  readonly position: number;
  readonly text: string;
  readonly reads: readonly ReadEvent[];
}

const two = (weight: number): string => weight.toFixed(2);

/** One entry a position; null where the model has no memory of events. */
export function logEntries(moment: Moment): LogEntry[] | null {
  const trace = memoryTrace(moment.run, moment.snapshot);
  if (!trace) return null;
  const answers = new Map(
    moment.run.kind === 'tokens' ? answersOf(moment.snapshot).map((answer) => [answer.position, answer]) : [],
  );
  return Array.from({ length: trace.positions }, (_, position) => {
    const reads = strongestReads(trace, position);
    const parts = [readText(moment, trace, position, reads), answerText(moment, answers.get(position))];
    const text = `Position ${position}${tokenOf(moment, position)} ${parts.filter((part) => part !== '').join('; ')}.`;
    return { position, text, reads };
  });
}

function strongestReads(trace: MemoryTrace, position: number): ReadEvent[] {
  return Array.from({ length: writtenSlots(trace, position) }, (_, slot) => ({
    event: eventOf(trace, position, slot),
    weight: weightAt(trace, position, slot),
  }))
    .filter(({ weight }) => weight >= named.least)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, named.most);
}

/** " (‘c’)", or nothing where inputs are not tokens. */
function tokenOf({ run, snapshot }: Moment, position: number): string {
  return snapshot.tokens ? ` (${tokenWords(run.vocabulary[snapshot.tokens[position]!])})` : '';
}

function readText(moment: Moment, trace: MemoryTrace, position: number, reads: readonly ReadEvent[]): string {
  const events = reads.map(({ event, weight }) => `${event}${tokenOf(moment, event)}, ${two(weight)}`);
  const empty = trace.slots - writtenSlots(trace, position);
  const emptyWeight = empty > 0 ? weightAt(trace, position, trace.slots - 1) : 0;
  const emptyText =
    emptyWeight >= named.least
      ? `${empty} empty ${empty === 1 ? 'slot' : 'slots'} with ${two(emptyWeight)}${empty === 1 ? '' : ' each'}`
      : '';
  if (events.length === 0) return emptyText ? `reads ${emptyText}` : 'reads next to nothing';
  const what = events.length === 1 ? 'the event of position' : 'the events of positions';
  return `reads ${what} ${[...events, ...(emptyText ? [emptyText] : [])].join(' and ')}`;
}

function answerText({ run }: Moment, answer: Answer | undefined): string {
  if (!answer) return '';
  const output = tokenWords(run.vocabulary[answer.output]);
  const verdict =
    answer.output === answer.target ? 'right' : `wrong, it was ${tokenWords(run.vocabulary[answer.target])}`;
  return `answers ${output} with ${percentText(answer.confidence)}, ${verdict}`;
}

/** One record for each read that is named. */
export function logTable(moment: Moment): Table {
  const entries = logEntries(moment);
  if (!entries) return emptyTable;
  const { run, snapshot } = moment;
  const word = (position: number): string => run.vocabulary[snapshot.tokens?.[position] ?? -1] ?? '';
  return {
    columns: ['position', 'token', 'event', 'event token', 'weight'],
    rows: entries.flatMap(({ position, reads }) =>
      reads.map(({ event, weight }) => [position, word(position), event, word(event), weight]),
    ),
  };
}

/** The numbers of the timeline: what goes in and comes out at every position, and how strongly it reads every slot. */
import type { Moment } from '../common/data.ts';
import { rowNorms, tapOf } from '../common/data.ts';
import { eventOf, memoryTrace, weightAt } from '../common/memory-trace.ts';
import type { Table } from '../common/picture.ts';
import { answersOf, isUntold, outputAt } from '../common/token-rows.ts';

/** One record for each position and slot; one for each position where the model has no slots. */
export function timelineTable(moment: Moment): Table {
  const { run, snapshot } = moment;
  const trace = memoryTrace(run, snapshot);
  const head = run.kind === 'tokens' ? tokenTable(moment) : vectorTable(moment);
  if (!trace) return head;
  const values = tapOf(snapshot, 'values', 2);
  const written = values && rowNorms(values);
  return {
    columns: [...head.columns, 'write norm', 'slot', 'event', 'read weight'],
    rows: head.rows.flatMap((record, t) =>
      Array.from({ length: trace.slots }, (_, slot) => {
        const event = eventOf(trace, t, slot);
        return [...record, written?.[t] ?? '', slot, event < 0 ? '' : event, weightAt(trace, t, slot)];
      }),
    ),
  };
}

function tokenTable({ run, snapshot }: Moment): Table {
  const answers = new Map(answersOf(snapshot).map((answer) => [answer.position, answer]));
  const word = (token: number | undefined): string => run.vocabulary[token ?? -1] ?? '';
  return {
    columns: ['position', 'input', 'target', 'output', 'output probability'],
    rows: Array.from(snapshot.mask, (_, t) => {
      const answer = answers.get(t);
      const { output, confidence } = answer ?? (isUntold(snapshot) ? outputAt(snapshot, t) : {});
      return [t, word(snapshot.tokens?.[t]), word(answer?.target), word(output), confidence ?? ''];
    }),
  };
}

/** Targets and outputs only where an answer counts. */
function vectorTable({ run, snapshot }: Moment): Table {
  const parts = [
    { name: 'input', data: snapshot.inputs, width: run.inputSize, always: true },
    { name: 'target', data: snapshot.targets, width: run.outputSize, always: false },
    { name: 'output', data: snapshot.predictions, width: run.outputSize, always: false },
  ];
  const indices = (width: number): number[] => Array.from({ length: width }, (_, i) => i);
  return {
    columns: ['position', ...parts.flatMap(({ name, width }) => indices(width).map((i) => `${name} ${i}`))],
    rows: Array.from(snapshot.mask, (counts, t) => [
      t,
      ...parts.flatMap(({ data, width, always }) =>
        indices(width).map((i) => (always || counts === 1 ? (data?.[t * width + i] ?? '') : '')),
      ),
    ]),
  };
}

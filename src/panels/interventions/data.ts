/** What came of the interventions, position by position and slot by slot. */
import type { InterventionResult } from '../../state/interventions.ts';
import type { Run } from '../common/data.ts';
import { argMax } from '../common/data.ts';
import type { Table } from '../common/picture.ts';
import type { Answer } from '../common/token-rows.ts';

export interface Operated {
  readonly run: Run;
  readonly outcome: InterventionResult;
  /** Of the shared cursor. */
  readonly position: number;
  /** Why the outcome is not of what is shown now, or null. */
  readonly stale: string | null;
}

type Which = 'before' | 'after';

/** Somebody knows the right answers. */
export const hasTargets = ({ outcome }: Operated): boolean => outcome.mask.includes(1);

export const isChanged = ({ outcome }: Operated): boolean => outcome.request.interventions.length > 0;

/** Whether an output of a position is worth showing: the answers that count, or all where none is known. */
export const counts = (operated: Operated, position: number): boolean =>
  !hasTargets(operated) || operated.outcome.mask[position] === 1;

/** What a token model answers at a position; without targets, its first output stands for the target. */
export function answerAt(operated: Operated, which: Which, position: number): Answer {
  const { outcome, run } = operated;
  const start = position * run.outputSize;
  const output = argMax(outcome[which].predictions, start, run.outputSize);
  const target = hasTargets(operated)
    ? outcome.targets[position]!
    : argMax(outcome.before.predictions, start, run.outputSize);
  const probability = (token: number): number => outcome[which].predictions[start + token]!;
  return {
    position,
    target,
    output,
    confidence: probability(output),
    targetProbability: probability(target),
  };
}

export function lossChanges({ outcome: { before, after } }: Operated): Float32Array {
  return after.losses.map((loss, t) => loss - before.losses[t]!);
}

/** What the survey measures: losses where they are known, else how far the outputs move. */
export function surveyValues(operated: Operated): Float32Array {
  const { survey } = operated.outcome;
  if (!survey) return new Float32Array();
  return hasTargets(operated) ? survey.lossChanges : survey.outputChanges;
}

const columns = [
  ...['what', 'index', 'input', 'target'],
  ...['output', 'probability', 'changed output', 'changed probability'],
  ...['loss', 'changed loss', 'change of loss', 'change of outputs'],
];

/** A record for each position, then one for each slot of the survey. */
export function operatedTable(operated: Operated): Table {
  const { outcome, run } = operated;
  const { before, after, survey } = outcome;
  const number = (value: number | undefined): number | '' =>
    value === undefined || Number.isNaN(value) ? '' : value;
  const word = (token: number): string => run.vocabulary[token] ?? '';
  const output = (which: Which, t: number): (string | number)[] => {
    if (run.kind === 'vectors') return [outcome[which].predictions[t * run.outputSize]!, ''];
    const answer = answerAt(operated, which, t);
    return [word(answer.output), answer.confidence];
  };
  const target = (t: number): string | number => {
    if (outcome.mask[t] === 0) return '';
    return run.kind === 'vectors' ? outcome.targets[t * run.outputSize]! : word(outcome.targets[t]!);
  };
  const changes = lossChanges(operated);
  return {
    columns,
    rows: [
      ...Array.from(outcome.mask, (_, t) => [
        ...['position', t],
        outcome.tokens ? word(outcome.tokens[t]!) : (outcome.inputs?.[t * run.inputSize] ?? ''),
        target(t),
        ...output('before', t),
        ...output('after', t),
        ...[number(before.losses[t]), number(after.losses[t]), number(changes[t]), ''],
      ]),
      ...Array.from(survey?.outputChanges ?? [], (change, slot) => [
        ...['slot', slot, '', '', '', '', '', '', '', ''],
        number(survey!.lossChanges[slot]),
        change,
      ]),
    ],
  };
}

/** The table of compared runs: only the settings in which they differ, and what each of them reached. */
import type { Field, Fields } from '../../foundation/fields.ts';
import type { Evaluation, RunConfig } from '../../worker/protocol.ts';
import { catalog } from '../catalog.ts';
import type { Catalog } from '../catalog.ts';
import { formatNumber, formatValue } from '../differences.ts';
import type { Arm, ArmRun, Current } from './arms.ts';
import { median, reach, successOf } from './arms.ts';
import { solvedAbove, solvedAt } from './member.ts';

export interface CompareColumn {
  /** Of the arm; null for the current run. */
  readonly key: string | null;
  readonly letter: string;
  readonly label: string;
}

export interface CompareRow {
  readonly label: string;
  /** May be empty. */
  readonly unit: string;
  readonly explanation: string;
  /** One for each column. */
  readonly values: readonly string[];
  /** Columns with the best value, where one value is better than another and not all are equal. */
  readonly best: readonly number[];
}

export interface CompareTable {
  readonly columns: readonly CompareColumn[];
  readonly settings: readonly CompareRow[];
  readonly results: readonly CompareRow[];
}

/** A column with what its rows are made from. */
interface Source extends CompareColumn {
  readonly config: RunConfig;
  readonly runs: readonly Pick<ArmRun, 'seed' | 'points' | 'evaluations'>[];
  readonly parameters: number | null;
  readonly arm: Arm | null;
}

const none = '–';

/** @param parameterCount of the current run */
export function compareTable(
  arms: readonly Arm[],
  current: Current | null,
  parameterCount: number | null,
  known: Catalog = catalog,
): CompareTable {
  const sources: Source[] = arms.map((arm) => {
    const { key, letter, label, members, runs } = arm;
    const [first] = members;
    const parameters = members.find(({ run }) => run !== null)?.run?.parameterCount ?? null;
    return { key, letter, label, config: first!.config, runs, parameters, arm };
  });
  if (current) {
    const { config, points, evaluations } = current;
    const runs = [{ seed: config.seed, points, evaluations }];
    const here = { key: null, letter: 'this', label: 'the current run' };
    sources.unshift({ ...here, config, runs, parameters: parameterCount, arm: null });
  }
  return {
    columns: sources.map(({ key, letter, label }) => ({ key, letter, label })),
    settings: settingRows(sources, known),
    results: resultRows(sources),
  };
}

function settingRows(sources: readonly Source[], known: Catalog): CompareRow[] {
  return [
    ...groupRows('Task', known.tasks, sources, ({ task }) => task),
    ...groupRows('Model', known.models, sources, ({ model }) => model),
    ...fieldRows(
      sources,
      () => known.training,
      ({ training }) => training,
    ),
    row('Seed', '', 'Decides the initial weights and the samples.', sources.map(seedText)),
  ].filter(({ values }) => new Set(values).size > 1);
}

interface Shelved {
  readonly id: string;
  readonly name: string;
  readonly fields: Fields;
}

function groupRows(
  label: string,
  shelf: readonly Shelved[],
  sources: readonly Source[],
  part: (config: RunConfig) => RunConfig['task'],
): CompareRow[] {
  const entryOf = (config: RunConfig): Shelved | undefined => shelf.find(({ id }) => id === part(config).id);
  const names = sources.map(({ config }) => entryOf(config)?.name ?? part(config).id);
  return [
    row(label, '', `Which ${label.toLowerCase()} was trained.`, names),
    ...fieldRows(
      sources,
      (config) => entryOf(config)?.fields ?? {},
      (config) => part(config).fields,
    ),
  ];
}

/** Settings that at least two columns have, with different values: what only one model has is said by its name. */
function fieldRows(
  sources: readonly Source[],
  fieldsOf: (config: RunConfig) => Fields,
  valuesOf: (config: RunConfig) => RunConfig['training'],
): CompareRow[] {
  const fields = new Map<string, Field>();
  for (const { config } of sources) {
    for (const [key, field] of Object.entries(fieldsOf(config))) {
      const known = [...fields].some(([other, { label }]) => other === key && label === field.label);
      if (!known) fields.set(key, field);
    }
  }
  return [...fields].flatMap(([key, field]) => {
    const values = sources.map(({ config }) => {
      const own = fieldsOf(config)[key];
      return own?.label === field.label ? formatValue(own, valuesOf(config)[key]) : none;
    });
    const had = values.filter((value) => value !== none);
    if (new Set(had).size < 2) return [];
    const unit = 'unit' in field ? (field.unit ?? '') : '';
    return [row(field.label, unit, field.explanation, values)];
  });
}

function seedText({ runs, config }: Source): string {
  const seeds = runs.map(({ seed }) => seed);
  if (seeds.length < 2) return String(seeds[0] ?? config.seed);
  const dense = seeds.at(-1)! - seeds[0]! === seeds.length - 1;
  return dense ? `${seeds[0]}–${seeds.at(-1)}` : seeds.join(', ');
}

type Score = 'loss' | 'tokenAccuracy' | 'sequenceAccuracy' | 'normalizedError';

function resultRows(sources: readonly Source[]): CompareRow[] {
  const last = ({ evaluations }: Pick<ArmRun, 'evaluations'>): Evaluation | undefined =>
    evaluations.findLast(({ split }) => split === 'heldOut');
  const middle = (source: Source, of: (run: Source['runs'][number]) => number | undefined): number =>
    median(
      source.runs.map(of).filter((value): value is number => value !== undefined && Number.isFinite(value)),
    );
  const score = (label: string, explanation: string, name: Score, better: 'high' | 'low'): CompareRow => {
    const values = sources.map((source) => middle(source, (run) => last(run)?.[name]));
    const text = name.endsWith('Accuracy') ? percent : significant;
    return numbers(label, '', `${explanation} Of several seeds, the median.`, values, text, better);
  };
  const success = sources.map(({ arm, runs }) =>
    arm && arm.members[0]!.state !== 'pinned' ? successOf(arm) : ownSuccess(runs),
  );
  const counted = (value: number): string => formatNumber(Math.round(value));
  return [
    score('Held-out loss', 'At the last evaluation.', 'loss', 'low'),
    score('Token accuracy', 'Share of held-out answers that were right.', 'tokenAccuracy', 'high'),
    score(
      'Sequence accuracy',
      'Share of held-out samples right at every answer.',
      'sequenceAccuracy',
      'high',
    ),
    score(
      'Normalised error',
      'Held-out squared error over the variance of the targets.',
      'normalizedError',
      'low',
    ),
    numbers(
      ...(['Steps', '', 'Training steps done. Of several seeds, the median.'] as const),
      sources.map((source) => middle(source, (run) => Math.max(0, reach(run)))),
      counted,
    ),
    numbers(
      ...([
        'Training time',
        's',
        'Seconds of training, pauses left out. Of several seeds, the median.',
      ] as const),
      sources.map((source) => middle(source, ({ points }) => points.at(-1)?.seconds)),
      significant,
    ),
    numbers(
      ...(['Parameters', '', 'Trained weights.'] as const),
      sources.map(({ parameters }) => parameters ?? NaN),
      counted,
    ),
    numbers(
      'Steps to solve',
      '',
      `First evaluation with more than ${solvedAbove * 100} % of held-out sequences right. Of several seeds, the median of those that solved it.`,
      sources.map((source) => middle(source, ({ evaluations }) => solvedAt(evaluations)?.step)),
      counted,
      'low',
    ),
    row(
      'Solved',
      'of seeds',
      'How many of the seeds that are through have solved the task.',
      success.map(({ solved, of }) => (of === 0 ? none : `${solved} of ${of}`)),
    ),
  ].filter(({ values }) => values.some((value) => value !== none));
}

function ownSuccess(runs: Source['runs']): ReturnType<typeof successOf> {
  const solved = runs.filter(({ evaluations }) => solvedAt(evaluations) !== null).length;
  return { solved, of: runs.some(({ evaluations }) => evaluations.length > 0) ? runs.length : 0 };
}

function row(
  label: string,
  unit: string,
  explanation: string,
  values: readonly string[],
  best: readonly number[] = [],
): CompareRow {
  return { label, unit, explanation, values, best };
}

function numbers(
  label: string,
  unit: string,
  explanation: string,
  values: readonly number[],
  text: (value: number) => string,
  better?: 'high' | 'low',
): CompareRow {
  const finite = values.filter(Number.isFinite);
  const goal = better === 'high' ? Math.max(...finite) : Math.min(...finite);
  const tells = better !== undefined && new Set(finite).size > 1;
  const best = tells ? values.flatMap((value, i) => (value === goal ? [i] : [])) : [];
  return row(
    label,
    unit,
    explanation,
    values.map((value) => (Number.isFinite(value) ? text(value) : none)),
    best,
  );
}

const significant = (value: number): string => formatNumber(Number(value.toPrecision(3)));

/** One digit after the point; never 100 % unless all were right. */
const percent = (share: number): string =>
  `${share === 1 ? '100' : Math.min(share * 100, 99.9).toFixed(1)} %`;

/** The result of an experiment as plain data, and as a page of Markdown. */
import type { Budget, Experiment, Group, Measure, Metric } from './experiment.ts';
import type { RunResult } from './result.ts';

/** Where and how it was computed. */
export interface Circumstances {
  readonly budget: Budget;
  readonly executor: string;
  readonly browser: string;
  /** Of the source, with “+” when it had changes that were not committed. */
  readonly commit: string;
  /** Day, ISO 8601. */
  readonly date: string;
}

export interface RowResult {
  readonly group: string;
  readonly label: string;
  readonly results: readonly RunResult[];
}

export interface ExperimentReport extends Circumstances {
  readonly format: 1;
  readonly experiment: string;
  readonly claim: string;
  readonly source: string;
  readonly seeds: readonly number[];
  readonly wallSeconds: number;
  readonly rows: readonly RowResult[];
}

/** @param rows in the order of the experiment; rows that were not run are left out */
export function reportOf(
  experiment: Experiment,
  circumstances: Circumstances,
  rows: readonly RowResult[],
): ExperimentReport {
  const results = rows.flatMap((row) => row.results);
  return {
    format: 1,
    experiment: experiment.id,
    claim: experiment.claim,
    source: experiment.source,
    ...circumstances,
    seeds: [...new Set(results.map(({ seed }) => seed))].sort((a, b) => a - b),
    wallSeconds: results.reduce((total, { wallSeconds }) => total + wallSeconds, 0),
    rows,
  };
}

export function markdownOf(experiment: Experiment, report: ExperimentReport): string {
  const { budget, executor, browser, commit, date, seeds, wallSeconds } = report;
  const sections = experiment.groups.map((group) => {
    const rows = report.rows.filter((row) => row.group === group.label);
    return rows.length === 0 ? '' : `\n## ${group.label}\n\n${table(group, rows)}`;
  });
  return [
    `# ${experiment.name}\n`,
    `**Claim.** ${experiment.claim}\n`,
    `**Source.** ${experiment.source}.\n`,
    `**How to read it.** ${experiment.reading}\n`,
    `Recorded on ${date} with \`npm run replicate -- ${experiment.id} --budget ${budget} --seeds ${seeds.length}\`: ` +
      `budget ${budget}, seeds ${seeds.join(', ')}, executor ${executor}, ${browser}, commit ${commit}, ` +
      `${duration(wallSeconds)} in all. Cells: mean over the seeds (lowest–highest).`,
    ...sections,
  ].join('\n');
}

function table({ measures }: Group, rows: readonly RowResult[]): string {
  const lines = [
    ['', 'parameters', 'steps', 's per run', ...measures.map(({ label }) => label)],
    ['---', '---:', '---:', '---:', ...measures.map(() => '---:')],
    ...rows.map(({ label, results }) => [
      label,
      String(results[0]?.parameters ?? ''),
      String(results[0]?.steps ?? ''),
      mean(results.map(({ wallSeconds }) => wallSeconds)).toFixed(1),
      ...measures.map((measure) => cell(measure, results)),
    ]),
  ];
  // Columns that show what is above chance have told.
  const told = measures.some(({ chance }) => chance !== undefined);
  const baseline = told ? null : rows[0]?.results[0]?.baseline;
  const comparison = baseline
    ? `\nFor comparison, ${baseline.label}: ${show(baseline.metric, baseline.value)}.\n`
    : '';
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n${comparison}`;
}

/** Mean (lowest–highest) over the seeds that reached the end, in how many it was solved, and how many did not get there. */
export function cell(measure: Measure, results: readonly RunResult[]): string {
  const values = results.flatMap((result) => measured(measure, result) ?? []);
  const stopped = results.length - values.length;
  const parts: string[] = [];
  if (values.length > 0) {
    const shown = (value: number): string => show(measure.metric, value);
    const [low, high] = [shown(Math.min(...values)), shown(Math.max(...values))];
    const middle = shown(mean(values));
    parts.push(low === high ? middle : `${middle} (${low}–${high})`);
    const { solvedFrom } = measure;
    if (solvedFrom !== undefined) {
      const solved = values.filter((value) => value >= solvedFrom).length;
      parts.push(`${solved}/${results.length} solved`);
    }
  }
  if (stopped > 0) parts.push(`${stopped} diverged`);
  return parts.join(', ');
}

/** The value that a column shows for one seed; null when the run did not get there. */
export function measured({ split, metric, chance }: Measure, { scores }: RunResult): number | null {
  const value = scores[split]?.[metric] ?? null;
  return value === null || chance === undefined ? value : (value - chance) / (1 - chance);
}

/** Errors differ by orders of magnitude; shares do not. */
function show(metric: Metric, value: number): string {
  if (metric === 'normalizedError') return value.toExponential(1);
  return value.toFixed(metric === 'perplexity' ? 3 : 2);
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function duration(seconds: number): string {
  return seconds < 120 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`;
}

/**
 * What a file of ours says of its run, besides weights: config, how far it came, metrics, evaluations, where it was trained.
 * It is JSON from outside, so everything is checked before it becomes a checkpoint; the values of fields are checked
 * against their bounds when the run is prepared.
 */
import type { ExecutorName, TrainingState } from '../executors/executor.ts';
import { PlaygroundError } from '../foundation/errors.ts';
import type { FieldValue, FieldValues } from '../foundation/fields.ts';
import type { GeneralisationGrid, GridCell, Interval } from '../training/grid/grid.ts';
import type { Checkpoint, Evaluation, MetricPoint, RunConfig } from '../training/run.ts';

export interface Provenance {
  /** Of the page that wrote the file. */
  readonly commit: string;
  /** ISO 8601 */
  readonly date: string;
  readonly executor: ExecutorName;
}

export interface RunRecord extends Omit<Checkpoint, 'format' | 'training'> {
  /** The preset that the run began from; '' if unknown. */
  readonly presetId: string;
  readonly vocabulary: readonly string[];
  readonly provenance: Provenance;
}

/** As JSON, which knows no NaN: a figure that does not exist becomes null. */
export function recordOf(
  checkpoint: Checkpoint,
  facts: Pick<RunRecord, 'presetId' | 'vocabulary' | 'provenance'>,
  withMetrics: boolean,
): unknown {
  const { config, step, seconds, tokens, savedAt, metrics, evaluations, grids = [] } = checkpoint;
  return {
    ...{ config, step, seconds, tokens, savedAt, ...facts },
    ...(withMetrics ? { metrics, evaluations, grids } : { metrics: [], evaluations: [] }),
  };
}

/** As many as a run of any length keeps, and some. */
const longestHistory = 100_000;

/** @throws PlaygroundError `invalid-run` naming what is wrong. */
export function checkpointOf(record: unknown, training: TrainingState): Checkpoint {
  const run = table(record, 'the run');
  const { config, step, seconds, tokens, savedAt, metrics, evaluations } = run;
  return {
    format: 1,
    config: configOf(config),
    step: count(step, 'its step'),
    seconds: figure(seconds, 'its seconds'),
    tokens: count(tokens, 'its tokens'),
    savedAt: figure(savedAt, 'its date'),
    training,
    metrics: history(metrics, 'its metrics').map(metricPoint),
    evaluations: history(evaluations, 'its evaluations').map(evaluation),
    // Files of older pages have none.
    grids: history(run['grids'] ?? [], 'its grids').map(gridOf),
  };
}

function gridOf(value: unknown): GeneralisationGrid {
  const { step, samples, cells } = table(value, 'a grid');
  return {
    step: count(step, 'a step'),
    samples: count(samples, 'a number of samples'),
    cells: history(cells, 'the cells of a grid').map(cellOf),
  };
}

function cellOf(value: unknown): GridCell {
  const cell = table(value, 'a cell of a grid');
  return {
    levels: history(cell['levels'], 'the levels of a cell').map((level) => count(level, 'a level')),
    answers: count(cell['answers'], 'a number of answers'),
    tokenAccuracy: figure(cell['tokenAccuracy'], 'an accuracy'),
    tokenInterval: intervalOf(cell['tokenInterval']),
    sequenceAccuracy: figure(cell['sequenceAccuracy'], 'an accuracy'),
    sequenceInterval: intervalOf(cell['sequenceInterval']),
  };
}

function intervalOf(value: unknown): Interval {
  const [low, high] = history(value, 'the interval of an accuracy');
  return [figure(low, 'an accuracy'), figure(high, 'an accuracy')];
}

/** '' where the record does not say. */
export function presetOf(record: unknown): string {
  const { presetId } = table(record, 'the run');
  return typeof presetId === 'string' ? presetId.slice(0, 100) : '';
}

function configOf(value: unknown): RunConfig {
  const { version, task, model, training, seed } = table(value, 'its config');
  if (version !== 1) refuse(`its config has version ${String(version)}`);
  const { dataHash } = table(task, 'its task');
  if (dataHash !== undefined && typeof dataHash !== 'string') refuse('its text has no hash');
  return {
    version: 1,
    task: { ...choice(task, 'its task'), ...(dataHash !== undefined && { dataHash }) },
    model: choice(model, 'its model'),
    training: fields(training, 'its training settings'),
    seed: count(seed, 'its seed'),
    // What is fast here may not be what was fast there.
    executor: 'automatic',
  };
}

function choice(value: unknown, what: string): { readonly id: string; readonly fields: FieldValues } {
  const { id, fields: values } = table(value, what);
  if (typeof id !== 'string') refuse(`${what} has no name`);
  return { id, fields: fields(values, what) };
}

function fields(value: unknown, what: string): FieldValues {
  const isValue = (one: unknown): one is FieldValue =>
    typeof one === 'string' || typeof one === 'boolean' || (typeof one === 'number' && Number.isFinite(one));
  const entries = Object.entries(table(value, what));
  for (const [key, one] of entries) if (!isValue(one)) refuse(`${what} has no value for ${key}`);
  return Object.fromEntries(entries) as FieldValues;
}

function metricPoint(value: unknown): MetricPoint {
  const point = table(value, 'a metric');
  return {
    ...position(point),
    loss: figure(point['loss'], 'a loss'),
    gradientNorm: figure(point['gradientNorm'], 'a gradient norm'),
    learningRate: figure(point['learningRate'], 'a learning rate'),
  };
}

function evaluation(value: unknown): Evaluation {
  const scores = table(value, 'an evaluation');
  const { split, normalizedError } = scores;
  if (typeof split !== 'string') refuse('an evaluation has no split');
  return {
    ...position(scores),
    split,
    loss: figure(scores['loss'], 'a loss'),
    perplexity: figure(scores['perplexity'], 'a perplexity'),
    tokenAccuracy: figure(scores['tokenAccuracy'], 'an accuracy'),
    sequenceAccuracy: figure(scores['sequenceAccuracy'], 'an accuracy'),
    ...(normalizedError !== undefined && { normalizedError: figure(normalizedError, 'an error') }),
  };
}

function position(
  entry: Readonly<Record<string, unknown>>,
): Pick<MetricPoint, 'step' | 'seconds' | 'tokens'> {
  return {
    step: count(entry['step'], 'a step'),
    seconds: figure(entry['seconds'], 'a time'),
    tokens: count(entry['tokens'], 'a number of tokens'),
  };
}

function table(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(`${what} is missing`);
  return value as Readonly<Record<string, unknown>>;
}

function history(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length > longestHistory) refuse(`${what} are missing or too many`);
  return value as readonly unknown[];
}

function count(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) refuse(`${what} is not a count`);
  return value as number;
}

/** null stands for NaN. */
function figure(value: unknown, what: string): number {
  if (value === null) return NaN;
  if (typeof value !== 'number') refuse(`${what} is not a number`);
  return value;
}

function refuse(reason: string): never {
  throw new PlaygroundError(
    'invalid-run',
    `The file’s weights can be read, but not the run that they belong to: ${reason}.`,
    'Your run is as it was.',
    'Choose a file that was exported here.',
  );
}

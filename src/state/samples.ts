/**
 * Live samples of the task in the settings, drawn on the page by the task's own generator: they answer while a slider moves,
 * before any run is built. Sample i of a seed and split is the one that the worker trains on.
 */
import { toFailure } from '../foundation/errors.ts';
import type { Failure } from '../foundation/errors.ts';
import type { TaskEnds } from '../models/model.ts';
import type { Sample, TaskInstance, UserData } from '../tasks/task.ts';
import type { RunConfig } from '../worker/protocol.ts';
import { catalog } from './catalog.ts';
import type { Catalog } from './catalog.ts';

export type { Sample, TaskInstance, UserData };

export type TaskPreview =
  | { readonly instance: TaskInstance; readonly failure: null }
  | { readonly instance: null; readonly failure: Failure };

let last: { key: string; preview: TaskPreview } | null = null;

/** The task of a config, or the sentence that says what it lacks. The last answer is kept: a text is read once. */
export function previewTask(config: RunConfig, data: UserData | null, known: Catalog = catalog): TaskPreview {
  const key = JSON.stringify([config.task, data?.hash]);
  if (last?.key !== key) last = { key, preview: instantiate(config, data, known) };
  return last.preview;
}

function instantiate(config: RunConfig, data: UserData | null, known: Catalog): TaskPreview {
  const task = known.tasks.find((candidate) => candidate.id === config.task.id);
  try {
    if (!task) throw new Error(`There is no task called “${config.task.id}”.`);
    const own = task.userData && data && data.hash === config.task.dataHash ? data : undefined;
    return { instance: task.instantiate(config.task.fields, own), failure: null };
  } catch (error) {
    return { instance: null, failure: toFailure(error) };
  }
}

export function samplesOf(instance: TaskInstance, seed: number, first: number, count: number): Sample[] {
  return Array.from({ length: count }, (_, i) => instance.sample(seed, 'train', first + i));
}

export function endsOf(instance: TaskInstance): TaskEnds {
  return instance.kind === 'tokens'
    ? { kind: 'tokens', vocabularySize: instance.vocabulary.length, outputSize: instance.outputSize }
    : { kind: 'vectors', inputSize: instance.inputSize, outputSize: instance.outputSize };
}

/** Why this model cannot do this task, or null. */
export function combinationProblem(
  config: RunConfig,
  instance: TaskInstance,
  known: Catalog = catalog,
): string | null {
  const model = known.models.find((candidate) => candidate.id === config.model.id);
  if (!model) return null;
  if (instance.kind === 'vectors' && model.input === 'tokens') {
    return `${model.name} reads tokens, and this task gives vectors of numbers.`;
  }
  if (!model.problem) return null;
  const ends = endsOf(instance);
  const length = Math.max(...instance.splits.map((split) => split.length));
  return model.problem({ ...config.model.fields, ...model.sizes(ends) }, ends, length);
}

/** Why no run can be made of these settings, or null. */
export function settingsProblem(config: RunConfig, data: UserData | null): string | null {
  const { instance, failure } = previewTask(config, data);
  return instance ? combinationProblem(config, instance) : failure.message;
}

/** So many held-out samples are looked at for one that shows the memory at work. */
const considered = 24;

/** The longest of the first held-out samples, and a position in the middle of its answers: a good place to look first. */
export function tellingProbe(
  instance: TaskInstance,
  seed: number,
): { readonly sampleIndex: number; readonly position: number } {
  const samples = Array.from({ length: considered }, (_, i) => instance.sample(seed, 'heldOut', i));
  const longest = Math.max(...samples.map((sample) => sample.mask.length));
  const sampleIndex = samples.findIndex((sample) => sample.mask.length === longest);
  const asked = [...samples[sampleIndex]!.mask].flatMap((counts, t) => (counts ? [t] : []));
  return { sampleIndex, position: asked[Math.floor(asked.length / 2)] ?? 0 };
}

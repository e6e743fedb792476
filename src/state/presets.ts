/** Presets: complete starting points, listed by the models that they show. */
import { checkFields, defaultsOf } from '../foundation/fields.ts';
import type { Fields, FieldValues } from '../foundation/fields.ts';
import { PlaygroundError } from '../foundation/errors.ts';
import type { ModelDefinition, Preset } from '../models/model.ts';
import type { RunConfig } from '../worker/protocol.ts';
import { catalog } from './catalog.ts';
import type { Catalog } from './catalog.ts';

export interface PresetChoice {
  readonly model: ModelDefinition;
  readonly preset: Preset;
}

export function presetChoices(known: Catalog = catalog): readonly PresetChoice[] {
  return known.models.flatMap((model) => model.presets.map((preset) => ({ model, preset })));
}

export function presetById(id: string, known: Catalog = catalog): PresetChoice | null {
  return presetChoices(known).find((choice) => choice.preset.id === id) ?? null;
}

/** The one that the page opens with. */
export function defaultPreset(known: Catalog = catalog): PresetChoice {
  const first = presetChoices(known)[0];
  if (!first) throw new PlaygroundError('no-preset', 'No model offers a preset.');
  return first;
}

/** The whole config of a preset: what it leaves out takes its default. */
export function configOf({ model, preset }: PresetChoice, known: Catalog = catalog): RunConfig {
  const task = known.tasks.find((candidate) => candidate.id === preset.task.id);
  if (!task) {
    throw new PlaygroundError(
      'unknown-task',
      `The preset “${preset.label}” names an unknown task, “${preset.task.id}”.`,
    );
  }
  return {
    version: 1,
    task: { id: task.id, fields: { ...defaultsOf(task.fields), ...preset.task.fields } },
    model: { id: model.id, fields: { ...defaultsOf(model.fields), ...preset.model } },
    training: { ...defaultsOf(known.training), ...preset.training },
    seed: 1,
    executor: 'automatic',
  };
}

/**
 * A config from outside (stored, shared), with every value checked.
 * @throws PlaygroundError `unknown-task`, `unknown-model` or `invalid-config`.
 */
export function checkConfig(config: RunConfig, known: Catalog = catalog): RunConfig {
  const unknown = (kind: 'task' | 'model', id: string): PlaygroundError =>
    new PlaygroundError(
      `unknown-${kind}`,
      `There is no ${kind} called “${id}”.`,
      'Nothing was changed.',
      'The link or run may come from a newer version of the page.',
    );
  const task = known.tasks.find((candidate) => candidate.id === config.task.id);
  if (!task) throw unknown('task', config.task.id);
  const model = known.models.find((candidate) => candidate.id === config.model.id);
  if (!model) throw unknown('model', config.model.id);
  return {
    ...config,
    task: { ...config.task, fields: checkFields(task.fields, config.task.fields) },
    model: { ...config.model, fields: checkFields(model.fields, config.model.fields) },
    training: checkFields(known.training, config.training),
  };
}

/** What "reset to default" means: the preset's values where it has this task or model, else the field's own defaults. */
export function presetValuesOf(
  presetId: string,
  group: 'task' | 'model' | 'training',
  config: RunConfig,
  known: Catalog = catalog,
): FieldValues {
  const preset = configOf(presetById(presetId, known) ?? defaultPreset(known), known);
  if (group === 'training') return preset.training;
  if (preset[group].id === config[group].id) return preset[group].fields;
  const shelf: readonly { readonly id: string; readonly fields: Fields }[] =
    group === 'task' ? known.tasks : known.models;
  return defaultsOf(shelf.find((entry) => entry.id === config[group].id)?.fields ?? {});
}

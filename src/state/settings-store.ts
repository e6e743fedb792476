/**
 * The settings as the person has put them: a draft of the next run. It always holds allowed values; what is being typed and
 * is not yet allowed stays in its control. The current run keeps its own config until a new run is confirmed.
 */
import { createStore } from 'zustand/vanilla';
import { defaultsOf } from '../foundation/fields.ts';
import type { FieldValue, FieldValues } from '../foundation/fields.ts';
import type { UserData } from '../tasks/task.ts';
import type { RunConfig } from '../worker/protocol.ts';
import { catalog } from './catalog.ts';
import type { Catalog } from './catalog.ts';
import { differences } from './differences.ts';
import { configOf, defaultPreset, presetById } from './presets.ts';

export type { RunConfig };

export type FieldGroup = 'task' | 'model' | 'training';

export interface Settings {
  /** The preset that the draft started from: what "differs" and "reset to default" refer to. */
  readonly presetId: string;
  readonly config: RunConfig;
  /** The file behind a task that reads one. */
  readonly data: UserData | null;
  /** Values that other tasks and models had when they were last shown, so that switching back loses nothing. */
  readonly remembered: Readonly<Record<string, FieldValues>>;
}

export function createSettingsStore(known: Catalog = catalog) {
  const preset = defaultPreset(known);
  return createStore<Settings>(() => ({
    presetId: preset.preset.id,
    config: configOf(preset, known),
    data: null,
    remembered: {},
  }));
}

export type SettingsStore = ReturnType<typeof createSettingsStore>;

export const settingsStore = createSettingsStore();

export function valuesOf(config: RunConfig, group: FieldGroup): FieldValues {
  return group === 'training' ? config.training : config[group].fields;
}

export function withValues(config: RunConfig, group: FieldGroup, values: FieldValues): RunConfig {
  return group === 'training'
    ? { ...config, training: values }
    : { ...config, [group]: { ...config[group], fields: values } };
}

export function setField(
  group: FieldGroup,
  key: string,
  value: FieldValue,
  store: SettingsStore = settingsStore,
): void {
  store.setState(({ config }) => ({
    config: withValues(config, group, { ...valuesOf(config, group), [key]: value }),
  }));
}

/** Keeps the values of the task or model that is left, and brings back those of the one that is chosen. */
function exchange(
  settings: Settings,
  group: 'task' | 'model',
  id: string,
  known: Catalog,
): Partial<Settings> {
  const shelf = group === 'task' ? known.tasks : known.models;
  const chosen = shelf.find((entry) => entry.id === id);
  if (!chosen || settings.config[group].id === id) return {};
  const left = settings.config[group];
  return {
    remembered: { ...settings.remembered, [`${group}.${left.id}`]: left.fields },
    config: {
      ...settings.config,
      [group]: { id, fields: settings.remembered[`${group}.${id}`] ?? defaultsOf(chosen.fields) },
    },
  };
}

export function chooseTask(id: string, store: SettingsStore = settingsStore, known: Catalog = catalog): void {
  store.setState((settings) => {
    const next = exchange(settings, 'task', id, known);
    if (!next.config) return next;
    const reads = known.tasks.find((task) => task.id === id)?.userData !== undefined;
    return reads && settings.data ? { ...next, config: withData(next.config, settings.data) } : next;
  });
}

export function chooseModel(
  id: string,
  store: SettingsStore = settingsStore,
  known: Catalog = catalog,
): void {
  store.setState((settings) => exchange(settings, 'model', id, known));
}

export function choosePreset(
  id: string,
  store: SettingsStore = settingsStore,
  known: Catalog = catalog,
): void {
  const choice = presetById(id, known);
  if (!choice) return;
  store.setState(({ config, data }) => {
    const chosen = { ...configOf(choice, known), executor: config.executor, seed: config.seed };
    const reads = known.tasks.find((task) => task.id === chosen.task.id)?.userData !== undefined;
    return { presetId: id, config: reads && data ? withData(chosen, data) : chosen };
  });
}

/** Whether anything but the seed and the file was changed since the preset was chosen. */
export function differsFromPreset({ presetId, config }: Settings): boolean {
  const choice = presetById(presetId);
  if (!choice) return false;
  const preset = configOf(choice);
  const { dataHash: _file, ...task } = config.task;
  return differences(preset, { ...config, task, seed: preset.seed }).length > 0;
}

function withData(config: RunConfig, data: UserData): RunConfig {
  return { ...config, task: { ...config.task, dataHash: data.hash } };
}

/** Gives a task the person's file. */
export function giveData(
  taskId: string,
  data: UserData,
  store: SettingsStore = settingsStore,
  known: Catalog = catalog,
): void {
  chooseTask(taskId, store, known);
  store.setState(({ config }) => ({ data, config: withData(config, data) }));
}

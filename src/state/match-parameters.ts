/** "Match parameters" on the page: the chosen model at the width where it has about as many parameters as another run. */
import { createStore } from 'zustand/vanilla';
import type { UserData } from '../tasks/task.ts';
import { matchParameters } from '../models/match-parameters.ts';
import { catalog } from './catalog.ts';
import type { Catalog } from './catalog.ts';
import { runStore } from './run-store.ts';
import { endsOf, previewTask } from './samples.ts';
import { settingsStore, withValues } from './settings-store.ts';
import type { RunConfig } from './settings-store.ts';

export interface CountedModel {
  readonly id: string;
  readonly name: string;
  readonly parameters: number;
}

/** The model of the present run, and the different one that was there before it in this tab. */
export const comparisonStore = createStore<{
  readonly present: CountedModel | null;
  readonly before: CountedModel | null;
}>(() => ({ present: null, before: null }));

runStore.subscribe(({ run }) => {
  const { present } = comparisonStore.getState();
  if (!run || (present?.id === run.config.model.id && present.parameters === run.parameterCount)) return;
  const { id } = run.config.model;
  const name = catalog.models.find((candidate) => candidate.id === id)?.name ?? id;
  comparisonStore.setState((state) => ({
    present: { id, name, parameters: run.parameterCount },
    before: state.present?.id === id ? state.before : state.present,
  }));
});

/** The config with the model's sizes changed; null where the task has no data yet or no width comes near. */
export function matchedConfig(
  config: RunConfig,
  data: UserData | null,
  target: number,
  known: Catalog = catalog,
): RunConfig | null {
  const model = known.models.find(({ id }) => id === config.model.id);
  const { instance } = previewTask(config, data, known);
  const length = instance?.splits[0]?.length;
  if (!model || !instance || length === undefined) return null;
  const match = matchParameters(model, config.model.fields, endsOf(instance), length, target);
  return match && withValues(config, 'model', match.fields);
}

/** Puts the matched sizes into the settings. @returns whether there were any */
export function matchSettings(target: number): boolean {
  const { config, data } = settingsStore.getState();
  const matched = matchedConfig(config, data, target);
  if (matched) settingsStore.setState({ config: matched });
  return matched !== null;
}

/**
 * The run's config in the part of the address after `#`: only what differs from the preset, with a schema version. The codec
 * walks the field tables, so a new field is shareable without a line here. Reading never fails: what is unknown or out of
 * bounds is skipped and reported.
 */
import { defaultsOf, fieldProblem } from '../foundation/fields.ts';
import type { Field, Fields, FieldValue, FieldValues } from '../foundation/fields.ts';
import type { RunConfig } from '../worker/protocol.ts';
import { catalog } from './catalog.ts';
import type { Catalog } from './catalog.ts';
import { decodeView, encodeView, packAddress, unpackAddress, viewKeys } from './link.ts';
import type { SharedView } from './link.ts';
import { configOf, defaultPreset, presetById } from './presets.ts';
import type { FieldGroup } from './settings-store.ts';

const SCHEMA = 2;

/** From the schema of this number to the next one. Links live long: none of these is ever removed. */
const migrations: Readonly<Record<number, (parts: URLSearchParams) => void>> = {
  /** `at=split.sample.position` became `probe` and `position`, beside which `step` and `open` came. */
  1: (parts) => {
    const at = parts.get('at');
    parts.delete('at');
    const match = at === null ? null : /^(.*)\.([^.]*)$/.exec(at);
    if (match) {
      parts.set('probe', match[1]!);
      parts.set('position', match[2]!);
    } else if (at !== null) parts.set('probe', at);
  },
};

export interface Shared {
  readonly presetId: string;
  readonly config: RunConfig;
  /** What the link wants to be looked at, if it says. */
  readonly view: SharedView | null;
  /** One sentence for each part that was skipped. */
  readonly problems: readonly string[];
}

function fieldsOf(known: Catalog, group: FieldGroup, config: RunConfig): Fields {
  if (group === 'training') return known.training;
  const shelf: readonly { readonly id: string; readonly fields: Fields }[] =
    group === 'task' ? known.tasks : known.models;
  return shelf.find((entry) => entry.id === config[group].id)?.fields ?? {};
}

const groups: readonly FieldGroup[] = ['task', 'model', 'training'];

function read(config: RunConfig, group: FieldGroup): FieldValues {
  return group === 'training' ? config.training : config[group].fields;
}

/** The preset's config, with `task` and `model` swapped where they differ: what omitted keys mean. */
function baseline(preset: RunConfig, taskId: string, modelId: string, known: Catalog): RunConfig {
  const part = (group: 'task' | 'model', id: string): { id: string; fields: FieldValues } => {
    if (preset[group].id === id) return preset[group];
    const shelf: readonly { readonly id: string; readonly fields: Fields }[] =
      group === 'task' ? known.tasks : known.models;
    return { id, fields: defaultsOf(shelf.find((entry) => entry.id === id)?.fields ?? {}) };
  };
  return { ...preset, task: part('task', taskId), model: part('model', modelId) };
}

/** '' for the default preset as it is; otherwise `v=1&…` without the leading `#`. */
export function encodeConfig(config: RunConfig, presetId: string, known: Catalog = catalog): string {
  const chosen = presetById(presetId, known) ?? defaultPreset(known);
  const preset = configOf(chosen, known);
  const base = baseline(preset, config.task.id, config.model.id, known);
  const parts = new URLSearchParams();
  if (chosen.preset.id !== defaultPreset(known).preset.id) parts.set('preset', chosen.preset.id);
  if (config.task.id !== preset.task.id) parts.set('task', config.task.id);
  if (config.model.id !== preset.model.id) parts.set('model', config.model.id);
  if (config.task.dataHash !== undefined) parts.set('data', config.task.dataHash);
  if (config.seed !== preset.seed) parts.set('seed', String(config.seed));
  for (const group of groups) {
    for (const key of Object.keys(fieldsOf(known, group, config))) {
      const value = read(config, group)[key];
      if (value !== undefined && value !== read(base, group)[key]) {
        parts.set(`${group}.${key}`, typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value));
      }
    }
  }
  const text = parts.toString();
  return text === '' ? '' : `v=${SCHEMA}&${text}`;
}

/** The part of a link after `#`: config and view, packed where that is long. */
export function encodeLink(config: RunConfig, presetId: string, view: SharedView): string {
  const parts = new URLSearchParams(encodeConfig(config, presetId));
  if (!parts.has('v')) parts.set('v', String(SCHEMA));
  for (const [key, value] of Object.entries(encodeView(view))) parts.set(key, value);
  return packAddress(parts.toString());
}

function parseValue(field: Field, text: string): FieldValue {
  switch (field.kind) {
    case 'integer':
    case 'real':
      return text.trim() === '' ? NaN : Number(text);
    case 'choice':
      return text;
    case 'switch':
      return text === 'on' ? true : text === 'off' ? false : text;
  }
}

/** null when the text holds no config at all. */
export function decodeConfig(hash: string, known: Catalog = catalog): Shared | null {
  const address = unpackAddress(hash.replace(/^#/, ''));
  const problems: string[] = [];
  if (address === null) problems.push('The link is damaged: it cannot be unpacked.');
  const parts = new URLSearchParams(address ?? `v=${SCHEMA}`);
  if (!parts.has('v')) return null;
  problems.push(...migrate(parts));
  const presetId = parts.get('preset');
  const named = presetId === null ? null : presetById(presetId, known);
  if (presetId !== null && !named) problems.push(`There is no preset called “${presetId}”.`);
  const preset = named ?? defaultPreset(known);

  const shelved = (group: 'task' | 'model', fallback: string): string => {
    const id = parts.get(group) ?? fallback;
    const shelf: readonly { readonly id: string }[] = group === 'task' ? known.tasks : known.models;
    if (shelf.some((entry) => entry.id === id)) return id;
    problems.push(`There is no ${group} called “${id}”.`);
    return fallback;
  };
  const start = configOf(preset, known);
  const taskId = shelved('task', start.task.id);
  const modelId = shelved('model', start.model.id);
  let config = baseline(start, taskId, modelId, known);

  for (const group of groups) {
    const { values, problems: found } = readFields(parts, group, fieldsOf(known, group, config));
    problems.push(...found);
    const merged = { ...read(config, group), ...values };
    config =
      group === 'training'
        ? { ...config, training: merged }
        : { ...config, [group]: { ...config[group], fields: merged } };
  }
  const seed = parts.get('seed');
  if (seed !== null) {
    const number = Number(seed);
    if (seed.trim() !== '' && Number.isSafeInteger(number) && number >= 0)
      config = { ...config, seed: number };
    else problems.push(`“${seed}” is not a seed.`);
  }
  const data = parts.get('data');
  if (data !== null) config = { ...config, task: { ...config.task, dataHash: data } };

  const { view, problems: unseen } = decodeView(parts);
  problems.push(...unseen);

  const general = new Set(['v', 'preset', 'task', 'model', 'seed', 'data', ...viewKeys]);
  for (const key of parts.keys()) {
    const isField = groups.some((group) => key.startsWith(`${group}.`));
    if (!general.has(key) && !isField) problems.push(`“${key}” is not a setting of this page.`);
  }
  return { presetId: preset.preset.id, config, view, problems };
}

/** Brings an older link to the present schema. @returns what must be said of its version */
function migrate(parts: URLSearchParams): readonly string[] {
  const version = Number(parts.get('v'));
  if (!Number.isInteger(version) || version < 1)
    return [`“${parts.get('v') ?? ''}” is no version of a link; it is read as one of today.`];
  if (version > SCHEMA)
    return ['The link was made by a newer version of the page; what this version does not know is left out.'];
  for (let from = version; from < SCHEMA; from++) migrations[from]!(parts);
  return [];
}

function readFields(
  parts: URLSearchParams,
  group: FieldGroup,
  fields: Fields,
): { values: Record<string, FieldValue>; problems: string[] } {
  const values: Record<string, FieldValue> = {};
  const problems: string[] = [];
  for (const [path, text] of parts) {
    if (!path.startsWith(`${group}.`)) continue;
    const key = path.slice(group.length + 1);
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!field) {
      problems.push(`“${path}” is not a setting of this page.`);
      continue;
    }
    const value = parseValue(field, text);
    const problem = fieldProblem(field, value);
    if (problem === null) values[key] = value;
    else problems.push(`${problem}.`);
  }
  return { values, problems };
}

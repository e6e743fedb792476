/** What differs between two configs, in words: the label of a change, the warning before a new run. */
import type { Field, Fields, FieldValue, FieldValues } from '../foundation/fields.ts';
import type { RunConfig } from '../worker/protocol.ts';
import { catalog } from './catalog.ts';
import type { Catalog } from './catalog.ts';

export interface Difference {
  /** Dotted path, e.g. `model.slots`. */
  readonly path: string;
  readonly label: string;
  readonly from: string;
  readonly to: string;
}

/** A value as a person reads it. */
export function formatValue(field: Field, value: FieldValue | undefined): string {
  if (value === undefined) return '–';
  switch (field.kind) {
    case 'choice':
      return field.options.find((option) => option.value === value)?.label ?? String(value);
    case 'switch':
      return value === true ? 'on' : 'off';
    case 'integer':
    case 'real':
      return formatNumber(Number(value));
  }
}

/** Short, without loss that anybody would notice: 0.003, 1,250, 3e-5. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential().replace('e+', 'e');
  return new Intl.NumberFormat('en', { maximumSignificantDigits: 6 }).format(value);
}

function differencesOfFields(
  fields: Fields,
  prefix: string,
  from: FieldValues,
  to: FieldValues,
): Difference[] {
  return Object.entries(fields)
    .filter(([key]) => from[key] !== to[key])
    .map(([key, field]) => ({
      path: `${prefix}.${key}`,
      label: field.label,
      from: formatValue(field, from[key]),
      to: formatValue(field, to[key]),
    }));
}

/** In the order of the page: task, model, training, seed. The executor is left out: it changes no number that counts. */
export function differences(from: RunConfig, to: RunConfig, known: Catalog = catalog): Difference[] {
  const all: Difference[] = [];
  for (const group of ['task', 'model'] as const) {
    const shelf: readonly { readonly id: string; readonly name: string; readonly fields: Fields }[] =
      group === 'task' ? known.tasks : known.models;
    const before = shelf.find((entry) => entry.id === from[group].id);
    const after = shelf.find((entry) => entry.id === to[group].id);
    if (before !== after) {
      all.push({
        path: group,
        label: group === 'task' ? 'Task' : 'Model',
        from: before?.name ?? from[group].id,
        to: after?.name ?? to[group].id,
      });
    } else if (after) {
      all.push(...differencesOfFields(after.fields, group, from[group].fields, to[group].fields));
    }
  }
  if (from.task.id === to.task.id && from.task.dataHash !== to.task.dataHash) {
    all.push({ path: 'task.data', label: 'Text', from: 'the present one', to: 'the new file' });
  }
  all.push(...differencesOfFields(known.training, 'training', from.training, to.training));
  if (from.seed !== to.seed) {
    all.push({ path: 'seed', label: 'Seed', from: String(from.seed), to: String(to.seed) });
  }
  return all;
}

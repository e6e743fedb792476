/** What a compared run is called when nobody has named it: what is different in it. */
import type { RunConfig } from '../../worker/protocol.ts';
import { catalog } from '../catalog.ts';
import type { Catalog } from '../catalog.ts';
import type { Difference } from '../differences.ts';
import { differences } from '../differences.ts';

export const sameSettings = 'same settings';

/** More than these are counted, not told. */
const told = 2;

/**
 * What changes from the current run to another one, e.g. "learning rate 0.003 → 0.001" or "LSTM instead of MemNet".
 * @param current null while there is none: then model and task are named
 */
export function differenceLabel(
  current: RunConfig | null,
  other: RunConfig,
  known: Catalog = catalog,
): string {
  if (!current) return nameOf(other, known);
  const all = differences(current, other, known);
  if (all.length === 0) return sameSettings;
  const parts = all.slice(0, told).map(changeText);
  return [...parts, ...(all.length > told ? [`${all.length - told} more`] : [])].join(', ');
}

/** e.g. "MemNet on Copy". */
export function nameOf({ model, task }: RunConfig, known: Catalog = catalog): string {
  const modelName = known.models.find(({ id }) => id === model.id)?.name ?? model.id;
  const taskName = known.tasks.find(({ id }) => id === task.id)?.name ?? task.id;
  return `${modelName} on ${taskName}`;
}

function changeText({ path, label, from, to }: Difference): string {
  if (path === 'model' || path === 'task') return `${to} instead of ${from}`;
  return `${inSentence(label)} ${from} → ${to}`;
}

/** "Learning rate" becomes "learning rate"; "β₁" and "LSTM units" stay. */
function inSentence(label: string): string {
  return /^\p{Lu}\p{Ll}/u.test(label) ? label[0]!.toLowerCase() + label.slice(1) : label;
}

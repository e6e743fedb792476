/**
 * Files that a person gives: opened, dropped or pasted. A file is checked whole before anything changes; whatever is wrong
 * with it becomes a sentence, and the run stays as it was.
 */
import { PlaygroundError, toFailure } from '../foundation/errors.ts';
import type { Failure } from '../foundation/errors.ts';
import { defaultsOf } from '../foundation/fields.ts';
import { mix32 } from '../foundation/random.ts';
import type { TaskDefinition, UserData } from '../tasks/task.ts';
import { catalog } from './catalog.ts';
import type { Catalog } from './catalog.ts';
import { tell } from './run-store.ts';
import { settingsStore, giveData } from './settings-store.ts';

type FileTask = TaskDefinition & { readonly userData: NonNullable<TaskDefinition['userData']> };

const readsFile = (task: TaskDefinition): task is FileTask => task.userData !== undefined;

/** Who may take a file: the chosen task if it reads one; else every task that does, the most particular ones first. */
function takers(known: Catalog): readonly FileTask[] {
  const { config } = settingsStore.getState();
  const reading = known.tasks.filter(readsFile);
  const chosen = reading.filter((task) => task.id === config.task.id);
  return chosen.length > 0 ? chosen : reading;
}

export function anyTaskReadsFiles(known: Catalog = catalog): boolean {
  return known.tasks.some(readsFile);
}

/** Tells contents apart (64 bits and the length); no protection against forgery is needed here. */
export function contentHash(bytes: Uint8Array): string {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = (Math.imul(b, 31) + byte) | 0;
  }
  const hex = (part: number): string => mix32(part).toString(16).padStart(8, '0');
  return `${hex(a)}${hex(b)}-${bytes.length.toString(36)}`;
}

/**
 * Reads a file and puts it into the settings, if the task can use it.
 * @returns whether it was taken; if not, a message says why
 */
export async function takeFile(file: File, known: Catalog = catalog): Promise<boolean> {
  try {
    // Before reading: a file far too large would only fill the memory.
    const maximum = Math.max(...takers(known).map((task) => task.userData.maximumBytes));
    if (file.size > maximum) {
      const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 0)} MB`;
      throw new PlaygroundError(
        'file-too-large',
        `“${file.name}” has ${megabytes(file.size)}; a text may have up to ${megabytes(maximum)}.`,
        'Your run and settings are as they were.',
        'Cut a piece out of it and open that.',
      );
    }
    return takeBytes(file.name, new Uint8Array(await file.arrayBuffer()), known);
  } catch (error) {
    tell('failure', toFailure(error));
    return false;
  }
}

export function takeText(name: string, text: string, known: Catalog = catalog): boolean {
  return takeBytes(name, new TextEncoder().encode(text), known);
}

function takeBytes(name: string, bytes: Uint8Array, known: Catalog): boolean {
  const data: UserData = { name, hash: contentHash(bytes), bytes };
  const { config } = settingsStore.getState();
  let failure: Failure | null = null;
  for (const task of takers(known)) {
    const fields = config.task.id === task.id ? config.task.fields : defaultsOf(task.fields);
    try {
      task.instantiate(fields, data);
    } catch (error) {
      failure = toFailure(error); // the last one counts: plain text is the task with the fewest conditions
      continue;
    }
    giveData(task.id, data);
    return true;
  }
  if (failure) tell('failure', failure);
  return false;
}

/** Opens the browser's file dialog. */
export function openFileDialog(known: Catalog = catalog): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = takers(known)
    .map((task) => task.userData.accept)
    .join(',');
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file) void takeFile(file, known);
  });
  input.click();
}

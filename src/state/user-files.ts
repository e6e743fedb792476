/**
 * Files that a person gives: opened, dropped or pasted. They are checked whole before anything changes; whatever is wrong with
 * them becomes a sentence of the format that they look most like, and the run stays as it was.
 */
import { PlaygroundError, toFailure } from '../foundation/errors.ts';
import { defaultsOf } from '../foundation/fields.ts';
import { contentHash } from '../tasks/common/content-hash.ts';
import type { DataFile, TaskDefinition, UserData } from '../tasks/task.ts';
import { catalog } from './catalog.ts';
import type { Catalog } from './catalog.ts';
import { tell } from './run-store.ts';
import { settingsStore, giveData } from './settings-store.ts';

type FileTask = TaskDefinition & { readonly userData: NonNullable<TaskDefinition['userData']> };

/** Enough to see what a file is; more is not read before its size is known to be allowed. */
const headBytes = 4096;

const readsFile = (task: TaskDefinition): task is FileTask => task.userData !== undefined;

export function anyTaskReadsFiles(known: Catalog = catalog): boolean {
  return known.tasks.some(readsFile);
}

/** The chosen task, if it reads files. */
function chosenReader(known: Catalog): FileTask | undefined {
  const { config } = settingsStore.getState();
  return known.tasks.filter(readsFile).find(({ id }) => id === config.task.id);
}

/**
 * Who may take the files, most alike first. The chosen task comes first unless they clearly are of another format; formats
 * that they do not look like are not asked, so that what is wrong is said by the one that it was meant for.
 */
function takers(heads: readonly DataFile[], known: Catalog): readonly FileTask[] {
  const likeness = new Map(
    known.tasks
      .filter(readsFile)
      .map((task) => [task, Math.max(...heads.map((head) => task.userData.resembles(head)))] as const),
  );
  const chosen = chosenReader(known);
  const best = Math.max(...likeness.values());
  const alike = [...likeness.keys()].filter((task) => likeness.get(task) === best);
  if (!chosen) return alike;
  // Whatever is not clearly another format's is for the chosen task to judge.
  const others = best === 2 ? alike.filter((task) => task !== chosen) : [];
  return [chosen, ...others];
}

/** Of several takers, the one whose sentence tells what is wrong: a clear format goes before the chosen task. */
function mostAlike(candidates: readonly FileTask[], heads: readonly DataFile[]): FileTask {
  const likeness = (task: FileTask): number =>
    Math.max(...heads.map((head) => task.userData.resembles(head)));
  return candidates.reduce((best, task) => (likeness(task) > likeness(best) ? task : best));
}

/** Files that belong together, in the order of their names: the same ones in any order are the same data. */
function together(files: readonly DataFile[]): UserData {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const hashes = sorted.map(({ bytes }) => contentHash(bytes));
  const [first, ...more] = sorted;
  const hash = more.length === 0 ? hashes[0]! : contentHash(new TextEncoder().encode(hashes.join(' ')));
  return { ...first!, hash, ...(more.length > 0 && { more }) };
}

/**
 * Reads files that were given together and puts them into the settings, if a task can use them.
 * @returns whether they were taken; if not, a message says why
 */
export async function takeFiles(files: readonly File[], known: Catalog = catalog): Promise<boolean> {
  if (files.length === 0) return false;
  try {
    const heads = await Promise.all(files.map(headOf));
    const candidates = takers(heads, known);
    const meant = mostAlike(candidates, heads);
    if (files.length > 1 && !meant.userData.multiple) throw tooMany(files, meant);
    const maximum = Math.max(...candidates.map((task) => task.userData.maximumBytes));
    // Before reading: a file far too large would only fill the memory.
    const large = files.find(({ size }) => size > maximum);
    if (large) throw tooLarge(large, meant);
    const read = files.map(async (file) => ({
      name: file.name,
      bytes: new Uint8Array(await file.arrayBuffer()),
    }));
    return take(together(await Promise.all(read)), candidates, meant);
  } catch (error) {
    tell('failure', toFailure(error));
    return false;
  }
}

export function takeText(name: string, text: string, known: Catalog = catalog): boolean {
  try {
    const data = together([{ name, bytes: new TextEncoder().encode(text) }]);
    const candidates = takers([data], known);
    return take(data, candidates, mostAlike(candidates, [data]));
  } catch (error) {
    tell('failure', toFailure(error));
    return false;
  }
}

async function headOf(file: File): Promise<DataFile> {
  return { name: file.name, bytes: new Uint8Array(await file.slice(0, headBytes).arrayBuffer()) };
}

/** @throws PlaygroundError what the format that was meant says about the files, when no candidate can use them. */
function take(data: UserData, candidates: readonly FileTask[], meant: FileTask): boolean {
  const { config, remembered } = settingsStore.getState();
  const refusals = new Map<FileTask, unknown>();
  for (const task of candidates) {
    const fields =
      config.task.id === task.id
        ? config.task.fields
        : (remembered[`task.${task.id}`] ?? defaultsOf(task.fields));
    try {
      task.instantiate(fields, data);
    } catch (error) {
      refusals.set(task, error);
      continue;
    }
    giveData(task.id, data);
    return true;
  }
  throw refusals.get(meant);
}

function tooLarge(file: File, { userData }: FileTask): PlaygroundError {
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 0)} MB`;
  return new PlaygroundError(
    'file-too-large',
    `“${file.name}” has ${megabytes(file.size)}; ${userData.what} may have up to ${megabytes(userData.maximumBytes)}.`,
    'Your run and settings are as they were.',
    userData.multiple ? 'Give the files as they were published.' : 'Cut a piece out of it and open that.',
  );
}

function tooMany(files: readonly File[], { userData }: FileTask): PlaygroundError {
  return new PlaygroundError(
    'several-files',
    `${files.length} files were given, and ${userData.what} is read from one.`,
    'Your run and settings are as they were.',
    'Give one of them, or join them into one file.',
  );
}

/** Opens the browser's file dialog. */
export function openFileDialog(known: Catalog = catalog): void {
  const chosen = chosenReader(known);
  const readers = chosen ? [chosen] : known.tasks.filter(readsFile);
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = readers.some((task) => task.userData.multiple);
  input.accept = readers.map((task) => task.userData.accept).join(',');
  input.addEventListener('change', () => void takeFiles([...(input.files ?? [])], known));
  input.click();
}

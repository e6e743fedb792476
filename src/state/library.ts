/** The list of kept runs as the library dialog shows it, with undo for what was deleted since the page was opened. */
import { createStore } from 'zustand/vanilla';
import { toFailure } from '../foundation/errors.ts';
import type { RemovedRun, RunEntry, RunLabel, RunLibrary } from './persistence.ts';
import type { Playground } from './playground.ts';
import { runStore, tell } from './run-store.ts';

export type { RunEntry, RunLabel };

export interface LibraryList {
  /** Of the list; 'none' where the browser lets the page store nothing. */
  readonly reading: 'now' | 'done' | 'none';
  readonly entries: readonly RunEntry[];
  /** In the list until the page is left, so that they can be put back. */
  readonly removed: ReadonlyMap<string, RemovedRun>;
  /** Runs that are open in any tab. */
  readonly open: ReadonlySet<string>;
  readonly current: string | null;
  /** Bytes of the stored snapshots, by run: what is dropped first when space runs out. */
  readonly pictures: ReadonlyMap<string, number>;
  /** Bytes; null where the browser does not tell. */
  readonly space: { readonly used: number; readonly quota: number } | null;
  /** Whether the browser has promised not to clear the page's storage by itself. */
  readonly persistent: boolean;
}

export const libraryStore = createStore<LibraryList>(() => ({
  reading: 'now',
  entries: [],
  removed: new Map(),
  open: new Set(),
  current: null,
  pictures: new Map(),
  space: null,
  persistent: false,
}));

const askedKey = 'memory-playground.asked-to-persist';

/** Saves the current run and reads the list anew. */
export async function refreshLibrary(playground: Playground): Promise<void> {
  await playground.saveNow();
  await attempt(playground, () => Promise.resolve());
}

export function openRun(playground: Playground, key: string): Promise<boolean> {
  return playground.openStored(key);
}

/** Opens a run and trains on. */
export async function continueRun(playground: Playground, key: string): Promise<boolean> {
  if (!(await playground.openStored(key))) return false;
  await playground.session.play();
  return true;
}

export function labelRun(playground: Playground, key: string, label: RunLabel): Promise<void> {
  return attempt(playground, (library) => library.label(key, label));
}

export function duplicateRun(playground: Playground, key: string): Promise<void> {
  return attempt(playground, async (library) => {
    const copy = crypto.randomUUID();
    await library.duplicate(key, copy);
    await playground.vault?.copy(key, copy);
  });
}

export function removeRun(playground: Playground, key: string): Promise<void> {
  return attempt(playground, async (library) => {
    const taken = await library.remove(key);
    if (!taken) return;
    libraryStore.setState(({ removed }) => ({ removed: new Map(removed).set(key, taken) }));
  });
}

export function putRunBack(playground: Playground, key: string): Promise<void> {
  return attempt(playground, async (library) => {
    const taken = libraryStore.getState().removed.get(key);
    if (!taken) return;
    await library.putBack(taken);
    libraryStore.setState(({ removed }) => {
      const rest = new Map(removed);
      rest.delete(key);
      return { removed: rest };
    });
  });
}

/** Changes the library and reads the list anew; a failure becomes a message. */
async function attempt(
  playground: Playground,
  change: (library: RunLibrary) => Promise<void>,
): Promise<void> {
  const { library, keys } = playground;
  if (!library) {
    libraryStore.setState({ reading: 'none' });
    return;
  }
  try {
    await change(library);
    const stored = await library.entries();
    const open = await keys.inUse();
    const files = (await playground.vault?.files()) ?? [];
    const pictures = new Map(files.map((file) => [file.key, file.bytes]));
    libraryStore.setState({ reading: 'done', entries: stored, open, current: keys.current, pictures });
    await measureSpace();
  } catch (error) {
    tell('failure', toFailure(error));
  }
}

async function measureSpace(): Promise<void> {
  // Only in secure contexts, whatever the types say.
  if (!('storage' in navigator)) return;
  const persistent = await navigator.storage.persisted();
  const { usage, quota } = await navigator.storage.estimate();
  const space = usage === undefined || quota === undefined ? null : { used: usage, quota };
  libraryStore.setState({ persistent, space });
  if (!persistent && !asked()) askToPersist();
}

/**
 * Asks once, when somebody looks at what is kept, that the browser keep it. Nothing waits for the answer: some browsers ask
 * the person, who may never give one.
 */
function askToPersist(): void {
  navigator.storage.persist().then(
    (persistent) => libraryStore.setState({ persistent }),
    (error: unknown) => tell('failure', toFailure(error)),
  );
}

function asked(): boolean {
  try {
    const before = localStorage.getItem(askedKey) !== null;
    localStorage.setItem(askedKey, 'yes');
    return before;
  } catch {
    return true;
  }
}

/** Why a run cannot be deleted, or null. */
export function undeletable(key: string, { current, open }: LibraryList): string | null {
  if (key === current) return runStore.getState().run ? 'This run is open here.' : null;
  return open.has(key) ? 'This run is open in another tab.' : null;
}

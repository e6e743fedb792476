/**
 * Runs in IndexedDB. A save is one transaction over the run and its file, so the version before stays whole until the new
 * one is; a tab that is killed in mid-save loses that save and nothing else. Every tab saves under a run key of its own and
 * holds a lock on it: two tabs never write the same run.
 */
import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { Failure, PlaygroundError } from '../foundation/errors.ts';
import type { UserData } from '../tasks/task.ts';
import type { Checkpoint } from '../worker/protocol.ts';
import { blockedByOlder, closedByBrowser, openFailure, saveFailure, takenOver } from './library-failures.ts';
import type { Probe } from './run-store.ts';

/** What the page adds to a checkpoint. */
export interface SavedView {
  readonly position: number;
  readonly probe: Probe;
  /** Training step of the snapshot that is shown; null follows the newest. */
  readonly step: number | null;
}

export interface SavedRun {
  readonly key: string;
  readonly presetId: string;
  readonly checkpoint: Checkpoint;
  readonly savedAt: number;
}

export interface RestoredRun extends SavedRun {
  readonly data: UserData | null;
  readonly view: SavedView | null;
}

/** What a person writes on a run. */
export interface RunLabel {
  readonly name: string;
  readonly note: string;
}

/** A line of the library: what can be told of a run without reading its weights. */
export interface RunEntry extends RunLabel {
  readonly key: string;
  readonly presetId: string;
  readonly modelId: string;
  readonly taskId: string;
  readonly seed: number;
  readonly step: number;
  readonly savedAt: number;
  /** Of weights and moments. */
  readonly bytes: number;
  /** Held-out token accuracy; NaN before the first evaluation and for vectors. */
  readonly accuracy: number;
  /** Losses over the run, thinned: a thumbnail of its curve. */
  readonly losses: readonly number[];
}

/** A run taken out of the library, to be put back by undo. */
export interface RemovedRun {
  readonly run: SavedRun;
  readonly entry: RunEntry;
  readonly view: Schema['views']['value'] | null;
}

interface Schema extends DBSchema {
  runs: { key: string; value: SavedRun; indexes: { savedAt: number; dataHash: string } };
  entries: { key: string; value: RunEntry; indexes: { savedAt: number } };
  /** Files by content hash; shared by the runs that read them. */
  files: { key: string; value: UserData };
  views: {
    key: string;
    value: Omit<SavedView, 'step'> & { readonly step?: number | null; readonly key: string };
  };
}

const databaseName = 'memory-playground';
const databaseVersion = 2;
const thumbnailPoints = 40;

export class RunLibrary {
  readonly #database: IDBPDatabase<Schema>;

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  /**
   * @param lost hears that the library cannot be used any more: a newer page has taken it over, or the browser closed it
   * @throws PlaygroundError `storage-unavailable` when the browser gives no database, e.g. in a private window;
   * `storage-newer` when a newer page has written it; `storage-blocked` while an older page in another tab holds it.
   */
  static async open(name = databaseName, lost: (failure: Failure) => void = () => {}): Promise<RunLibrary> {
    let refuse: (error: PlaygroundError) => void = () => {};
    const refused = new Promise<never>((_, reject) => (refuse = reject));
    // Where storage is forbidden, it throws at once.
    const opening = Promise.resolve().then(() =>
      openDB<Schema>(name, databaseVersion, {
        upgrade,
        // An older page in another tab does not let go.
        blocked: () => refuse(blockedByOlder()),
        blocking: (_current, _blocked, event) => {
          (event.target as IDBDatabase).close();
          lost(takenOver);
        },
        terminated: () => lost(closedByBrowser),
      }),
    );
    try {
      return new RunLibrary(await Promise.race([opening, refused]));
    } catch (error) {
      // Opened too late, it would only stand in the way of others.
      void opening.then(
        (database) => database.close(),
        () => undefined,
      );
      throw openFailure(error);
    }
  }

  /**
   * Replaces what was saved under the key. Runs are never removed to make room: that is for the person to decide.
   * @throws PlaygroundError `storage-full`, `save-failed`; the version before is still there.
   */
  async save(run: SavedRun, data: UserData | null): Promise<void> {
    const transaction = this.#database.transaction(['runs', 'entries', 'files'], 'readwrite');
    transaction.done.catch(() => undefined); // told below, once
    try {
      const files = transaction.objectStore('files');
      const entries = transaction.objectStore('entries');
      if (data && (await files.getKey(data.hash)) === undefined) await files.put(data);
      await transaction.objectStore('runs').put(run);
      await entries.put(entryOf(run, (await entries.get(run.key)) ?? null));
      await transaction.done;
    } catch (error) {
      // A request that could not even be made leaves the others standing: take them back too.
      abort(transaction);
      throw saveFailure(error);
    }
  }

  /** Keeps where the person was looking; small, so it may be called often. */
  async saveView(key: string, view: SavedView): Promise<void> {
    try {
      await this.#database.put('views', { key, ...view });
    } catch (error) {
      throw saveFailure(error);
    }
  }

  async load(key: string): Promise<RestoredRun | null> {
    const run = await this.#database.get('runs', key);
    if (!run) return null;
    const hash = run.checkpoint.config.task.dataHash;
    const view = await this.#database.get('views', key);
    return {
      ...run,
      data: hash === undefined ? null : ((await this.file(hash)) ?? null),
      // Views of older pages have no step.
      view: view ? { position: view.position, probe: view.probe, step: view.step ?? null } : null,
    };
  }

  async file(hash: string): Promise<UserData | null> {
    return (await this.#database.get('files', hash)) ?? null;
  }

  /** Newest first. */
  async entries(): Promise<RunEntry[]> {
    return (await this.#database.getAllFromIndex('entries', 'savedAt')).reverse();
  }

  /** @throws PlaygroundError `storage-full`, `save-failed`. */
  async label(key: string, label: RunLabel): Promise<void> {
    await this.#change(['entries'], async (transaction) => {
      const entry = await transaction.objectStore('entries').get(key);
      if (entry) await transaction.objectStore('entries').put({ ...entry, ...label });
    });
  }

  /** A second copy under a key of its own, named after the first. */
  async duplicate(key: string, copy: string): Promise<void> {
    await this.#change(['runs', 'entries'], async (transaction) => {
      const run = await transaction.objectStore('runs').get(key);
      const entry = await transaction.objectStore('entries').get(key);
      if (!run || !entry) return;
      await transaction.objectStore('runs').put({ ...run, key: copy });
      const name = `Copy of ${entry.name === '' ? `step ${entry.step}` : entry.name}`.slice(0, 80);
      await transaction.objectStore('entries').put({ ...entry, key: copy, name });
    });
  }

  /** @returns what `putBack` needs; null if there is no such run. Its file stays until the next sweep. */
  async remove(key: string): Promise<RemovedRun | null> {
    let removed: RemovedRun | null = null;
    await this.#change(['runs', 'entries', 'views'], async (transaction) => {
      const [runs, entries, views] = [
        transaction.objectStore('runs'),
        transaction.objectStore('entries'),
        transaction.objectStore('views'),
      ];
      const run = await runs.get(key);
      const entry = await entries.get(key);
      if (!run || !entry) return;
      removed = { run, entry, view: (await views.get(key)) ?? null };
      await Promise.all([runs.delete(key), entries.delete(key), views.delete(key)]);
    });
    return removed;
  }

  async putBack({ run, entry, view }: RemovedRun): Promise<void> {
    await this.#change(['runs', 'entries', 'views'], async (transaction) => {
      await transaction.objectStore('runs').put(run);
      await transaction.objectStore('entries').put(entry);
      if (view) await transaction.objectStore('views').put({ ...view, key: run.key });
    });
  }

  /** Newest first. */
  async keys(): Promise<string[]> {
    return (await this.#database.getAllKeysFromIndex('runs', 'savedAt')).reverse();
  }

  /** Removes files that no run reads any more. */
  async sweep(): Promise<void> {
    const transaction = this.#database.transaction(['runs', 'files'], 'readwrite');
    const readers = transaction.objectStore('runs').index('dataHash');
    const files = transaction.objectStore('files');
    for (const hash of await files.getAllKeys()) {
      if ((await readers.getKey(hash)) === undefined) await files.delete(hash);
    }
    await transaction.done;
  }

  close(): void {
    this.#database.close();
  }

  /** All of the changes or none. */
  async #change(stores: StoreNames<Schema>[], change: (transaction: Change) => Promise<void>): Promise<void> {
    const transaction = this.#database.transaction(stores, 'readwrite');
    transaction.done.catch(() => undefined); // told below, once
    try {
      await change(transaction);
      await transaction.done;
    } catch (error) {
      abort(transaction);
      throw saveFailure(error);
    }
  }
}

type Change = IDBPTransaction<Schema, StoreNames<Schema>[], 'readwrite'>;

/** Runs kept by the first version of the library had no entries. A failure ends the transaction, and so the opening. */
async function enterAll(
  transaction: IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>,
): Promise<void> {
  const entries = transaction.objectStore('entries');
  for await (const { value } of transaction.objectStore('runs')) await entries.put(entryOf(value, null));
}

function upgrade(
  fresh: IDBPDatabase<Schema>,
  version: number,
  _: number | null,
  transaction: IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>,
): void {
  if (version < 2) fresh.createObjectStore('entries', { keyPath: 'key' }).createIndex('savedAt', 'savedAt');
  if (version === 1) {
    void enterAll(transaction);
    return;
  }
  const runs = fresh.createObjectStore('runs', { keyPath: 'key' });
  runs.createIndex('savedAt', 'savedAt');
  runs.createIndex('dataHash', 'checkpoint.config.task.dataHash');
  fresh.createObjectStore('files', { keyPath: 'hash' });
  fresh.createObjectStore('views', { keyPath: 'key' });
}

function entryOf({ key, presetId, checkpoint, savedAt }: SavedRun, before: RunEntry | null): RunEntry {
  const { config, step, training, metrics, evaluations } = checkpoint;
  const maps = [training.parameters, training.firstMoments, training.secondMoments];
  const heldOut = evaluations.findLast(({ split }) => split === 'heldOut');
  const every = Math.max(1, Math.ceil(metrics.length / thumbnailPoints));
  return {
    ...{ key, presetId, savedAt, step, seed: config.seed },
    ...{ modelId: config.model.id, taskId: config.task.id },
    name: before?.name ?? '',
    note: before?.note ?? '',
    bytes: maps.flatMap((map) => Object.values(map)).reduce((sum, { data }) => sum + data.byteLength, 0),
    accuracy: heldOut?.tokenAccuracy ?? NaN,
    losses: metrics.filter((_, at) => at % every === 0 || at === metrics.length - 1).map(({ loss }) => loss),
  };
}

/** Does nothing to a transaction that is over. */
function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // It has ended by itself.
  }
}

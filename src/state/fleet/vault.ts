/**
 * Keeps the fleet in IndexedDB, beside the library: a reload brings compared runs back with their curves, weights and names.
 * A member is written when it changes, one that trains every ten seconds; what was under way comes back stopped.
 */
import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase } from 'idb';
import { PlaygroundError, toFailure } from '../../foundation/errors.ts';
import type { Failure } from '../../foundation/errors.ts';
import type { UserData } from '../../tasks/task.ts';
import type { Evaluation, MetricPoint } from '../../worker/protocol.ts';
import { comparedClosed, comparedFailure, comparedTakenOver } from '../library-failures.ts';
import { tell } from '../run-store.ts';
import type { Fleet } from './fleet.ts';
import { memberOf, underWay } from './member.ts';
import type { Member } from './member.ts';

/** A member as it is stored: its metrics as arrays, its file by hash. */
interface StoredMember extends Omit<Member, 'metrics' | 'data'> {
  readonly order: number;
  readonly points: readonly MetricPoint[];
  readonly evaluations: readonly Evaluation[];
}

interface Schema extends DBSchema {
  members: { key: string; value: StoredMember };
  files: { key: string; value: UserData };
}

const databaseName = 'memory-playground-compared';
const databaseVersion = 1;
const delay = 500;
const trainingDelay = 10_000;

export class Vault {
  readonly #database: IDBPDatabase<Schema>;
  readonly #fleet: Fleet;
  /** As last written, with the time. */
  readonly #written = new Map<string, { readonly member: Member; readonly at: number }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> = Promise.resolve();
  #told = false;
  readonly #unsubscribe: () => void;

  private constructor(database: IDBPDatabase<Schema>, fleet: Fleet) {
    this.#database = database;
    this.#fleet = fleet;
    this.#unsubscribe = fleet.subscribe(() => {
      this.#timer ??= setTimeout(() => void this.save(), delay);
    });
  }

  /**
   * Brings back what is stored, and follows the fleet from now on.
   * @throws PlaygroundError `compared-unavailable` where the browser gives no database, `compared-newer` when a newer page has
   * written it.
   */
  static async open(fleet: Fleet, name = databaseName): Promise<Vault> {
    let vault: Vault | null = null;
    const lost = (failure: Failure): void => {
      vault?.close();
      tell('failure', failure);
    };
    const database = await openDatabase(name, lost);
    const members = await read(database).catch((error: unknown) => {
      database.close();
      throw comparedFailure(error);
    });
    vault = new Vault(database, fleet);
    for (const member of members) vault.#written.set(member.id, { member, at: Date.now() });
    if (members.length > 0) fleet.add(members);
    fleet.rereadWith((id) => readOne(database, id).catch(() => null));
    return vault;
  }

  /** Writes what has changed since it was last written. */
  save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#saving = this.#saving.then(() => this.#write());
    return this.#saving;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#unsubscribe();
    this.#database.close();
  }

  async #write(): Promise<void> {
    const { members } = this.#fleet;
    const due = members.filter((member) => {
      const before = this.#written.get(member.id);
      const resting = member.state !== 'training' || before?.member.state !== 'training';
      return before?.member !== member && (resting || Date.now() - before.at >= trainingDelay);
    });
    const gone = [...this.#written.keys()].filter((id) => !members.some((member) => member.id === id));
    if (due.length === 0 && gone.length === 0) return;
    try {
      const transaction = this.#database.transaction(['members', 'files'], 'readwrite');
      const [rows, files] = [transaction.objectStore('members'), transaction.objectStore('files')];
      for (const member of due) {
        const there = this.#fleet.holds(member.id) ? undefined : await rows.get(member.id);
        await rows.put(stored(member, members.indexOf(member), there));
        if (member.data && (await files.getKey(member.data.hash)) === undefined) await files.put(member.data);
      }
      for (const id of gone) await rows.delete(id);
      if (gone.some((id) => this.#written.get(id)?.member.data)) {
        // Another tab may have stored runs that this one does not know.
        const readers = new Set((await rows.getAll()).map(({ config }) => config.task.dataHash));
        for (const hash of await files.getAllKeys()) if (!readers.has(hash)) await files.delete(hash);
      }
      await transaction.done;
      for (const member of due) this.#written.set(member.id, { member, at: Date.now() });
      for (const id of gone) this.#written.delete(id);
      this.#told = false;
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    if (this.#told) return;
    this.#told = true;
    const reason = error instanceof Error ? error.message : String(error);
    const failure = new PlaygroundError(
      'compared-not-saved',
      `Compared runs could not be stored: ${reason}`,
      'They stay until the page is left.',
      'Remove runs that you do not need, here or in the library.',
    );
    tell('failure', toFailure(failure));
  }
}

/** @param lost hears that it cannot be used any more: a newer page has taken it over, or the browser closed it */
async function openDatabase(name: string, lost: (failure: Failure) => void): Promise<IDBPDatabase<Schema>> {
  try {
    return await openDB<Schema>(name, databaseVersion, {
      upgrade(fresh) {
        fresh.createObjectStore('members', { keyPath: 'id' });
        fresh.createObjectStore('files', { keyPath: 'hash' });
      },
      blocking: (_current, _blocked, event) => {
        (event.target as IDBDatabase).close();
        lost(comparedTakenOver);
      },
      terminated: () => lost(comparedClosed),
    });
  } catch (error) {
    throw comparedFailure(error);
  }
}

async function read(database: IDBPDatabase<Schema>): Promise<Member[]> {
  const all = (await database.getAll('members')).sort((a, b) => a.order - b.order);
  return Promise.all(all.map((one) => withFile(database, one)));
}

async function readOne(database: IDBPDatabase<Schema>, id: string): Promise<Member | null> {
  const one = await database.get('members', id);
  return one ? withFile(database, one) : null;
}

async function withFile(database: IDBPDatabase<Schema>, one: StoredMember): Promise<Member> {
  const { dataHash } = one.config.task;
  return restored(one, dataHash === undefined ? null : ((await database.get('files', dataHash)) ?? null));
}

/** @param there what another tab has stored of it: where that is further, only its name and its place are changed */
function stored(member: Member, order: number, there?: StoredMember): StoredMember {
  if (there && there.step > member.step) return { ...there, label: member.label, order };
  const { metrics, data: _file, ...rest } = member;
  return { ...rest, order, points: metrics.points, evaluations: metrics.evaluations };
}

function restored(
  { order: _order, points, evaluations, ...rest }: StoredMember,
  data: UserData | null,
): Member {
  const { id, group, label, config } = rest;
  const member = memberOf(id, group, { label, config, data });
  member.metrics.append(points, evaluations);
  return {
    ...member,
    ...rest,
    data,
    metrics: member.metrics,
    state: underWay(rest) ? 'stopped' : rest.state,
    stepsPerSecond: 0,
  };
}

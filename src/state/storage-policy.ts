/**
 * What happens to every piece of the page's state when the page is reloaded and when a link is shared. The table is typed
 * over the stores, so a new key cannot be forgotten.
 */
import type { Cursor } from './cursor-store.ts';
import type { CompareSettings } from './fleet/commands.ts';
import type { GridState } from './grid-store.ts';
import type { InterventionState } from './interventions.ts';
import type { Layout } from './layout-store.ts';
import type { LibraryList } from './library.ts';
import type { RunState } from './run-store.ts';
import type { Settings } from './settings-store.ts';
import type { Travel } from './travel-store.ts';

export interface PageState
  extends
    RunState,
    Settings,
    Cursor,
    Layout,
    Travel,
    LibraryList,
    InterventionState,
    GridState,
    CompareSettings {
  /** The runs beside the current one; in a database of their own. */
  readonly fleet: unknown;
  readonly theme: unknown;
  /** Points and evaluations. */
  readonly metrics: unknown;
  readonly snapshot: unknown;
  /** Weights and optimizer moments; they live in the worker. */
  readonly training: unknown;
  /** The step that is being followed in slow motion. */
  readonly slowMotion: unknown;
}

export interface StoragePolicy {
  /**
   * After a reload: 'run' comes back with the stored run (IndexedDB, snapshots in the private file system), 'browser' is the
   * same for all tabs (localStorage), 'again' is produced anew, 'gone' starts over.
   */
  readonly reload: 'run' | 'browser' | 'again' | 'gone';
  /** In a link: part of the address, or left out. */
  readonly share: 'link' | 'never';
}

export const storagePolicy = {
  presetId: { reload: 'run', share: 'link' },
  config: { reload: 'run', share: 'link' },
  // The file's hash is shared, its content is not: a text may be private.
  data: { reload: 'run', share: 'never' },
  fleet: { reload: 'browser', share: 'never' },
  seeds: { reload: 'gone', share: 'never' },
  opponent: { reload: 'gone', share: 'never' },
  beside: { reload: 'gone', share: 'never' },
  takenAway: { reload: 'gone', share: 'never' },
  remembered: { reload: 'gone', share: 'never' },
  position: { reload: 'run', share: 'link' },
  step: { reload: 'run', share: 'link' },
  playing: { reload: 'gone', share: 'never' },
  slowMotion: { reload: 'gone', share: 'never' },
  training: { reload: 'run', share: 'never' },
  metrics: { reload: 'run', share: 'never' },
  grids: { reload: 'run', share: 'never' },
  measuring: { reload: 'gone', share: 'never' },
  gridRevision: { reload: 'gone', share: 'never' },
  gridFollowers: { reload: 'gone', share: 'never' },
  savedAt: { reload: 'run', share: 'never' },
  probe: { reload: 'run', share: 'link' },
  // The newest is produced anew, those of earlier steps come back with the run as long as there is space for them.
  snapshot: { reload: 'run', share: 'never' },
  run: { reload: 'again', share: 'never' },
  status: { reload: 'again', share: 'never' },
  executors: { reload: 'again', share: 'never' },
  configuring: { reload: 'gone', share: 'never' },
  progress: { reload: 'gone', share: 'never' },
  messages: { reload: 'gone', share: 'never' },
  undoable: { reload: 'gone', share: 'never' },
  theme: { reload: 'browser', share: 'never' },
  tab: { reload: 'browser', share: 'never' },
  shortcuts: { reload: 'browser', share: 'never' },
  maximised: { reload: 'browser', share: 'link' },
  settingsWidth: { reload: 'browser', share: 'never' },
  progressWidth: { reload: 'browser', share: 'never' },
  folded: { reload: 'browser', share: 'never' },
  order: { reload: 'browser', share: 'never' },
  panels: { reload: 'browser', share: 'never' },
  dialog: { reload: 'gone', share: 'never' },
  optimizer: { reload: 'gone', share: 'never' },
  stage: { reload: 'gone', share: 'never' },
  file: { reload: 'gone', share: 'never' },
  proof: { reload: 'gone', share: 'never' },
  interventions: { reload: 'gone', share: 'never' },
  draft: { reload: 'gone', share: 'never' },
  surveying: { reload: 'gone', share: 'never' },
  outcome: { reload: 'gone', share: 'never' },
  operating: { reload: 'gone', share: 'never' },
  refusal: { reload: 'gone', share: 'never' },
  watchers: { reload: 'gone', share: 'never' },
  entries: { reload: 'again', share: 'never' },
  removed: { reload: 'gone', share: 'never' },
  open: { reload: 'again', share: 'never' },
  current: { reload: 'run', share: 'never' },
  pictures: { reload: 'again', share: 'never' },
  space: { reload: 'again', share: 'never' },
  reading: { reload: 'again', share: 'never' },
  persistent: { reload: 'again', share: 'never' },
} as const satisfies Record<keyof PageState, StoragePolicy>;

/** How the page is arranged in this browser: which tab a narrow screen shows, which panel fills the page, open dialogs. */
import { createStore } from 'zustand/vanilla';

export const regions = ['task', 'model', 'memory', 'progress'] as const;
export type Region = (typeof regions)[number];

/** In the order in which they stand, and the picture of slow motion. */
export const instrumentIds = [
  'timeline',
  'slots',
  'similarity',
  'writer',
  'reader',
  'forgetting',
  'attention',
  'fast-weights',
  'states',
  'gradient',
  'interventions',
  'log',
  'curves',
  'generalisation',
  'cost',
  'slow-motion',
] as const;
export type InstrumentId = (typeof instrumentIds)[number];

export interface Layout {
  /** The tab of a narrow screen. */
  readonly tab: Region;
  /** The instrument that fills the page, or null. */
  readonly maximised: InstrumentId | null;
  /** Single-key commands work (a person who dictates or types with a switch may want them off). */
  readonly shortcuts: boolean;
  readonly dialog: 'commands' | 'export' | 'library' | 'share' | 'experiments' | null;
}

const storageKey = 'memory-playground.layout';

/** What survives a reload, with every value checked; a damaged entry counts as absent. */
function restored(): Pick<Layout, 'tab' | 'shortcuts'> {
  const fresh = { tab: 'memory', shortcuts: true } as const;
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return fresh;
    const { tab, shortcuts } = stored as Readonly<Record<string, unknown>>;
    return {
      tab: regions.find((region) => region === tab) ?? fresh.tab,
      shortcuts: typeof shortcuts === 'boolean' ? shortcuts : fresh.shortcuts,
    };
  } catch {
    return fresh;
  }
}

export const layoutStore = createStore<Layout>(() => ({ ...restored(), maximised: null, dialog: null }));

layoutStore.subscribe(({ tab, shortcuts }) => {
  try {
    localStorage.setItem(storageKey, JSON.stringify({ tab, shortcuts }));
  } catch {
    // Storage is blocked: the layout holds for this visit.
  }
});

/** Shows a region (on a narrow screen, its tab) and moves the keyboard there. */
export function focusRegion(region: Region): void {
  layoutStore.setState({ tab: region, maximised: null, dialog: null });
  requestAnimationFrame(() => document.getElementById(`region-${region}`)?.focus());
}

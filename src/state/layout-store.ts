/** How the page is arranged in this browser: which tab a narrow screen shows, which panel fills the page, open dialogs. */
import { createStore } from 'zustand/vanilla';

export const regions = ['task', 'model', 'memory', 'progress'] as const;
export type Region = (typeof regions)[number];

/** In their usual order, and the pictures of slow motion and of two runs side by side, which have a place of their own. */
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
  'beside',
] as const;
export type InstrumentId = (typeof instrumentIds)[number];
const placedElsewhere: readonly InstrumentId[] = ['slow-motion', 'beside'];
export type PanelSetting = string | number | boolean;
export type PanelSettings = Readonly<Record<string, PanelSetting>>;

export interface Layout {
  /** The tab of a narrow screen. */
  readonly tab: Region;
  /** The instrument that fills the page, or null. */
  readonly maximised: InstrumentId | null;
  /** Single-key commands work (a person who dictates or types with a switch may want them off). */
  readonly shortcuts: boolean;
  /** Width of the settings and of the progress, CSS pixels; null is that of the style sheet. */
  readonly settingsWidth: number | null;
  readonly progressWidth: number | null;
  /** Instruments of which only the title is shown. */
  readonly folded: readonly string[];
  /** All instruments as somebody has put them; empty while they stand in their usual order. */
  readonly order: readonly InstrumentId[];
  /** What was chosen in the controls of an instrument, by instrument and name. */
  readonly panels: Readonly<Record<string, PanelSettings>>;
  readonly dialog: 'commands' | 'export' | 'library' | 'share' | 'experiments' | null;
}

const storageKey = 'memory-playground.layout';

type Stored = Omit<Layout, 'dialog'>;

const fresh: Stored = {
  ...{ tab: 'memory', shortcuts: true, maximised: null, settingsWidth: null, progressWidth: null },
  ...{ folded: [], order: [], panels: {} },
};

/** What survives a reload, with every value checked; a damaged entry counts as absent. */
export function restoreLayout(text: string | null): Stored {
  try {
    const stored: unknown = JSON.parse(text ?? '{}');
    if (!isRecord(stored)) return fresh;
    const { tab, shortcuts, maximised, settingsWidth, progressWidth, folded, order, panels } = stored;
    const width = (value: unknown): number | null =>
      typeof value === 'number' && value > 0 && value < 1e4 ? value : null;
    return {
      tab: regions.find((region) => region === tab) ?? fresh.tab,
      shortcuts: typeof shortcuts === 'boolean' ? shortcuts : fresh.shortcuts,
      maximised: instrumentIds.find((id) => id === maximised) ?? null,
      settingsWidth: width(settingsWidth),
      progressWidth: width(progressWidth),
      folded: Array.isArray(folded) ? folded.filter((id) => typeof id === 'string') : [],
      order: restoreOrder(order),
      panels: isRecord(panels) ? restorePanels(panels) : {},
    };
  } catch {
    return fresh;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An instrument that is newer than what was stored stands at the end. */
function restoreOrder(order: unknown): InstrumentId[] {
  if (!Array.isArray(order) || order.length === 0) return [];
  const known = order.flatMap((entry) => instrumentIds.find((id) => id === entry) ?? []);
  return [...new Set([...known, ...instrumentIds])];
}

function restorePanels(panels: Readonly<Record<string, unknown>>): Record<string, PanelSettings> {
  return Object.fromEntries(
    Object.entries(panels).flatMap(([panel, settings]) => {
      if (!isRecord(settings)) return [];
      const plain = Object.entries(settings).filter((entry): entry is [string, PanelSetting] =>
        ['string', 'number', 'boolean'].includes(typeof entry[1]),
      );
      return [[panel, Object.fromEntries(plain)]];
    }),
  );
}

function readStorage(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

export const layoutStore = createStore<Layout>(() => ({ ...restoreLayout(readStorage()), dialog: null }));

let writing: ReturnType<typeof setTimeout> | undefined;

/** A border that is dragged changes many times a second; the last of it is stored. */
layoutStore.subscribe(({ dialog: _dialog, ...stored }) => {
  clearTimeout(writing);
  writing = setTimeout(() => {
    try {
      localStorage.setItem(storageKey, JSON.stringify(stored));
    } catch {
      // Storage is blocked: the layout holds for this visit.
    }
  }, 100);
});

/** Shows only the title of an instrument, or all of it again. */
export function toggleFolded(id: string): void {
  layoutStore.setState(({ folded, maximised }) => ({
    folded: folded.includes(id) ? folded.filter((other) => other !== id) : [...folded, id],
    maximised: maximised === id ? null : maximised,
  }));
}

/** Where an instrument is put. */
export interface Place {
  readonly beside: InstrumentId;
  readonly side: 'before' | 'after';
}

export const isMovable = (id: InstrumentId): boolean => !placedElsewhere.includes(id);

export function moveInstrument(id: InstrumentId, { beside, side }: Place): void {
  if (id === beside) return;
  layoutStore.setState(({ order }) => {
    const others = (order.length > 0 ? order : instrumentIds).filter((other) => other !== id);
    const at = others.indexOf(beside) + (side === 'after' ? 1 : 0);
    return { order: others.toSpliced(at, 0, id) };
  });
}

/** As they are to stand. */
export function arranged<T extends { readonly id: InstrumentId }>(
  entries: readonly T[],
  order: readonly InstrumentId[],
): T[] {
  return order.length === 0
    ? [...entries]
    : entries.toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
}

const usualArrangement = { settingsWidth: null, progressWidth: null, folded: [], order: [] } as const;

/** Everything in its usual place, in its usual width, and unfolded. What was chosen in the instruments stays. */
export function arrangeAsUsual(): void {
  layoutStore.setState({ ...usualArrangement, maximised: null });
}

export function isArrangedAsUsual(): boolean {
  const { settingsWidth, progressWidth, folded, order } = layoutStore.getState();
  return settingsWidth === null && progressWidth === null && folded.length === 0 && order.length === 0;
}

export function setPanelSetting(panel: string, name: string, value: PanelSetting): void {
  layoutStore.setState(({ panels }) => ({
    panels: { ...panels, [panel]: { ...panels[panel], [name]: value } },
  }));
}

/** Shows a region (on a narrow screen, its tab) and moves the keyboard there. */
export function focusRegion(region: Region): void {
  layoutStore.setState({ tab: region, maximised: null, dialog: null });
  requestAnimationFrame(() => document.getElementById(`region-${region}`)?.focus());
}

/** The link to what the page shows: the run's settings (those changed but not yet trained left out), both cursors, and the
 * instrument that fills the page. */
import { cursorStore } from './cursor-store.ts';
import { layoutStore } from './layout-store.ts';
import { runStore } from './run-store.ts';
import { settingsStore } from './settings-store.ts';
import { encodeLink } from './url.ts';

export function shareLink(): string {
  const { run, probe } = runStore.getState();
  const { config, presetId } = settingsStore.getState();
  const { position, step } = cursorStore.getState();
  const { maximised } = layoutStore.getState();
  const view = { probe, position, step, open: maximised };
  const address = encodeLink(run?.config ?? config, presetId, view);
  return `${location.origin}${location.pathname}${location.search}#${address}`;
}

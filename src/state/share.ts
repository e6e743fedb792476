/** The link to what the page shows: the run's settings (those changed but not yet trained left out) and the place in it. */
import { cursorStore } from './cursor-store.ts';
import { runStore } from './run-store.ts';
import { settingsStore } from './settings-store.ts';
import { encodeLink } from './url.ts';

export function shareLink(): string {
  const { run, probe } = runStore.getState();
  const { config, presetId } = settingsStore.getState();
  const { position } = cursorStore.getState();
  const address = encodeLink(run?.config ?? config, presetId, { probe, position });
  return `${location.origin}${location.pathname}${location.search}#${address}`;
}

/** The one playground of the page, with the real worker behind it. */
import { toFailure } from '../foundation/errors.ts';
import { createTrainingClient } from '../worker/client.ts';
import { fleet } from './fleet/fleet.ts';
import { putCurrentFirst } from './fleet/priority.ts';
import { Vault } from './fleet/vault.ts';
import { Playground } from './playground.ts';
import { tell } from './run-store.ts';

export function openPlayground(): Playground {
  const playground = new Playground(createTrainingClient());
  // What nobody has caught is told too: no failure is seen by the console alone.
  window.addEventListener('error', (event) => tell('failure', toFailure(event.error ?? event.message)));
  window.addEventListener('unhandledrejection', (event) => tell('failure', toFailure(event.reason)));
  putCurrentFirst(fleet);
  void playground.open().then(() => openVault(playground));
  return playground;
}

/** Compared runs come back. A browser that stores nothing has said so when the library was opened. */
async function openVault({ library }: Playground): Promise<void> {
  try {
    await Vault.open(fleet);
  } catch (error) {
    const failure = toFailure(error);
    if (library || failure.code !== 'compared-unavailable') tell('failure', failure);
  }
}

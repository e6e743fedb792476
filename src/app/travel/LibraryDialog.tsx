/** Every run that this browser keeps: opened, continued, named, copied, deleted and brought back. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { libraryStore, refreshLibrary } from '../../state/library.ts';
import { usePage } from '../context.ts';
import { Dialog } from '../ui/Dialog.tsx';
import styles from './LibraryDialog.module.css';
import { LibraryRow, RemovedRow } from './LibraryRow.tsx';
import { sizeText } from './size-text.ts';

const empty = {
  now: 'Reading what is kept …',
  done: 'Nothing is kept yet: a run is saved by itself as soon as it has trained.',
  none: 'This browser lets the page keep nothing. Save a run as a file: it opens here again and goes on.',
} as const;

export function LibraryDialog() {
  const { playground } = usePage();
  const list = useStore(libraryStore);
  useEffect(() => void refreshLibrary(playground), [playground]);
  const rows = [
    // Between the deletion and the next reading of the list a run is in both.
    ...list.entries.filter(({ key }) => !list.removed.has(key)).map((entry) => ({ entry, removed: false })),
    ...[...list.removed.values()].map(({ entry }) => ({ entry, removed: true })),
  ].sort((a, b) => b.entry.savedAt - a.entry.savedAt);
  return (
    <Dialog title="Run library" wide>
      <Space />
      {rows.length === 0 ? (
        <p>{empty[list.reading]}</p>
      ) : (
        <ul className={styles['runs']} aria-label="Kept runs">
          {rows.map(({ entry, removed }) => (
            <li key={entry.key}>
              {removed ? <RemovedRow entry={entry} /> : <LibraryRow entry={entry} list={list} />}
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function Space() {
  const space = useStore(libraryStore, (list) => list.space);
  const persistent = useStore(libraryStore, (list) => list.persistent);
  return (
    <p className={styles['space']}>
      {space && `${sizeText(space.used)} of ${sizeText(space.quota)} are used. `}
      {persistent
        ? 'The browser keeps this until you delete it. '
        : 'The browser may clear this when the device runs short; save a run as a file to be sure. '}
      When space runs out, pictures of earlier steps are dropped, the oldest first. Weights and curves are
      never removed by themselves: saving then stops with a message, and you choose what to delete.
    </p>
  );
}

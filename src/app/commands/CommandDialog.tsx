/** Every command with its key, to be searched and performed: made from the action registry. */
import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Action } from '../../state/actions.ts';
import { layoutStore } from '../../state/layout-store.ts';
import { usePage } from '../context.ts';
import { ActionItem } from '../ui/ActionItem.tsx';
import { Icon } from '../ui/icons.tsx';
import styles from './CommandDialog.module.css';

export function CommandDialog() {
  const open = useStore(layoutStore, (layout) => layout.dialog === 'commands');
  return open ? <OpenDialog /> : null;
}

const close = (): void => layoutStore.setState({ dialog: null });

function OpenDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [search, setSearch] = useState('');
  const shortcuts = useStore(layoutStore, (layout) => layout.shortcuts);
  const actions = Object.values(usePage().actions).filter((action) => action.id !== 'commands');
  const wanted = search.trim().toLowerCase();
  const found = actions.filter((action) =>
    `${action.label()} ${action.explanation}`.toLowerCase().includes(wanted),
  );
  const first = found.find((action) => action.unavailable() === null);

  useEffect(() => dialog.current?.showModal(), []);

  const perform = (action: Action): void => {
    close();
    action.perform();
  };
  return (
    <dialog
      ref={dialog}
      className={styles['dialog']}
      aria-labelledby="commands-title"
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <form
        method="dialog"
        className={styles['head']}
        onSubmit={(event) => {
          event.preventDefault();
          if (first) perform(first);
        }}
      >
        <h2 id="commands-title">Commands</h2>
        <input
          type="search"
          aria-label="Search commands"
          placeholder="Search commands"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => {
            // The browser's own Escape would only empty the field, and the dialog seem stuck.
            if (event.key !== 'Escape') return;
            event.preventDefault();
            close();
          }}
        />
        <button type="button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </form>
      <ul className={styles['list']}>
        {found.map((action) => (
          <li key={action.id}>
            <ActionItem action={action} onPerform={perform} />
          </li>
        ))}
        {found.length === 0 && <li className={styles['none']}>No command has these words.</li>}
      </ul>
      <label className={styles['option']}>
        <input
          type="checkbox"
          checked={shortcuts}
          onChange={(event) => layoutStore.setState({ shortcuts: event.target.checked })}
        />
        Single keys work as commands
      </label>
    </dialog>
  );
}

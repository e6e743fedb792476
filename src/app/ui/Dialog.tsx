/** A dialog over the page: titled, closed by Escape, its button or a click beside it; the focus goes back to where it was. */
import { useEffect, useId, useRef } from 'react';
import type { ReactNode } from 'react';
import { layoutStore } from '../../state/layout-store.ts';
import styles from './Dialog.module.css';
import { Icon } from './icons.tsx';

interface DialogProps {
  readonly title: string;
  readonly wide?: boolean;
  /** For tables. */
  readonly widest?: boolean;
  readonly children: ReactNode;
}

export function Dialog({ title, wide = false, widest = false, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const close = (): void => dialog.current?.close();
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      // A dialog that is taken away while it is open does not give the focus back by itself.
      if (!element?.isConnected && before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`${styles['dialog']} ${widest ? styles['widest'] : wide ? styles['wide'] : ''}`}
      aria-labelledby={titleId}
      onClose={() => layoutStore.setState({ dialog: null })}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <header className={styles['head']}>
        <h2 id={titleId}>{title}</h2>
        <button type="button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <div className={styles['body']}>{children}</div>
    </dialog>
  );
}

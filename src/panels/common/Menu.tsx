/** A small panel behind a word: it opens below it, and closes with Escape or when the focus leaves. */
import { useRef } from 'react';
import type { ReactNode } from 'react';
import styles from './Instrument.module.css';

interface MenuProps {
  readonly label: string;
  readonly explanation: string;
  /** Close when a button inside was pressed. */
  readonly closesOnChoice?: boolean;
  readonly children: ReactNode;
}

export function Menu({ label, explanation, closesOnChoice = false, children }: MenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  const close = (): void => {
    if (menu.current) menu.current.open = false;
  };
  return (
    <details
      ref={menu}
      className={styles['menu']}
      onBlur={(event) => {
        const next = event.relatedTarget;
        // Without a next element the press went to the bare page, or to a label inside.
        const left = next ? !event.currentTarget.contains(next) : !event.currentTarget.matches(':hover');
        if (left) close();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !menu.current?.open) return;
        event.stopPropagation();
        close();
        menu.current.querySelector('summary')?.focus();
      }}
    >
      <summary title={explanation}>{label}</summary>
      <div
        onClick={(event) => {
          if (closesOnChoice && event.target instanceof HTMLButtonElement) close();
        }}
      >
        {children}
      </div>
    </details>
  );
}

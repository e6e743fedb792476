/** The frame of a group of settings, and the disclosure for what is needed less often. */
import type { ReactNode } from 'react';
import styles from './Section.module.css';

interface SectionProps {
  readonly title: string;
  /** Landmark id, to be reached by command. */
  readonly id?: string;
  readonly children: ReactNode;
}

export function Section({ title, id, children }: SectionProps) {
  return (
    <section className={styles['section']} aria-label={title} {...(id !== undefined && { id, tabIndex: -1 })}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface DisclosureProps {
  readonly title: string;
  readonly note?: string;
  readonly children: ReactNode;
}

export function Disclosure({ title, note = '', children }: DisclosureProps) {
  return (
    <details className={styles['disclosure']}>
      <summary>
        {title}
        {note !== '' && <span className={styles['note']}>{note}</span>}
      </summary>
      {children}
    </details>
  );
}

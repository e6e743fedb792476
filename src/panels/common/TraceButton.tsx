/** Says which event is traced, and lets it go. Nothing is shown while none is traced. */
import { useStore } from 'zustand';
import styles from './Instrument.module.css';
import { linkStore, traceEvent } from './links.ts';

export function TraceButton() {
  const event = useStore(linkStore, (links) => links.event);
  if (event === null) return null;
  return (
    <button
      type="button"
      className={styles['trace']}
      title="Stop tracing this event"
      onClick={() => traceEvent(null)}
    >
      traces event {event} <span aria-hidden="true">×</span>
    </button>
  );
}

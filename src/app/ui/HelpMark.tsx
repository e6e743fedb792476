/** The question mark that opens an explanation. */
import styles from './HelpMark.module.css';

export function HelpMark() {
  return (
    <span className={styles['mark']} aria-hidden="true">
      ?
    </span>
  );
}

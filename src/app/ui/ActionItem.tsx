/** An action as a line of a list: its label, key, and what it does or why it cannot be done now. */
import type { Action } from '../../state/actions.ts';
import { shortcutLabel } from '../../state/keyboard.ts';
import styles from './ActionItem.module.css';

interface ActionItemProps {
  readonly action: Action;
  /** Only while the action can be performed. */
  readonly onPerform: (action: Action) => void;
}

export function ActionItem({ action, onPerform }: ActionItemProps) {
  const unavailable = action.unavailable();
  return (
    <button
      type="button"
      className={styles['item']}
      aria-disabled={unavailable !== null}
      onClick={() => {
        if (unavailable === null) onPerform(action);
      }}
    >
      <span className={styles['label']}>{action.label()}</span>
      {action.shortcut && <kbd>{shortcutLabel(action.shortcut)}</kbd>}
      <span className={styles['explanation']}>{unavailable ?? action.explanation}</span>
    </button>
  );
}

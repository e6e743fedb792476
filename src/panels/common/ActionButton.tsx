/** A button that does something to the run, and not to the picture alone. What it cannot do now it says when it is pointed at. */
import type { ReactNode } from 'react';
import styles from './ActionButton.module.css';

interface ActionButtonProps {
  readonly explanation: string;
  /** Why it does nothing now, or null. */
  readonly problem?: string | null;
  /** The focus stays where it is when it is pressed. */
  readonly keepsFocus?: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

export function ActionButton({
  explanation,
  problem = null,
  keepsFocus = false,
  onPress,
  children,
}: ActionButtonProps) {
  return (
    <button
      type="button"
      className={styles['action']}
      aria-disabled={problem !== null}
      title={problem ?? explanation}
      {...(keepsFocus && { onMouseDown: (event) => event.preventDefault() })}
      onClick={onPress}
    >
      {children}
    </button>
  );
}

/** A button made from an action: its label, key and reason for being unavailable come from the registry. */
import type { ReactNode } from 'react';
import type { ActionId, Shortcut } from '../../state/actions.ts';
import { shortcutLabel } from '../../state/keyboard.ts';
import { useAction } from '../context.ts';
import styles from './ActionButton.module.css';
import { Icon } from './icons.tsx';
import type { IconName } from './icons.tsx';

interface ActionButtonProps {
  readonly id: ActionId;
  readonly icon?: IconName;
  /** Shown instead of the action's label, which stays the accessible name. */
  readonly children?: ReactNode;
  readonly look?: 'plain' | 'primary' | 'quiet';
  /** Only the icon is shown. */
  readonly iconOnly?: boolean;
}

export function ActionButton({ id, icon, children, look = 'plain', iconOnly = false }: ActionButtonProps) {
  const { action, label, unavailable } = useAction(id);
  const key = action.shortcut ? ` (${shortcutLabel(action.shortcut)})` : '';
  return (
    <button
      type="button"
      className={`${styles['button']} ${styles[look]} ${iconOnly ? styles['iconOnly'] : ''}`}
      aria-disabled={unavailable !== null}
      aria-label={iconOnly || children !== undefined ? label : undefined}
      aria-keyshortcuts={action.shortcut ? ariaKeys(action.shortcut) : undefined}
      title={unavailable ?? `${action.explanation}${key}`}
      // A click does not take the focus away from what the keyboard was on.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => action.perform()}
    >
      {icon && <Icon name={icon} />}
      {!iconOnly && <span>{children ?? label}</span>}
    </button>
  );
}

function ariaKeys({ key, control, shift }: Shortcut): string {
  const name = key === ' ' ? 'Space' : key.length === 1 ? key.toUpperCase() : key;
  return control ? `Control+${name}` : shift ? `Shift+${name}` : name;
}

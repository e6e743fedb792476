/** Which key press means which action. Typing in a field, and keys that a control needs itself, never trigger a command. */
import type { Action, Shortcut } from './actions.ts';

const symbols: Readonly<Record<string, string>> = {
  ' ': 'Space',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
};

/** e.g. "Space", "R", "Ctrl K", "Shift ←". */
export function shortcutLabel({ key, control, shift }: Shortcut): string {
  const name = symbols[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  return control ? `Ctrl ${name}` : shift ? `Shift ${name}` : name;
}

/** What of a key press matters here. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly repeat: boolean;
  /** Role of the focused element, as far as it takes keys. */
  readonly focus: 'text' | 'button' | 'arrows' | 'page';
}

const navigation = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End']);

/**
 * The action of a key press, or null.
 * @param singleKeys false: only combinations with Control work
 */
export function actionFor(press: KeyPress, actions: readonly Action[], singleKeys: boolean): Action | null {
  if (press.altKey) return null;
  const control = press.ctrlKey || press.metaKey;
  if (!control && !singleKeys) return null;
  if (press.focus === 'text') return null;
  if (!control && press.focus === 'button' && (press.key === ' ' || press.key === 'Enter')) return null;
  // Letters are the same in either case; for the keys that move a cursor, Shift chooses which cursor.
  const shift = press.shiftKey && navigation.has(press.key);
  if (!control && !shift && press.focus === 'arrows' && (navigation.has(press.key) || press.key === ' '))
    return null;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const action = actions.find(
    ({ shortcut }) =>
      shortcut?.key === key && (shortcut.control ?? false) === control && (shortcut.shift ?? false) === shift,
  );
  // A held key moves the cursor on, but must not start and stop training thirty times a second.
  return action && press.repeat && !navigation.has(press.key) ? null : (action ?? null);
}

/** What the focused element does with keys. */
export function focusKind(element: Element | null): KeyPress['focus'] {
  if (!element) return 'page';
  if (element instanceof HTMLTextAreaElement) return 'text';
  if (element instanceof HTMLInputElement) {
    if (element.type === 'range') return 'arrows';
    return element.type === 'checkbox' || element.type === 'radio' ? 'arrows' : 'text';
  }
  if (element instanceof HTMLSelectElement) return 'text';
  if (element instanceof HTMLElement && element.isContentEditable) return 'text';
  const role = element.getAttribute('role');
  if (role !== null && /^(slider|grid|gridcell|tab|listbox|option|menu|menuitem|radio)$/.test(role)) {
    return 'arrows';
  }
  return element.matches('button, a[href], summary, [role=button]') ? 'button' : 'page';
}

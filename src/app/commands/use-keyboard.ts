/** Lets key presses reach the actions. */
import { useEffect } from 'react';
import { actionFor, focusKind } from '../../state/keyboard.ts';
import { layoutStore } from '../../state/layout-store.ts';
import { usePage } from '../context.ts';

export function useKeyboard(): void {
  const { actions } = usePage();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      // An instrument or control that has used the key has said so.
      if (event.defaultPrevented || layoutStore.getState().dialog !== null) return;
      const { key, ctrlKey, metaKey, altKey, shiftKey, repeat } = event;
      const focus = focusKind(document.activeElement);
      const action = actionFor(
        { key, ctrlKey, metaKey, altKey, shiftKey, repeat, focus },
        Object.values(actions),
        layoutStore.getState().shortcuts,
      );
      if (!action) return;
      event.preventDefault();
      action.perform();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [actions]);
}

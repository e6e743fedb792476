/** Ways out of the page and back in: the library of this browser, files, links. */
import { useRef } from 'react';
import { useStore } from 'zustand';
import type { ActionId } from '../../state/actions.ts';
import { travelStore } from '../../state/travel-store.ts';
import { useAction } from '../context.ts';
import { ActionItem } from '../ui/ActionItem.tsx';
import { Icon } from '../ui/icons.tsx';
import styles from './SaveMenu.module.css';

const groups = [
  { title: 'In this browser', ids: ['library'] },
  { title: 'As a file', ids: ['exportBundle', 'exportStep', 'exportSequence', 'exportWeights', 'openRun'] },
  { title: 'As a link', ids: ['share', 'copyLink'] },
] as const satisfies readonly { readonly title: string; readonly ids: readonly ActionId[] }[];

export function SaveMenu() {
  const menu = useRef<HTMLElement>(null);
  const hide = (): void => menu.current?.hidePopover();
  return (
    <div className={styles['menu']}>
      <button type="button" className={styles['opener']} popoverTarget="save-menu">
        <Icon name="save" />
        <span>Save</span>
      </button>
      <section
        ref={menu}
        id="save-menu"
        popover="auto"
        className={styles['list']}
        aria-label="Save, open and share"
      >
        {groups.map(({ title, ids }) => (
          <div key={title} role="group" aria-label={title}>
            <h2>{title}</h2>
            {ids.map((id) => (
              <Item key={id} id={id} onPerformed={hide} />
            ))}
            {title === 'As a file' && <OptimizerSwitch />}
          </div>
        ))}
      </section>
    </div>
  );
}

function Item({ id, onPerformed }: { readonly id: ActionId; readonly onPerformed: () => void }) {
  const { action } = useAction(id);
  const perform = (): void => {
    onPerformed();
    action.perform();
  };
  return <ActionItem action={action} onPerform={perform} />;
}

function OptimizerSwitch() {
  const optimizer = useStore(travelStore, (travel) => travel.optimizer);
  return (
    <label className={styles['option']}>
      <input
        type="checkbox"
        checked={optimizer}
        onChange={(event) => travelStore.setState({ optimizer: event.target.checked })}
      />
      Include the optimizer’s state in exports (three times the size; training can go on exactly)
    </label>
  );
}

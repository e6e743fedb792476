/** On a narrow screen: which region is shown. */
import { useStore } from 'zustand';
import { layoutStore, regions } from '../../state/layout-store.ts';
import styles from './RegionTabs.module.css';

const names = { task: 'Task', model: 'Model', memory: 'Memory', progress: 'Progress' } as const;

export function RegionTabs() {
  const tab = useStore(layoutStore, (layout) => layout.tab);
  return (
    <nav className={styles['tabs']} aria-label="Regions">
      {regions.map((region) => (
        <button
          key={region}
          type="button"
          aria-current={tab === region}
          onClick={() => layoutStore.setState({ tab: region })}
        >
          {names[region]}
        </button>
      ))}
    </nav>
  );
}

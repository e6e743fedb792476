/** The papers' claims as ready-made comparisons: open one, train it here, and see it beside what was recorded. */
import { useStore } from 'zustand';
import { experiments } from '../../state/experiments/comparison.ts';
import { experimentStore } from '../../state/experiments/store.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { ExperimentView } from './ExperimentView.tsx';
import styles from './Experiments.module.css';

export default function ExperimentsDialog() {
  const open = useStore(experimentStore, (choice) => choice.open);
  const experiment = experiments.find(({ id }) => id === open);
  return (
    <Dialog title={experiment ? experiment.name : 'Experiments'} widest>
      {experiment ? <ExperimentView key={experiment.id} experiment={experiment} /> : <List />}
    </Dialog>
  );
}

function List() {
  return (
    <>
      <p className={styles['muted']}>
        Claims of the papers, put to the test at the size of a browser. Each can be trained here and compared
        with what we have recorded, whether it came true or not.
      </p>
      <ul className={styles['list']}>
        {experiments.map(({ id, name, claim, source }) => (
          <li key={id}>
            <button type="button" onClick={() => experimentStore.setState({ open: id })}>
              {name}
            </button>
            <p>{claim}</p>
            <p className={styles['muted']}>{source}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

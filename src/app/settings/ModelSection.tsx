/** The memory that is trained: what it is, how large, its equations, its settings. */
import { lazy, Suspense } from 'react';
import { useStore } from 'zustand';
import { catalog } from '../../state/catalog.ts';
import { formatNumber } from '../../state/differences.ts';
import { useRun } from '../../state/hooks.ts';
import { comparisonStore, matchSettings } from '../../state/match-parameters.ts';
import { combinationProblem, previewTask } from '../../state/samples.ts';
import { chooseModel, settingsStore } from '../../state/settings-store.ts';
import { FieldList } from './FieldList.tsx';
import styles from './ModelSection.module.css';
import { Disclosure, Section } from './Section.tsx';
import controls from './TaskSection.module.css';

const Formula = lazy(() => import('./Formula.tsx'));

type Model = (typeof catalog.models)[number];

export function ModelSection() {
  const id = useStore(settingsStore, (settings) => settings.config.model.id);
  const model = catalog.models.find((candidate) => candidate.id === id);
  if (!model) return null;
  return (
    <Section title="Model" id="region-model">
      <select
        className={controls['select']}
        aria-label="Model"
        value={id}
        onChange={(event) => chooseModel(event.target.value)}
      >
        {catalog.models.map((candidate) => (
          <option key={candidate.id} value={candidate.id}>
            {candidate.name}
          </option>
        ))}
      </select>
      <p className={controls['summary']}>{model.about.summary}</p>
      <ParameterCount model={model} />
      <MatchParameters model={model} />
      <Combination />
      <Disclosure title="Equations and what to look for">
        <About about={model.about} />
      </Disclosure>
      <FieldList group="model" fields={model.fields} />
    </Section>
  );
}

/** Of the current run; the settings may already say something else. */
function ParameterCount({ model }: { readonly model: Model }) {
  const run = useRun((state) => state.run);
  if (run?.config.model.id !== model.id) return null;
  return (
    <p className={styles['count']}>
      <strong>{formatNumber(run.parameterCount)}</strong> parameters in {run.parameters.length}{' '}
      {run.parameters.length === 1 ? 'tensor' : 'tensors'}
    </p>
  );
}

/** Offers the size at which this model has as many parameters as the one before it: a fair comparison. */
function MatchParameters({ model }: { readonly model: Model }) {
  const { present, before } = useStore(comparisonStore);
  const other = present?.id === model.id ? before : present;
  if (!other || other.id === model.id || present?.parameters === other.parameters) return null;
  return (
    <button
      type="button"
      className={styles['match']}
      title="Changes the width of this model until both have about as many parameters, so that the comparison is fair."
      onClick={() => matchSettings(other.parameters)}
    >
      Match the {formatNumber(other.parameters)} parameters of {other.name}
    </button>
  );
}

/** Says at once when a model cannot do the task. */
function Combination() {
  const config = useStore(settingsStore, (settings) => settings.config);
  const data = useStore(settingsStore, (settings) => settings.data);
  const { instance } = previewTask(config, data);
  const problem = instance && combinationProblem(config, instance);
  return problem ? (
    <p className={controls['problem']} role="alert">
      {problem}
    </p>
  ) : null;
}

function About({ about }: { readonly about: Model['about'] }) {
  return (
    <div className={styles['about']}>
      <h3>{about.title}</h3>
      <p>
        {about.authors}, {about.year}.{' '}
        <a href={about.link} target="_blank" rel="noreferrer">
          {about.source}
        </a>
      </p>
      <ul className={styles['formulas']}>
        {about.formulas.map(({ tex, caption }) => (
          <li key={tex}>
            <Suspense fallback={<code>{tex}</code>}>
              <Formula tex={tex} />
            </Suspense>
            <span>{caption}</span>
          </li>
        ))}
      </ul>
      <h3>What to look for</h3>
      <List items={about.lookFor} />
      {about.reconstruction.length > 0 && (
        <>
          <h3>What the sources leave open</h3>
          <List items={about.reconstruction} />
        </>
      )}
    </div>
  );
}

function List({ items }: { readonly items: readonly string[] }) {
  return (
    <ul className={styles['list']}>
      {items.map((item) => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  );
}

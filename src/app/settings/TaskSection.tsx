/** What is to be learned: the task, six live samples of it, its settings, and the person's own file. */
import { useState } from 'react';
import { useStore } from 'zustand';
import { catalog } from '../../state/catalog.ts';
import { previewTask, samplesOf } from '../../state/samples.ts';
import type { TaskInstance, UserData } from '../../state/samples.ts';
import { chooseTask, settingsStore } from '../../state/settings-store.ts';
import { ActionButton } from '../ui/ActionButton.tsx';
import { Icon } from '../ui/icons.tsx';
import { FieldList } from './FieldList.tsx';
import { SampleRows } from './SampleRows.tsx';
import { Section } from './Section.tsx';
import styles from './TaskSection.module.css';

const shownSamples = 6;

export function TaskSection() {
  const task = useStore(settingsStore, (settings) => settings.config.task);
  const definition = catalog.tasks.find((candidate) => candidate.id === task.id);
  if (!definition) return null;
  return (
    <Section title="Task" id="region-task">
      <select
        className={styles['select']}
        aria-label="Task"
        value={task.id}
        onChange={(event) => chooseTask(event.target.value)}
      >
        {catalog.tasks.map((candidate) => (
          <option key={candidate.id} value={candidate.id}>
            {candidate.name}
          </option>
        ))}
      </select>
      <p className={styles['summary']}>{definition.summary}</p>
      {definition.userData && <OwnFile {...definition.userData} />}
      <LiveSamples />
      <FieldList group="task" fields={definition.fields} />
    </Section>
  );
}

interface OwnFileProps {
  readonly what: string;
  readonly explanation: string;
  readonly multiple?: boolean;
}

function OwnFile({ what, explanation, multiple = false }: OwnFileProps) {
  const data = useStore(settingsStore, (settings) => settings.data);
  return (
    <div className={styles['file']}>
      <p>
        {data ? (
          <GivenFiles data={data} />
        ) : (
          `This task needs ${what}: open it, drop it anywhere on the page${multiple ? '' : ', or paste it'}.`
        )}
      </p>
      <ActionButton id="openFile" icon="open">
        {data ? (multiple ? 'Open others' : 'Open another') : multiple ? 'Open files' : 'Open file'}
      </ActionButton>
      <p className={styles['hint']}>{explanation}</p>
    </div>
  );
}

function GivenFiles({ data: { name, bytes, more = [] } }: { readonly data: UserData }) {
  const total = more.reduce((sum, file) => sum + file.bytes.length, bytes.length);
  const names = [name, ...more.map((file) => file.name)];
  return (
    <>
      <strong>{names.join(', ')}</strong> · {formatBytes(total)}
    </>
  );
}

function LiveSamples() {
  const [first, setFirst] = useState(0);
  const config = useStore(settingsStore, (settings) => settings.config);
  const data = useStore(settingsStore, (settings) => settings.data);
  const { instance, failure } = previewTask(config, data);
  if (!instance) {
    return failure.code === 'no-file' ? null : (
      <p className={styles['problem']} role="alert">
        {failure.message} {failure.remedy}
      </p>
    );
  }
  return (
    <figure className={styles['samples']}>
      <figcaption>
        <span>
          Samples {first}–{first + shownSamples - 1}
        </span>
        <span className={styles['legend']}>
          <span className={styles['answer']}>{answerSign(instance)}</span> must be answered
        </span>
        <button
          type="button"
          aria-label="Show six other samples"
          title="Six other samples"
          onClick={() => setFirst(first + shownSamples)}
        >
          <Icon name="shuffle" />
        </button>
      </figcaption>
      <SampleRows instance={instance} samples={samplesOf(instance, config.seed, first, shownSamples)} />
    </figure>
  );
}

/** What stands for an answer in the samples. */
function answerSign({ kind, picture }: TaskInstance): string {
  if (kind === 'vectors') return '∿';
  return picture?.pixelsIn === 'targets' ? '▪' : 'a';
}

function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A run in the library. */
import { extent } from 'd3-array';
import { format } from 'd3-format';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { useState } from 'react';
import { catalog } from '../../state/catalog.ts';
import {
  continueRun,
  duplicateRun,
  labelRun,
  openRun,
  putRunBack,
  removeRun,
  undeletable,
} from '../../state/library.ts';
import type { LibraryList, RunEntry } from '../../state/library.ts';
import { layoutStore } from '../../state/layout-store.ts';
import { usePage } from '../context.ts';
import styles from './LibraryDialog.module.css';
import { sizeText } from './size-text.ts';

interface RowProps {
  readonly entry: RunEntry;
  readonly list: LibraryList;
}

const whole = format(',d');

export function LibraryRow({ entry, list }: RowProps) {
  const { playground } = usePage();
  const { key } = entry;
  const here = key === list.current;
  const elsewhere = !here && list.open.has(key);
  const kept = undeletable(key, list);
  const title = titleOf(entry);
  const leaveFor = async (open: typeof openRun): Promise<void> => {
    if (await open(playground, key)) layoutStore.setState({ dialog: null });
  };
  return (
    <article className={styles['run']} aria-label={title}>
      <Thumbnail losses={entry.losses} />
      <div className={styles['facts']}>
        <LabelField entry={entry} part="name" placeholder={title} />
        <p>
          {factsOf(entry, list.pictures.get(key) ?? 0)}
          {here && <em> · open here</em>}
          {elsewhere && <em> · open in another tab</em>}
        </p>
        <LabelField entry={entry} part="note" placeholder="Note" />
      </div>
      <div className={styles['actions']}>
        <button type="button" disabled={here} onClick={() => void leaveFor(openRun)}>
          {elsewhere ? 'Open a copy' : 'Open'}
        </button>
        <button type="button" disabled={here} onClick={() => void leaveFor(continueRun)}>
          Continue
        </button>
        <button type="button" onClick={() => void duplicateRun(playground, key)}>
          Duplicate
        </button>
        <button
          type="button"
          disabled={kept !== null}
          title={kept ?? undefined}
          onClick={() => void removeRun(playground, key)}
        >
          Delete
        </button>
      </div>
    </article>
  );
}

export function RemovedRow({ entry }: { readonly entry: RunEntry }) {
  const { playground } = usePage();
  return (
    <p className={styles['removed']} role="status">
      <span>“{titleOf(entry)}” is deleted.</span>
      <button type="button" onClick={() => void putRunBack(playground, entry.key)}>
        Undo
      </button>
    </p>
  );
}

interface LabelFieldProps {
  readonly entry: RunEntry;
  readonly part: 'name' | 'note';
  readonly placeholder: string;
}

/** Kept when the field is left. */
function LabelField({ entry, part, placeholder }: LabelFieldProps) {
  const { playground } = usePage();
  const [text, setText] = useState(entry[part]);
  const keep = (): void => {
    const { name, note } = entry;
    if (text !== entry[part]) void labelRun(playground, entry.key, { name, note, [part]: text.trim() });
  };
  return (
    <input
      type="text"
      className={styles[part]}
      aria-label={part === 'name' ? 'Name of the run' : 'Note on the run'}
      placeholder={placeholder}
      maxLength={part === 'name' ? 80 : 400}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter') keep();
      }}
    />
  );
}

function titleOf({ name, modelId, taskId }: RunEntry): string {
  if (name !== '') return name;
  const of = (shelf: readonly { readonly id: string; readonly name: string }[], id: string): string =>
    shelf.find((one) => one.id === id)?.name ?? id;
  return `${of(catalog.models, modelId)} on ${of(catalog.tasks, taskId)}`;
}

function factsOf(entry: RunEntry, pictures: number): string {
  const { name, step, seed, accuracy, bytes, savedAt } = entry;
  return [
    ...(name === '' ? [] : [titleOf({ ...entry, name: '' })]),
    `step ${whole(step)}`,
    `seed ${seed}`,
    ...(Number.isFinite(accuracy) ? [`${(accuracy * 100).toFixed(1)} % held-out accuracy`] : []),
    pictures > 0 ? `${sizeText(bytes)} + ${sizeText(pictures)} of pictures` : sizeText(bytes),
    new Date(savedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }),
  ].join(' · ');
}

const thumbnail = { width: 72, height: 36, margin: 2 };

/** The loss over the run, without axes: to know a run again. */
function Thumbnail({ losses }: { readonly losses: readonly number[] }) {
  const { width, height, margin } = thumbnail;
  const [low = 0, high = 1] = extent(losses);
  const x = scaleLinear([0, Math.max(1, losses.length - 1)], [margin, width - margin]);
  const y = scaleLinear([low, high], [height - margin, margin]);
  const path = line<number>(
    (_, at) => x(at),
    (loss) => y(loss),
  )([...losses]);
  return (
    <svg className={styles['thumbnail']} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {path && losses.length > 1 && <path d={path} />}
    </svg>
  );
}

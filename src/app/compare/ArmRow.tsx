/** One compared run, or several seeds of one, in the list: name, how far it is, and what can be done with it. */
import { useState } from 'react';
import { useStore } from 'zustand';
import { styleOf } from '../../panels/curves/style.ts';
import { linkStore } from '../../panels/common/links.ts';
import { darkPalette, lightPalette } from '../../panels/common/palette.ts';
import { percentText } from '../../panels/common/text.ts';
import type { Arm, ArmRun } from '../../state/fleet/arms.ts';
import { successOf } from '../../state/fleet/arms.ts';
import { compareStore, openMember } from '../../state/fleet/commands.ts';
import { fleet } from '../../state/fleet/fleet.ts';
import { underWay } from '../../state/fleet/member.ts';
import type { Member } from '../../state/fleet/member.ts';
import { formatNumber } from '../../state/differences.ts';
import { useTheme } from '../../state/hooks.ts';
import { usePage } from '../context.ts';
import styles from './Compare.module.css';

interface ArmProps {
  readonly arm: Arm;
}

export function ArmRow({ arm }: ArmProps) {
  const { playground } = usePage();
  const beside = useStore(compareStore, (state) => state.beside);
  const { key, letter, members } = arm;
  const isMember = ({ id }: Member): boolean => members.some((member) => member.id === id);
  const [first] = members;
  const seen = members.find(({ snapshot }) => snapshot !== null);
  const shown = members.some(({ id }) => id === beside);
  const point = (pointed: boolean): void => linkStore.setState({ arm: pointed ? key : null });
  return (
    <li
      className={styles['arm']}
      onPointerEnter={() => point(true)}
      onPointerLeave={() => point(false)}
      onFocus={() => point(true)}
      onBlur={() => point(false)}
    >
      <Swatch arm={arm} />
      <div className={styles['facts']}>
        <NameField arm={arm} />
        <p>{factsOf(arm)}</p>
        {arm.runs.length > 1 && <Seeds arm={arm} />}
      </div>
      <div className={styles['actions']}>
        {seen && (
          <button
            type="button"
            aria-pressed={shown}
            title="Shows an instrument of this run beside the current one’s."
            onClick={() => compareStore.setState({ beside: shown ? null : seen.id })}
          >
            Side by side
          </button>
        )}
        {arm.runs.length === 1 && (
          <button
            type="button"
            title="Makes it the current run, with its weights; undo brings the present one back."
            onClick={() => void openMember(playground, first!.id)}
          >
            Open
          </button>
        )}
        {members.some(({ state }) => state === 'stopped' || state === 'failed') && (
          <button type="button" title="Trains on in the background." onClick={() => fleet.resume(isMember)}>
            Continue
          </button>
        )}
        <button type="button" aria-label={`Remove ${letter}`} onClick={() => remove(members, isMember)}>
          Remove
        </button>
      </div>
    </li>
  );
}

function remove(members: readonly Member[], isMember: (member: Member) => boolean): void {
  const rest = (member: Member): Member['state'] => (underWay(member) ? 'stopped' : member.state);
  fleet.remove(isMember);
  linkStore.setState({ arm: null });
  compareStore.setState({
    takenAway: members.map((member) => ({ ...member, state: rest(member), stepsPerSecond: 0 })),
  });
}

/** The letter in the colour and pattern of the line. */
function Swatch({ arm: { letter, index } }: ArmProps) {
  const palette = useTheme() === 'dark' ? darkPalette : lightPalette;
  const { stroke, dash } = styleOf({ kind: 'compared', index }, palette);
  return (
    <span className={styles['swatch']} style={{ color: stroke }}>
      {letter}
      <svg viewBox="0 0 24 4" aria-hidden="true">
        <path d="M0,2H24" stroke={stroke} strokeWidth="2.5" strokeDasharray={dash.join(' ')} />
      </svg>
    </span>
  );
}

/** Kept when the field is left; empty means the automatic label. */
function NameField({ arm: { letter, label, members } }: ArmProps) {
  const given = members.find((member) => member.label !== '')?.label ?? '';
  const [text, setText] = useState(given);
  const keep = (): void => {
    for (const { id, label: before } of members) {
      if (before !== text.trim()) fleet.update(id, { label: text.trim() });
    }
  };
  return (
    <input
      type="text"
      aria-label={`Name of ${letter}`}
      title={label}
      placeholder={label}
      maxLength={80}
      value={text}
      onChange={({ target }) => setText(target.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter') keep();
      }}
    />
  );
}

function factsOf(arm: Arm): string {
  const { members, runs } = arm;
  const [first] = members;
  const training = members.find(({ state }) => state === 'training');
  const failure = members.find((member) => member.failure !== null)?.failure;
  const parts: string[] = [];
  if (runs.length > 1) {
    const { solved, of } = successOf(arm);
    parts.push(`${solved} of ${of} solved the task`);
  } else {
    parts.push(`${words[first!.state]} at step ${formatNumber(first!.step)}`, `seed ${first!.config.seed}`);
    const accuracy = accuracyOf(runs[0]);
    if (accuracy !== '') parts.push(`${accuracy} of sequences right`);
  }
  if (training) {
    const planned = Number(training.config.training['steps']);
    const what = runs.length > 1 ? `training seed ${training.config.seed}: ` : '';
    parts.push(`${what}${Math.floor((100 * training.step) / planned)} %`);
  }
  if (failure) parts.push(failure.message);
  return parts.join(' · ');
}

const words: Readonly<Record<Member['state'], string>> = {
  pinned: 'pinned',
  queued: 'waiting',
  training: 'training',
  paused: 'paused',
  stopped: 'stopped',
  finished: 'finished',
  failed: 'failed',
};

function accuracyOf(run: ArmRun | undefined): string {
  const accuracy = run?.evaluations.findLast(({ split }) => split === 'heldOut')?.sequenceAccuracy ?? NaN;
  return Number.isFinite(accuracy) ? percentText(accuracy) : '';
}

/** A seed that is clicked becomes the current run, with all instruments. */
function Seeds({ arm: { runs, members } }: ArmProps) {
  const { playground } = usePage();
  return (
    <ul className={styles['seeds']} aria-label="Seeds">
      {runs.map((run) => {
        const { id, seed } = run;
        const state = members.find((member) => member.id === id)?.state;
        const accuracy = accuracyOf(run);
        const waits = state === 'queued';
        return (
          <li key={seed}>
            <button
              type="button"
              disabled={id === null || waits}
              data-state={id === null ? 'current' : state}
              title={id === null ? 'The current run.' : 'Makes this seed the current run, with its weights.'}
              onClick={() => id !== null && void openMember(playground, id)}
            >
              seed {seed}
              {id === null ? ' · open' : waits ? ' · waiting' : ''}
              {accuracy !== '' && ` · ${accuracy}`}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

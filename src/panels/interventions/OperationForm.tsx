/** Chooses the next operation: what, in which memory, on which slots, how much. */
import { useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { cursorStore } from '../../state/cursor-store.ts';
import {
  changeDraft,
  chosenBank,
  chosenGate,
  cursorPosition,
  draftProblem,
  interventionStore,
  operateAtCursor,
  surveyProblem,
  toggleSurvey,
} from '../../state/interventions.ts';
import type { BankDescription, Draft, MemoryDescription, Operation } from '../../state/interventions.ts';
import { useRun } from '../../state/hooks.ts';
import { snapshotStore } from '../../state/snapshot-store.ts';
import { ActionButton } from '../common/ActionButton.tsx';
import { Switch } from '../common/Choice.tsx';
import { Select } from '../common/Select.tsx';
import styles from './Interventions.module.css';
import { slotChoices, slotValue, slotsOfValue } from './slot-choices.ts';

const operations: readonly {
  readonly value: Operation;
  readonly label: string;
  readonly explanation: string;
}[] = [
  {
    value: 'erase',
    label: 'Erase',
    explanation: 'Back to what it held at the start of the sequence, as if it had never been written.',
  },
  {
    value: 'freeze',
    label: 'Freeze',
    explanation: 'Keeps what it holds from here on, whatever is written; a queue moves on around it.',
  },
  { value: 'swap', label: 'Swap', explanation: 'Two of them change places.' },
  { value: 'permute', label: 'Permute', explanation: 'They change places, in an order drawn from the seed.' },
  {
    value: 'noise',
    label: 'Add noise',
    explanation: 'Gaussian, in multiples of the root mean square of this memory, drawn from the seed.',
  },
  { value: 'overwrite', label: 'Overwrite', explanation: 'With zeros, the mean of all, or another one.' },
  { value: 'cutWrites', label: 'Cut writes', explanation: 'Nothing is written to this memory from here on.' },
  { value: 'clamp', label: 'Clamp a gate', explanation: 'Holds a gate at a value from here on.' },
];

const noMemory: MemoryDescription = { banks: [], gates: [] };

export function OperationForm() {
  const memory = useRun((state) => state.run?.memory ?? noMemory);
  const draft = useStore(interventionStore, (state) => state.draft);
  const surveying = useStore(interventionStore, (state) => state.surveying);
  const problem = useSyncExternalStore(subscribe, draftProblem, draftProblem);
  const offered = operations.filter(({ value }) =>
    value === 'clamp' ? memory.gates.length > 0 : memory.banks.length > 0,
  );
  const bank = chosenBank(memory, draft);
  const operation = offered.find(({ value }) => value === draft.operation) ?? offered[0];
  return (
    <div className={styles['form']} role="group" aria-label="Next operation">
      <Select
        label="Operation"
        options={offered}
        value={operation?.value ?? ''}
        onChange={(value) => changeDraft({ operation: value as Operation })}
      />
      {operation?.value === 'clamp' ? (
        <GateChoice draft={draft} memory={memory} />
      ) : (
        bank && <BankChoice draft={draft} memory={memory} bank={bank} />
      )}
      <ActionButton
        problem={problem}
        explanation={`${operation?.explanation ?? ''} At the cursor. (I)`}
        keepsFocus
        onPress={() => operateAtCursor()}
      >
        Operate
      </ActionButton>
      {surveyProblem() === null && (
        <Switch
          label="which slots matter"
          explanation="Erases every slot alone at the cursor and shows how much worse the answers become. (M)"
          value={surveying}
          onChange={() => toggleSurvey()}
        />
      )}
      <p className={styles['explanation']}>{problem ?? operation?.explanation}</p>
    </div>
  );
}

/** What the sentence about the draft depends on. */
function subscribe(listener: () => void): () => void {
  const stops = [interventionStore, snapshotStore].map((store) => store.subscribe(listener));
  return () => {
    for (const stop of stops) stop();
  };
}

interface ChoiceProps {
  readonly draft: Draft;
  readonly memory: MemoryDescription;
}

function BankChoice({ draft, memory, bank }: ChoiceProps & { readonly bank: BankDescription }) {
  const { operation } = draft;
  return (
    <>
      {memory.banks.length > 1 && (
        <Select
          label="Memory"
          options={memory.banks.map(({ name }) => ({ value: name, label: name }))}
          value={bank.name}
          onChange={(name) => changeDraft({ bank: name, slots: [0, 0], other: 1 })}
        />
      )}
      {operation !== 'cutWrites' && <SlotChoice draft={draft} bank={bank} />}
      {operation === 'swap' && <OtherSlot label="with" draft={draft} bank={bank} />}
      {operation === 'overwrite' && (
        <Select
          label="With what"
          options={[
            { value: 'zeros', label: 'with zeros' },
            { value: 'mean', label: 'with the mean' },
            { value: 'slot', label: `with another ${bank.noun}` },
          ]}
          value={draft.source}
          onChange={(source) => changeDraft({ source: source as Draft['source'] })}
        />
      )}
      {operation === 'overwrite' && draft.source === 'slot' && (
        <OtherSlot label="from" draft={draft} bank={bank} />
      )}
      {operation === 'noise' && (
        <NumberBox
          label="Amount of noise"
          prefix="×"
          value={draft.amount}
          maximum={1000}
          step={0.1}
          onChange={(amount) => changeDraft({ amount })}
        />
      )}
      {(operation === 'noise' || operation === 'permute') && (
        <NumberBox
          label="Seed"
          prefix="seed"
          value={draft.seed}
          maximum={999_999}
          step={1}
          onChange={(seed) => changeDraft({ seed: Math.round(seed) })}
        />
      )}
    </>
  );
}

function SlotChoice({ draft, bank }: { readonly draft: Draft; readonly bank: BankDescription }) {
  const choices = useChoices(bank, draft.operation !== 'swap');
  return (
    <Select
      label={`Which ${bank.noun}s`}
      options={choices}
      value={slotValue(draft.operation === 'swap' && !draft.slots ? [0, 0] : draft.slots)}
      onChange={(value) => changeDraft({ slots: slotsOfValue(value) })}
    />
  );
}

interface OtherSlotProps {
  readonly label: string;
  readonly draft: Draft;
  readonly bank: BankDescription;
}

function OtherSlot({ label, draft, bank }: OtherSlotProps) {
  const choices = useChoices(bank, false);
  return (
    <>
      <span>{label}</span>
      <Select
        label={`The other ${bank.noun}`}
        options={choices}
        value={slotValue([draft.other, draft.other])}
        onChange={(value) => changeDraft({ other: slotsOfValue(value)?.[0] ?? 0 })}
      />
    </>
  );
}

/** The slots by name; those of a queue with what they hold at the cursor. */
function useChoices(bank: BankDescription, groups: boolean) {
  const vocabulary = useRun((state) => state.run?.vocabulary);
  useStore(cursorStore, (cursor) => cursor.position);
  const tokens = useSyncExternalStore(snapshotStore.subscribe, tokensShown, tokensShown);
  const shown = tokens === '' ? [] : tokens.split(',');
  return slotChoices(bank, cursorPosition() ?? 0, groups, (t) => vocabulary?.[Number(shown[t] ?? -1)]);
}

/** As a value that stays the same from snapshot to snapshot of one sequence. */
const tokensShown = (): string => snapshotStore.shown?.tokens?.join() ?? '';

function GateChoice({ draft, memory }: ChoiceProps) {
  const gate = chosenGate(memory, draft);
  if (!gate) return null;
  return (
    <>
      <Select
        label="Gate"
        options={memory.gates.map(({ name }) => ({ value: name, label: name }))}
        value={gate.name}
        onChange={(name) => changeDraft({ gate: name })}
      />
      <NumberBox
        label="Value of the gate"
        prefix="at"
        value={draft.value}
        maximum={gate.maximum}
        step={0.05}
        onChange={(value) => changeDraft({ value })}
      />
    </>
  );
}

interface NumberBoxProps {
  readonly label: string;
  readonly prefix: string;
  readonly value: number;
  readonly maximum: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
}

function NumberBox({ label, prefix, value, maximum, step, onChange }: NumberBoxProps) {
  return (
    <label className={styles['number']} title={`${label}, 0 to ${maximum}`}>
      <span aria-hidden="true">{prefix}</span>
      <input
        type="number"
        aria-label={label}
        min={0}
        max={maximum}
        step={step}
        value={Number.isNaN(value) ? '' : value}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
    </label>
  );
}

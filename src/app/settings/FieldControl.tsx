/**
 * One setting, made from its field: label, explanation behind a question mark (mouse, keyboard and touch alike), control,
 * bounds, the way back to the preset's value, and a sentence when a value is not allowed.
 */
import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import type { Field, FieldValue } from '../../foundation/fields.ts';
import { formatValue } from '../../state/differences.ts';
import { HelpMark } from '../ui/HelpMark.tsx';
import { Icon } from '../ui/icons.tsx';
import styles from './FieldControl.module.css';
import { NumberControl } from './NumberControl.tsx';

interface FieldControlProps {
  readonly field: Field;
  readonly value: FieldValue;
  /** The preset's value: what reset goes back to. */
  readonly preset: FieldValue;
  readonly onChange: (value: FieldValue) => void;
}

export function FieldControl({ field, value, preset, onChange }: FieldControlProps) {
  const id = useId();
  const changed = value !== preset;
  const resetButton = changed && (
    <button
      type="button"
      className={styles['restore']}
      aria-label={`Reset ${field.label} to ${formatValue(field, preset)}`}
      title={`Back to ${formatValue(field, preset)}`}
      onClick={() => onChange(preset)}
    >
      <Icon name="restore" />
    </button>
  );
  return (
    <Explained
      id={id}
      label={field.label}
      unit={field.unit}
      explanation={<Explanation field={field} />}
      aside={resetButton}
      changed={changed}
    >
      <Control field={field} value={value} id={id} onChange={onChange} />
    </Explained>
  );
}

interface ExplainedProps {
  /** Of the control that the label belongs to. */
  readonly id: string;
  readonly label: string;
  readonly unit?: string | undefined;
  readonly explanation: ReactNode;
  readonly aside?: ReactNode;
  readonly changed?: boolean;
  readonly children: ReactNode;
}

/** A labelled control with its explanation. */
export function Explained({
  id,
  label,
  unit,
  explanation,
  aside,
  changed = false,
  children,
}: ExplainedProps) {
  const [open, setOpen] = useState(false);
  return (
    <div className={`${styles['field']} ${changed ? styles['changed'] : ''}`} data-field={label}>
      <div className={styles['head']}>
        <label htmlFor={id} id={`${id}-label`}>
          {label}
          {unit !== undefined && <span className={styles['unit']}> {unit}</span>}
        </label>
        <button
          type="button"
          className={styles['help']}
          aria-expanded={open}
          aria-controls={`${id}-help`}
          aria-label={`What is ${label}?`}
          onClick={() => setOpen(!open)}
        >
          <HelpMark />
        </button>
        {aside}
      </div>
      {children}
      <div id={`${id}-help`} className={styles['explanation']} hidden={!open}>
        {explanation}
      </div>
    </div>
  );
}

function Explanation({ field }: { readonly field: Field }) {
  const options = field.kind === 'choice' ? field.options.filter((option) => option.explanation) : [];
  return (
    <>
      <p>{field.explanation}</p>
      {options.length > 0 && (
        <dl>
          {options.map((option) => (
            <div key={option.value}>
              <dt>{option.label}</dt>
              <dd>{option.explanation}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

interface ControlProps {
  readonly field: Field;
  readonly value: FieldValue;
  readonly id: string;
  readonly onChange: (value: FieldValue) => void;
}

function Control({ field, value, id, onChange }: ControlProps) {
  switch (field.kind) {
    case 'integer':
    case 'real':
      return <NumberControl field={field} value={Number(value)} id={id} onChange={onChange} />;
    case 'choice':
      return (
        <select
          id={id}
          className={styles['select']}
          value={String(value)}
          onChange={(event) => onChange(event.target.value)}
        >
          {field.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      );
    case 'switch':
      return (
        <input
          id={id}
          className={styles['switch']}
          type="checkbox"
          role="switch"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
      );
  }
}

/** One of a few: a row of radio buttons that looks like one control. */
import { useId } from 'react';
import styles from './Instrument.module.css';

interface ChoiceProps<T extends string> {
  /** Read out before the options; visible only as a tooltip. */
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly label: string; readonly explanation?: string }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

export function Choice<T extends string>({ label, options, value, onChange }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset className={styles['choice']} title={label}>
      <legend className="visuallyHidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value} title={option.explanation}>
          <input
            type="radio"
            name={name}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly explanation: string;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}

export function Switch({ label, explanation, value, onChange }: SwitchProps) {
  return (
    <label className={styles['switch']} title={explanation}>
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}

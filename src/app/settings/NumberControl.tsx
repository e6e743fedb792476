/**
 * A number as a box to type in and a slider to move. What is typed and not allowed stays in the box with a sentence under
 * it, and the setting keeps its last allowed value.
 */
import { useState } from 'react';
import { fieldProblem } from '../../foundation/fields.ts';
import type { IntegerField, RealField } from '../../foundation/fields.ts';
import { formatNumber } from '../../state/differences.ts';
import styles from './FieldControl.module.css';
import { fromSlider, sliderSteps, toSlider } from './slider-scale.ts';

interface NumberControlProps {
  readonly field: IntegerField | RealField;
  readonly value: number;
  readonly id: string;
  readonly onChange: (value: number) => void;
}

export function NumberControl({ field, value, id, onChange }: NumberControlProps) {
  // What is in the box while it is being edited, and the setting it stood for: if that changes elsewhere, the box follows.
  const [edited, setEdited] = useState<{ readonly text: string; readonly value: number } | null>(null);
  const typed = edited?.value === value ? edited.text : null;
  const problem = typed === null ? null : fieldProblem(field, parse(typed));

  const edit = (text: string): void => {
    const number = parse(text);
    const allowed = fieldProblem(field, number) === null;
    setEdited({ text, value: allowed ? number : value });
    if (allowed && number !== value) onChange(number);
  };
  return (
    <>
      <input
        id={id}
        className={styles['number']}
        inputMode={field.kind === 'integer' ? 'numeric' : 'decimal'}
        autoComplete="off"
        value={typed ?? plain(value)}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-bounds${problem === null ? '' : ` ${id}-problem`}`}
        onChange={(event) => edit(event.target.value)}
        onBlur={() => {
          // A box that is left with something impossible keeps it, so that the sentence under it makes sense.
          if (problem === null) setEdited(null);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setEdited(null);
        }}
      />
      <div className={styles['slider']} id={`${id}-bounds`}>
        <span className={styles['bound']}>
          <span className="visuallyHidden">from </span>
          {formatNumber(field.minimum)}
        </span>
        <input
          type="range"
          aria-label={`${field.label}, slider`}
          aria-valuetext={formatNumber(value)}
          min={0}
          max={sliderSteps(field)}
          step={1}
          value={toSlider(field, value)}
          onChange={(event) => {
            setEdited(null);
            onChange(fromSlider(field, Number(event.target.value)));
          }}
        />
        <span className={styles['bound']}>
          <span className="visuallyHidden">to </span>
          {formatNumber(field.maximum)}
        </span>
      </div>
      {problem !== null && (
        <p className={styles['problem']} id={`${id}-problem`} role="alert">
          {problem}.
        </p>
      )}
    </>
  );
}

/** A comma is a decimal point for half of the world. */
function parse(text: string): number {
  const trimmed = text.trim().replace(',', '.');
  return trimmed === '' ? NaN : Number(trimmed);
}

function plain(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : String(value);
}

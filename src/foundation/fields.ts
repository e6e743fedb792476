/**
 * Config fields. A model, a task and the trainer each describe their settings as a list of fields; the controls on the page,
 * the URL keys, the labels of what changed and the validation are all derived from that list.
 */
import { PlaygroundError } from './errors.ts';

interface FieldBase {
  readonly label: string;
  /** One or two plain sentences: what it is, and what happens when you move it. */
  readonly explanation: string;
  /** Shown after the value, e.g. "tokens". */
  readonly unit?: string;
  /** Field is offered only while this holds for the other values. */
  readonly visibleWhen?: (values: Readonly<Record<string, FieldValue>>) => boolean;
  /** Shown under "more settings". */
  readonly advanced?: boolean;
}

export interface IntegerField extends FieldBase {
  readonly kind: 'integer';
  readonly minimum: number;
  readonly maximum: number;
  readonly default: number;
  /** Only multiples of this are taken (default 1). */
  readonly step?: number;
}

export interface RealField extends FieldBase {
  readonly kind: 'real';
  readonly minimum: number;
  readonly maximum: number;
  readonly default: number;
  /** 'log' gives a logarithmic slider. */
  readonly scale?: 'linear' | 'log';
}

export interface ChoiceField extends FieldBase {
  readonly kind: 'choice';
  readonly options: readonly {
    readonly value: string;
    readonly label: string;
    readonly explanation?: string;
  }[];
  readonly default: string;
}

export interface SwitchField extends FieldBase {
  readonly kind: 'switch';
  readonly default: boolean;
}

export type Field = IntegerField | RealField | ChoiceField | SwitchField;
export type FieldValue = number | string | boolean;
export type Fields = Readonly<Record<string, Field>>;
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** The value type of each field: `ValuesOf<typeof fields>` is the config type of a model or task. */
export type ValuesOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends IntegerField | RealField
    ? number
    : F[K] extends SwitchField
      ? boolean
      : F[K] extends ChoiceField
        ? F[K]['options'][number]['value']
        : never;
};

type IntegerExtra = Partial<Pick<IntegerField, 'unit' | 'advanced' | 'visibleWhen' | 'step'>>;

/** An integer field in short form. */
export function integer(
  label: string,
  bounds: readonly [minimum: number, value: number, maximum: number],
  explanation: string,
  extra: IntegerExtra = {},
): IntegerField {
  const [minimum, value, maximum] = bounds;
  return { kind: 'integer', label, minimum, maximum, default: value, explanation, ...extra };
}

/** A switch in short form. */
export function toggle(
  label: string,
  value: boolean,
  explanation: string,
  extra: Partial<Pick<SwitchField, 'advanced' | 'visibleWhen'>> = {},
): SwitchField {
  return { kind: 'switch', label, default: value, explanation, ...extra };
}

export function defaultsOf<F extends Fields>(fields: F): ValuesOf<F> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => [key, field.default]),
  ) as ValuesOf<F>;
}

/** A sentence that says what is wrong with a value, or null. */
export function fieldProblem(field: Field, value: unknown): string | null {
  switch (field.kind) {
    case 'integer':
    case 'real': {
      if (typeof value !== 'number' || !Number.isFinite(value)) return `${field.label} must be a number`;
      if (value < field.minimum || value > field.maximum) {
        return `${field.label} must be between ${field.minimum} and ${field.maximum}, not ${value}`;
      }
      if (field.kind === 'integer') {
        const step = field.step ?? 1;
        if (!Number.isInteger(value)) return `${field.label} must be a whole number, not ${value}`;
        if (value % step !== 0) return `${field.label} must be a multiple of ${step}, not ${value}`;
      }
      return null;
    }
    case 'choice':
      return field.options.some((option) => option.value === value)
        ? null
        : `${field.label} must be one of ${field.options.map((option) => option.value).join(', ')}, not ${String(value)}`;
    case 'switch':
      return typeof value === 'boolean' ? null : `${field.label} must be on or off`;
  }
}

/**
 * Checked values for all fields; missing ones take their default, unknown keys are left out.
 * @throws PlaygroundError `invalid-config` naming every field that is out of bounds.
 */
export function checkFields<F extends Fields>(fields: F, values: FieldValues): ValuesOf<F> {
  const problems: string[] = [];
  const checked: Record<string, FieldValue> = {};
  for (const [key, field] of Object.entries(fields)) {
    const value = values[key] ?? field.default;
    const problem = fieldProblem(field, value);
    if (problem !== null) problems.push(problem);
    checked[key] = value;
  }
  if (problems.length > 0) {
    throw new PlaygroundError(
      'invalid-config',
      `${problems.join('. ')}.`,
      'Nothing was changed.',
      'Correct the setting and try again.',
    );
  }
  return checked as ValuesOf<F>;
}

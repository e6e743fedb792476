/** The gradient through time beside the sequence that is shown: which lines and rows there are, and where it is cut. */
import type { GradientStore } from '../../state/gradient-store.ts';
import { layerName } from '../common/banks.ts';
import type { Moment, Run } from '../common/data.ts';
import type { Links, Table } from '../common/picture.ts';
import { headSubject, segmentSubject } from '../common/subjects.ts';
import { tokenText } from '../common/text.ts';

export type TimeGradient = NonNullable<ReturnType<GradientStore['at']>>;

/** All state tensors together: the norm of all their entries. */
export const together = 'together';

export interface GradientLine {
  readonly kind: 'full' | 'truncated' | 'alone';
  readonly name: string;
  /** ‖∂loss/∂state‖ for the state that each step of the model begins with; 0 where nothing depends on it. */
  readonly values: readonly number[];
}

export interface GradientData {
  readonly lines: readonly GradientLine[];
  /** Of the whole loss, by state tensor. */
  readonly rows: readonly {
    readonly label: string;
    readonly values: readonly number[];
    /** Number of its layer, where the model counts layers. */
    readonly layer: string | undefined;
  }[];
  /** Steps of the model: positions, or segments. */
  readonly columns: number;
  readonly unit: 'position' | 'segment';
  /** First position of each column. */
  readonly starts: readonly number[];
  /** Positions of the sequence. */
  readonly positions: number;
  /** Tokens under the columns, where a column is a position of a sequence of tokens. */
  readonly labels: readonly string[] | null;
  /** Column of the cursor. */
  readonly current: number;
  /** Columns before which training cuts the gradient. */
  readonly cuts: readonly number[];
  readonly horizon: number | null;
  /** Training step of the weights. */
  readonly step: number;
  /** Why there is no line of the cursor's position alone, or ''. */
  readonly aloneMissing: string;
}

const names: Readonly<Record<string, string>> = { hidden: 'hidden state', cell: 'cell state' };

/** e.g. "layers.1.fast" → "fast, layer 1". */
export function stateLabel(name: string): string {
  const parts = name.split('.').filter((part) => part !== 'layers' && part !== 'layer');
  const layer = parts.find((part) => /^\d+$/.test(part));
  const base = parts.filter((part) => part !== layer).join(' ');
  const label = names[base] ?? base.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return layer === undefined ? label : `${label}, layer ${layer}`;
}

export function stateChoices(run: Run): { readonly value: string; readonly label: string }[] {
  const single = run.states.map((name) => ({ value: name, label: stateLabel(name) }));
  return single.length > 1 ? [{ value: together, label: 'all states' }, ...single] : single;
}

/** Null when the gradient belongs to another sequence than the one shown. */
export function gradientData(
  moment: Moment,
  gradient: TimeGradient | null,
  state: string,
): GradientData | null {
  const { snapshot, position, run } = moment;
  if (gradient?.split !== snapshot.split || gradient.sampleIndex !== snapshot.sampleIndex) return null;
  const starts = Array.from(gradient.starts);
  const columns = starts.length;
  const unit = columns === snapshot.mask.length ? 'position' : 'segment';
  const chosen = gradient.states.filter(({ name }) => name === state);
  const states = chosen.length > 0 ? chosen : gradient.states;
  const norms = (kind: GradientLine['kind']): number[] | null => {
    const parts = states.map((one) => one[kind]);
    if (parts.some((part) => part === null)) return null;
    return Array.from({ length: columns }, (_, s) => Math.hypot(...parts.map((part) => part![s]!)));
  };
  const { horizon } = gradient;
  const asked = gradient.position === position;
  const line = (kind: GradientLine['kind'], name: string): GradientLine[] => {
    const values = kind === 'alone' && !asked ? null : norms(kind);
    return values ? [{ kind, name, values }] : [];
  };
  const lines = [
    ...line('alone', `loss of position ${position} alone`),
    ...line('truncated', `cut at the horizon of ${horizon}`),
    ...line('full', 'whole loss'),
  ];
  const { tokens } = snapshot;
  return {
    ...{ positions: snapshot.mask.length, lines, columns, unit, starts, horizon, step: gradient.step },
    rows: gradient.states.map(({ name, full }) => {
      return { label: stateLabel(name), values: Array.from(full), layer: /^layers\.(\d+)\./.exec(name)?.[1] };
    }),
    labels:
      unit === 'position' && tokens
        ? Array.from(tokens, (token) => tokenText(run.vocabulary[token], 3))
        : null,
    current: starts.findLastIndex((start) => start <= position),
    cuts: horizon === null ? [] : starts.map((_, s) => s).filter((s) => s > 0 && s % horizon === 0),
    aloneMissing:
      gradient.position === null || lines.some(({ kind }) => kind === 'alone')
        ? ''
        : asked
          ? `no answer counts at position ${position}`
          : 'the loss of this position is being followed',
  };
}

/** What a column covers: a position, or all positions of a segment. */
export const overSteps = ({ starts, positions }: GradientData): Links => ({
  columns: (s) => [segmentSubject({ start: starts[s]!, end: starts[s + 1] ?? positions })],
});

/** A state belongs to all heads of its layer. */
export const overStates = ({ rows }: GradientData): Links => ({
  rows: (row) => {
    const layer = rows[row]!.layer;
    return layer === undefined ? [] : [headSubject(layerName(layer), null)];
  },
});

/** One record for each state and step of the model. */
export function gradientTable(gradient: TimeGradient): Table {
  const value = (values: Float64Array | null, s: number): number | string => values?.[s] ?? '';
  return {
    columns: [
      ...['training step', 'state', 'position', 'gradient norm', 'with the cuts of training'],
      `of the loss of position ${gradient.position ?? 'none'} alone`,
    ],
    rows: gradient.states.flatMap(({ name, full, truncated, alone }) =>
      Array.from(gradient.starts, (start, s) => [
        ...[gradient.step, name, start, full[s]!],
        value(truncated, s),
        value(alone, s),
      ]),
    ),
  };
}

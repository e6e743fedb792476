/** Vectors over time: every tap with one number a unit, laid out as units by positions (or by segments). */
import { hiddenBank, layerName, memoryTokens, slotBank } from '../common/banks.ts';
import type { Moment, Run } from '../common/data.ts';
import type { Links } from '../common/picture.ts';
import { segmentAt, segmentCount, segmentOf, tapName } from '../common/segments.ts';
import { headSubject, positionSubject, segmentSubject, slotSubject } from '../common/subjects.ts';
import type { Subject } from '../common/subjects.ts';
import { tokenText } from '../common/text.ts';

export interface StateChoice {
  /** Name of the tap, with `{s}` for the segment. */
  readonly tap: string;
  readonly label: string;
}

const names: Readonly<Record<string, string>> = {
  hidden: 'hidden state',
  cell: 'cell state',
  gates: 'gates',
  memory: 'memory slots',
  content: 'content read',
  queries: 'queries',
  keys: 'keys written',
  values: 'values written',
  beta: 'write strength β',
  gamma: 'correction γ',
  mixing: 'mixing gate',
  fastOutput: 'fast-weight output',
  windowOutput: 'window output',
};

/** Taps whose values are shares or strengths: never negative. */
const nonNegative: ReadonlySet<string> = new Set(['beta', 'gamma', 'mixing']);

/** Taps whose rows belong to the heads of a layer. */
const headed: ReadonlySet<string> = new Set(['beta', 'mixing', 'fastOutput', 'windowOutput']);

/** Taps that this instrument can show: a vector for each position or segment, or slots for each segment. */
export function stateChoices(run: Run): StateChoice[] {
  return run.taps.flatMap(({ name, axes }) => {
    const [base = '', ...rest] = name.split('.');
    const label = names[base];
    const isVector = axes.length === 1;
    const isSlots = name.includes('{s}') && axes.length === 2 && base === 'memory';
    if (label === undefined || (!isVector && !isSlots)) return [];
    const layer = rest.find((part) => part !== '{s}');
    return [{ tap: name, label: layer === undefined ? label : `${label}, layer ${layer}` }];
  });
}

export interface StateData {
  readonly choice: StateChoice;
  readonly value: (row: number, column: number) => number;
  readonly rows: number;
  readonly columns: number;
  readonly rowTitle: string;
  readonly columnTitle: string;
  /** Names of columns, where they are more than numbers. */
  readonly columnLabels: readonly string[] | null;
  /** Parts of the rows with a name of their own, e.g. the gates of an LSTM. */
  readonly groups: readonly string[];
  /** Column of the cursor, or −1. */
  readonly currentColumn: number;
  readonly signed: boolean;
}

const gateNames: Readonly<Record<string, readonly string[]>> = {
  lstm: ['input', 'forget', 'cell', 'output'],
  gru: ['reset', 'update', 'new'],
};

/** Null when the snapshot does not hold the tap. */
export function stateData(moment: Moment, choice: StateChoice): StateData | null {
  const { run, snapshot, position } = moment;
  const base = choice.tap.split('.')[0]!;
  const axes = run.taps.find(({ name }) => name === choice.tap)?.axes ?? [];
  const common = { choice, signed: !nonNegative.has(base), groups: [], columnLabels: null };
  const unit = axes[0] === 'slot' || axes[0] === 'head' ? axes[0] : 'unit';
  const segment = segmentOf(run, snapshot, position).index;

  if (axes.length === 2) {
    const tap = snapshot.taps[tapName(choice.tap, segment)];
    if (tap?.shape.length !== 2) return null;
    const [rows = 0, columns = 0] = tap.shape;
    const value = (row: number, column: number): number => tap.data[row * columns + column]!;
    return { ...common, value, rows, columns, rowTitle: 'slot', columnTitle: 'dimension', currentColumn: -1 };
  }
  if (choice.tap.includes('{s}')) {
    const columns = segmentCount(run, snapshot);
    const taps = Array.from({ length: columns }, (_, s) => snapshot.taps[tapName(choice.tap, s)]);
    const rows = taps[0]?.shape[0];
    if (rows === undefined) return null;
    const value = (row: number, column: number): number => taps[column]?.data[row] ?? NaN;
    return {
      ...common,
      value,
      rows,
      columns,
      rowTitle: unit,
      columnTitle: 'segment',
      currentColumn: segment,
    };
  }
  const tap = snapshot.taps[choice.tap];
  if (tap?.shape.length !== 2) return null;
  const [columns = 0, rows = 0] = tap.shape;
  const { tokens } = snapshot;
  return {
    ...common,
    value: (row, column) => tap.data[column * rows + row]!,
    rows,
    columns,
    rowTitle: unit,
    columnTitle: 'position (tokens)',
    columnLabels: tokens && Array.from(tokens, (token) => tokenText(run.vocabulary[token], 3)),
    groups: base === 'gates' ? (gateNames[run.config.model.id] ?? []) : [],
    currentColumn: position,
  };
}

/** What the rows and columns stand for: units, slots or heads over positions or segments. */
export function linksOf(
  { run, snapshot }: Moment,
  { choice, rows, currentColumn, columnTitle }: StateData,
): Links {
  const rowSubject = rowSubjectOf(run, choice.tap, rows);
  const columnSubject = (column: number): Subject =>
    columnTitle === 'segment' ? segmentSubject(segmentAt(run, snapshot, column)) : positionSubject(column);
  return {
    ...(rowSubject ? { rows: (row: number) => [rowSubject(row)] } : {}),
    ...(currentColumn < 0 ? {} : { columns: (column: number) => [columnSubject(column)] }),
  };
}

/** Null where rows are numbers that no other instrument has. */
function rowSubjectOf(run: Run, tap: string, rows: number): ((row: number) => Subject) | null {
  const [base = '', ...rest] = tap.split('.');
  const layer = rest.find((part) => part !== '{s}');
  const axes = run.taps.find(({ name }) => name === tap)?.axes ?? [];
  if (axes[0] === 'slot') {
    const bank = base === 'memory' ? slotBank(run) : memoryTokens(layer);
    return (row) => slotSubject(bank, row);
  }
  if (base === 'hidden' || base === 'cell') return (row) => slotSubject(hiddenBank, row);
  if (base === 'gates') {
    const units = rows / (gateNames[run.config.model.id]?.length ?? 1);
    return (row) => slotSubject(hiddenBank, row % units);
  }
  const { heads } = run.config.model.fields;
  if (!headed.has(base) || typeof heads !== 'number') return null;
  // Two gates a head stand one after the other; the units of a head stand together.
  const headOf =
    axes[0] === 'gate' ? (row: number) => row % heads : (row: number) => Math.floor((row * heads) / rows);
  return (row) => headSubject(layerName(layer), headOf(row));
}

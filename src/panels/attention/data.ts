/**
 * Attention weights under one roof. Every model names its attentions as taps; here they become maps with labelled rows (who
 * looks) and columns (at what), one map a head, for the segment of the cursor.
 */
import { layerName, memoryTokens, slotBank, windowBank } from '../common/banks.ts';
import type { Moment, Run, Tensor } from '../common/data.ts';
import { segmentAt, segmentOf, tapName } from '../common/segments.ts';
import type { Segment } from '../common/segments.ts';
import type { Subject } from '../common/subjects.ts';
import { headSubject, positionSubject, slotSubject } from '../common/subjects.ts';
import { tokenText } from '../common/text.ts';

/** Who looks: the memory while it is written, the tokens that read it, or tokens among themselves. */
export type Family = 'writer' | 'reader' | 'tokens';

export interface AttentionChoice {
  /** Name of the tap, with `{s}` for the segment. */
  readonly tap: string;
  readonly family: Family;
  readonly label: string;
}

const families: Readonly<Record<string, { readonly family: Family; readonly label: string }>> = {
  writeAttention: { family: 'writer', label: 'writer' },
  readAttention: { family: 'reader', label: 'reader' },
  attention: { family: 'tokens', label: 'attention' },
  crossAttention: { family: 'tokens', label: 'decoder to encoder' },
};

/** The attentions of a family that a run has, in the order of its layers. */
export function attentionChoices(run: Run, family: Family): AttentionChoice[] {
  return run.taps.flatMap(({ name }) => {
    const [base = ''] = name.split('.');
    const known = families[base];
    if (known?.family !== family) return [];
    const layer = layerOf(name);
    return [
      { tap: name, family, label: layer === undefined ? known.label : `${known.label}, layer ${layer}` },
    ];
  });
}

export interface AttentionData {
  readonly choice: AttentionChoice;
  /** The segment of the cursor. */
  readonly segment: Segment;
  readonly heads: number;
  /** Weight with which a row looks at a column; NaN where it cannot. */
  readonly weight: (head: number, row: number, column: number) => number;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** What rows and columns are, for the axes. */
  readonly rowTitle: string;
  readonly columnTitle: string;
  /** Row of the cursor, or −1. */
  readonly currentRow: number;
  /** Sequence position of each row and column; −1 for what is no position. */
  readonly rowPositions: readonly number[];
  readonly columnPositions: readonly number[];
  /** What each row and column stands for beyond its position: a slot of a memory. */
  readonly rowSlots: readonly (Subject | null)[];
  readonly columnSlots: readonly (Subject | null)[];
}

/** The part of the tap's name that counts layers; undefined where there is one layer. */
function layerOf(tap: string): string | undefined {
  const [, ...rest] = tap.split('.');
  return rest.find((part) => part !== '{s}');
}

/** A head of an attention. The tokens' own attention is the attention of its layer; writer and readers are parts of their own. */
export function headOf({ tap }: AttentionChoice, head: number): Subject {
  const base = tap.split('.')[0]!;
  const layer = layerName(layerOf(tap));
  return headSubject(base === 'attention' ? layer : `${base}, ${layer}`, head);
}

/** Null when the snapshot does not hold this attention. */
export function attentionData(moment: Moment, choice: AttentionChoice): AttentionData | null {
  const { run, snapshot, position } = moment;
  const segment = segmentOf(run, snapshot, position);
  const tap = snapshot.taps[tapName(choice.tap, segment.index)];
  if (tap?.shape.length !== 3) return null;
  const axes = run.taps.find(({ name }) => name === choice.tap)?.axes ?? [];
  const rest = { choice, segment };
  if (axes.includes('age')) return { ...rest, ...byAge(moment, tap, windowBank(layerOf(choice.tap))) };
  const [heads = 0, rowCount = 0, columnCount = 0] = tap.shape;
  const rows = axisOf(moment, segment, choice, axes[1] ?? '', rowCount, 'row');
  const columns = axisOf(moment, segment, choice, axes[2] ?? '', columnCount, 'column');
  return {
    ...rest,
    heads,
    weight: (head, row, column) => tap.data[(head * rowCount + row) * columnCount + column]!,
    rows: rows.labels,
    columns: columns.labels,
    rowTitle: rows.title,
    columnTitle: columns.title,
    currentRow: rows.positions.indexOf(position),
    rowPositions: rows.positions,
    columnPositions: columns.positions,
    rowSlots: rows.slots,
    columnSlots: columns.slots,
  };
}

/** Window weights [T, H, S] by age become a map of positions by positions. */
function byAge(moment: Moment, tap: Tensor, bank: string): Omit<AttentionData, 'choice' | 'segment'> {
  const [length = 0, heads = 0, window = 0] = tap.shape;
  const positions = Array.from({ length }, (_, t) => t);
  const labels = positions.map((t) => positionLabel(moment, t));
  return {
    heads,
    weight: (head, row, column) => {
      const age = row - column;
      return age < 0 || age >= window ? NaN : tap.data[(row * heads + head) * window + age]!;
    },
    rows: labels,
    columns: labels,
    rowTitle: 'position',
    columnTitle: 'position looked at',
    currentRow: moment.position,
    rowPositions: positions,
    columnPositions: positions,
    rowSlots: positions.map(() => null),
    columnSlots: positions.map((event) => slotSubject(bank, null, event)),
  };
}

interface Axis {
  readonly title: string;
  readonly labels: readonly string[];
  /** −1 for what is no position: memory, class tokens, the start symbol. */
  readonly positions: readonly number[];
  /** The slots among them. */
  readonly slots: readonly (Subject | null)[];
}

const positionLabel = ({ run, snapshot }: Moment, position: number): string =>
  snapshot.tokens ? tokenText(run.vocabulary[snapshot.tokens[position]!], 3) : String(position);

/** @param bank the memory whose slots these are, in their order */
function named(title: string, labels: readonly string[], bank: string | null = null): Axis {
  const slots = labels.map((_, i) => (bank === null ? null : slotSubject(bank, i)));
  return { title, labels, positions: labels.map(() => -1), slots };
}

function positionsAxis(moment: Moment, start: number, end: number, title: string): Axis {
  const positions = Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
  const labels = positions.map((position) => positionLabel(moment, position));
  return { title, positions, labels, slots: positions.map(() => null) };
}

function join(title: string, ...axes: readonly Axis[]): Axis {
  return {
    title,
    labels: axes.flatMap((axis) => axis.labels),
    positions: axes.flatMap((axis) => axis.positions),
    slots: axes.flatMap((axis) => axis.slots),
  };
}

const numbered = (name: string, count: number, bank: string | null = null): Axis =>
  named(
    name,
    Array.from({ length: Math.max(0, count) }, (_, i) => `${name} ${i}`),
    bank,
  );

/** What the entries of an axis of a tap are. `side` tells rows from columns where both have the same name. */
function axisOf(
  moment: Moment,
  segment: Segment,
  choice: AttentionChoice,
  name: string,
  count: number,
  side: 'row' | 'column',
): Axis {
  const tokens = positionsAxis(moment, segment.start, segment.end, 'token');
  const base = choice.tap.split('.')[0];
  switch (name) {
    case 'slot':
      return named(
        'slot',
        Array.from({ length: count }, (_, i) => String(i)),
        slotBank(moment.run),
      );
    case 'source':
      return join(
        'itself, then the segment before',
        named('', ['self']),
        encoded(moment, segment, count - 1),
      );
    case 'token':
      return base === 'readAttention' ? encoded(moment, segment, count) : tokens;
    case 'query':
      return tokens;
    case 'key':
      return cached(moment, segment, count, tokens);
    case 'row':
      return base === 'crossAttention' && side === 'column'
        ? encoded(moment, segment, count)
        : withMemory(moment, count, tokens, memoryTokens(layerOf(choice.tap)));
    default:
      return numbered(name, count);
  }
}

/** What the encoder of Memformer sees: the segment before, or a start symbol; then class tokens. */
function encoded(moment: Moment, segment: Segment, count: number): Axis {
  const title = 'token of the segment before';
  if (segment.index === 0) return join(title, named('', ['start']), numbered('class', count - 1));
  const before = segmentAt(moment.run, moment.snapshot, segment.index - 1);
  const tokens = positionsAxis(moment, before.start, before.end, title);
  return join(title, tokens, numbered('class', count - tokens.labels.length));
}

/** Cached rows of earlier segments, oldest first, then the tokens of this one. */
function cached(moment: Moment, segment: Segment, count: number, tokens: Axis): Axis {
  const earlier = count - tokens.labels.length;
  const known = Math.min(earlier, segment.start);
  const handedOver = numbered('cache', earlier - known);
  const cache = positionsAxis(moment, segment.start - known, segment.start, 'token');
  return join(earlier > 0 ? 'cached token, then token' : 'token', handedOver, cache, tokens);
}

/** RMT puts read memory before and write memory after the tokens; ARMT puts its memory tokens after them. */
function withMemory(moment: Moment, count: number, tokens: Axis, bank: string): Axis {
  const memory = count - tokens.labels.length;
  if (moment.run.config.model.id !== 'rmt') {
    return join('token, memory', tokens, numbered('memory', memory, bank));
  }
  const half = (name: string): Axis => numbered(name, memory / 2, slotBank(moment.run));
  return join('memory, token, memory', half('read'), tokens, half('write'));
}

/** What a row or a column stands for. */
export function subjectsOf(data: AttentionData, side: 'row' | 'column', i: number): Subject[] {
  const position = data[`${side}Positions`][i] ?? -1;
  const slot = data[`${side}Slots`][i] ?? null;
  return [...(position < 0 ? [] : [positionSubject(position)]), ...(slot ? [slot] : [])];
}

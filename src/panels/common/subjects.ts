/**
 * What a region of a picture stands for: a place of the sequence, a slot of a memory, a head of a layer. Instruments that show
 * the same subject outline it for each other. A subject names the memory or the layer that it belongs to, so that slot 3 of
 * one memory is never taken for slot 3 of another.
 */

/** Positions `from` up to but without `to`: a token, or all tokens of a segment. */
export interface PositionSubject {
  readonly kind: 'position';
  readonly from: number;
  readonly to: number;
}

export interface SlotSubject {
  readonly kind: 'slot';
  /** The memory, as interventions name it: a bank of the run. */
  readonly bank: string;
  /** Null where the region follows an event that is in no slot. */
  readonly index: number | null;
  /**
   * In a queue, the position that wrote what the slot holds; −1 where nothing was written. Null where a region stands for the
   * place and not for its content, and in memories that are no queue.
   */
  readonly event: number | null;
}

export interface HeadSubject {
  readonly kind: 'head';
  /** Which layer of which part of the model. */
  readonly layer: string;
  /** Null for all heads of the layer. */
  readonly index: number | null;
}

export type Subject = PositionSubject | SlotSubject | HeadSubject;

/** One place of the sequence. */
export const positionSubject = (at: number): PositionSubject => {
  return { kind: 'position', from: at, to: at + 1 };
};

/** All positions of a segment. */
export const segmentSubject = (segment: {
  readonly start: number;
  readonly end: number;
}): PositionSubject => ({ kind: 'position', from: segment.start, to: segment.end });

/** A slot; in a queue with the position that wrote it. */
export const slotSubject = (
  bank: string,
  index: number | null,
  event: number | null = null,
): SlotSubject => ({ kind: 'slot', bank, index, event });

/** A head, or all heads, of a layer. */
export const headSubject = (layer: string, index: number | null): HeadSubject => ({
  kind: 'head',
  layer,
  index,
});

/** Whether two regions show the same thing, or one a part of the other. */
export function isSame(a: Subject, b: Subject): boolean {
  if (a.kind === 'position') return b.kind === 'position' && a.from < b.to && b.from < a.to;
  if (a.kind === 'head') {
    return b.kind === 'head' && a.layer === b.layer && (a.index ?? b.index) === (b.index ?? a.index);
  }
  return b.kind === 'slot' && a.bank === b.bank && isSameSlot(a, b);
}

/** What was written once wanders through a queue, so events decide where both sides know theirs. */
function isSameSlot(a: SlotSubject, b: SlotSubject): boolean {
  const written = (event: number | null): boolean => event !== null && event >= 0;
  if (written(a.event) && written(b.event)) return a.event === b.event;
  if (a.event !== null && b.event !== null && a.event !== b.event) return false;
  return a.index !== null && a.index === b.index;
}

/** Whether two lists say the same in the same order. */
export function areEqual(a: readonly Subject[], b: readonly Subject[]): boolean {
  return a.length === b.length && a.every((subject, i) => isEqual(subject, b[i]!));
}

function isEqual(a: Subject, b: Subject): boolean {
  switch (a.kind) {
    case 'position':
      return b.kind === 'position' && a.from === b.from && a.to === b.to;
    case 'slot':
      return b.kind === 'slot' && a.bank === b.bank && a.index === b.index && a.event === b.event;
    case 'head':
      return b.kind === 'head' && a.layer === b.layer && a.index === b.index;
  }
}

/** The same of another run: its slots and heads are others, its positions are not. */
export function ofRun(subject: Subject, run: string): Subject {
  switch (subject.kind) {
    case 'position':
      return subject;
    case 'slot':
      return { ...subject, bank: prefixOf(run) + subject.bank };
    case 'head':
      return { ...subject, layer: prefixOf(run) + subject.layer };
  }
}

/** The way back: what the other run itself calls the subject; null for what is not of that run. */
export function withinRun(subject: Subject, run: string): Subject | null {
  const prefix = prefixOf(run);
  const own = (name: string): string | null => (name.startsWith(prefix) ? name.slice(prefix.length) : null);
  switch (subject.kind) {
    case 'position':
      return subject;
    case 'slot': {
      const bank = own(subject.bank);
      return bank === null ? null : { ...subject, bank };
    }
    case 'head': {
      const layer = own(subject.layer);
      return layer === null ? null : { ...subject, layer };
    }
  }
}

const prefixOf = (run: string): string => `${run}: `;

/** Links to a run: the address of its config, what is looked at, and a shorter form where that is long. */
import { deflateSync, Inflate } from 'fflate';
import { typedName, typedSplit } from '../tasks/typed.ts';
import { instrumentIds } from './layout-store.ts';
import type { InstrumentId } from './layout-store.ts';
import type { SavedView } from './persistence.ts';
import { firstProbe } from './run-store.ts';
import type { Probe } from './run-store.ts';

/** A plain address can be read and edited by people, so only longer ones are packed. */
const longAddress = 400;
const largestPacked = 16_384;
const largestUnpacked = 65_536;
const packedKey = 'z=';

/** What a link asks to be looked at: both cursors, the sequence, and the instrument that fills the page. */
export interface SharedView extends SavedView {
  readonly open: InstrumentId | null;
}

export const viewKeys = ['probe', 'position', 'step', 'open'] as const;

export function encodeView({ probe, position, step, open }: SharedView): Record<string, string> {
  return {
    probe: `${probe.split}.${probe.typed ?? probe.sampleIndex}`,
    position: String(position),
    ...(step !== null && { step: String(step) }),
    ...(open !== null && { open }),
  };
}

/** null where a link says nothing of the view; what it says wrongly is left out, with a sentence each. */
export function decodeView(parts: URLSearchParams): {
  readonly view: SharedView | null;
  readonly problems: readonly string[];
} {
  if (!viewKeys.some((key) => parts.has(key))) return { view: null, problems: [] };
  const problems: string[] = [];
  const read = <Value>(
    key: string,
    parse: (text: string) => Value | null,
    absent: Value,
    what: string,
  ): Value => {
    const text = parts.get(key);
    if (text === null) return absent;
    const value = parse(text);
    if (value === null) problems.push(`“${text}” is ${what}.`);
    return value ?? absent;
  };
  const view = {
    probe: read('probe', probeOf, firstProbe, 'no sequence of a split'),
    position: read('position', countOf, 0, 'no position in a sequence'),
    step: read<number | null>('step', countOf, null, 'no training step'),
    open: read('open', instrumentOf, null, 'no instrument of this page'),
  };
  return { view, problems };
}

const countOf = (text: string): number | null => (/^\d{1,9}$/.test(text) ? Number(text) : null);

const instrumentOf = (text: string): InstrumentId | null => instrumentIds.find((id) => id === text) ?? null;

/** Longer ones are no link that anybody would send. */
const longestTyped = 2000;

/** `split.sample`, or `typed.` and what was typed. */
function probeOf(text: string): Probe | null {
  const typed = text.slice(typedSplit.length + 1);
  if (text.startsWith(`${typedSplit}.`) && typed !== '' && typed.length <= longestTyped)
    return typedName(typed);
  const match = /^([A-Za-z]\w{0,31})\.(\d{1,9})$/.exec(text);
  return match ? { split: match[1]!, sampleIndex: Number(match[2]) } : null;
}

/** The address itself, or `z=` and its deflated form in base64url. */
export function packAddress(address: string): string {
  if (address.length <= longAddress) return address;
  const bytes = deflateSync(new TextEncoder().encode(address), { level: 9 });
  const text = btoa(String.fromCharCode(...bytes));
  return packedKey + text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @returns the address as it was packed; null when it is damaged or would grow too large */
export function unpackAddress(text: string): string | null {
  if (!text.startsWith(packedKey)) return text;
  if (text.length > largestPacked) return null;
  try {
    const base64 = text.slice(packedKey.length).replaceAll('-', '+').replaceAll('_', '/');
    const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(inflated(packed));
  } catch {
    return null;
  }
}

/** @throws when the bytes are damaged or inflate to more than an address can have. */
function inflated(packed: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const inflate = new Inflate((piece) => {
    size += piece.length;
    if (size > largestUnpacked) throw new Error('too long for an address');
    pieces.push(piece);
  });
  inflate.push(packed, true);
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

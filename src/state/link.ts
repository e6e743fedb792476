/** Links to a run: the address of its config, what is looked at, and a shorter form where that is long. */
import { deflateSync, Inflate } from 'fflate';
import type { SavedView } from './persistence.ts';

/** A plain address can be read and edited by people, so only longer ones are packed. */
const longAddress = 400;
const largestPacked = 16_384;
const largestUnpacked = 65_536;
const packedKey = 'z=';

/** `split.sample.position` */
export const encodeView = ({ probe, position }: SavedView): string =>
  `${probe.split}.${probe.sampleIndex}.${position}`;

/** null when the text is no view. */
export function decodeView(text: string): SavedView | null {
  const match = /^([A-Za-z]\w{0,31})\.(\d{1,9})\.(\d{1,6})$/.exec(text);
  if (!match) return null;
  const [, split = '', sample, position] = match;
  return { probe: { split, sampleIndex: Number(sample) }, position: Number(position) };
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

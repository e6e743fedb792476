/** By what a run knows its file again. */
import { mix32 } from '../../foundation/random.ts';

/** Tells contents apart (64 bits and the length); no protection against forgery is needed here. */
export function contentHash(bytes: Uint8Array): string {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = (Math.imul(b, 31) + byte) | 0;
  }
  const hex = (part: number): string => mix32(part).toString(16).padStart(8, '0');
  return `${hex(a)}${hex(b)}-${bytes.length.toString(36)}`;
}

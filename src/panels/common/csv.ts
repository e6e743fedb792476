/** Tables as CSV (RFC 4180): what a picture shows, as numbers with all their digits. */
import type { Table } from './picture.ts';

export function csvOf({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => row.map(field).join(',') + '\r\n').join('');
}

/** Numbers in the shortest form that reads back to the same value; text quoted where it must be. */
function field(value: string | number): string {
  const text = typeof value === 'number' ? numeral(value) : value;
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A float32 is written with the digits of a float32: 0.1, not 0.10000000149011612. */
function numeral(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value) || Math.fround(value) !== value)
    return String(value);
  for (let digits = 6; digits < 10; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}

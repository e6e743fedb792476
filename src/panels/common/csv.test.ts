import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvOf } from './csv.ts';

/** RFC 4180, without any leniency. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  for (let i = 0; i < text.length;) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(text.slice(i));
    const field = quoted ? quoted[0] : /^[^",\r\n]*/.exec(text.slice(i))![0];
    rows.at(-1)!.push(quoted ? quoted[1]!.replaceAll('""', '"') : field);
    i += field.length;
    if (text.startsWith('\r\n', i)) {
      rows.push([]);
      i += 2;
    } else if (text[i] === ',') i++;
    else throw new Error(`unexpected ${JSON.stringify(text[i])} at ${i}`);
  }
  rows.pop();
  return rows;
}

test('a table reads back from CSV, field by field', () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.double({ noDefaultInfinity: true, noNaN: true }));
  const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
    fc.record({
      columns: fc.array(fc.string(), { minLength: width, maxLength: width }),
      rows: fc.array(fc.array(value, { minLength: width, maxLength: width })),
    }),
  );
  fc.assert(
    fc.property(table, ({ columns, rows }) => {
      const [head, ...body] = parse(csvOf({ columns, rows }));
      expect(head).toEqual(columns);
      expect(body.length).toBe(rows.length);
      rows.forEach((row, r) =>
        row.forEach((cell, c) => {
          const read = body[r]![c]!;
          if (typeof cell === 'number') expect(Number(read) - cell).toBe(0);
          else expect(read).toBe(cell);
        }),
      );
    }),
  );
});

test('single-precision values are written with no more digits than they have, and read back exactly', () => {
  expect(csvOf({ columns: ['x'], rows: [[Math.fround(0.1)]] })).toBe('x\r\n0.1\r\n');
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = csvOf({ columns: ['x'], rows: [[value]] }).split('\r\n')[1]!;
      expect(Math.fround(Number(text)) - value).toBe(0);
    }),
  );
});

import { expect, test } from 'vitest';
import { copyMoment } from '../../testing/memnet-moment.ts';
import { logEntries, logTable } from './entries.ts';

const moment = copyMoment({ sigma: 0.4, noise: 0 });
const { tokens } = moment.snapshot;
const word = (position: number): string => `‘${moment.run.vocabulary[tokens![position]!]}’`;

test('every position says what it reads and answers', () => {
  const entries = logEntries(moment)!;
  expect(entries.length).toBe(17);
  expect(entries[11]!.text).toBe(
    `Position 11 (space) reads the event of position 2 (${word(2)}), 1.00; answers ${word(2)} with 98 %, right.`,
  );
  expect(entries[3]!.text).toBe(`Position 3 (${word(3)}) reads next to nothing.`);
});

test('several reads are named from the strongest down', () => {
  const { text, reads } = logEntries(copyMoment({ sigma: 0.9 }))![11]!;
  const weights = reads.map(({ weight }) => weight);
  expect(weights.length).toBe(3);
  expect(weights).toEqual([...weights].sort((a, b) => b - a));
  expect(text).toContain('reads the events of positions 2 (');
});

test('a read of slots that hold nothing is not passed over', () => {
  expect(logEntries(copyMoment({ sigma: 4 }))![0]!.text).toMatch(/reads 12 empty slots with 0\.\d\d each/);
});

test('a wrong answer names what was asked', () => {
  const texts = logEntries(copyMoment({ noise: 0.5, seed: 3 }))!.map(({ text }) => text);
  expect(texts.some((text) => /answers .* wrong, it was ‘[a-h]’\.$/.test(text))).toBe(true);
});

test('a model without events has no log', () => {
  expect(logEntries({ ...moment, snapshot: { ...moment.snapshot, taps: {} } })).toBeNull();
});

test('the table holds the weights as they are', () => {
  const { columns, rows } = logTable(moment);
  const row = rows.find(([position]) => position === 11)!;
  expect(row[columns.indexOf('weight')]).toBe(moment.snapshot.taps['similarity']!.data[11 * 12 + 8]);
});

import { expect, it } from 'vitest';
import { aCheckpoint } from '../testing/runs.ts';
import type { GeneralisationGrid } from '../training/grid/grid.ts';
import { checkpointOf, recordOf } from './run-record.ts';

const facts = {
  ...{ presetId: '', vocabulary: ['a'] },
  provenance: { commit: 'c', date: '2026-01-01T00:00:00Z', executor: 'wasm' },
} as const;

const grid: GeneralisationGrid = {
  ...{ step: 7, samples: 8 },
  cells: [
    {
      ...{ levels: [4, 16], answers: 16, tokenAccuracy: 0.75, sequenceAccuracy: 0.5 },
      ...{ tokenInterval: [0.5, 0.9], sequenceInterval: [0.2, 0.8] },
    },
  ],
};

/** As a file holds it. */
const written = (checkpoint = { ...aCheckpoint(9), grids: [grid] }): Record<string, unknown> =>
  JSON.parse(JSON.stringify(recordOf(checkpoint, facts, true))) as Record<string, unknown>;

it('keeps the generalisation grids of a run', () => {
  expect(checkpointOf(written(), aCheckpoint(9).training).grids).toEqual([grid]);
});

it('reads files that were written before there were any', () => {
  const { grids: _, ...old } = written();
  expect(checkpointOf(old, aCheckpoint(9).training).grids).toEqual([]);
});

it.each([
  ['no list', { grids: 3 }],
  ['a cell without levels', { grids: [{ ...grid, cells: [{ ...grid.cells[0], levels: null }] }] }],
  [
    'an interval that is none',
    { grids: [{ ...grid, cells: [{ ...grid.cells[0], tokenInterval: ['a', 1] }] }] },
  ],
])('refuses %s in their place', (_, part) => {
  expect(() => checkpointOf({ ...written(), ...part }, aCheckpoint(9).training)).toThrow(
    /The file’s weights can be read, but not the run/,
  );
});

import { describe, expect, it } from 'vitest';
import { aRun, aSnapshot } from '../../testing/runs.ts';
import { readoutAt } from './readout.ts';

describe('the readout at the cursor', () => {
  it('names input, target and the most probable output where an answer is asked', () => {
    expect(readoutAt(aRun('r'), aSnapshot(1), 2)).toEqual([
      { label: 'input', value: '·', right: null },
      { label: 'target', value: 'b', right: null },
      { label: 'output', value: 'b 0.70', right: true },
    ]);
  });

  it('marks a wrong answer', () => {
    const snapshot = { ...aSnapshot(1), targets: Int32Array.of(0, 0, 0) };
    expect(readoutAt(aRun('r'), snapshot, 2).at(-1)?.right).toBe(false);
  });

  it('says where no answer counts', () => {
    expect(readoutAt(aRun('r'), aSnapshot(1), 0).map(({ label }) => label)).toEqual([
      'input',
      'no answer is asked here',
    ]);
  });
});

it('shows the output everywhere where nobody knows the answers', () => {
  const snapshot = { ...aSnapshot(1), mask: Uint8Array.of(0, 0, 0) };
  expect(readoutAt(aRun('r'), snapshot, 0)).toEqual([
    { label: 'input', value: 'a', right: null },
    { label: 'output', value: 'a 0.80', right: null },
  ]);
});

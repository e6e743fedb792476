import { describe, expect, it } from 'vitest';
import type { TokenSample } from '../../tasks/task.ts';
import { CellTally, wilson } from './scores.ts';

/** A sample whose answers are all 1, and outputs that are right where `right` says. */
function answered(right: readonly boolean[]): { sample: TokenSample; outputs: number[] } {
  const sample: TokenSample = {
    kind: 'tokens',
    tokens: Int32Array.from(right, () => 0),
    targets: Int32Array.from(right, () => 1),
    mask: Uint8Array.from(right, () => 1),
  };
  return { sample, outputs: right.flatMap((ok) => (ok ? [0, 1] : [1, 0])) };
}

function cellOf(samples: readonly (readonly boolean[])[]) {
  const tally = new CellTally(2);
  for (const right of samples) {
    const { sample, outputs } = answered(right);
    tally.add([sample], outputs, right.length);
  }
  return tally.cell([3]);
}

describe('the interval of a share', () => {
  it('is that of Wilson, as tables have it', () => {
    // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    const known = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const;
    for (const [right, count, low, high] of known) {
      const interval = wilson(right / count, count);
      expect(interval[0]).toBeCloseTo(low, 4);
      expect(interval[1]).toBeCloseTo(high, 4);
    }
  });

  it('holds its share, also at the ends', () => {
    expect(wilson(1, 8)[1]).toBe(1);
    expect(wilson(1, 8)[0]).toBeLessThan(0.7);
    expect(wilson(0, 8)[0]).toBe(0);
  });
});

describe('a cell', () => {
  it('counts answers and whole samples, and leaves padding and unasked positions out', () => {
    const tally = new CellTally(2);
    const { sample } = answered([true, true]);
    const partly: TokenSample = { ...sample, mask: Uint8Array.of(0, 1) };
    // Three positions a row: the last is padding; the first of the second sample does not count.
    tally.add([sample, partly], [0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0], 3);
    expect(tally.cell([1, 2])).toMatchObject({
      ...{ levels: [1, 2], answers: 3, tokenAccuracy: 2 / 3, sequenceAccuracy: 1 / 2 },
    });
  });

  it('takes answers that stand and fall together for one', () => {
    const together = cellOf(
      Array.from({ length: 40 }, (_, i) => Array.from({ length: 8 }, () => i % 2 === 0)),
    );
    // The same number right in every sample: they tell as little of each other as can be.
    const apart = cellOf(
      Array.from({ length: 40 }, (_, i) => Array.from({ length: 8 }, (__, t) => (i + t) % 2 === 0)),
    );
    const width = ({ tokenInterval: [low, high] }: ReturnType<typeof cellOf>): number => high - low;
    expect(together.tokenAccuracy).toBe(0.5);
    const [low, high] = wilson(0.5, 39);
    expect(width(together)).toBeCloseTo(high - low, 6);
    expect(width(apart)).toBeLessThan(0.5 * width(together));
  });

  it('does not claim more than its samples where all answers are right', () => {
    const { tokenInterval } = cellOf(Array.from({ length: 20 }, () => [true, true, true]));
    expect(tokenInterval).toEqual(wilson(1, 20));
  });
});

import { describe, expect, test } from 'vitest';
import { readVectors } from '../../testing/vector-files.ts';
import type { VectorCase } from '../../testing/vectors.ts';
import { copyRun } from '../../testing/memnet-moment.ts';
import type { MemoryTrace } from './memory-trace.ts';
import { eventOf, slotOf, weightAt, weightOfEvent, writtenSlots } from './memory-trace.ts';

const cases = readVectors('memnet').filter((c) => c.config['kernel'] === 'gaussian' && c.state === null);

/** Row `t` of sample 0 of a tap [B, T, n]. */
function row({ expect: { taps } }: VectorCase, tap: string, t: number): readonly number[] {
  const { shape, data } = taps[tap]!;
  return data.slice(t * shape[2]!, (t + 1) * shape[2]!);
}

function traceOf(golden: VectorCase): MemoryTrace {
  const { shape, data } = golden.expect.taps['similarity']!;
  const [, positions = 0, slots = 0] = shape;
  const offset = golden.config['writeOrder'] === 'writeFirst' ? 0 : 1;
  return { positions, slots, offset, weights: Float32Array.from(data.slice(0, positions * slots)) };
}

describe.each(cases.map((golden) => [golden.name, golden] as const))(
  'with the tensors of “%s”',
  (_, golden) => {
    const trace = traceOf(golden);
    const sigma = Number(golden.config['sigma']);

    test('the weight of a slot is the kernel of the query and the key of the event that is said to be in it', () => {
      let compared = 0;
      for (let t = 0; t < trace.positions; t++) {
        for (let slot = 0; slot < trace.slots; slot++) {
          const event = eventOf(trace, t, slot);
          if (event < 0) continue;
          const [query, key] = [row(golden, 'queries', t), row(golden, 'keys', event)];
          const distance = query.reduce((sum, q, i) => sum + (q - key[i]!) ** 2, 0);
          expect(weightAt(trace, t, slot)).toBeCloseTo(Math.exp(-distance / (2 * sigma ** 2)), 5);
          expect(slotOf(trace, t, event)).toBe(slot);
          expect(weightOfEvent(trace, t, event)).toBe(weightAt(trace, t, slot));
          compared++;
        }
        expect(writtenSlots(trace, t)).toBe(
          Array.from({ length: trace.slots }, (_, slot) => eventOf(trace, t, slot)).filter((e) => e >= 0)
            .length,
        );
      }
      expect(compared).toBeGreaterThan(0);
    });
  },
);

test('an event that is not written yet, or was pushed out, is in no slot', () => {
  const trace: MemoryTrace = { positions: 6, slots: 2, offset: 1, weights: new Float32Array(12) };
  expect(slotOf(trace, 3, 3)).toBe(-1);
  expect(slotOf(trace, 3, 2)).toBe(0);
  expect(slotOf(trace, 4, 2)).toBe(1);
  expect(slotOf(trace, 5, 2)).toBe(-1);
  expect(weightOfEvent(trace, 5, 2)).toBeNaN();
});

test('golden cases of both orders take part', () => {
  expect(new Set(cases.map((golden) => golden.config['writeOrder']))).toEqual(
    new Set(['readFirst', 'writeFirst']),
  );
  expect(copyRun({ writeOrder: 'writeFirst' }).config.model.fields['writeOrder']).toBe('writeFirst');
});

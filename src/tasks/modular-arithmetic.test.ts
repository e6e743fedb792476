import { describe, expect, it } from 'vitest';
import { answers, instance, keyOf, manySamples, read } from '../testing/task-checks.ts';
import { modularArithmetic } from './modular-arithmetic.ts';

const precedence: Readonly<Record<string, number>> = { '+': 1, '−': 1, '×': 2 };

/** Reverse Polish notation by Dijkstra's shunting-yard. */
function toPolish(labels: readonly string[]): string[] {
  const output: string[] = [];
  const operators: string[] = [];
  for (const label of labels) {
    if (!(label in precedence)) output.push(label);
    else {
      while (operators.length > 0 && precedence[operators.at(-1)!]! >= precedence[label]!) {
        output.push(operators.pop()!);
      }
      operators.push(label);
    }
  }
  return [...output, ...operators.toReversed()];
}

/** Exact, in unbounded integers, reduced only at the very end. */
function evaluatePolish(polish: readonly string[]): bigint {
  const stack: bigint[] = [];
  for (const label of polish) {
    if (!(label in precedence)) stack.push(BigInt(label));
    else {
      const right = stack.pop()!;
      const left = stack.pop()!;
      stack.push(label === '+' ? left + right : label === '−' ? left - right : left * right);
    }
  }
  return stack[0]!;
}

describe('modular arithmetic', () => {
  it.each(['train', 'heldOut', 'double', 'quadruple'])(
    'agrees in “%s” with a shunting-yard evaluator in unbounded integers',
    (split) => {
      const task = instance(modularArithmetic, { maximumLength: 16 });
      for (const sample of manySamples(task, 1, split, 300)) {
        const labels = read(task, sample);
        expect(labels.at(-1)).toBe('=');
        const value = evaluatePolish(toPolish(labels.slice(0, -1)));
        expect(answers(task, sample)).toEqual([String(((value % 5n) + 5n) % 5n)]);
      }
    },
  );

  it('multiplies before it adds', () => {
    expect(evaluatePolish(toPolish('2 + 3 × 4 − 1'.split(' ')))).toBe(13n); // the evaluator itself
    const task = instance(modularArithmetic, { minimumLength: 3, maximumLength: 3 });
    const sums = manySamples(task, 1, 'train', 500).map(
      (sample) => [read(task, sample).join(''), answers(task, sample)[0]] as const,
    );
    const mixed = sums.filter(([sum]) => /^.[+−].×.=$/u.test(sum));
    expect(mixed.length).toBeGreaterThan(50);
    for (const [sum, answer] of mixed) {
      const [a, b, c] = sum.match(/\d/gu)!.map(Number) as [number, number, number];
      const value = sum[1] === '+' ? a + b * c : a - b * c;
      expect(answer).toBe(String(((value % 5) + 5) % 5));
    }
  });

  it('alternates digits and operators and asks at the equals sign alone', () => {
    const task = instance(modularArithmetic);
    for (const sample of manySamples(task, 1, 'train', 100)) {
      expect(read(task, sample).join('')).toMatch(/^\d(?:[+−×]\d)*=$/u);
      expect(sample.mask.indexOf(1)).toBe(sample.mask.length - 1);
    }
  });

  it('uses the token ids of the paper', () => {
    expect(instance(modularArithmetic).vocabulary.slice(1)).toEqual([...'+−×=01234'.split('')]);
  });

  it('has every answer, none much more often than the others but zero', () => {
    const task = instance(modularArithmetic);
    const counts = new Map<string, number>();
    for (const sample of manySamples(task, 1, 'train', 2000)) {
      const answer = answers(task, sample)[0]!;
      counts.set(answer, (counts.get(answer) ?? 0) + 1);
    }
    expect(counts.size).toBe(5);
    for (const count of counts.values()) expect(count / 2000).toBeGreaterThan(0.15);
  });

  it('keeps held-out expressions out of training', () => {
    const task = instance(modularArithmetic, { minimumLength: 3, maximumLength: 3 });
    const trained = new Set(manySamples(task, 1, 'train', 4000).map(keyOf));
    expect(manySamples(task, 1, 'heldOut', 500).filter((sample) => trained.has(keyOf(sample)))).toEqual([]);
  });
});

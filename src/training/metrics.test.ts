import { describe, expect, it } from 'vitest';
import type { Sample } from '../tasks/task.ts';
import { createTally, softmaxRows } from './metrics.ts';

const tokens = (targets: number[], mask: number[]): Sample => ({
  kind: 'tokens',
  tokens: new Int32Array(targets.length),
  targets: Int32Array.from(targets),
  mask: Uint8Array.from(mask),
});

const vectors = (targets: number[], mask: number[]): Sample => ({
  kind: 'vectors',
  inputs: new Float32Array(targets.length),
  targets: Float32Array.from(targets),
  mask: Uint8Array.from(mask),
});

describe('a tally of tokens', () => {
  it('counts answer positions only, and a sequence as right when its whole answer is', () => {
    const tally = createTally({ kind: 'tokens', outputSize: 2 });
    const outputs = [
      ...[5, 0, 0, 5, 0, 5], // first sample: says 0, 1, 1
      ...[5, 0, 5, 0, 9, 0], // second: says 0, 0, then padding
    ];
    tally.add([tokens([1, 1, 1], [0, 1, 1]), tokens([0, 1], [1, 1])], outputs, 3);
    const scores = tally.scores();
    expect(scores.tokenAccuracy).toBe(3 / 4);
    expect(scores.sequenceAccuracy).toBe(1 / 2);
    const right = Math.log(1 + Math.exp(-5));
    expect(scores.loss).toBeCloseTo((4 * right + 5) / 4, 12);
    expect(scores.perplexity).toBeCloseTo(Math.exp(scores.loss), 12);
    expect(scores.normalizedError).toBeNaN();
  });

  it('gives the same for one large batch as for two small ones', () => {
    const samples = [tokens([1, 0], [1, 1]), tokens([0, 0], [1, 0])];
    const outputs = [0.3, 0.1, -1, 2, 4, -4, 0, 0];
    const whole = createTally({ kind: 'tokens', outputSize: 2 });
    whole.add(samples, outputs, 2);
    const parts = createTally({ kind: 'tokens', outputSize: 2 });
    parts.add([samples[0]!], outputs.slice(0, 4), 2);
    parts.add([samples[1]!], outputs.slice(4), 2);
    expect(parts.scores()).toEqual(whole.scores());
  });

  it('survives logits that overflow exp', () => {
    const tally = createTally({ kind: 'tokens', outputSize: 2 });
    tally.add([tokens([0], [1])], [2000, 1000], 1);
    expect(tally.scores().loss).toBe(0);
  });
});

describe('a tally of vectors', () => {
  it('reaches a normalised error of 1 by guessing the mean, and 0 by being right', () => {
    const targets = [1, 3, 5, 7];
    const guess = createTally({ kind: 'vectors', outputSize: 1 });
    guess.add([vectors(targets, [1, 1, 1, 1])], [4, 4, 4, 4], 4);
    expect(guess.scores().normalizedError).toBeCloseTo(1, 12);
    expect(guess.scores().loss).toBeCloseTo(5, 12);
    const right = createTally({ kind: 'vectors', outputSize: 1 });
    right.add([vectors(targets, [1, 1, 1, 1])], targets, 4);
    expect(right.scores().normalizedError).toBe(0);
  });

  it('leaves masked positions out', () => {
    const tally = createTally({ kind: 'vectors', outputSize: 2 });
    tally.add([vectors([1, 1, 9, 9, 3, 3], [1, 0, 1])], [1, 2, 0, 0, 3, 3], 3);
    expect(tally.scores().loss).toBeCloseTo(1 / 4, 12);
  });
});

it('softmaxRows turns every row into probabilities', () => {
  const rows = softmaxRows([0, Math.log(3), 1000, 1000], 2);
  expect([...rows].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([0.25, 0.75, 0.5, 0.5]);
});

import { describe, expect, it } from 'vitest';
import { mostEvaluatedSteps } from '../foundation/thinning.ts';
import { RunRecord } from './record.ts';

const figures = { loss: 2, gradientNorm: 1, learningRate: 0.01, seconds: 0.5, tokens: 10 };

function pointsAfter(steps: number): RunRecord {
  const record = new RunRecord();
  for (let i = 0; i < steps; i++) record.addStep(figures);
  return record;
}

describe('RunRecord', () => {
  it('makes a point of every step at first', () => {
    const record = new RunRecord();
    expect(record.addStep(figures)).toEqual({
      ...{ step: 1, seconds: 0.5, tokens: 10 },
      ...{ loss: 2, gradientNorm: 1, learningRate: 0.01 },
    });
  });

  it('averages the steps of a point in a long run', () => {
    const record = pointsAfter(2000);
    expect(record.addStep({ ...figures, loss: 1, gradientNorm: 4 })).toBeNull();
    expect(record.addStep({ ...figures, loss: 3, gradientNorm: 2 })).toMatchObject({
      ...{ step: 2002, loss: 2, gradientNorm: 3 },
    });
  });

  it('adds a thousand points whenever the run has doubled', () => {
    const counts = [2000, 4000, 8000, 64_000].map((steps) => pointsAfter(steps).history().metrics.length);
    expect(counts).toEqual([2000, 3000, 4000, 7000]);
  });

  it('stays small over a million steps with an evaluation of four splits every hundred', () => {
    const record = new RunRecord();
    const scores = { loss: 1, perplexity: 1, tokenAccuracy: 1, sequenceAccuracy: 1 };
    for (let step = 1; step <= 1_000_000; step++) {
      record.addStep(figures);
      if (step % 100 > 0) continue;
      for (const split of ['train', 'heldOut', 'double', 'quadruple'])
        record.addEvaluation({ split, ...scores });
    }
    const { metrics, evaluations } = record.history();
    expect(metrics.length).toBeLessThan(13_000);
    expect(evaluations.length).toBeLessThanOrEqual(4 * (mostEvaluatedSteps + 1));
    expect(evaluations.length).toBeGreaterThan(2 * mostEvaluatedSteps);
    // The curve still reaches from the first to the last, with all splits of each step that is left.
    expect([evaluations[0]!.step, evaluations.at(-1)!.step]).toEqual([100, 1_000_000]);
    for (let at = 0; at < evaluations.length; at += 4)
      expect(evaluations.slice(at, at + 4).map(({ step }) => step)).toEqual(
        new Array(4).fill(evaluations[at]!.step),
      );
    expect(JSON.stringify({ metrics, evaluations }).length).toBeLessThan(3_000_000);
  });

  it('goes back to a checkpoint and on from there', () => {
    const record = pointsAfter(3);
    const history = record.history();
    record.addStep(figures);
    record.addEvaluation({
      ...{ split: 'train', loss: 1, perplexity: 1, tokenAccuracy: 1, sequenceAccuracy: 1 },
    });
    expect(record.evaluatedAt).toBe(4);
    record.restore(history);
    expect(record.history()).toEqual(history);
    expect(record.evaluatedAt).toBe(-1);
    record.restore(null);
    expect(record.step).toBe(0);
  });
});

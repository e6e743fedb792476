import { describe, expect, test } from 'vitest';
import { defaultsOf } from '../foundation/fields.ts';
import { countParameters, matchParameters } from './match-parameters.ts';
import { listedModels, modelById } from './registry.ts';

const ends = { kind: 'tokens', vocabularySize: 10, outputSize: 10 } as const;

describe('matching parameters', () => {
  test('counts MemNet as its paper form does: four maps, two readouts, a start', () => {
    const n = 32;
    const perInput = 4 * n;
    const expected = 10 * perInput + n * perInput + n * n + perInput + n * 10 + n * 10 + 10 + n;
    expect(countParameters(modelById('memnet'), defaultsOf(modelById('memnet').fields), ends, 11)).toBe(
      expected,
    );
  });

  for (const model of listedModels) {
    test(`finds a width of ${model.id} within a fifth of MemNet's default count`, () => {
      const memnet = modelById('memnet');
      const target = countParameters(memnet, defaultsOf(memnet.fields), ends, 11) * 2;
      const match = matchParameters(model, defaultsOf(model.fields), ends, 11, target);
      expect(match).not.toBeNull();
      expect(Math.abs(match!.parameters - target) / target).toBeLessThan(0.2);
      expect(countParameters(model, match!.fields, ends, 11)).toBe(match!.parameters);
    });
  }

  test('has nothing to offer for a model without a width', () => {
    const fixed = { ...modelById('rnn') };
    Reflect.deleteProperty(fixed, 'atWidth');
    expect(matchParameters(fixed, defaultsOf(fixed.fields), ends, 11, 1000)).toBeNull();
  });
});

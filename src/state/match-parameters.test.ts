import { describe, expect, it } from 'vitest';
import { countParameters } from '../models/match-parameters.ts';
import { modelById } from '../models/registry.ts';
import { matchedConfig } from './match-parameters.ts';
import { configOf, presetById } from './presets.ts';
import { endsOf, previewTask } from './samples.ts';

describe('matching parameters', () => {
  it('brings another model of the page close to a count, and changes nothing but its sizes', () => {
    const config = configOf(presetById('lstm-copy')!);
    const matched = matchedConfig(config, null, 7210)!;
    const { instance } = previewTask(matched, null);
    const count = countParameters(
      modelById('lstm'),
      matched.model.fields,
      endsOf(instance!),
      instance!.splits[0]!.length,
    );
    expect(Math.abs(count - 7210) / 7210).toBeLessThan(0.1);
    expect({ ...matched, model: config.model }).toEqual(config);
  });

  it('has no answer while a text is missing', () => {
    expect(matchedConfig(configOf(presetById('lstm-text')!), null, 7210)).toBeNull();
  });
});

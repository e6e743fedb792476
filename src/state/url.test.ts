import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Field, Fields, FieldValue } from '../foundation/fields.ts';
import { catalog } from './catalog.ts';
import { configOf, defaultPreset, presetChoices } from './presets.ts';
import { decodeConfig, encodeConfig } from './url.ts';

function allowedValue(field: Field): fc.Arbitrary<FieldValue> {
  switch (field.kind) {
    case 'integer': {
      const step = field.step ?? 1;
      return fc
        .integer({ min: Math.ceil(field.minimum / step), max: Math.floor(field.maximum / step) })
        .map((count) => count * step);
    }
    case 'real':
      return fc.double({ min: field.minimum, max: field.maximum, noNaN: true });
    case 'choice':
      return fc.constantFrom(...field.options.map((option) => option.value));
    case 'switch':
      return fc.boolean();
  }
}

function allowedValues(fields: Fields): fc.Arbitrary<Record<string, FieldValue>> {
  return fc.record(
    Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, allowedValue(field)])),
  );
}

/** Any config of any task, model and training. */
const anyConfig = fc
  .tuple(
    fc.constantFrom(...presetChoices()),
    fc.constantFrom(...catalog.tasks),
    fc.constantFrom(...catalog.models),
    fc.nat(1000),
  )
  .chain(([choice, task, model, seed]) =>
    fc
      .tuple(allowedValues(task.fields), allowedValues(model.fields), allowedValues(catalog.training))
      .map(([taskFields, modelFields, training]) => ({
        presetId: choice.preset.id,
        config: {
          version: 1 as const,
          task: { id: task.id, fields: taskFields },
          model: { id: model.id, fields: modelFields },
          training,
          seed,
          executor: 'automatic' as const,
        },
      })),
  );

describe('the address', () => {
  it('is empty for the default preset as it is', () => {
    const preset = defaultPreset();
    expect(encodeConfig(configOf(preset), preset.preset.id)).toBe('');
    expect(decodeConfig('')).toBeNull();
    expect(decodeConfig('#region-memory')).toBeNull();
  });

  it('brings every config back exactly, whatever differs', () => {
    fc.assert(
      fc.property(anyConfig, ({ presetId, config }) => {
        const hash = encodeConfig(config, presetId);
        const read = decodeConfig(`#${hash}`);
        expect(read?.problems ?? []).toEqual([]);
        // An empty address stands for the default preset.
        expect(read?.config ?? configOf(defaultPreset())).toEqual(config);
      }),
      { numRuns: 300 },
    );
  });

  it('holds only what differs', () => {
    const preset = defaultPreset();
    const config = configOf(preset);
    const hash = encodeConfig({ ...config, seed: 7 }, preset.preset.id);
    expect(hash).toBe('v=2&seed=7');
  });

  it('reports unknown keys and forbidden values, and takes the rest', () => {
    const read = decodeConfig('#v=2&seed=9&training.batchSize=1e9&model.nonsense=4&colour=red&task=juggling');
    expect(read?.config.seed).toBe(9);
    expect(read?.config.training['batchSize']).toBe(configOf(defaultPreset()).training['batchSize']);
    expect(read?.problems).toHaveLength(4);
    expect(read?.problems.join(' ')).toContain('Batch size must be between');
    expect(read?.problems.join(' ')).toContain('“model.nonsense”');
    expect(read?.problems.join(' ')).toContain('“colour”');
    expect(read?.problems.join(' ')).toContain('“juggling”');
  });

  it('is not fooled by names that every object has', () => {
    const read = decodeConfig('#v=2&model.constructor=1&training.__proto__=2');
    expect(read?.problems).toHaveLength(2);
    expect(Object.keys(read?.config.training ?? {})).toEqual(Object.keys(catalog.training));
  });

  it('says when a newer page made the link', () => {
    expect(decodeConfig('#v=99&seed=2')?.problems[0]).toContain('newer version');
  });

  it('reads links of the first schema', () => {
    const read = decodeConfig('#v=1&seed=2&at=heldOut.12.7');
    expect(read).toMatchObject({ config: { seed: 2 }, problems: [] });
    expect(read?.view).toEqual({
      ...{ probe: { split: 'heldOut', sampleIndex: 12 }, position: 7 },
      ...{ step: null, open: null },
    });
    expect(decodeConfig('#v=0&seed=2')?.problems).toEqual([
      '“0” is no version of a link; it is read as one of today.',
    ]);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void decodeConfig(`#v=2&${text}`)));
  });
});

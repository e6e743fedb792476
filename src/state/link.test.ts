import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { typedName } from '../tasks/typed.ts';
import { decodeView, encodeView, packAddress, unpackAddress } from './link.ts';
import { configOf, defaultPreset } from './presets.ts';
import { decodeConfig, encodeLink } from './url.ts';

const probe = { split: 'heldOut', sampleIndex: 12 };
const view = { probe, position: 7, step: 340, open: 'slots' } as const;

describe('a link', () => {
  it('carries what is looked at', () => {
    for (const shown of [view, { ...view, step: null }, { ...view, open: null }])
      expect(decodeView(new URLSearchParams(encodeView(shown)))).toEqual({ view: shown, problems: [] });
    const config = { ...configOf(defaultPreset()), seed: 4 };
    const read = decodeConfig(`#${encodeLink(config, defaultPreset().preset.id, view)}`);
    expect(read).toMatchObject({ config, view, problems: [] });
  });

  it('carries what was typed, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }), (text) => {
        const typed = { ...view, probe: typedName(text) };
        const link = encodeLink(configOf(defaultPreset()), defaultPreset().preset.id, typed);
        expect(decodeConfig(`#${link}`)).toMatchObject({ view: typed, problems: [] });
      }),
    );
  });

  it('says what it could not read of the view, and takes the rest', () => {
    const read = decodeConfig('#v=2&seed=3&probe=heldOut.12&position=nowhere&open=telescope&step=-1');
    expect(read?.config.seed).toBe(3);
    expect(read?.view).toEqual({ probe, position: 0, step: null, open: null });
    expect(read?.problems).toEqual([
      '“nowhere” is no position in a sequence.',
      '“-1” is no training step.',
      '“telescope” is no instrument of this page.',
    ]);
    expect(decodeConfig('#v=1&seed=3&at=nowhere')?.problems.join(' ')).toContain('“nowhere”');
  });

  it('stays readable while it is short, and is packed when it is long', () => {
    const long = `v=2&${Array.from({ length: 60 }, (_, i) => `training.setting${i}=${i}`).join('&')}`;
    expect(packAddress('v=2&seed=2')).toBe('v=2&seed=2');
    expect(packAddress(long).length).toBeLessThan(long.length / 2);
    expect(packAddress(long)).toMatch(/^z=[\w-]+$/);
  });

  it('comes back exactly, whatever is packed', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 401, maxLength: 2000 }), (text) => {
        const plain = new URLSearchParams({ v: '1', text }).toString();
        expect(unpackAddress(packAddress(plain))).toBe(plain);
      }),
    );
  });

  it('that is damaged says so and never throws', () => {
    expect(decodeConfig('#z=%%%')?.problems[0]).toContain('damaged');
    fc.assert(fc.property(fc.base64String(), (text) => void decodeConfig(`#z=${text}`)));
  });

  it('that would fill the memory is refused', () => {
    const bomb = packAddress('a'.repeat(200_000));
    expect(bomb.length).toBeLessThan(1000);
    expect(unpackAddress(bomb)).toBeNull();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeView, encodeView, packAddress, unpackAddress } from './link.ts';
import { configOf, defaultPreset } from './presets.ts';
import { decodeConfig, encodeLink } from './url.ts';

const view = { probe: { split: 'heldOut', sampleIndex: 12 }, position: 7 };

describe('a link', () => {
  it('carries what is looked at', () => {
    expect(decodeView(encodeView(view))).toEqual(view);
    const config = { ...configOf(defaultPreset()), seed: 4 };
    const read = decodeConfig(`#${encodeLink(config, defaultPreset().preset.id, view)}`);
    expect(read).toMatchObject({ config, view, problems: [] });
  });

  it('says what it could not read of the view, and takes the rest', () => {
    const read = decodeConfig('#v=1&seed=3&at=nowhere');
    expect(read?.config.seed).toBe(3);
    expect(read?.view).toBeNull();
    expect(read?.problems.join(' ')).toContain('“nowhere”');
  });

  it('stays readable while it is short, and is packed when it is long', () => {
    const long = `v=1&${Array.from({ length: 60 }, (_, i) => `training.setting${i}=${i}`).join('&')}`;
    expect(packAddress('v=1&seed=2')).toBe('v=1&seed=2');
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

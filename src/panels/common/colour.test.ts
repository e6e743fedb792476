import { describe, expect, test } from 'vitest';
import type { ColourScale } from './colour.ts';
import { colourOf, diverging, levelOf, luminanceOf, sequential } from './colour.ts';

const lightness = (scale: ColourScale): number[] =>
  Array.from({ length: 255 }, (_, i) => luminanceOf(i + 1, scale));

describe('sequential scale', () => {
  test('grows lighter with every level, so that lightness alone gives the order', () => {
    const values = lightness(sequential(0, 1));
    for (let i = 1; i < values.length; i++) expect(values[i]!).toBeGreaterThan(values[i - 1]! - 1e-3);
    expect(values.at(-1)! - values[0]!).toBeGreaterThan(0.6);
  });

  test('gives the ends of the domain the ends of the scale, and cuts off what lies outside', () => {
    const scale = sequential(0, 2);
    expect([-1, 0, 2, 3].map((value) => levelOf(value, scale))).toEqual([1, 1, 255, 255]);
    expect(colourOf(255, scale)).toBe('#fde725');
  });
});

describe.each(['light', 'dark'] as const)('diverging scale on a %s page', (theme) => {
  const scale = diverging(3, theme);

  test('is centred on zero, for whatever extent', () => {
    expect(scale.domain).toEqual([-3, 3]);
    expect(levelOf(0, scale)).toBe(128);
    expect(levelOf(0, diverging(0, theme))).toBe(128);
    expect(255 - levelOf(1.7, scale)).toBe(levelOf(-1.7, scale) - 1);
  });

  test('leaves the colour of the page in one direction only, on either side of zero', () => {
    const values = lightness(scale);
    const sign = theme === 'light' ? 1 : -1;
    for (let i = 1; i < 128; i++) {
      expect(sign * (values[i]! - values[i - 1]!)).toBeGreaterThanOrEqual(-1e-3);
      expect(sign * (values[254 - i]! - values[255 - i]!)).toBeGreaterThanOrEqual(-1e-3);
    }
  });

  test('is blue below zero and orange above it', () => {
    const [, blue = '', orange = ''] = [128, 60, 195].map((level) => colourOf(level, scale));
    const part = (colour: string, i: number): number => parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
    expect(part(blue, 2)).toBeGreaterThan(part(blue, 0) + 40);
    expect(part(orange, 0)).toBeGreaterThan(part(orange, 2) + 40);
  });
});

test('what is not a finite number gets no colour', () => {
  for (const value of [NaN, Infinity, -Infinity]) expect(levelOf(value, sequential(0, 1))).toBe(0);
});

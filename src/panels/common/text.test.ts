import { describe, expect, test } from 'vitest';
import { axisNumber, numberText, percentText, textWidth, tokenText, tokenWords, wrapText } from './text.ts';

describe('numbers', () => {
  test('have three significant digits, a true minus, and grouped thousands', () => {
    expect([0, 0.123456, -1.5, 1234.5, 12_345_678, 0.00012].map(numberText)).toEqual([
      '0',
      '0.123',
      '−1.5',
      '1,235',
      '1.2e+7',
      '1.2e−4',
    ]);
    expect([NaN, Infinity, -Infinity].map(numberText)).toEqual(['undefined', '∞', '−∞']);
  });

  test('as shares never claim a whole that was not reached', () => {
    expect([0, 0.0004, 0.5, 0.994, 0.9999, 1].map(percentText)).toEqual([
      '0 %',
      '0.1 %',
      '50 %',
      '99.4 %',
      '99.9 %',
      '100 %',
    ]);
  });

  test('on axes are short', () => {
    expect([0, 0.5, 5000, 20_000, 1_500_000, -3].map(axisNumber)).toEqual([
      '0',
      '0.5',
      '5000',
      '20k',
      '1.5M',
      '−3',
    ]);
  });
});

test('tokens that cannot be seen get a sign, and words for a listener', () => {
  expect([' ', '\n', '\t', 'a', 'longer', undefined].map((token) => tokenText(token, 3))).toEqual([
    '␣',
    '⏎',
    '⇥',
    'a',
    'lo…',
    '?',
  ]);
  expect([' ', '\n', 'c', undefined].map(tokenWords)).toEqual([
    'space',
    'line break',
    '‘c’',
    'unknown token',
  ]);
});

describe('wrapped text', () => {
  test('loses nothing, breaks between words, and fits', () => {
    const text = 'learning rate 0.003 → 0.001, LSTM instead of MemNet';
    const lines = wrapText(text, 120, 12);
    expect(lines.join(' ')).toBe(text);
    for (const line of lines) expect(textWidth(line, 12)).toBeLessThanOrEqual(120);
  });

  test('breaks a word that fills a line by itself', () => {
    const lines = wrapText(`a ${'b'.repeat(40)}`, 100, 12);
    expect(lines.slice(1).join('')).toBe('b'.repeat(40));
    expect(wrapText('', 100, 12)).toEqual(['']);
  });
});

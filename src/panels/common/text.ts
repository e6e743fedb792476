/** How numbers and tokens are written in pictures, and about how wide they are: SVG in tests has no fonts to measure with. */
import { format } from 'd3-format';

const significant = format('.3~r');
const grouped = format(',');
const scientific = format('.1~e');

/** Three significant digits, a true minus sign; "not a number" in words. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'undefined';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const magnitude = Math.abs(value);
  const text =
    magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e6)
      ? scientific(value)
      : magnitude >= 1000
        ? grouped(Math.round(value))
        : significant(value);
  return text.replace('-', '−');
}

/** 0.934 → "93 %"; 0.9993 → "99.9 %": never rounds up to what was not reached. */
export function percentText(share: number): string {
  if (!Number.isFinite(share)) return 'undefined';
  const percent = share * 100;
  if (percent > 99 && percent < 100) return `${Math.floor(percent * 10) / 10} %`;
  if (percent > 0 && percent < 1) return `${Math.ceil(percent * 10) / 10} %`;
  return `${Math.round(percent)} %`;
}

export const countText = (value: number): string => grouped(value).replace('-', '−');

const visible: Readonly<Record<string, string>> = {
  ' ': '␣',
  '\n': '⏎',
  '\r': '␍',
  '\t': '⇥',
  '\u00a0': '⍽',
};

/** A token as a mark that can be seen: white space gets a sign, and long tokens are cut to `maximum` characters. */
export function tokenText(token: string | undefined, maximum = Infinity): string {
  if (token === undefined) return '?';
  const shown = Array.from(token).map((character) => visible[character] ?? character);
  return shown.length > maximum ? `${shown.slice(0, Math.max(1, maximum - 1)).join('')}…` : shown.join('');
}

/** In words, for a listener: ‘c’, space, line break. */
export function tokenWords(token: string | undefined): string {
  switch (token) {
    case undefined:
      return 'unknown token';
    case ' ':
      return 'space';
    case '\n':
      return 'line break';
    case '\t':
      return 'tab';
    default:
      return `‘${tokenText(token)}’`;
  }
}

/** Estimated width in pixels: monospaced 0.6 em a character, proportional about 0.55. */
export function textWidth(text: string, size: number, family: 'sans' | 'mono' = 'sans'): number {
  return Array.from(text).length * size * (family === 'mono' ? 0.602 : 0.55);
}

/** At most so wide: a bold heading in the widest of the fonts that pages are shown in. */
export const headingWidth = (text: string, size: number): number => textWidth(text, size) * 1.25;

/** Cut with an ellipsis where it would be wider than that many pixels. */
export function cutText(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text;
  const letters = Array.from(text);
  while (letters.length > 1 && textWidth(`${letters.join('')}…`, size) > width) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}

/** In lines no wider than that many pixels, broken between words, and within a word only where it fills a line by itself. */
export function wrapText(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && textWidth(`${line} ${word}`, size) <= width) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const letter of Array.from(word)) {
      if (line !== '' && textWidth(line + letter, size) > width) {
        lines.push(line);
        line = '';
      }
      line += letter;
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

const prefixed = format('~s');

/** For ticks: 20k rather than 20,000, and no more digits than the tick has. */
export function axisNumber(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 10_000) return prefixed(value).replace('-', '−');
  if (magnitude !== 0 && magnitude < 1e-3) return scientific(value).replace('-', '−');
  return String(Number(value.toPrecision(6))).replace('-', '−');
}

/**
 * What tasks of pixel sequences share. Grey levels are tokens, read row by row from the top left, and either the next pixel
 * is asked everywhere or the digit once at the end:
 *
 *     in    ▷ · · ░ █ …            in    · · ░ █ … ?
 *     out   · · ░ █ …              out             7
 */
import { integer } from '../../foundation/fields.ts';
import type { ChoiceField } from '../../foundation/fields.ts';
import { lastTokenPerplexity } from '../common/baselines.ts';
import { TokenWriter, chance, nextTokenSample, tokenInstance } from '../common/tokens.ts';
import type { Split, SplitName, TaskInstance, TokenSample } from '../task.ts';

export type Ask = 'pixels' | 'digit';

export const pixelFields = {
  size: {
    kind: 'choice',
    label: 'Size',
    default: '14',
    options: [
      { value: '14', label: '14 × 14', explanation: '196 tokens.' },
      { value: '28', label: '28 × 28', explanation: '784 tokens: four times as slow.' },
    ],
    explanation: 'Pixels in a picture. What was a row above is as many tokens back as a row is wide.',
  },
  levels: integer(
    'Grey levels',
    [2, 4, 16],
    'How many shades, from background to full ink, are told apart. Each is a token.',
  ),
  ask: {
    kind: 'choice',
    label: 'What is asked',
    default: 'pixels',
    options: [
      { value: 'pixels', label: 'Every next pixel', explanation: 'A language model of pictures.' },
      { value: 'digit', label: 'The digit', explanation: 'Which digit it was, once, after the last pixel.' },
    ],
    explanation:
      'Predicting pixels needs what stood above; naming the digit needs the whole picture gathered in the memory.',
  },
} as const satisfies Readonly<Record<string, ChoiceField | ReturnType<typeof integer>>>;

/** A picture as grey levels 0 … levels − 1, [size · size], and what it shows. */
export interface DigitPicture {
  readonly pixels: Uint8Array;
  readonly digit: number;
}

export interface PixelTask {
  readonly size: number;
  readonly levels: number;
  readonly ask: Ask;
  /** Names, labels and explanations; lengths are added. */
  readonly splits: readonly Omit<Split, 'length'>[];
  picture(seed: number, split: SplitName, index: number): DigitPicture;
}

/** Ink in 0 … 1 to the nearest of evenly spaced grey levels. */
export function quantize(ink: ArrayLike<number>, levels: number): Uint8Array {
  const pixels = new Uint8Array(ink.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.round(ink[i]! * (levels - 1));
  return pixels;
}

export function pixelInstance(task: PixelTask): TaskInstance {
  const { size, levels, ask } = task;
  const area = size * size;
  // Behind the grey levels: the start or question sign, then the digits.
  const sign = levels;

  function sample(seed: number, split: SplitName, index: number): TokenSample {
    const { pixels, digit } = task.picture(seed, split, index);
    if (ask === 'pixels') return nextTokenSample(Uint8Array.of(sign, ...pixels));
    return new TokenWriter()
      .read(...pixels)
      .ask(sign, sign + 1 + digit)
      .finish();
  }

  const several = (split: SplitName, count: number): TokenSample[] =>
    Array.from({ length: count }, (_, i) => sample(0, split, i));
  const vocabulary =
    ask === 'pixels'
      ? [...levelLabels(levels), '▷']
      : [...levelLabels(levels), '?', ...Array.from({ length: 10 }, (_, digit) => `digit ${digit}`)];
  return tokenInstance({
    vocabulary,
    paddingToken: 0,
    splits: task.splits.map((split) => ({ ...split, length: ask === 'pixels' ? area : area + 1 })),
    sample,
    baseline:
      ask === 'digit'
        ? chance(10)
        : lastTokenPerplexity(several('train', 40), several('baseline', 20), vocabulary.length),
    picture: { width: size, height: size, levels, pixelsIn: ask === 'pixels' ? 'targets' : 'tokens' },
  });
}

function levelLabels(levels: number): string[] {
  const shades = ['·', '░', '▒', '▓', '█'];
  if (levels > shades.length) return Array.from({ length: levels }, (_, level) => level.toString(16));
  return Array.from({ length: levels }, (_, level) => shades[Math.round((level / (levels - 1)) * 4)]!);
}
